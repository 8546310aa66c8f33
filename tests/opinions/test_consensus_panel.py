"""Consensus and targets at many instants, against the same asked for one by one."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.core.tables_ratings import RATINGS
from edgewise.opinions.consensus import consensus, targets
from edgewise.opinions.consensus_panel import AT_ONCE, consensus_at, targets_at
from tests.opinions.said import X, Y, at, rating, ratings

DAYS = sessions(date(2024, 3, 1), date(2024, 3, 28))[::2]
START, VALID = at("2024-02-20"), 25
HOURS = st.integers(0, 40 * 24)


def instants(days=DAYS) -> pl.Series:
    return pl.Series("at", [session_close(day) for day in days], dtype=Instant)


@st.composite
def a_rating(draw):
    published = START + timedelta(hours=draw(HOURS))
    said = draw(st.sampled_from(["Buy", "Hold", "Sell", "Strong Buy", "Moonshot", None]))
    told = rating(draw(st.sampled_from("abc")), said, published.strftime("%Y-%m-%dT%H:%M"))
    return told | {
        "rating_id": draw(st.sampled_from("12345")),
        "instrument_id": draw(st.sampled_from([X, Y, None])),
        "action": draw(st.sampled_from(["reiterate", "terminate", None])),
        "published_at": draw(st.sampled_from([None, published])),
        "known_at": published + timedelta(hours=draw(st.integers(0, 400))),
        "target": draw(st.sampled_from([None, 100.0, 60.0, 17.0])),
        "currency": draw(st.sampled_from(["USD", "EUR", None])),
    }


@st.composite
def a_price(draw):
    day = draw(st.sampled_from(sessions(date(2024, 2, 20), DAYS[-1])))
    return {
        "instrument_id": draw(st.sampled_from([X, Y])),
        "session": day,
        "close": draw(st.sampled_from([None, 80.0, 20.0])),
        "volume": draw(st.sampled_from([None, 0, 5])),
        "status": draw(st.sampled_from([None, "ok", "suspect"])),
        "source_url": "hand",
        "known_at": session_close(day) + timedelta(hours=draw(st.sampled_from([0, 0, 1, 60]))),
    }


@st.composite
def a_split(draw):
    day = draw(st.sampled_from(DAYS))
    return {
        "instrument_id": X,
        "ex_session": day,
        "kind": draw(st.sampled_from(["split", "dividend"])),
        "ratio": draw(st.sampled_from([4.0, 0.5])),
        "source_url": "hand",
        "known_at": session_close(day) + timedelta(hours=draw(st.sampled_from([-60, -7, 30]))),
    }


def frame(table, rows) -> pl.DataFrame:
    """Rows as the lake would have them: each identity once."""
    return table.frame(list({tuple(row[name] for name in table.identity): row for row in rows}.values()))


def one_by_one(answer, columns) -> pl.DataFrame:
    parts = [answer(instant).with_columns(at=pl.lit(instant, Instant)).select(columns) for instant in instants()]
    return pl.concat(parts)


@settings(max_examples=40)
@given(st.lists(a_rating(), max_size=14))
def test_the_consensus_at_many_instants_is_that_of_each(rows):
    table = frame(RATINGS, rows)
    found = consensus_at(table, instants(), valid_days=VALID)
    slow = one_by_one(lambda instant: consensus(table, as_of=instant, valid_days=VALID), found.columns)
    assert_frame_equal(found, slow, check_dtypes=False)


@settings(max_examples=40)
@given(st.lists(a_rating(), max_size=10), st.lists(a_price(), min_size=1, max_size=8), st.lists(a_split(), max_size=3))
def test_the_targets_at_many_instants_are_those_of_each(rows, closes, splits):
    table, prices, actions = frame(RATINGS, rows), frame(PRICES, closes), frame(CORPORATE_ACTIONS, splits)
    found = targets_at(table, instants(), prices=prices, actions=actions, valid_days=VALID)
    slow = one_by_one(
        lambda instant: targets(table, as_of=instant, prices=prices, actions=actions, valid_days=VALID),
        [name for name in found.columns if name != "newest_target"],
    )
    assert_frame_equal(found.drop("newest_target"), slow, check_dtypes=False)


def test_what_is_asked_for_together_makes_no_difference():
    """More sessions than are taken at once, and the same rows whatever their order."""
    days = sessions(date(2023, 12, 1), date(2024, 6, 28))
    assert len(days) > 2 * AT_ONCE
    table = ratings(
        rating("a", "Buy", "2024-01-10"), rating("b", "Sell", "2024-03-18"), rating("c", "Strong Buy", "2024-05-02")
    )
    found = consensus_at(table, instants(days))
    apart = pl.concat(consensus_at(table[::-1], instants([day])) for day in days[::-1])
    assert_frame_equal(found, apart.sort("at", "instrument_id"), check_exact=True)
    told = {row["at"]: (row["firms"], row["mean"], row["newest"]) for row in found.iter_rows(named=True)}
    assert told[session_close(date(2024, 6, 28))] == (3, pytest.approx(11 / 3), date(2024, 5, 2))
    assert session_close(date(2024, 1, 9)) not in told
    assert told[session_close(date(2024, 1, 10))] == (1, 4.0, date(2024, 1, 10))


def test_failure_case_39_a_target_before_a_split_is_divided_from_the_ex_session_on():
    split = CORPORATE_ACTIONS.frame(
        [
            {
                "instrument_id": X,
                "ex_session": date(2024, 3, 18),
                "kind": "split",
                "ratio": 4.0,
                "source_url": "hand",
                "known_at": at("2024-03-01"),
            }
        ]
    )
    closes = {date(2024, 3, 15): 320.0, date(2024, 3, 19): 84.0}
    prices = PRICES.frame(
        [
            {"instrument_id": X, "session": day, "close": close, "source_url": "hand", "known_at": session_close(day)}
            for day, close in closes.items()
        ]
    )
    told = ratings(rating("a", "Buy", "2024-01-10", target=400.0))
    days = [date(2024, 3, 15), date(2024, 3, 18), date(2024, 3, 19)]
    found = targets_at(told, instants(days), prices=prices, actions=split)
    assert found["mean_target"].to_list() == [400.0, 100.0, 100.0]
    assert found["close"].to_list() == [320.0, 80.0, 84.0]
    assert found["target_vs_price"].to_list() == pytest.approx([0.25, 0.25, 100 / 84 - 1])


def test_nothing_known_or_asked_gives_nothing_and_an_instant_without_zone_is_refused():
    empty = {"prices": PRICES.empty(), "actions": CORPORATE_ACTIONS.empty()}
    assert consensus_at(ratings(), instants()).is_empty()
    assert consensus_at(ratings(rating("a", "Buy", "2024-03-01")), instants([])).is_empty()
    assert targets_at(ratings(), instants(), **empty).is_empty()
    with pytest.raises(InvalidInput):
        consensus_at(ratings(), instants().dt.replace_time_zone(None))
