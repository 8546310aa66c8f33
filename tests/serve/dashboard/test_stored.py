"""What the pages read of served scores and a lake, over the scored world of tests/scored_world.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.adapters.sql import SqlFilingLedger, SqlServedScores, open_database
from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingWork
from edgewise.core.tables import PRICES, RISK_CHANGES
from edgewise.core.tables_failures import INGEST_FAILURES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.core.tables_score import SCORES
from edgewise.lake import Lake
from edgewise.pipelines.changes import VERSION
from edgewise.pipelines.score_reading import ScoreReader
from edgewise.serve.dashboard.app import page_at
from edgewise.serve.dashboard.stored import StoredReadings, factor_moves
from tests import scored_world as world

WEEK_BEFORE = date(2024, 4, 24)
TESTED = 12


def week_before(number):
    """Return a security's row of a week before: Energy twelve had a value 30 points higher then."""
    row = world.score_row(number, WEEK_BEFORE)
    if number != TESTED:
        return row
    higher = row["value"] + 30
    return row | {"value": higher, "score": row["score"] + world.STRETCH * 0.12 * 30}


def price(session, close, **fields):
    return {
        "instrument_id": world.instrument(TESTED), "session": session, "close": close, "open": close, "volume": 10,
        "source_url": "", "provider": "file", "status": "ok", "known_at": world.close_of(session),
    } | fields  # fmt: skip


def risk(change, ordinal, **fields):
    return {
        "accession": world.FIRST, "previous_accession": "0000000001-23-000001", "ordinal": ordinal, "old_ordinal": 1,
        "change_version": VERSION, "basis": "year", "change": change, "heading": change, "family": "f",
        "category": "competition", "words_added": 5, "words_removed": 2, "status": "ok",
        "known_at": datetime(2024, 4, 1, 20, 30, tzinfo=UTC),
    } | fields  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('state') / 'state.db'}")
    database.upgrade()
    lake, served = Lake(str(tmp_path_factory.mktemp("lake"))), SqlServedScores(database)
    world.fill(lake, served)
    served.publish(SCORES.frame([week_before(number) for number in world.NUMBERS]))
    split = {
        "instrument_id": world.instrument(TESTED), "ex_session": world.NEWEST, "kind": "split", "ratio": 2.0,
        "known_at": world.close_of(world.SESSIONS[0]), "source_url": "", "provider": "file",
    }  # fmt: skip
    lake.append(PRICES, PRICES.frame([price(world.SESSIONS[1], 40.0), price(world.NEWEST, 21.0)]))
    lake.append(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame([split]))
    lake.append(RISK_CHANGES, RISK_CHANGES.frame([risk("new", 2), risk("kept", 1), risk("new", 3, status="suspect")]))
    failed = {
        "ingester": "prices", "asked": "X", "status": "failed", "reason": "not_found", "retry": False,
        "command": "edgewise prices ingest", "known_at": world.NOW,
    }  # fmt: skip
    lake.append(INGEST_FAILURES, INGEST_FAILURES.frame([failed]))
    ledger = SqlFilingLedger(database)
    accession = Accession(world.FIRST)
    ledger.discover([FilingWork(accession, "https://example.test/", Cik(1), form="10-K")], seen_at=world.NOW)
    ledger.fail([Failure(accession, "too_large", "too large", retry=False)], at=world.NOW)
    yield lake, served, ledger
    database.close()


@pytest.fixture(scope="module")
def readings(house):
    lake, served, ledger = house
    reader = ScoreReader(lake, served, world.StoppedClock())
    return StoredReadings(lake, served, reader, ledger, world.StoppedClock())


def test_the_newest_day_stands_beside_the_last_session_and_a_week_before(readings):
    day = readings.market()
    rows = {each["ticker"]: each for each in day.rows.iter_rows(named=True)}
    row = rows[f"T{TESTED}"]
    assert (day.session, day.last, day.week) == (world.NEWEST, world.SESSIONS[1], WEEK_BEFORE)
    assert day.known_at == world.close_of(world.NEWEST)
    assert row["overall"] == world.score_row(TESTED, world.NEWEST)["overall"]
    assert row["last"] == world.score_row(TESTED, world.SESSIONS[1])["overall"]
    assert rows["T07"]["overall"] is None
    assert len(rows) == 24


@pytest.mark.parametrize(
    ("typed", "first"), [("t03", "T03"), ("company 11", "T11"), ("COMPANY 2", "T23"), ("T1", "T19"), ("pany 9", "T09")]
)
def test_the_search_takes_tickers_and_names(readings, typed, first):
    assert readings.find(typed, limit=3)[0].ticker == first


def test_who_types_a_name_means_the_rated_and_the_large(readings):
    found = [hit.ticker for hit in readings.find("company", limit=30)]
    assert found[:2] == ["T23", "T22"]
    assert found[-1] == "T07"  # it is not rated


def test_the_search_takes_anything(readings):
    assert readings.find(".*", limit=3) == []
    assert len(readings.find("t", limit=8)) == 8


def test_the_moves_of_a_week_add_up_and_name_the_factor(readings):
    stock = readings.stock(f"T{TESTED}")
    then, now = week_before(TESTED)["score"], world.score_row(TESTED, world.NEWEST)["score"]
    assert stock.week == WEEK_BEFORE
    assert sum(move.points for move in stock.moves) == pytest.approx(now - then, abs=1e-9)
    most = min(stock.moves, key=lambda move: move.points)
    assert most.factor == "value"
    assert most.points == pytest.approx(world.STRETCH * 0.12 * (0.1 - 2.4 - 30), abs=1e-9)


def test_a_factor_that_was_not_known_gave_no_points():
    moves = factor_moves({"value": 60.0}, {"value": 2.0}, {"value": None}, {"news": 1.0})
    assert {(move.factor, move.points) for move in moves} == {("value", 2.0), ("news", -1.0)}
    assert factor_moves({"value": 60.0}, {"value": 2.0}, {"value": None}, {}) == []


def test_medians_are_those_of_the_sector(readings):
    # Energy is all even numbers: 2 to 24, with the median 13; its value is 4 * 13 - 2 + 1 / 10.
    assert readings.stock("T12").medians["value"] == pytest.approx(50.1)
    # No sector is known of 5: the median of all 24 is that of 12.5.
    assert readings.stock("T05").medians["value"] == pytest.approx(48.1)


def test_history_is_told_from_the_oldest_on(readings):
    assert readings.stock("T12").history["session"].to_list() == [WEEK_BEFORE, *world.SESSIONS]


def test_prices_are_counted_in_shares_of_the_session(readings):
    assert readings.record("T12").prices.rows() == [(world.SESSIONS[1], 20.0), (world.NEWEST, 21.0)]


def test_filings_have_tone_and_an_address_at_the_sec(readings):
    record = readings.record("T01")
    told = {row["accession"]: row for row in record.filings.iter_rows(named=True)}
    assert told[world.FIRST]["net_tone"] == 0.2
    assert told[world.SECOND]["net_tone"] is None
    assert told[world.FIRST]["url"].endswith(f"/data/1/{world.FIRST.replace('-', '')}/{world.FIRST}-index.htm")


def test_simulated_filings_link_nowhere(house):
    lake, served, ledger = house
    clock = world.StoppedClock()
    reader = ScoreReader(lake, served, clock)
    simulated = StoredReadings(lake, served, reader, ledger, clock, simulated=True)
    assert simulated.record("T01").filings["url"].unique().to_list() == [""]


def test_risk_changes_leave_out_what_is_in_doubt(readings):
    assert readings.record("T01").risks["change"].to_list() == ["kept", "new"]
    assert readings.record("T02").risks.is_empty()


def test_the_tree_adds_up_to_the_score(readings):
    tree = readings.explanation("T12").tree
    score = world.score_row(12, world.NEWEST)["score"]
    assert tree.told.startswith(f"{score:.2f} = 50")
    assert 50 + sum(branch.points or 0 for branch in tree.branches) == pytest.approx(score, abs=1e-9)


def test_who_is_not_rated_has_a_reason_and_no_moves(readings):
    stock = readings.stock("T07")
    assert (stock.score["reasons"], stock.week, list(stock.moves), stock.points) == ("not_traded", None, [], {})


def test_health_counts_failures_of_filings_and_of_everything_else(readings):
    health = readings.health()
    assert health.failures == {"filings: too_large": 1, "prices: not_found": 1}
    assert health.filings == {"failed": 1}
    assert {table.name: table.rows for table in health.tables}["prices"] == 2
    assert health.session == world.NEWEST


def test_a_lake_without_scores_has_pages(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    lake, served, clock = Lake(str(tmp_path / "lake")), SqlServedScores(database), world.StoppedClock()
    empty = StoredReadings(lake, served, ScoreReader(lake, served, clock), SqlFilingLedger(database), clock)
    with pytest.raises(NotFound):
        empty.market()
    assert page_at(empty, "/", "").title == "Nothing here"
    assert page_at(empty, "/system", "").title == "System health"
    assert empty.health().session is None
    database.close()


def test_all_pages_can_be_made_of_it(readings):
    titles = [page_at(readings, path, "").title for path in ("/", "/stock/t12", "/screener", "/system", "/stock/QQ")]
    assert titles[0] == "Market day"
    assert titles[1].startswith("T12 ")
    assert titles[2:] == ["Screener", "System health", "Nothing here"]
    assert timedelta(0) < readings.health().at - readings.market().known_at
