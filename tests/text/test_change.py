"""Frames of change: one row per item, one row per risk factor, and what is null in them."""

from dataclasses import dataclass

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.text.change import ItemText, item_changes, risk_changes

OLD, NEW = "Sales rose in May. Costs fell.", "Sales rose in May. Costs rose."
MEASURES = ("cosine", "jaccard", "minimum_edit", "simple")


@dataclass(frozen=True)
class Risk:
    ordinal: int
    heading: str
    body: str
    group: str = ""


class TestItems:
    def test_an_item_of_both_filings_has_four_similarities(self):
        row = item_changes([ItemText("I", "1A", "ok", OLD)], [ItemText("I", "1A", "ok", NEW)]).row(0, named=True)
        assert row == {
            "part": "I",
            "item": "1A",
            "old_status": "ok",
            "new_status": "ok",
            "old_words": 6,
            "new_words": 6,
            # Sales rose in May Costs fell / Sales rose in May Costs rose: 1 + 2 + 1 + 1 + 1 over the root of 6 times 8.
            "cosine": pytest.approx(6 / 48**0.5),
            "jaccard": pytest.approx(5 / 6),
            "minimum_edit": pytest.approx(10 / 12),
            "simple": pytest.approx(8 / 12),
        }

    def test_items_stand_in_the_order_of_the_new_filing_then_of_the_old_one(self):
        old = [ItemText("I", "1", "ok", OLD), ItemText("I", "4", "ok", OLD), ItemText("II", "1", "ok", OLD)]
        new = [ItemText("II", "1", "ok", NEW), ItemText("I", "1C", "ok", NEW), ItemText("I", "1", "ok", NEW)]
        frame = item_changes(old, new)
        assert frame.select("part", "item").rows() == [("II", "1"), ("I", "1C"), ("I", "1"), ("I", "4")]
        assert frame["old_status"].to_list() == ["ok", None, "ok", "ok"]
        assert frame["new_status"].to_list() == ["ok", "ok", "ok", None]
        assert frame["old_words"].to_list() == [6, None, 6, 6]
        assert frame["cosine"].is_null().to_list() == [False, True, False, True]

    def test_the_same_item_number_in_another_part_is_another_item(self):
        """Failure case 13: both parts of a 10-Q have an item 1."""
        frame = item_changes([ItemText("I", "1", "ok", OLD)], [ItemText("II", "1", "ok", OLD)])
        assert frame["minimum_edit"].to_list() == [None, None]

    @pytest.mark.parametrize("status", ["by_reference", "absent"])
    def test_what_is_not_the_text_of_the_item_is_not_compared(self, status):
        """Failure case 12: an item of 200 characters that refers to another place is not a change of the item."""
        old, new = ItemText("II", "8", "ok", OLD), ItemText("II", "8", status, "See Item 15.")
        for frame in (item_changes([old], [new]), item_changes([new], [old])):
            assert all(frame[measure].to_list() == [None] for measure in MEASURES)

    def test_a_suspect_item_is_compared_and_says_so(self):
        frame = item_changes([ItemText("I", "3", "suspect", OLD)], [ItemText("I", "3", "ok", OLD)])
        assert frame.select("old_status", "minimum_edit").rows() == [("suspect", 1.0)]

    @pytest.mark.parametrize("text", [None, "", "2024"])
    def test_an_item_without_words_has_none_and_no_similarity(self, text):
        frame = item_changes([ItemText("I", "3", "ok", text)], [ItemText("I", "3", "ok", OLD)])
        assert frame.select("old_words", *MEASURES).row(0) == (0, None, None, None, None)

    def test_an_item_that_stands_twice_is_refused(self):
        with pytest.raises(InvalidInput, match="item 3 of part I"):
            item_changes([], [ItemText("I", "3", "ok", OLD), ItemText("I", "3", "ok", NEW)])

    def test_no_items_give_no_rows_and_the_same_columns(self):
        empty = item_changes([], [])
        assert empty.height == 0
        assert empty.schema == item_changes([], [ItemText("I", "3", "ok", OLD)]).schema


class TestRisks:
    RIVALS = "Our rivals sell similar shoes at lower prices and own better known brands in every region we serve."
    FIRE = "A fire in the only mill that weaves our cloth could stop deliveries of shirts for many months."
    DATA = "Intruders may copy card numbers from servers that vendors run and thereby cost us fines and trust."

    def test_one_row_per_risk_factor_of_either_filing(self):
        old = [Risk(1, "Rivals", self.RIVALS), Risk(2, "Fire", self.FIRE)]
        new = [Risk(1, "Hackers", self.DATA), Risk(2, "Rivals", self.RIVALS + " They grow.")]
        assert risk_changes(old, new).rows() == [
            (1, None, "new", None, "Hackers", None, None, 18, 0, None, None),
            (2, 1, "kept", False, "Rivals", "Rivals", pytest.approx(38 / 40), 2, 0, None, None),
            (None, 2, "dropped", None, None, "Fire", None, 0, 19, None, None),
        ]

    def test_a_split_names_the_factor_it_came_from(self):
        old = [Risk(1, "Rivals and fire", self.RIVALS + " " + self.FIRE)]
        new = [Risk(1, "Rivals", self.RIVALS), Risk(2, "Fire", self.FIRE)]
        frame = risk_changes(old, new)
        assert frame.filter(status="new")["split_of"].to_list() == [1]
        assert frame.filter(status="new")["merged_into"].to_list() == [None]

    def test_any_iterable_will_do(self):
        risks = [Risk(1, "Rivals", self.RIVALS)]
        assert risk_changes(iter(risks), iter(risks)).equals(risk_changes(risks, risks))

    def test_no_factors_give_no_rows_and_the_same_columns(self):
        assert risk_changes([], []).height == 0
        assert risk_changes([], []).schema == risk_changes([], [Risk(1, "Rivals", self.RIVALS)]).schema
