"""Tone by counting: numbers by hand, negation, phrases, and invariants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.tone import LexiconTone, explain


def score(text):
    return LexiconTone().score([text]).row(0, named=True)


def counts(text):
    row = score(text)
    return tuple(round(row[name] * row["words"]) for name in ("positive", "negative", "uncertainty"))


def test_the_fractions_and_the_net_are_those_counted_by_hand():
    # 11 words; positive: strong, improved; negative: litigation; uncertain: may.
    row = score("Strong demand improved our position in Ohio, but litigation may continue.")
    assert row["words"] == 11
    assert row["positive"] == pytest.approx(2 / 11)
    assert row["negative"] == pytest.approx(1 / 11)
    assert row["uncertainty"] == pytest.approx(1 / 11)
    assert row["net"] == pytest.approx((2 - 1) / (2 + 1 + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are profitable.", (1, 0, 0)),
        ("We are not profitable.", (0, 1, 0)),
        ("We are not yet very profitable.", (0, 1, 0)),
        ("We are not at all yet profitable.", (1, 0, 0)),
        ("We didn\u2019t succeed.", (0, 1, 0)),
        ("The plan was neither attractive nor feasible.", (0, 1, 0)),
        ("There were no material weaknesses.", (0, 0, 0)),
        ("There is no substantial doubt about it.", (0, 0, 0)),
        ("There is substantial doubt about it.", (0, 1, 0)),
        ("We paid without delay.", (0, 0, 0)),
        ("They said no. Profitable growth followed.", (1, 0, 0)),
        ("They said no; profitable growth followed.", (1, 0, 0)),
        ("Not only profitable but stable.", (2, 0, 0)),
        ("There is no assurance of anything.", (0, 0, 1)),
    ],
)
def test_failure_case_35_negation_turns_three_words_of_one_sentence(text, expected):
    assert counts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Revenue increased.", (1, 0, 0)),
        ("Costs increased.", (0, 1, 0)),
        ("Cost of sales increased.", (0, 1, 0)),
        ("Operating expenses decreased.", (1, 0, 0)),
        ("Sales fell.", (0, 1, 0)),
        ("An increase in revenue.", (1, 0, 0)),
        ("The rate increased.", (0, 0, 0)),
        ("Diluted loss per share.", (0, 0, 0)),
        ("Gains and losses on derivatives.", (0, 0, 0)),
        ("Allowance for doubtful accounts.", (0, 0, 0)),
        ("It raises going concern questions.", (0, 1, 0)),
        ("A write-down of goodwill.", (0, 1, 0)),
        ("A record quarter.", (1, 0, 0)),
        ("The record shows it.", (0, 0, 0)),
        ("We acted in good faith.", (0, 0, 0)),
        ("The default risk is unpredictable.", (0, 0, 1)),
    ],
)
def test_the_longest_phrase_decides_and_counts_once(text, expected):
    assert counts(text) == expected


def test_a_text_without_words_has_no_scores():
    assert score("1,234 5.6%") == {
        "words": 0,
        "boilerplate_words": 0,
        "positive": None,
        "negative": None,
        "uncertainty": None,
        "net": None,
    }


def test_failure_case_35_boilerplate_does_not_sway_the_score_but_is_counted():
    own = "Strong demand improved our margins."
    harbour = "These forward-looking statements could prove wrong, and adverse litigation may harm us."
    alone, together = score(own), score(f"{own}\n{harbour}")
    assert together == alone | {"boilerplate_words": 13}


def test_failure_case_35_the_end_of_a_long_text_counts_as_much_as_its_beginning():
    filler = "The company sells paper in Ohio. " * 3_000
    assert counts(filler + "Fraud ruined us.") == (0, 2, 0)


def test_explain_names_the_sentences_that_moved_it_most_and_their_words():
    text = "Sales are sales. Fraud, litigation and losses hurt margins. Growth was not strong. Innovation improved."
    explained = explain(text).to_dicts()
    assert [(row["place"], row["balance"]) for row in explained] == [(1, -3), (3, 2), (2, -1)]
    assert explained[0]["sentence"] == "Fraud, litigation and losses hurt margins."
    assert explained[0]["negative"] == ["fraud", "litigation", "losses"]
    assert explained[2]["negative"] == ["strong"]
    assert explain(text, top=1).height == 1


def test_failure_case_35_each_document_of_a_filing_ends_its_own_boilerplate():
    report = "Growth was strong.\nSIGNATURES\nBy: /s/ Al Best"
    release = "Fraud and losses hurt us."
    assert [row["place"] for row in explain(report, release).to_dicts()] == [1, 0]


def test_explain_of_a_text_without_tone_is_empty():
    explained = explain("The company sells paper.")
    assert explained.is_empty()
    assert explained.columns == ["place", "sentence", "balance", "positive", "negative", "uncertain"]


WORDS = [
    "profitable",
    "strong",
    "fraud",
    "loss",
    "not",
    "no",
    "may",
    "sales",
    "increased",
    "costs",
    "the",
    "per",
    "share",
]


@given(st.lists(st.sampled_from([*WORDS, ".", ";", "\n"]), max_size=60))
def test_explained_balances_add_up_to_the_score(parts):
    text = " ".join(parts)
    row = score(text)
    if row["words"]:
        balance = explain(text, top=1_000)["balance"].sum()
        assert balance == round((row["positive"] - row["negative"]) * row["words"])


@given(st.lists(st.lists(st.sampled_from([*WORDS, ".", "\t", "12", "\n\n"])).map(" ".join), max_size=6))
def test_fractions_and_net_stay_within_their_bounds(texts):
    scores = LexiconTone().score(texts)
    assert scores.height == len(texts)
    for name in ("positive", "negative", "uncertainty"):
        assert scores[name].drop_nulls().is_between(0, 1).all()
    assert scores["net"].drop_nulls().is_between(-1, 1).all()
