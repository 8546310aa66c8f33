"""Which moves need no reason, which have one, and which stay in quarantine."""

import math
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.clock import session_close, session_open, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.delisting import Ended, delisting_return
from edgewise.market.quarantine import JUMP, judged

DAY = date(2024, 6, 3)
ONE, OTHER, STRANGER = "0000000001-01", "0000000001-02", "0000000002-01"


def prices(**closes: list[float | None]) -> pl.DataFrame:
    """Return rows of PRICES: closes by name, from DAY on."""
    names = {"one": ONE, "other": OTHER, "stranger": STRANGER}
    rows = [
        {
            "instrument_id": names[name],
            "session": shift_session(DAY, at),
            "close": close,
            "volume": 100,
            "source_url": "test:",
            "known_at": session_close(shift_session(DAY, at)),
        }
        for name, levels in closes.items()
        for at, close in enumerate(levels)
    ]
    return PRICES.frame(rows)


def doubts(rows: pl.DataFrame, *told: dict) -> dict[tuple[str, int], str]:
    """Return the reasons by security and number of the session, as known in the end."""
    actions = CORPORATE_ACTIONS.frame(list(told))
    newest = judged(rows, actions).unique(["instrument_id", "session"], keep="last", maintain_order=True)
    found = newest.filter(pl.col("status") == "suspect")
    days = {shift_session(DAY, at): at for at in range(30)}
    return {
        (name, days[day]): why for name, day, why in found.select("instrument_id", "session", "reasons").iter_rows()
    }


def test_failure_case_39_a_split_that_is_told_explains_its_move_and_one_that_is_not_never_releases_itself():
    rows = prices(one=[100, 101, 25.2, 25.1, 25.3, 25.0])
    ex = shift_session(DAY, 2)
    split = {"instrument_id": ONE, "ex_session": ex, "kind": "split", "ratio": 4.0, "source_url": "test:"}
    assert doubts(rows, split | {"known_at": session_open(ex)}) == {}
    assert doubts(rows) == {(ONE, 2): "looks_like_split"}


@pytest.mark.parametrize(
    ("factor", "volume", "reason"),
    [(1.5, 150, "looks_like_split"), (1.5, 1500, "unexplained_jump"), (4.0, 4000, "looks_like_split")],
)
def test_failure_case_39_three_for_two_with_far_more_money_traded_is_a_crash_and_no_split(factor, volume, reason):
    """As Equinix on 2010-10-06: a third lost on a warning. A split moves no money, so four for one stays in doubt."""
    rows = prices(one=[60.0] * 6 + [60 / factor] * 3)
    busy = pl.when(pl.col("session") == shift_session(DAY, 6)).then(pl.lit(volume)).otherwise("volume")
    told = judged(rows.with_columns(volume=busy), CORPORATE_ACTIONS.empty())
    assert told.filter(pl.col("status") == "suspect")["reasons"].to_list() == [reason]
    assert told.height == rows.height + (reason == "unexplained_jump"), "the next close confirms it"


def test_failure_case_39_a_split_off_its_ratio_is_not_released_by_the_next_close():
    """As HQCL on 2015-06-15: ten merged into one, and five percent lost on the same day."""
    assert doubts(prices(one=[1.7, 1.71, 1.72, 16.3, 16.2, 16.1])) == {(ONE, 3): "looks_like_split"}


def test_failure_case_39_a_wrong_tick_is_doubted_and_the_way_back_is_not():
    assert doubts(prices(one=[10, 10, 26, 10.2, 10.1])) == {(ONE, 2): "unexplained_jump"}
    assert doubts(prices(one=[10, 10, 36, 10.2, 10.1])) == {(ONE, 2): "looks_like_split"}
    assert doubts(prices(one=[10, 10, None, 26, 10.2])) == {(ONE, 3): "unexplained_jump"}


def test_another_class_of_the_issuer_confirms_a_move_and_a_stranger_does_not():
    fall, same = [10, 10, 5.7, 9.9], [20, 20, 11.5, 20]
    assert (ONE, 2) not in doubts(prices(one=fall, other=same))
    assert doubts(prices(one=fall, stranger=[10, 10, 10, 10])) == {(ONE, 2): "unexplained_jump"}


def test_after_a_halt_any_price_may_come():
    assert doubts(prices(one=[10, *[None] * 6, 36])) == {}


@given(st.lists(st.one_of(st.none(), st.floats(0.01, 1e4)), min_size=1, max_size=12))
def test_nothing_is_dropped_or_changed_and_small_moves_are_never_doubted(closes):
    rows = prices(one=closes)
    found = judged(rows, CORPORATE_ACTIONS.empty())
    first = found.unique(["session"], keep="first", maintain_order=True)
    assert first.select("session", "close", "known_at").equals(rows.select("session", "close", "known_at"))
    assert found["known_at"].max() <= rows["known_at"].max()
    for row in found.filter(pl.col("status") == "suspect").iter_rows(named=True):
        before = rows.filter(pl.col("session") < row["session"])["close"].drop_nulls()[-1]
        assert abs(math.log(row["close"] / before)) > JUMP


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"received": 0.0}, -1.0),
        ({"received": 12.0}, 0.2),
        ({"ended": Ended.MERGED}, 0.0),
        ({"ended": Ended.PERFORMANCE, "exchange": "NYSE"}, -0.30),
        ({"ended": Ended.PERFORMANCE, "exchange": "Nasdaq"}, -0.55),
        ({}, None),
    ],
)
def test_failure_case_39_a_delisting_return_is_what_was_received_or_what_the_literature_found(told, expected):
    assert delisting_return(10.0, **told) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("close", "received"), [(0.0, 1.0), (float("nan"), 1.0), (10.0, -1.0)])
def test_a_delisting_return_of_nothing_is_refused(close, received):
    with pytest.raises(InvalidInput):
        delisting_return(close, received=received)
