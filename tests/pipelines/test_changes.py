"""Changes against the year before: which pairs are compared, what rows say, doubts, late arrivals, and time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.ports import FilingState
from edgewise.core.tables import ITEM_CHANGES, ITEMS, RISK_CHANGES, RISK_FACTORS
from edgewise.pipelines import changes
from edgewise.pipelines.changes import VERSION, compare, current_changes
from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.journey import travel
from edgewise.pipelines.parse import parse_stage
from edgewise.pipelines.stages import run_stage
from edgewise.sources.edgar.records import KnownAt, KnownAtSource
from tests.pipelines.conftest import accession, document, fetched, work
from tests.pipelines.reports import RISKS, SAID, report

STEEL, FLOOD, HACKERS, PEOPLE = RISKS
TARIFFS = {
    "Tariffs may raise our costs.": "Governments may put tariffs on steel and on bolts without any notice at all."
}
EDITED = RISKS | {STEEL: RISKS[STEEL].replace("Two mills", "Since the merger of two others a single mill")}


def annual(number: int, year: int, body: bytes | None = None, *, form="10-K", risks=RISKS, month=3, **texts):
    """The report of a fiscal year, public at noon of 4 March of the year after."""
    filed = date(year + 1, month, 4)
    made = fetched(
        number,
        document(body or report(risks, form=form, filed=filed, **texts), kind=form),
        form=form,
        period_end=date(year, 12, 31),
    )
    known = KnownAt(datetime(filed.year, month, 4, 17, tzinfo=UTC), KnownAtSource.HEADER)
    header = made.submission.header
    object.__setattr__(header, "filed_date", filed)
    object.__setattr__(made, "known_at", known)
    return made


@pytest.fixture
def journey(rooms, arrive):
    """Take these filings all the way; return the rows of item and risk changes."""

    def run(*filings):
        arrive(*filings)
        assert [leg.failed for leg in travel(rooms)] == [0, 0, 0]
        return rooms.lake.read(ITEM_CHANGES).to_dicts(), rooms.lake.read(RISK_CHANGES).to_dicts()

    return run


def said(rows):
    return {(row["ordinal"], row["old_ordinal"]): (row["change"], row["heading"] or row["old_heading"]) for row in rows}


class TestWhatChanged:
    def test_risk_factors_are_kept_reworded_new_and_dropped(self, journey):
        later = {name: body for name, body in EDITED.items() if name != FLOOD} | TARIFFS
        _, rows = journey(annual(1, 2023), annual(2, 2024, risks=later))
        assert said(rows) == {
            (1, 1): ("reworded", STEEL),
            (2, 3): ("kept", HACKERS),
            (3, 4): ("kept", PEOPLE),
            (4, 0): ("new", next(iter(TARIFFS))),
            (0, 2): ("dropped", FLOOD),
        }
        assert {(row["accession"], row["previous_accession"], row["basis"]) for row in rows} == {
            (accession(2), accession(1), "year")
        }
        assert {row["status"] for row in rows} == {"ok"}

    def test_every_row_was_known_when_the_later_filing_was(self, journey):
        items, risks = journey(annual(1, 2023), annual(2, 2024))
        assert {row["known_at"] for row in items + risks} == {datetime(2025, 3, 4, 17, tzinfo=UTC)}
        assert {row["change_version"] for row in items + risks} == {VERSION}

    def test_the_category_of_a_dropped_factor_is_that_of_the_earlier_filing(self, journey, rooms):
        _, rows = journey(annual(1, 2023), annual(2, 2024, risks={STEEL: RISKS[STEEL]}))
        factors = rooms.lake.read(RISK_FACTORS, where=pl.col("accession") == str(accession(1)))
        earlier = dict(factors.select("ordinal", "category").iter_rows())
        assert {row["category"] for row in rows if row["old_ordinal"] == 2} == {earlier[2]}

    def test_items_have_four_similarities_one_where_nothing_changed(self, journey):
        half = SAID * 60 + "Nothing of this was ever said before by anybody in any report. " * 40
        items, _ = journey(annual(1, 2023, Item7=SAID * 80), annual(2, 2024, Item7=half))
        by_item = {row["item"]: row for row in items}
        for name in ("cosine", "jaccard", "minimum_edit", "simple"):
            assert by_item["1"][name] == pytest.approx(1)
            assert 0 < by_item["7"][name] < 0.95
        assert (by_item["7"]["old_words"], by_item["7"]["status"]) == (80 * 19 + 12, "ok")


class TestWhichPairs:
    def test_a_first_report_is_compared_with_nothing(self, journey):
        assert journey(annual(1, 2024)) == ([], [])

    def test_failure_case_25_an_amendment_with_part_three_alone_is_not_the_latest_annual_report(self, journey):
        part_three = b"<p><b>PART III</b></p><p><b>Item 10. Directors, Executive Officers</b></p><p>Ann Lee.</p>"
        amendment = annual(2, 2023, part_three, form="10-K/A", month=4)
        _, rows = journey(annual(1, 2023), amendment, annual(3, 2024))
        assert {(row["accession"], row["previous_accession"]) for row in rows} == {(accession(3), accession(1))}

    def test_an_earlier_filing_that_arrives_late_is_compared_then(self, journey, rooms):
        """A backfill: the change is known since the later filing was, not since we had both."""
        assert journey(annual(1, 2024, risks=EDITED)) == ([], [])
        rooms.edgar.filings[accession(2)] = annual(2, 2023)
        rooms.filings.discover([work(2)], seen_at=rooms.clock.now())
        list(travel(rooms))
        (row,) = [row for row in rooms.lake.read(RISK_CHANGES).to_dicts() if row["change"] == "reworded"]
        assert (row["accession"], row["previous_accession"]) == (accession(1), accession(2))
        assert row["known_at"] == datetime(2025, 3, 4, 17, tzinfo=UTC)

    def test_a_pair_of_which_one_is_not_parsed_yet_waits(self, rooms, arrive):
        arrive(annual(1, 2023), annual(2, 2024))
        fetch = fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
        run_stage(fetch, rooms.filings, rooms.clock)
        parse = parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor)
        run_stage(parse, rooms.filings, rooms.clock, limit=1)
        assert rooms.lake.read(RISK_CHANGES).is_empty()
        run_stage(parse, rooms.filings, rooms.clock)
        assert rooms.lake.read(RISK_CHANGES).height == len(RISKS)

    def test_the_year_before_counts_once_it_is_there_and_the_quarter_before_no_more(self, rooms, arrive):
        def quarterly(number, end, body=None):
            made = annual(number, end.year, body or report(form="10-Q", filed=end), form="10-Q")
            object.__setattr__(made.submission.header, "period_end", end)
            known = datetime(end.year, end.month, end.day, tzinfo=UTC)
            object.__setattr__(made, "known_at", KnownAt(known, KnownAtSource.HEADER))
            return made

        arrive(quarterly(1, date(2024, 3, 31)), quarterly(2, date(2024, 6, 30)))
        list(travel(rooms))
        assert current_changes(rooms.lake, RISK_CHANGES)["basis"].unique().to_list() == ["quarter"]
        rooms.edgar.filings[accession(3)] = quarterly(3, date(2023, 6, 30))
        rooms.filings.discover([work(3)], seen_at=rooms.clock.now())
        list(travel(rooms))
        stored = rooms.lake.read(RISK_CHANGES, where=pl.col("accession") == str(accession(2)))
        assert sorted(stored["basis"].unique()) == ["quarter", "year"]
        counted = current_changes(rooms.lake, RISK_CHANGES)
        assert counted.filter(pl.col("accession") == str(accession(2)))["basis"].unique().to_list() == ["year"]


class TestDoubts:
    @pytest.fixture
    def doubted(self, journey, rooms):
        """Two compared reports, then a doubt about the risk factors and Item 1 of the earlier one, compared again."""
        journey(annual(1, 2023), annual(2, 2024))
        first = pl.col("accession") == str(accession(1))
        item, factors = pl.col("item") == "1", rooms.lake.read(RISK_FACTORS, where=first)
        doubt = {"status": pl.lit("suspect"), "reasons": pl.lit("rival")}
        rooms.lake.upsert(ITEMS, rooms.lake.read(ITEMS, where=first & item).with_columns(**doubt))
        rooms.lake.upsert(RISK_FACTORS, factors.with_columns(**doubt))
        assert compare(rooms.lake, rooms.executor, [str(accession(2))]) == 1
        return rooms.lake

    def test_what_rests_on_a_doubt_is_doubtful(self, doubted):
        items = {row["item"]: (row["status"], row["reasons"]) for row in doubted.read(ITEM_CHANGES).to_dicts()}
        assert items["1"] == ("suspect", "rival")
        assert items["7"] == ("ok", None)
        assert doubted.read(RISK_CHANGES)["status"].unique().to_list() == ["suspect"]

    def test_law_3_it_does_not_count_unless_asked_for(self, doubted):
        assert current_changes(doubted, RISK_CHANGES).is_empty()
        assert "1" not in set(current_changes(doubted, ITEM_CHANGES)["item"])
        assert current_changes(doubted, RISK_CHANGES, suspect=True).height == len(RISKS)

    def test_an_item_without_a_text_in_both_is_absent_and_says_why(self, journey):
        proxy = "The information required by this item is incorporated by reference to our definitive proxy statement."
        items, _ = journey(annual(1, 2023), annual(2, 2024, Item11=proxy))
        row = next(row for row in items if row["item"] == "11")
        assert (row["status"], row["reasons"], row["cosine"]) == ("absent", "new_by_reference", None)

    def test_a_comparison_that_fails_is_rows_with_a_reason_and_the_filings_go_on(self, rooms, arrive, monkeypatch):
        def failing(*_):
            raise RuntimeError("a defect")

        monkeypatch.setattr(changes, "risk_changes", failing)
        arrive(annual(1, 2023), annual(2, 2024))
        list(travel(rooms))
        assert rooms.filings.counts() == {(FilingState.SCORED, ""): 2}
        rows = rooms.lake.read(ITEM_CHANGES)
        assert set(rows["reasons"]) == {"unexpected_error"}
        assert rows["cosine"].null_count() == rows.height > 15


class TestAgain:
    def test_comparing_again_stores_nothing_new(self, journey, rooms):
        journey(annual(1, 2023), annual(2, 2024, risks=EDITED))
        before = [rooms.lake.version(table) for table in (ITEM_CHANGES, RISK_CHANGES)]
        assert compare(rooms.lake, rooms.executor, [str(accession(1)), str(accession(2))]) == 1
        assert [rooms.lake.version(table) for table in (ITEM_CHANGES, RISK_CHANGES)] == before

    def test_filings_that_are_no_reports_cost_nothing(self, rooms, arrive):
        arrive(fetched(1))
        list(travel(rooms))
        assert compare(rooms.lake, rooms.executor, [str(accession(1))]) == 0
        assert rooms.lake.version(ITEM_CHANGES) is None
