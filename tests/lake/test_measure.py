"""Aggregates over the latest rows known at an instant."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Column, Instant, Table
from edgewise.lake import Lake

TABLE = Table(
    "readings",
    "For this test.",
    key=("name", "session"),
    columns=(
        Column("name", pl.String, "who"),
        Column("session", pl.Date, "when"),
        Column("value", pl.Int64, "what", nulls="none"),
        Column("known_at", Instant, "known"),
    ),
)
DAY = date(2024, 1, 2)
WHAT = [pl.len().alias("rows"), pl.col("value").sum(), pl.col("name").n_unique().alias("names")]


def at(day):
    return datetime(2024, 1, day, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    rows = [("A", DAY, 1, at(3)), ("A", DAY, 10, at(5)), ("B", DAY, 100, at(4)), ("B", DAY, None, at(6))]
    for row in rows:
        lake.upsert(TABLE, TABLE.frame([dict(zip(TABLE.schema, row, strict=True))]))
    return lake


def test_each_key_counts_once_in_the_version_known_then(lake):
    assert lake.measure(TABLE, WHAT, as_of=at(2)).rows() == [(0, 0, 0)]
    assert lake.measure(TABLE, WHAT, as_of=at(4)).rows() == [(2, 101, 2)]
    assert lake.measure(TABLE, WHAT, as_of=at(5)).rows() == [(2, 110, 2)]
    assert lake.measure(TABLE, WHAT).rows() == [(2, 10, 2)]


def test_a_condition_on_values_sees_the_newest_version_alone(lake):
    """An older version that fits does not resurface when the newest does not."""
    assert lake.measure(TABLE, WHAT, where=pl.col("value") == 100).rows() == [(0, 0, 0)]
    assert lake.measure(TABLE, WHAT, where=pl.col("value") == 100, as_of=at(5)).rows() == [(1, 100, 1)]


def test_a_table_that_is_not_there_is_measured_as_an_empty_one(tmp_path):
    assert Lake(str(tmp_path / "none")).measure(TABLE, WHAT).rows() == [(0, 0, 0)]


def test_an_instant_without_zone_is_refused(lake):
    with pytest.raises(InvalidInput):
        lake.measure(TABLE, WHAT, as_of=datetime(2024, 1, 3))  # noqa: DTZ001 - that is the point
