"""Ratings of files: columns by several names, times in two forms, and files that are not what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput, SchemaMismatch, Truncated, Unparsable
from edgewise.sources.ratings.files import read_ratings_file

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
CSV = b"""Symbol,firm,action,from_grade,to_grade,date,time,target,currency
AAPL,KeyBanc,up,Hold,Buy,2024-01-15,08:00:00,200,USD
AAPL,KeyBanc,up,Hold,Buy,2024-01-15,08:00:00,200,USD
AAPL,Nobody,main,,Moonshot,2024-01-15,,abc,
"""


def read(body: bytes, name: str = "ratings.csv") -> pl.DataFrame:
    return read_ratings_file(body, name, seen_at=SEEN).rows


def test_new_york_days_and_times_of_a_csv_become_instants_and_rows_said_twice_are_one():
    rows = read(CSV)
    assert rows.select("ticker", "firm_id", "action", "grade", "prior_grade", "target", "status").rows() == [
        ("AAPL", "keybanc", "upgrade", 4.0, 3.0, 200.0, "ok"),
        ("AAPL", "nobody", "reiterate", None, None, None, "suspect"),
    ]
    assert rows["known_at"].to_list() == [
        datetime(2024, 1, 15, 13, tzinfo=UTC),
        datetime(2024, 1, 16, 4, 59, 59, tzinfo=UTC),
    ]
    assert rows["reasons"].to_list() == [None, "unknown_grade,bad_target"]


def test_a_parquet_file_may_hold_instants():
    buffer = BytesIO()
    instant = datetime(2024, 1, 15, 13, tzinfo=UTC)
    frame = pl.DataFrame({"ticker": ["AAPL"], "firm": ["Citi"], "graded_at_utc": [instant], "to_grade": ["Buy"]})
    frame.write_parquet(buffer)
    rows = read(buffer.getvalue(), "ratings.parquet")
    assert rows.select("firm_id", "published_at", "grade").rows() == [("citigroup", instant, 4.0)]


@pytest.mark.parametrize(
    ("body", "name", "error"),
    [
        (b"", "a.csv", Truncated),
        (b"PAR1 and then nothing", "a.parquet", Unparsable),
        (b"ticker,firm\nAAPL,Citi\n", "a.csv", SchemaMismatch),
        (b"ticker,date\nAAPL,2024-01-15\n", "a.csv", SchemaMismatch),
        (b"Ticker,ticker,firm,date\n", "a.csv", SchemaMismatch),
        (CSV, "a.xlsx", InvalidInput),
    ],
)
def test_a_file_that_cannot_be_read_says_why(body, name, error):
    with pytest.raises(error):
        read(body, name)
