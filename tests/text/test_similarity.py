"""The four similarities of "Lazy Prices": the paper's own example, numbers by hand, and what holds of any texts."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.similarity import Edit, Similarities, edit, similarities

MEASURES = ("cosine", "jaccard", "minimum_edit", "simple")
TEXTS = st.lists(st.sampled_from(["we", "expect", "sales", "demand", "4%", ".", "\n"]), max_size=30).map(" ".join)


class TestNumbers:
    """The example of the paper: D_B adds a word to D_A; D_C takes three out and puts three others in."""

    D_A = "We expect demand to increase."
    D_B = "We expect worldwide demand to increase."
    D_C = "We expect weakness in sales."

    def test_cosine_and_jaccard_are_those_of_the_paper(self):
        near, far = similarities(self.D_A, self.D_B), similarities(self.D_A, self.D_C)
        assert (round(near.cosine, 2), round(far.cosine, 2)) == (0.91, 0.40)
        assert (round(near.jaccard, 2), round(far.jaccard, 2)) == (0.83, 0.25)

    def test_edits_are_those_of_the_paper(self):
        old, near, far = (text.rstrip(".").lower().split() for text in (self.D_A, self.D_B, self.D_C))
        assert edit(old, near) == Edit(kept=5, removed=0, added=1)
        assert edit(old, far) == Edit(kept=2, removed=3, added=3)

    def test_the_edit_is_scaled_by_the_words_of_both_texts(self):
        assert similarities(self.D_A, self.D_B).minimum_edit == pytest.approx(1 - 1 / 11)
        assert similarities(self.D_A, self.D_C).minimum_edit == pytest.approx(1 - 6 / 10)

    def test_simple_counts_whole_sentences(self):
        old = "Sales rose in May. Costs fell. Risks remain"
        new = "Sales rose in May. Costs fell sharply. Risks remain"
        assert similarities(old, new).simple == pytest.approx(2 * 6 / (8 + 9))

    def test_of_two_sentences_that_changed_places_the_longer_stays(self):
        assert similarities(
            "We sold many shirts. Costs rose.", "Costs rose. We sold many shirts."
        ).simple == pytest.approx(8 / 12)

    def test_cosine_counts_how_often_a_word_stands(self):
        assert similarities("a a b", "a b b").cosine == pytest.approx(4 / sqrt(5 * 5))

    def test_numbers_and_marks_do_not_count(self):
        found = similarities("Net sales were $10 million in 2023.", "Net sales were $12 million (2024)")
        assert found.minimum_edit == pytest.approx(2 * 4 / (5 + 4))


class TestProperties:
    @given(TEXTS, TEXTS)
    def test_all_lie_between_0_and_1_and_do_not_depend_on_the_order(self, old, new):
        found, turned = similarities(old, new), similarities(new, old)
        assert found == turned
        for measure in MEASURES:
            value = getattr(found, measure)
            assert value is None or 0 <= value <= 1

    @given(TEXTS)
    def test_a_text_is_the_same_as_itself(self, text):
        found = similarities(text, text)
        assert found in {Similarities(1.0, 1.0, 1.0, 1.0), Similarities(None, None, None, None)}

    @given(TEXTS, TEXTS)
    def test_whole_sentences_have_no_more_in_common_than_words(self, old, new):
        found = similarities(old, new)
        assert found.simple is None or found.simple <= found.minimum_edit

    def test_without_a_word_in_common_all_are_0(self):
        assert similarities("sales rose", "costs fell") == Similarities(0.0, 0.0, 0.0, 0.0)


class TestNulls:
    @pytest.mark.parametrize("text", [None, "", " \n", "2024 $ 4.5%"])
    def test_a_text_without_words_gives_nulls(self, text):
        nothing = Similarities(None, None, None, None)
        assert similarities(text, "Sales rose.") == similarities("Sales rose.", text) == nothing
        assert similarities(text, text) == nothing

    def test_an_edit_of_nothing_has_no_similarity(self):
        assert edit([], []).similarity is None
        assert edit([], ["sales"]).similarity == 0
