"""Splits, dividends and delistings of a file, in the table: as paid, known when they happen, each once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import latest_known_at, session_close, session_open
from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.pipelines.price_actions import ingest_actions

AAA = "0000000001-01"
NAMED = INSTRUMENTS.frame(
    [
        {"instrument_id": AAA, "ticker": "AAA", "valid_from": date(1990, 1, 2), "cik": 1, "company": "A"}
        | {"source_url": "hand", "known_at": datetime(2024, 1, 2, tzinfo=UTC)}
    ]
)
# Two dividends of 0.25, one before a split four for one: it was 1.00. Then the end, of which nobody knows the return.
CSV = """Symbol,date,split_ratio,dividend,declaration_date,ended,exchange,dlret
aaa,2024-03-05,0,0.25,2024-02-20,,,
AAA,2024-05-06,4,,,,,
AAA,2024-06-03,1,0.25,,,,
AAA,2024-06-07,,,,Performance,NASDAQ,
AAA,2024-06-07,,,,performance,NYSE,-0.1
AAA,2024-06-08,,0.25,,,,
AAA,2024-06-10,-4,,,,,
AAA,2024-06-10,,,,vanished,,
A!,2024-06-10,2,,,,,
ZZZ,2024-06-10,2,,,,,
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text(CSV)
    return path


def test_failure_case_39_events_of_a_file_are_stored_as_paid_and_known_no_earlier_than_they_were(file, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    done = ingest_actions(file, lake, NAMED, split_adjusted=True)
    rows = lake.read(CORPORATE_ACTIONS).sort("ex_session")
    assert rows.select("ex_session", "kind", "ratio", "amount", "delisting_return").rows() == [
        (date(2024, 3, 5), "dividend", None, 1.0, None),
        (date(2024, 5, 6), "split", 4.0, None, None),
        (date(2024, 6, 3), "dividend", None, 0.25, None),
        (date(2024, 6, 7), "delisting", None, None, -0.55),
    ]
    assert rows["known_at"].to_list() == [
        latest_known_at(date(2024, 2, 20)),
        session_open(date(2024, 5, 6)),
        session_open(date(2024, 6, 3)),
        session_close(date(2024, 6, 10)),
    ]
    assert (done.rows, done.present, done.unresolved) == (4, 0, 1)
    assert done.rejected == {"bad_number": 1, "unknown_end": 1, "bad_ticker": 1, "not_a_session": 1, "duplicate": 1}
    again = ingest_actions(file, lake, NAMED, split_adjusted=True)
    assert (again.rows, again.present) == (0, 4)


def test_dividends_that_are_as_paid_stay_so_and_a_file_without_days_is_refused(file, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    ingest_actions(file, lake, NAMED)
    assert lake.read(CORPORATE_ACTIONS).filter(pl.col("kind") == "dividend")["amount"].to_list() == [0.25, 0.25]
    file.write_text("ticker,dividend\nAAA,1\n")
    with pytest.raises(SchemaMismatch, match="ex_session"):
        ingest_actions(file, lake, NAMED)


def test_adjusted_dividends_without_any_split_are_refused_and_nothing_is_stored(tmp_path):
    """They would be stored as paid: Apple's 0.73 of 2018 as 0.1825."""
    lake, file = Lake(str(tmp_path / "lake")), tmp_path / "dividends.csv"
    file.write_text("ticker,date,dividend\nAAA,2024-03-05,0.1825\n")
    with pytest.raises(InvalidInput, match=r"dividends\.csv has no split"):
        ingest_actions(file, lake, NAMED, split_adjusted=True)
    assert lake.read(CORPORATE_ACTIONS).is_empty()
