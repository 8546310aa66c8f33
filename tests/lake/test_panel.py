"""What stood at many instants is what a lake says when it is asked at each of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.table import Column, Instant, Table
from edgewise.lake import Lake, panel
from edgewise.lake.panel import fill

DAYS = [datetime(2024, 5, day, 20, tzinfo=UTC) for day in range(1, 11)]
FIRST, SECOND = date(2024, 3, 31), date(2024, 4, 30)
SCHEMA = {"column": pl.Int64, "period_end": pl.Date, "known_at": Instant, "value": pl.Float64}
EARNINGS = Table(
    "earnings",
    "One row per company, period and change.",
    key=("column", "period_end"),
    columns=tuple(Column(name, dtype, name, nulls="" if name != "value" else "none") for name, dtype in SCHEMA.items()),
)


def stood(rows, *, columns=2, good_for=500, instants=DAYS):
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    at = pl.Series(instants, dtype=Instant)
    found = np.empty((columns, len(instants)))
    fill({"value": found}, frame, instants=at, good_for=good_for)
    return found.T


def asked_one_by_one(rows, folder, *, columns=2):
    """Return the same from `Lake.read`: of what is known at an instant, the newest period's value."""
    lake = Lake(str(folder))
    lake.append(EARNINGS, EARNINGS.check(pl.DataFrame(rows, schema=SCHEMA, orient="row")))
    found = np.full((len(DAYS), columns), np.nan)
    for place, at in enumerate(DAYS):
        for column, _, _, value in lake.read(EARNINGS, as_of=at).sort("period_end").iter_rows():
            found[place, column] = np.nan if value is None else value
    return found


@pytest.mark.parametrize("at_once", [1, 2**18])
def test_each_order_of_two_periods_and_a_restatement_gives_what_the_lake_gives(tmp_path, at_once, monkeypatch):
    monkeypatch.setattr(panel, "_AT_ONCE", at_once)
    told = [(FIRST, 1.0), (FIRST, 1.5), (SECOND, 2.0), (SECOND, None)]
    rows = []
    orders = list(permutations(told))
    for column, order in enumerate(orders):
        rows += [(column, end, DAYS[2 * place], value) for place, (end, value) in enumerate(order)]
    expected = asked_one_by_one(rows, tmp_path, columns=len(orders))
    np.testing.assert_array_equal(stood(rows, columns=len(orders)), expected)
    assert len(np.unique(expected[~np.isnan(expected)])) == 3


versions = st.tuples(
    st.integers(0, 3), st.sampled_from([FIRST, SECOND]), st.integers(-1, 12), st.one_of(st.none(), st.floats(-9, 9))
)


@given(st.lists(versions, max_size=12, unique_by=lambda row: row[:3]))
def test_the_newest_value_of_all_that_was_known_stands_whatever_comes_in_whichever_order(told):
    rows = [(column, end, DAYS[0] + timedelta(days=day), value) for column, end, day, value in told]
    expected = np.full((len(DAYS), 4), np.nan)
    for place, at in enumerate(DAYS):
        for column, _, _, value in sorted((row for row in rows if row[2] <= at), key=lambda row: row[1:3]):
            expected[place, column] = np.nan if value is None else value
    np.testing.assert_array_equal(stood(rows, columns=4), expected)


def test_a_row_stands_at_the_instant_it_is_known_at_and_not_before():
    row = [(0, SECOND, DAYS[3], 7.0)]
    assert stood(row)[:, 0].tolist()[3:] == [7.0] * 7
    assert np.isnan(stood(row)[:3]).all()
    assert np.isnan(stood([(0, SECOND, DAYS[3] + timedelta(microseconds=1), 7.0)])[3, 0])


def test_a_value_is_not_carried_on_beyond_its_time():
    row = [(0, SECOND, DAYS[0], 7.0)]
    good_until_fourth = stood(row, good_for=4)[:, 0]  # 30 April and four days: 4 May is the last
    assert (~np.isnan(good_until_fourth)).tolist() == [True] * 4 + [False] * 6
    assert np.isnan(stood(row, good_for=0)).all()


def test_a_period_that_ends_after_it_was_told_of_hides_nothing():
    rows = [(1, SECOND, DAYS[0], 7.0), (1, date(2204, 4, 30), DAYS[1], 9.0)]
    assert stood(rows)[:, 1].tolist() == [7.0] * 10


def test_without_rows_nothing_stands():
    assert stood([]).shape == (10, 2)
    assert np.isnan(stood([])).all()
