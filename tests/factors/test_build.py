from datetime import date, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import FACTORS
from edgewise.factors.build import build
from edgewise.factors.filing_tone import FACTOR

DAY = date(2024, 3, 5)


@pytest.fixture
def tables(world):
    """Seven oil companies and one shell; enough old filings for a baseline, then one filing each."""
    old = [
        {"cik": 1 + number % 7, "net": 0.0, "sic": 2911, "known_at": session_close(shift_session(DAY, -200))}
        for number in range(28)
    ]
    new = [
        {
            "cik": cik,
            "net": cik / 10,
            "sic": 2911 if cik < 8 else 9995,
            "known_at": session_close(DAY) - timedelta(hours=1),
        }
        for cik in range(1, 9)
    ]
    return world(old + new)


def test_rows_are_rows_of_the_factors_table(tables):
    rows = build(FACTOR, tables, [DAY])
    assert rows.schema == FACTORS.schema
    assert rows["factor"].unique().to_list() == ["filing_tone"]
    assert rows["known_at"].unique().to_list() == [session_close(DAY)]


def test_values_by_hand(tables):
    rows = build(FACTOR, tables, [DAY])
    # raw is 0.1 to 0.7 with mean 0.4 and variance 0.28 / 6; the shell has a value, but no sector to be compared in.
    assert rows["raw"].to_list() == pytest.approx([cik / 10 for cik in range(1, 9)])
    expected = [(cik / 10 - 0.4) / (0.28 / 6) ** 0.5 for cik in range(1, 8)]
    assert rows["z"].to_list() == [*map(pytest.approx, expected), None]
    assert rows["sector"].to_list() == ["energy"] * 7 + [None]


def test_a_session_without_fresh_filings_has_null_and_not_zero(tables):
    rows = build(FACTOR, tables, [shift_session(DAY, 150)])
    assert rows.height == 8
    assert rows.select("raw", "z", "newest_input").null_count().row(0) == (8, 8, 8)


def test_years_may_be_built_apart(tables):
    days = sessions(DAY, shift_session(DAY, 10))
    together = build(FACTOR, tables, days)
    apart = pl.concat([build(FACTOR, tables, days[:4]), build(FACTOR, tables, days[4:])])
    assert together.equals(apart)


def test_no_sessions_give_an_empty_table(tables):
    assert build(FACTOR, tables, []).equals(FACTORS.empty())


def test_a_missing_table_is_named(tables):
    with pytest.raises(InvalidInput, match=r"needs the tables \['filings'\]"):
        build(FACTOR, {"filing_tone": tables["filing_tone"]}, [DAY])
