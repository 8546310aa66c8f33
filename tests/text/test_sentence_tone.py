"""Tone of documents from sentences: numbers by hand, what is read and what is not, and invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.sentence_tone import SentenceTone, read_sentences

GOOD, BAD, CALM = (0.1, 0.2, 0.7), (0.6, 0.3, 0.1), (0.05, 0.9, 0.05)  # negative, neutral, positive


class Told:
    """A model that says what a word of the sentence tells it, and notes what it was asked."""

    version = "told-1"
    fingerprint = None

    def __init__(self):
        self.asked = []

    def probabilities(self, sentences):
        self.asked += sentences
        said = [GOOD if "good" in text else BAD if "bad" in text else CALM for text in sentences]
        return np.array(said, dtype=np.float32).reshape(-1, 3)


def score(text):
    return SentenceTone(Told()).score([text]).row(0, named=True)


class TestNumbers:
    def test_sentences_weigh_their_words(self):
        # 4 words of good news and 6 of bad.
        row = score("Here is good news. There is very bad news too.")
        positive, negative = (4 * 0.7 + 6 * 0.1) / 10, (4 * 0.1 + 6 * 0.6) / 10
        assert (row["words"], row["sentences"], row["fragments"]) == (10, 2, 0)
        assert row["positive"] == pytest.approx(positive)
        assert row["negative"] == pytest.approx(negative)
        assert row["net"] == pytest.approx((3.4 - 4.0) / (3.4 + 4.0 + 1))

    def test_uncertainty_and_the_future_are_shares_of_words(self):
        # 5 words with an uncertain one, 4 of the future, 7 of neither.
        row = score("Perhaps this is good news. Bad news will come. In June we met them in Ohio.")
        assert row["words"] == 16
        assert row["uncertainty"] == pytest.approx(5 / 16)
        assert row["forward_looking"] == pytest.approx(4 / 16)

    def test_a_sentence_said_twice_counts_twice_and_is_asked_once(self):
        model = Told()
        row = SentenceTone(model).score(["Here is good news. Here is good news.", "Here is  good news."])
        assert row["sentences"].to_list() == [2, 1]
        assert row["words"].to_list() == [8, 4]
        assert model.asked == ["Here is good news."]

    def test_nothing_to_read_gives_nulls_never_zeros(self):
        row = score("Overview\nNone.")
        assert (row["words"], row["sentences"], row["fragments"]) == (0, 0, 2)
        shares = ("positive", "negative", "uncertainty", "forward_looking", "net")
        assert [row[name] for name in shares] == [None] * 5


class TestWhatIsRead:
    @pytest.mark.parametrize(
        "line",
        ["Results of Operations", "FAIR VALUE MEASUREMENTS OF ALL KINDS", "None.", "Not applicable.", "Yes, it is."],
    )
    def test_headings_and_pieces_of_under_four_words_are_fragments(self, line):
        found = read_sentences(f"{line}\nThe company sells paper in Ohio.")
        assert [sentence.text for sentence in found.read] == ["The company sells paper in Ohio."]
        assert found.fragments == 1

    @pytest.mark.parametrize(
        "line",
        [
            "Revenue up 12% to a record",
            "We could lose our largest customers",
            "Four words stand here.",
            "Total Revenue Rose 12% To $4 Billion",
        ],
    )
    def test_highlights_and_sentences_are_read(self, line):
        assert [sentence.text for sentence in read_sentences(line).read] == [line]

    def test_the_headline_of_a_press_release_is_read(self):
        """It is the sentence that says what happened, and often the only one that says it plainly."""
        release = (
            "NEWS RELEASE\nContact: Ann Lee\nACME ANNOUNCES RECORD THIRD QUARTER RESULTS\nAcme sells paper in Ohio."
        )
        read = [sentence.text for sentence in read_sentences(release).read]
        assert read == ["ACME ANNOUNCES RECORD THIRD QUARTER RESULTS", "Acme sells paper in Ohio."]

    def test_a_title_that_would_be_a_headline_is_a_heading_deep_within_a_document(self):
        """There are no headlines there, and headings that look like one: in a note on pensions, from a real 10-K."""
        body = "Acme sells paper in Ohio.\n" * 30
        found = read_sentences(f"{body}Benefit Obligation Exceeds Fair Value of Plan Assets")
        assert (len(found.read), found.fragments) == (30, 1)

    def test_failure_case_35_boilerplate_is_counted_and_not_read(self):
        paragraph = "This release contains forward-looking statements that are subject to bad risks."
        row = score(f"{paragraph}\nThe company sells paper in Ohio.")
        assert (row["sentences"], row["boilerplate_words"]) == (1, 12)

    def test_failure_case_35_the_last_sentence_of_a_long_text_counts(self):
        calm = "The company sells paper in Ohio. " * 3_000
        assert score(f"{calm}Here is bad news.")["negative"] > score(calm)["negative"]

    def test_spaces_do_not_matter(self):
        assert score("Here  is\tgood  news.") == score("Here is good news.")


class TestExplain:
    TEXTS = ("Here is good news. There is very bad news too.", "Ohio is calm in May. Here is some more bad news.")

    def test_the_sentences_that_moved_it_most_come_first(self):
        found = SentenceTone(Told()).explain(*self.TEXTS, top=2)
        assert found["place"].to_list() == [1, 3]
        assert found["sentence"][0] == "There is very bad news too."
        assert found["balance"].to_list() == pytest.approx([6 * -0.5, 6 * -0.5])
        assert found.row(0, named=True)["negative"] == pytest.approx(0.6)

    def test_all_balances_add_up_to_what_net_is_made_of(self):
        model = SentenceTone(Told())
        scores = model.score(self.TEXTS)
        total = ((scores["positive"] - scores["negative"]) * scores["words"]).sum()
        assert model.explain(*self.TEXTS, top=99)["balance"].sum() == pytest.approx(total)

    def test_no_text_gives_no_row(self):
        assert SentenceTone(Told()).explain("").is_empty()
        assert SentenceTone(Told()).explain().columns[:4] == ["place", "sentence", "words", "balance"]


PARAGRAPHS = st.lists(
    st.sampled_from(["Here is good news.", "There is very bad news too.", "Ohio is calm in May.", "PART I", "- 12 -"]),
    max_size=8,
)


class TestProperties:
    @given(PARAGRAPHS, PARAGRAPHS)
    def test_what_stands_beside_a_text_does_not_matter(self, one, two):
        texts = ["\n".join(one), "\n".join(two)]
        model = SentenceTone(Told())
        assert model.score(texts).rows() == [*model.score(texts[:1]).rows(), *model.score(texts[1:]).rows()]

    @given(PARAGRAPHS)
    def test_shares_and_net_keep_their_bounds(self, paragraphs):
        row = score("\n".join(paragraphs))
        if row["words"]:
            assert all(0 <= row[name] <= 1 for name in ("positive", "negative", "uncertainty", "forward_looking"))
            assert -1 <= row["net"] <= 1


def test_a_sentence_says_the_same_alone_and_in_company():
    alone = [
        "a. Sales may fall in Ohio.",
        "We expect sales to rise in Ohio.",
        "Profit rose",
        "The U.S. plant isn't new, said J. K.",
    ]
    alone += ["Costs could be lower in \u00d6rebro then!", "Nothing else was said of it by Acme Inc."]
    together = read_sentences("\n".join(alone))
    each = [read_sentences(text) for text in alone]
    assert together.read == [sentence for one in each for sentence in one.read]
    assert together.fragments == sum(one.fragments for one in each) == 1
    assert [sentence.uncertain for sentence in together.read] == [True, False, False, True, False]
    assert [sentence.forward_looking for sentence in together.read][1]
