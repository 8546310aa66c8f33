"""The planted effect, measured: as large as planted times what our reader sees of it, and nothing in the control."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from edgewise.app.commands import demo
from edgewise.app.house import House
from edgewise.core.clock import session_closes
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FACTORS, INSTRUMENTS, PRICES
from edgewise.lake import Lake
from edgewise.pipelines.research import evaluate, evaluate_factor
from edgewise.research.ic import rank_ic
from edgewise.simulate import control_prices
from tests.conftest import PLAN

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture(scope="module")
def lake(travelled) -> Lake:
    return Lake(str(travelled.home / "lake"))


@pytest.fixture(scope="module")
def values(lake) -> pl.DataFrame:
    return lake.read(FACTORS, columns=["instrument_id", "session", "sector", "z"])


@pytest.fixture(scope="module")
def identified(lake):
    """Put instrument ids in the place of tickers."""
    tickers = lake.read(INSTRUMENTS).select("ticker", "instrument_id")
    return lambda frame: frame.join(tickers, on="ticker").drop("ticker")


@pytest.fixture(scope="module")
def agreement(market, values, identified) -> float:
    """Mean rank correlation of our reading with the perfect one."""
    return float(rank_ic(values, identified(pl.read_parquet(market.factor_truth)), label="z")["ic"].mean())


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_measured_ic_is_the_planted_one_times_the_agreement(lake, market, agreement, horizon):
    """Within the interval, widened by half: what is expected is itself a product of means, not the mean of products."""
    planted = json.loads(market.effects.read_text())["planted_ic"]["own_return"][str(horizon)]
    found = evaluate_factor(lake, "filing_tone", horizon=horizon)
    interval = found.ic.newey_west
    slack = (interval.high - interval.low) / 4
    assert interval.low - slack < planted * agreement < interval.high + slack
    assert found.ic.mean > 0.1
    assert found.spread.newey_west.low > 0
    assert found.names > 60


def test_our_reader_sees_most_of_what_there_is_to_see(agreement):
    assert 0.7 < agreement < 1


@pytest.fixture(scope="module")
def without(identified) -> pl.DataFrame:
    """Prices in which nothing was planted."""
    prices = identified(control_prices(PLAN)).with_columns(status=pl.lit("ok"))
    return prices.with_columns(known_at=session_closes(prices["session"]))


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_prices_without_the_effect_show_none(values, without, horizon):
    control = evaluate(values, without, name="filing_tone", horizon=horizon)
    assert control.ic.newey_west.low - 0.01 < 0 < control.ic.newey_west.high + 0.01


def test_two_years_are_long_enough_for_the_demo_to_measure_21_sessions_too(travelled, market):
    with House(travelled.settings()) as house:
        evidence = demo._evidence(house, PLAN, market)
    assert [each.horizon for each in evidence] == [1, 5, 21]
    for each in evidence:
        control, measured = each.control.ic, each.measured.ic
        half = (measured.newey_west.high - measured.newey_west.low) / 2
        assert control.newey_west.low < 0.03
        assert abs(control.mean) < 0.05
        assert measured.mean == pytest.approx(each.planted * each.agreement, abs=2 * half)


def test_turned_around_the_factor_has_the_opposite_ic(values, lake):
    prices = lake.read(PRICES)
    upright = evaluate(values, prices, name="filing_tone", horizon=5)
    turned = evaluate(values.with_columns(-pl.col("z")), prices, name="filing_tone", horizon=5)
    assert turned.ic.mean == pytest.approx(-upright.ic.mean)
    assert (turned.names, turned.dropped) == (upright.names, upright.dropped)


def test_the_span_is_kept_to(lake):
    found = evaluate_factor(lake, "filing_tone", horizon=1, since=date(2023, 7, 3), until=date(2023, 12, 29))
    assert (found.first_session, found.last_session) == (date(2023, 7, 3), date(2023, 12, 29))


def test_values_without_a_later_price_are_counted_as_dropped(lake, values):
    prices = lake.read(PRICES)
    last = evaluate(values, prices, name="filing_tone", horizon=21).dropped
    first = evaluate(values, prices, name="filing_tone", horizon=1).dropped
    names = values.drop_nulls("z").filter(pl.col("session") == values["session"].max()).height
    assert first == names
    assert last >= 20 * names


def test_days_in_disorder_and_spans_without_values_are_told_apart(lake):
    with pytest.raises(InvalidInput, match="before the first"):
        evaluate_factor(lake, "filing_tone", horizon=1, since=date(2024, 5, 2), until=date(2024, 5, 1))
    with pytest.raises(NotFound, match="between 2031-01-01 and the last"):
        evaluate_factor(lake, "filing_tone", horizon=1, since=date(2031, 1, 1))


def test_without_prices_there_is_nothing_to_measure_against(travelled, tmp_path):
    with House(travelled.settings()) as house:
        values = house.lake.read(FACTORS).tail(10)
    bare = Lake(str(tmp_path / "lake"))
    bare.upsert(FACTORS, values)
    with pytest.raises(NotFound, match="no prices"):
        evaluate_factor(bare, "filing_tone", horizon=1)
