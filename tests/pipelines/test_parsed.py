"""Finding what was read of a filing: the way on is told for every way in which it can be missing."""

from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput, NotFound, Truncated
from edgewise.core.tables import ITEMS, RISK_FACTORS
from edgewise.pipelines import parse as parsing
from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.journey import travel
from edgewise.pipelines.parse import outdated, parse_again, parse_stage
from edgewise.pipelines.parsed import filing_head, item_blocks, item_of, parsed_filing
from edgewise.pipelines.stages import run_stage
from tests.pipelines.conftest import accession, document, fetched
from tests.pipelines.reports import RISKS, report


def reported(number: int, form: str = "10-K"):
    return fetched(number, document(report(form=form), kind=form), form=form)


@pytest.fixture
def quarterly(rooms, arrive):
    arrive(reported(1, "10-Q"))
    list(travel(rooms))
    return parsed_filing(rooms.lake, rooms.filings, accession(1))


def refusal(rooms, number: int = 1) -> str:
    with pytest.raises(NotFound) as caught:
        parsed_filing(rooms.lake, rooms.filings, accession(number))
    return str(caught.value)


class TestMissing:
    def test_an_unknown_filing_can_be_brought_in(self, rooms):
        assert refusal(rooms) == f"{accession(1)} is not known here. Bring it in: edgewise filings ingest --cik NUMBER"

    def test_one_that_is_only_discovered_can_be_fetched(self, rooms, arrive):
        arrive(reported(1))
        assert "is not fetched yet. Fetch it: edgewise filings ingest --resume" in refusal(rooms)

    def test_one_that_is_only_fetched_can_be_parsed(self, rooms, arrive):
        arrive(reported(1))
        fetch = fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
        run_stage(fetch, rooms.filings, rooms.clock)
        assert "is not parsed yet. Parse it: edgewise filings parse" in refusal(rooms)

    def test_one_that_failed_says_why(self, rooms, arrive):
        arrive(Truncated("it ends early"))
        list(travel(rooms))
        assert f"{accession(1)} failed for truncated" in refusal(rooms)

    @pytest.mark.parametrize("form", ["4", "6-K"])
    def test_one_of_a_form_without_items_says_so(self, rooms, arrive, form):
        arrive(fetched(1, form=form))
        list(travel(rooms))
        assert f"is a {form}, which has no items" in refusal(rooms)

    def test_one_that_an_older_version_parsed_can_be_parsed_anew(self, rooms, arrive, monkeypatch):
        arrive(reported(1))
        with monkeypatch.context() as older:
            older.setattr("edgewise.pipelines.filing_text.READING_VERSION", "filing-text-0")
            list(travel(rooms))
        assert "edgewise filings parse --again" in refusal(rooms)


class TestAgain:
    @pytest.fixture
    def old(self, rooms, arrive, monkeypatch):
        """Two filings that an older version parsed, scored by now, and one of a form without items."""
        arrive(reported(1), reported(2), fetched(3, form="6-K"))
        with monkeypatch.context() as older:
            older.setattr("edgewise.pipelines.filing_text.READING_VERSION", "filing-text-0")
            list(travel(rooms))
        return rooms

    def again(self, rooms, **options):
        stage = parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor)
        return parse_again(stage, rooms.lake, rooms.filings, rooms.clock, **options)

    def test_what_an_older_version_parsed_is_parsed_anew_once(self, old):
        before = old.filings.counts()
        assert self.again(old, batch=1).done == 2
        assert parsed_filing(old.lake, old.filings, accession(2)).factors.height == len(RISKS)
        assert self.again(old).done == 0
        assert old.filings.counts() == before

    def test_a_limit_holds(self, old):
        assert self.again(old, limit=1).done == 1
        assert len(outdated(old.lake, old.filings.select())) == 1

    def test_a_text_of_an_older_version_is_outdated_too(self, old, monkeypatch):
        self.again(old)
        monkeypatch.setattr(parsing, "PARSER_VERSION", "visible-text-next")
        assert [work.accession for work in outdated(old.lake, old.filings.select())] == [
            accession(n) for n in (1, 2, 3)
        ]

    def test_the_older_rows_stay_beside_the_new_ones(self, old):
        self.again(old)
        for table in (ITEMS, RISK_FACTORS):
            assert set(old.lake.read(table)["parser_version"]) == {"filing-text-0", "filing-text-1"}


class TestOneItem:
    @pytest.mark.parametrize("spelling", ["1A", "1a", "Item 1A", "item 1 a.", "ITEM 1A"])
    def test_an_item_may_be_spelt_in_many_ways(self, quarterly, spelling):
        assert item_of(quarterly, spelling, "")["title"] == "Risk Factors"

    def test_failure_case_13_an_item_that_stands_in_two_parts_needs_the_part(self, quarterly):
        with pytest.raises(InvalidInput, match="stands in Part I and Part II") as caught:
            item_of(quarterly, "1", "")
        assert caught.value.advice == "Choose one: --part I"
        assert item_of(quarterly, "1", "ii")["title"] == "Legal Proceedings"
        assert item_of(quarterly, "1", "Part I")["title"] == "Financial Statements"

    def test_an_item_that_is_not_there_is_answered_with_those_that_are(self, quarterly):
        with pytest.raises(NotFound, match="has no item 9Z") as caught:
            item_of(quarterly, "9Z", "")
        assert "I 1, I 2, I 3, I 4, II 1, II 1A" in caught.value.advice
        with pytest.raises(NotFound, match="no item 1A in Part I"):
            item_of(quarterly, "1A", "I")

    def test_its_blocks_are_those_of_its_document(self, quarterly, rooms):
        item = item_of(quarterly, "1A", "")
        blocks = list(item_blocks(rooms.lake, rooms.documents, item))
        assert "\n".join(block.text for block in blocks) == item["text"]


def test_the_head_of_a_filing_is_that_of_its_issuer(quarterly, rooms):
    head = filing_head(rooms.lake, quarterly.accession)
    assert (head["company"], head["cik"], head["form"]) == ("SEVEN INC", 7, "10-Q")
