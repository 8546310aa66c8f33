"""Law 1 for labels: they look ahead by what they are, and not an instant further than their `known_at` says.

Cut the prices at T, make the labels again: those known by T are the same, bit for bit. The checker itself is checked:
leaks that people really write are planted, and it must see each of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.betas import market_returns, past_betas
from edgewise.market.prices import past_returns
from edgewise.research.labels import event_returns, forward_returns, quantile_classes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FIRST = date(2024, 1, 2)
DAYS = sessions(FIRST, shift_session(FIRST, 34))
NAMES = 6
SMALL = {"window": 12, "min_sessions": 4, "min_names": 3}
MICROSECOND = timedelta(microseconds=1)


def honest(prices: pl.DataFrame, horizon: int = 3) -> pl.DataFrame:
    return quantile_classes(event_returns(prices, horizon=horizon, **SMALL), min_names=3)


def check_no_look_ahead(build: Callable[[pl.DataFrame], pl.DataFrame], prices: pl.DataFrame, cut: datetime) -> None:
    """Raise AssertionError unless all labels known by `cut` are made of what was known by then."""
    whole = build(prices).filter(pl.col("known_at") <= cut)
    blind = build(prices.filter(pl.col("known_at") <= cut))
    assert_frame_equal(whole, blind.join(whole, on=("instrument_id", "session"), how="semi"), check_exact=True)


@st.composite
def worlds(draw) -> pl.DataFrame:
    """Prices with gaps, names that come and go, and prices that were known late."""
    generator = np.random.default_rng(draw(st.integers(0, 1_000)))
    closes = 50 * np.cumprod(1 + generator.normal(0, 0.02, (len(DAYS), NAMES)), axis=0)
    places = st.tuples(st.integers(0, len(DAYS) - 1), st.integers(0, NAMES - 1))
    gaps = draw(st.sets(places, max_size=5))
    late = draw(st.dictionaries(places, st.integers(0, 20), max_size=4))
    lives = [draw(st.tuples(st.integers(0, 10), st.integers(20, len(DAYS)))) for _ in range(NAMES)]
    return PRICES.frame(
        [
            {
                "instrument_id": f"{name:010d}-01",
                "session": day,
                "open": None,
                "close": None if (at, name) in gaps else float(closes[at, name]),
                "volume": 100,
                "source_url": "test:",
                "known_at": session_close(shift_session(day, late.get((at, name), 0))),
            }
            for at, day in enumerate(DAYS)
            for name in range(NAMES)
            if lives[name][0] <= at < lives[name][1]
        ]
    )


@st.composite
def cuts(draw) -> datetime:
    return session_close(draw(st.sampled_from(DAYS))) + draw(st.sampled_from([-MICROSECOND, MICROSECOND * 0]))


@given(worlds(), cuts(), st.sampled_from([1, 3, 5]))
@settings(max_examples=40)
def test_labels_known_by_an_instant_are_made_of_what_was_known_by_then(prices, cut, horizon):
    check_no_look_ahead(lambda rows: honest(rows, horizon), prices, cut)


# Leaks that people write.


def known_too_early(prices: pl.DataFrame) -> pl.DataFrame:
    """The label is dated with its session, not with the end of its horizon."""
    closes = pl.DataFrame({"session": DAYS, "known_at": [session_close(day) for day in DAYS]})
    return honest(prices).drop("known_at").join(closes, on="session").sort("session", "instrument_id")


def beta_of_the_whole_sample(prices: pl.DataFrame) -> pl.DataFrame:
    """Failure case 38: betas are fitted once, on everything."""
    returns = past_returns(prices)
    market = market_returns(returns, min_names=3)
    last = past_betas(returns, market, window=500, min_sessions=4).group_by("instrument_id").agg(pl.col("beta").last())
    rows = honest(prices).drop("beta").join(last, on="instrument_id", how="left")
    return rows.with_columns(abnormal_return=pl.col("abnormal_return") * pl.col("beta"))


def filled_backwards(prices: pl.DataFrame) -> pl.DataFrame:
    """Failure case 37: a missing close is the next one's."""
    filled = prices.sort("instrument_id", "session").with_columns(
        pl.col("close").fill_null(strategy="backward").over("instrument_id")
    )
    return honest(filled)


def classes_of_the_whole_sample(prices: pl.DataFrame) -> pl.DataFrame:
    """Failure case 38: the borders of the classes are those of all sessions together."""
    rank, count = pl.col("abnormal_return").rank(), pl.col("abnormal_return").count()
    return honest(prices).with_columns(quantile=(rank * 3 / count).ceil().cast(pl.Int32) - 1)


def plain_world(*, gap: tuple[int, int] | None = None) -> pl.DataFrame:
    generator = np.random.default_rng(3)
    closes = 50 * np.cumprod(1 + generator.normal(0, 0.02, (len(DAYS), NAMES)), axis=0)
    return PRICES.frame(
        [
            {
                "instrument_id": f"{name:010d}-01",
                "session": day,
                "open": None,
                "close": None if (at, name) == gap else float(closes[at, name]),
                "volume": 100,
                "source_url": "test:",
                "known_at": session_close(day),
            }
            for at, day in enumerate(DAYS)
            for name in range(NAMES)
        ]
    )


@pytest.mark.parametrize(
    "leak", [known_too_early, beta_of_the_whole_sample, filled_backwards, classes_of_the_whole_sample]
)
def test_a_planted_leak_is_seen(leak):
    world = plain_world(gap=(22, 1))
    cut = session_close(DAYS[22])
    check_no_look_ahead(honest, world, cut)
    with pytest.raises(AssertionError):
        check_no_look_ahead(leak, world, cut)


def test_there_are_labels_to_be_wrong_about():
    labels = honest(plain_world()).filter(pl.col("known_at") <= session_close(DAYS[22]))
    assert labels["quantile"].drop_nulls().len() > NAMES * 10


def test_what_comes_after_the_horizon_changes_no_label():
    world = plain_world()
    later = world.with_columns(
        close=pl.when(pl.col("session") > DAYS[25]).then(pl.col("close") * 3).otherwise(pl.col("close"))
    )
    by_then = pl.col("session") <= DAYS[23]
    assert_frame_equal(honest(world).filter(by_then), honest(later).filter(by_then), check_exact=True)
    assert not honest(world).filter(session=DAYS[24]).equals(honest(later).filter(session=DAYS[24]))


LATE_SPLIT = CORPORATE_ACTIONS.frame(
    [
        {
            "instrument_id": "0000000001-01",
            "ex_session": DAYS[20],
            "kind": "split",
            "ratio": 3.0,
            "source_url": "test:",
            "known_at": session_close(DAYS[26]),
        }
    ]
)


@pytest.mark.parametrize("label", [event_returns, forward_returns])
def test_a_split_told_late_changes_no_label_that_was_known_before(label):
    """Failure case 22. Cut prices and events at each close: what was known by then is the same, bit for bit."""
    limits = SMALL if label is event_returns else {}
    world = plain_world().with_columns(open=pl.col("close"))

    def leaks(*, told_in_time: bool) -> int:
        events = LATE_SPLIT.with_columns(known_at=pl.lit(session_close(DAYS[1])).cast(LATE_SPLIT.schema["known_at"]))
        whole = label(world, events if told_in_time else LATE_SPLIT, horizon=3, **limits)
        wrong = 0
        for day in DAYS[16:30]:
            cut = pl.col("known_at") <= session_close(day)
            blind = label(world.filter(cut), LATE_SPLIT.filter(cut), horizon=3, **limits)
            known = whole.filter(cut)
            wrong += not blind.join(known, on=("instrument_id", "session"), how="semi").equals(known)
        return wrong

    assert leaks(told_in_time=False) == 0
    assert leaks(told_in_time=True) > 0
