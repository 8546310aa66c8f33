"""Counting phrases: evidence by hand on a small taxonomy, invariants, and the shipped taxonomy on its own examples."""

import math
import pickle

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, Unparsable
from edgewise.text.risk_categories import keywords
from edgewise.text.risk_categories.declared import Category, Family, Taxonomy, taxonomy
from edgewise.text.risk_categories.keywords import KeywordRiskCategories

SHIPPED = KeywordRiskCategories()


def category(name, *phrases):
    return Category(name, "things", name, "", (), "", "", phrases)


def model(*categories):
    return KeywordRiskCategories(Taxonomy("t", (Family("things", "Things", "", categories),)))


SMALL = model(
    category("weather", ("storm", 3.0), ("heavy rain", 2.0)),
    category("people", ("key people", 3.0), ("people", 1.0)),
    category("name", ("reputation", 3.0)),
)


def judged(classifier, heading, body=""):
    return classifier.classify([heading], [body]).row(0, named=True)


def test_the_score_is_the_share_of_the_evidence_counted_by_hand():
    # "storm" stands first: 3. "people" is the second term: 1 discounted by e^(-1/12). One is added for doubt.
    people = math.exp(-1 / 12)
    row = judged(SMALL, "Storms and people")
    assert row == {
        "family": "things",
        "category": "weather",
        "score": pytest.approx(3 / (3 + people + 1)),
        "runner_up": "people",
    }


def test_the_body_adds_up_to_four_however_long_it_is():
    # Evidence of the body: 3 + 3 * ln(100) for storms alone, brought down to 4; nothing in the heading.
    assert judged(SMALL, "", "storm " * 100)["score"] == pytest.approx(4 / 5)
    # One weak phrase: 1, of which a body keeps four sixths.
    assert judged(SMALL, "", "people")["score"] == pytest.approx((4 / 6) / (4 / 6 + 1))


def test_a_heading_counts_more_than_a_body():
    assert judged(SMALL, "Our key people may leave", "A storm came.")["category"] == "people"
    assert judged(SMALL, "This may happen", "A storm came.")["category"] == "weather"


def test_the_longest_phrase_wins_and_its_words_count_no_more():
    row = judged(SMALL, "key people")
    assert (row["score"], row["runner_up"]) == (pytest.approx(3 / 4), None)


@pytest.mark.parametrize(
    "heading",
    [
        "The loss of our key people",
        "KEY PEOPLE",
        "key, people",
        "Key\u00a0people\u2019s departure",
        "a person, or key and people",
    ],
)
def test_small_words_case_and_punctuation_do_not_hide_a_phrase(heading):
    assert judged(SMALL, heading)["category"] == "people"


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("policy", "policies"),
        ("price", "pricing"),
        ("compete", "competing"),
        ("control", "controlled"),
        ("tax", "taxes"),
        ("loss", "losses"),
        ("hedge", "hedged"),
    ],
)
def test_inflection_does_not_hide_a_phrase(phrase, text):
    assert judged(model(category("it", (phrase, 1.0))), text)["category"] == "it"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("A storm could harm our reputation", "weather"),
        ("Our reputation could be harmed by a storm", "name"),
        ("We could be adversely affected by a bad reputation and storms", "name"),
        ("Events may seriously hurt our reputation if a storm comes", "weather"),
        ("This has affected and may continue to affect our reputation, as storms do", "name"),
    ],
)
def test_a_consequence_counts_less_than_its_cause(heading, expected):
    assert judged(SMALL, heading)["category"] == expected


def test_other_is_said_only_where_nothing_speaks():
    nothing = {"family": "other", "category": "other", "score": 0.0, "runner_up": None}
    assert judged(SMALL, "General matters", "Nothing in particular.") == nothing
    assert judged(SMALL, "", "") == nothing
    assert judged(SMALL, "", "Some say people.")["category"] == "people"


def test_of_equals_the_earlier_category_of_the_taxonomy_wins():
    even = model(category("first", ("alpha", 1.0)), category("second", ("beta", 1.0)))
    row = judged(even, "", "beta alpha")
    assert (row["category"], row["runner_up"]) == ("first", "second")


def test_as_many_bodies_as_headings_are_asked_for():
    with pytest.raises(InvalidInput, match="2 headings and 1 bodies"):
        SMALL.classify(["a", "b"], ["c"])


def test_two_categories_with_phrases_that_read_the_same_are_refused():
    with pytest.raises(Unparsable, match=r"'the storms' of b says the same as one of a"):
        model(category("a", ("storm", 1.0)), category("b", ("the storms", 1.0)))


def test_a_phrase_of_small_words_is_refused():
    with pytest.raises(Unparsable, match="small words"):
        model(category("a", ("of the", 1.0)))


@pytest.mark.parametrize("phrases", [(("storm", 1.0), ("storms", 3.0)), (("storms", 3.0), ("storm", 1.0))])
def test_within_a_category_the_higher_weight_of_two_spellings_holds(phrases):
    assert judged(model(category("a", *phrases)), "storm")["score"] == pytest.approx(3 / 4)


def test_no_factors_give_an_empty_frame_of_the_same_columns():
    empty = SHIPPED.classify([], [])
    assert empty.schema == SHIPPED.classify(["x"], [""]).schema
    assert empty.schema == {"family": pl.String, "category": pl.String, "score": pl.Float64, "runner_up": pl.String}


@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=400)), max_size=4))
def test_any_text_is_judged_alike_alone_and_among_others(factors):
    headings, bodies = [heading for heading, _ in factors], [body for _, body in factors]
    together = SHIPPED.classify(headings, bodies)
    alone = [SHIPPED.classify([heading], [body]) for heading, body in factors]
    assert together.rows() == [frame.row(0) for frame in alone]
    assert together["score"].is_between(0, 1, closed="left").all()
    known = {(kind.family, kind.id) for kind in taxonomy().categories} | {("other", "other")}
    assert set(together.select("family", "category").rows()) <= known


def test_neither_many_words_nor_one_without_end_fill_the_memory():
    SHIPPED.classify(["", ""], [" ".join(f"word{number}" for number in range(70_000)), "x" * 100_000])
    assert len(keywords._TERMS) <= keywords._TERMS.most
    assert max(map(len, keywords._TERMS)) <= keywords._TERMS.longest


@pytest.mark.parametrize("kind", taxonomy().categories, ids=lambda kind: kind.id)
def test_each_example_of_the_shipped_taxonomy_is_told_apart_by_its_heading_alone(kind):
    said = SHIPPED.classify(kind.examples, [""] * len(kind.examples))
    assert said["category"].to_list() == [kind.id] * len(kind.examples)


def test_the_version_names_the_rules_and_the_taxonomy():
    assert (SHIPPED.name, SHIPPED.version) == ("keywords", f"keywords-1+taxonomy-{taxonomy().version}")


def test_sent_to_another_process_it_says_the_same_and_its_phrases_stay_here():
    for one in (SHIPPED, SMALL):
        sent = pickle.dumps(one)
        said = pickle.loads(sent).classify(["Storms", "Our key people"], ["", "Heavy rain fell."])
        assert said.equals(one.classify(["Storms", "Our key people"], ["", "Heavy rain fell."]), null_equal=True)
    assert len(pickle.dumps(SHIPPED)) < 1_000
