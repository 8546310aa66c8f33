"""What holds for every factor of the registry, whatever it measures."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import FACTORS
from edgewise.factors.build import build
from edgewise.factors.registry import ALL

START = date(2023, 1, 3)
DAYS = sessions(date(2023, 6, 1), date(2023, 6, 30))

pytestmark = pytest.mark.parametrize("factor", ALL, ids=lambda factor: factor.name)


@pytest.fixture(scope="module")
def filings() -> list[dict]:
    """Eight companies and 400 filings, before and after the close, some scores suspect or missing."""
    dice = random.Random(7)
    return [
        {
            "cik": dice.randint(1, 8),
            "net": dice.choice([None, *(dice.uniform(-1, 1) for _ in range(9))]),
            "status": dice.choice(["ok", "ok", "ok", "suspect"]),
            "form": dice.choice(["8-K", "8-K", "10-Q", "10-K/A"]),
            "sic": dice.choice([2911, 1311, None]),
            "known_at": session_close(shift_session(START, dice.randint(0, 140)))
            + timedelta(hours=dice.randint(-3, 3)),
        }
        for _ in range(400)
    ]


@pytest.fixture
def tables(world, filings):
    return world(filings)


def test_it_fits_its_table_and_says_something(factor, tables):
    rows = build(factor, tables, DAYS, min_names=2)
    assert rows.schema == FACTORS.schema
    assert rows["z"].count() > 20


def test_it_does_not_look_ahead(factor, tables):
    cut = session_close(DAYS[9])
    seen = {name: frame.filter(pl.col("known_at") <= cut) for name, frame in tables.items()}
    whole, blind = build(factor, tables, DAYS), build(factor, seen, DAYS)
    assert_frame_equal(
        whole.filter(pl.col("known_at") <= cut), blind.filter(pl.col("known_at") <= cut), check_exact=True
    )


def test_the_order_of_rows_is_irrelevant(factor, tables):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in tables.items()}
    assert_frame_equal(build(factor, shuffled, DAYS[::-1]), build(factor, tables, DAYS), check_exact=True)


def test_it_is_deterministic_and_leaves_its_inputs_alone(factor, tables):
    before = {name: frame.clone() for name, frame in tables.items()}
    assert_frame_equal(build(factor, tables, DAYS), build(factor, tables, DAYS), check_exact=True)
    for name, frame in tables.items():
        assert_frame_equal(frame, before[name], check_exact=True)


def test_null_stays_null(factor, tables):
    spoilt = tables | {"filing_tone": tables["filing_tone"].with_columns(net=pl.lit(None, pl.Float64))}
    rows = build(factor, spoilt, DAYS)
    assert rows.height > 0
    assert rows["raw"].null_count() == rows["z"].null_count() == rows["newest_input"].null_count() == rows.height
    assert rows["inputs"].unique().to_list() == [0]


def test_a_value_rests_on_something_and_a_null_on_nothing(factor, tables):
    rows = build(factor, tables, DAYS)
    assert ((rows["inputs"] > 0) == rows["raw"].is_not_null()).all()
    assert (rows["newest_input"].is_not_null() == rows["raw"].is_not_null()).all()


def test_no_rows_in_no_rows_out(factor, tables):
    assert build(factor, {name: frame.clear() for name, frame in tables.items()}, DAYS).is_empty()


def test_its_declaration_is_complete(factor):
    assert all((factor.name, factor.version, factor.inputs, factor.unit, factor.source))
    assert factor.direction in (-1, 1)
