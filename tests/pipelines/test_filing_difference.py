"""What changed between two filings for people: whom it is compared with, what is left out, and the words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import RISK_FACTORS
from edgewise.pipelines.filing_difference import filing_difference
from edgewise.pipelines.journey import travel
from tests.pipelines.conftest import accession
from tests.pipelines.reports import RISKS
from tests.pipelines.test_changes import EDITED, FLOOD, STEEL, TARIFFS, annual

LATER = {name: body for name, body in EDITED.items() if name != FLOOD} | TARIFFS


@pytest.fixture
def stored(rooms, arrive):
    """Reports of 2021, 2023 and 2024, and a quarterly one."""
    arrive(annual(1, 2021), annual(2, 2023), annual(3, 2024, risks=LATER), annual(4, 2024, form="10-Q", month=5))
    list(travel(rooms))
    return rooms


def differ(rooms, new, old=None, **options):
    return filing_difference(rooms.lake, rooms.filings, accession(new), old and accession(old), **options)


class TestAgainst:
    @pytest.mark.parametrize(("new", "old", "basis"), [(3, 2, "year"), (2, 1, "earlier")])
    def test_without_a_choice_it_is_the_year_before_or_the_last_before(self, stored, new, old, basis):
        found = differ(stored, new)
        assert (found.old["accession"], found.new["accession"], found.basis) == (accession(old), accession(new), basis)

    def test_any_earlier_one_may_be_chosen(self, stored):
        assert differ(stored, 3, 1).basis == "chosen"

    def test_the_first_of_its_kind_has_nothing_to_be_compared_with(self, stored):
        with pytest.raises(NotFound, match="no earlier report") as caught:
            differ(stored, 1)
        assert "--against" in caught.value.advice

    @pytest.mark.parametrize(("new", "old", "why"), [(4, 2, "different items"), (3, 3, "itself"), (1, 3, "later than")])
    def test_what_cannot_be_compared_is_refused(self, stored, new, old, why):
        with pytest.raises(InvalidInput, match=why):
            differ(stored, new, old)

    def test_an_unknown_filing_is_refused(self, stored):
        with pytest.raises(NotFound, match="not known here"):
            differ(stored, 3, 9)


class TestWords:
    def test_every_factor_of_both_filings_is_there_with_its_words(self, stored):
        found = differ(stored, 3)
        assert [
            (factor.row["change"], factor.row["ordinal"], factor.row["old_ordinal"]) for factor in found.factors
        ] == [
            ("reworded", 1, 1),
            ("kept", 2, 3),
            ("kept", 3, 4),
            ("new", 4, 0),
            ("dropped", 0, 2),
        ]
        reworded, kept, _, new, dropped = found.factors
        assert [(piece.op, piece.text.strip()) for piece in reworded.text if piece.op != "same"] == [
            ("removed", "Two mills"),
            ("added", "Since the merger of two others a single mill"),
        ]
        assert [piece.op for piece in reworded.heading] == ["same"]
        assert [piece.op for piece in kept.text] == ["same"]
        assert [(piece.op, piece.text) for piece in new.text] == [("added", next(iter(TARIFFS.values())))]
        assert [(piece.op, piece.text) for piece in dropped.text] == [("removed", RISKS[FLOOD])]
        assert dropped.row["old_heading"] == FLOOD
        assert reworded.row["heading"] == STEEL

    @pytest.mark.parametrize(
        ("reasons", "told"),
        [
            ("old_by_reference,new_by_reference", "by reference in both"),
            ("old_absent", "absent then"),
            ("old_by_reference,new_absent", "absent now, by reference then"),
            ("no_words", "no words"),
        ],
    )
    def test_law_3_an_item_without_a_text_is_named_with_the_reason(self, stored, reasons, told):
        item = {"part": "III", "item": "10", "cosine": None, "status": "absent", "reasons": reasons}
        compared = {"part": "I", "item": "1", "cosine": 0.5, "status": "ok", "reasons": None}
        found = replace(differ(stored, 3), items=[compared, item, item | {"item": "11"}])
        assert found.left_out == {told: ["III 10", "III 11"]}

    def test_items_have_their_titles(self, stored):
        assert {row["item"]: row["title"] for row in differ(stored, 3).items}["1A"] == "Risk Factors"


class TestDoubts:
    @pytest.fixture
    def doubted(self, stored):
        rows = stored.lake.read(RISK_FACTORS)
        stored.lake.upsert(RISK_FACTORS, rows.with_columns(status=rows["status"].replace("ok", "suspect")))
        return stored

    def test_law_3_doubtful_risk_factors_are_compared_only_when_asked_for(self, doubted):
        found = differ(doubted, 3)
        assert found.factors == []
        assert "--suspect" in found.doubts
        assert len(differ(doubted, 3, suspect=True).factors) == 5

    def test_without_risk_factors_in_one_of_them_it_is_said(self, rooms, arrive):
        none = "We are a smaller reporting company and are not required to provide this information."
        arrive(annual(1, 2023), annual(2, 2024, Item1A=none))
        list(travel(rooms))
        found = differ(rooms, 2)
        assert found.factors == []
        assert found.doubts == f"{accession(2)} has no risk factors to compare"
