"""The view of indicators: by hand, session by session on a lake read as of each close, and with the future removed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import INDICATORS
from edgewise.factors import low_risk, momentum, technical
from edgewise.lake import Lake, find_leaks
from edgewise.market.prices import traded_prices
from edgewise.pipelines.views.indicators import NUMBERS, REACH_DAYS, indicators_view
from tests.factors.views import fields_of
from tests.opinions.said import X, Y
from tests.pipelines.views.listed import peers

DAYS = sessions(date(2024, 5, 1), date(2024, 6, 28))
DAY = DAYS[20]


def price(day: date, close: float | None, **told) -> dict[str, object]:
    told = {"instrument_id": X, "volume": 9, "source_url": "hand", "known_at": session_close(day)} | told
    return {"session": day, "close": close} | told


def drawn(day: date, number: float, **told) -> dict[str, object]:
    """A row of indicators that are all one number."""
    row = {"instrument_id": X, "session": day, "version": "test", "known_at": session_close(day)}
    return row | dict.fromkeys(NUMBERS, number) | told


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def put(lake: Lake, prices: list[dict], indicators: list[dict]) -> None:
    lake.upsert(PRICES, PRICES.frame(prices))
    lake.upsert(INDICATORS, INDICATORS.frame(indicators))


def told(lake: Lake, day: date = DAY):
    """Of X at the close of a day: what session the row is of, its close and its strength index."""
    return indicators_view(lake, peers([day], 7)).select("observed_on", "close", "rsi_14").rows()


def test_the_last_session_that_traded_stands_with_its_own_close(lake):
    before = shift_session(DAY, -1)
    put(lake, [price(before, 40.0), price(DAY, 41.0)], [drawn(before, 1.0), drawn(DAY, 2.0)])
    assert told(lake) == [(DAY, 41.0, 2.0)]
    assert told(lake, before) == [(before, 40.0, 1.0)]
    assert told(lake, shift_session(before, -1)) == []


@pytest.mark.parametrize("odd", [{"volume": 0}, {"status": "suspect"}, {"close": None}, {"close": 0.0}])
def test_failure_case_39_a_stale_quote_is_no_trade_and_the_session_before_stands(lake, odd):
    before = shift_session(DAY, -1)
    put(lake, [price(before, 40.0), price(DAY, 41.0) | odd], [drawn(before, 1.0), drawn(DAY, 2.0)])
    assert told(lake) == [(before, 40.0, 1.0)]


def test_failure_case_39_close_and_levels_are_of_one_count_of_shares(lake):
    """The split opens on DAY, without a trade: what stands is on the old count, the close like the means."""
    before = shift_session(DAY, -1)
    put(lake, [price(before, 400.0)], [drawn(before, 380.0)])
    row = indicators_view(lake, peers([DAY], 7)).row(0, named=True)
    assert (row["close"], row["sma_200"], row["observed_on"]) == (400.0, 380.0, before)


def test_a_row_stands_for_thirty_days_and_no_longer(lake):
    put(lake, [price(DAYS[0], 40.0)], [drawn(DAYS[0], 1.0)])
    last = DAYS[0] + timedelta(days=REACH_DAYS)
    assert told(lake, last) == [(DAYS[0], 40.0, 1.0)]
    assert told(lake, shift_session(last, 1)) == []


def test_a_close_that_is_corrected_or_taken_back_counts_as_it_was_known(lake):
    before = shift_session(DAY, -1)
    put(lake, [price(before, 40.0), price(DAY, 41.0)], [drawn(before, 1.0), drawn(DAY, 2.0)])
    evening = session_close(DAY) + timedelta(hours=1)
    night = session_close(shift_session(DAY, 1)) + timedelta(hours=1)
    put(lake, [price(DAY, 42.0, known_at=evening), price(DAY, 42.0, status="suspect", known_at=night)], [])
    assert told(lake) == [(DAY, 41.0, 2.0)]
    assert told(lake, shift_session(DAY, 1)) == [(DAY, 42.0, 2.0)]
    assert told(lake, shift_session(DAY, 2)) == [(before, 40.0, 1.0)]


def test_prices_without_indicators_leave_those_of_the_session_before(lake):
    before = shift_session(DAY, -1)
    put(lake, [price(before, 40.0), price(DAY, 41.0)], [drawn(before, 1.0)])
    assert told(lake) == [(before, 40.0, 1.0)]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Lake:
    """Four securities with holes, stale quotes, late prices and corrections."""
    dice, lake = random.Random(5), Lake(str(tmp_path_factory.mktemp("world")))
    prices, indicators = [], []
    for number in (7, 8, 9, 10):
        name = f"{number:010d}-01"
        for day in DAYS:
            if dice.random() < 0.5:
                odd = dice.choice([{}, {}, {"volume": 0}, {"status": "suspect"}, {"close": None}])
                late = timedelta(hours=dice.choice([0, 0, 0, 3, 70]))
                one = price(day, dice.uniform(5, 50), instrument_id=name, known_at=session_close(day) + late) | odd
                prices += [one]
                if dice.random() < 0.3:
                    prices += [one | {"close": dice.choice([None, 7.0]), "known_at": one["known_at"] + late * 2}]
            if dice.random() < 0.7:
                indicators += [drawn(day, dice.uniform(0, 1), instrument_id=name, rsi_14=None)]
    unique = {tuple(row[name] for name in PRICES.identity): row for row in prices}
    put(lake, list(unique.values()), indicators)
    return lake


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for day in listed["session"].unique().sort():
        close = session_close(day)
        traded = traded_prices(lake.read(PRICES, as_of=close)).drop_nulls("close")
        both = lake.read(INDICATORS, as_of=close).join(
            traded.select("instrument_id", "session", "close"), on=["instrument_id", "session"]
        )
        recent = both.filter(pl.col("session") >= day - timedelta(days=REACH_DAYS)).sort("session")
        newest = recent.unique("instrument_id", keep="last").rename({"session": "observed_on"})
        parts.append(newest.with_columns(session=pl.lit(day)))
    return pl.concat(parts).join(listed.select("instrument_id", "session"), on=["instrument_id", "session"])


def test_it_is_what_reading_the_lake_at_every_close_gives(world):
    listed = peers(DAYS, 7, 8, 9)
    found = indicators_view(world, listed)
    slow = slowly(world, listed).select(found.columns).sort("session", "instrument_id")
    assert_frame_equal(found, slow)
    assert found.height > 90
    assert (found["session"] != found["observed_on"]).sum() > 20


def test_what_becomes_known_later_changes_nothing(world):
    def view(lake, as_of):
        rows = indicators_view(lake, peers(DAYS, 7, 8, 9, 10))
        return rows.filter(pl.col("session").is_in([day for day in DAYS if session_close(day) <= as_of]))

    cuts = [session_close(day) for day in DAYS[3::9]]
    assert find_leaks(view, world, cuts, tables=[PRICES, INDICATORS]) == []


def test_sessions_apart_are_as_together_and_others_are_not_told(world):
    together = indicators_view(world, peers(DAYS, 7, 8))
    apart = pl.concat(indicators_view(world, peers([day], 7, 8)) for day in DAYS)
    assert_frame_equal(apart, together, check_exact=True)
    assert together["instrument_id"].unique().sort().to_list() == [X, Y]


def test_it_has_all_that_formulas_read_and_nobody_gives_no_rows(lake):
    rows = indicators_view(lake, peers([], 7))
    assert rows.is_empty()
    assert {"instrument_id", "session", "observed_on"} <= set(rows.columns)
    for factor in (momentum.FACTOR, technical.FACTOR, low_risk.FACTOR):
        assert fields_of(factor) <= set(rows.columns)
    assert indicators_view(lake, peers([DAY], 7)).schema == rows.schema
