"""Prices of many securities as arrays (time, stock), made comparable over time without looking ahead.

Series are adjusted *forwards*: from the first session on, a close is multiplied by the splits up to its own session. So
a value rests on its past only, whatever comes later, and dividing by `shares` gives it on that session's own count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import FIRST_SESSION, LAST_SESSION, session_ordinals, sessions, tradable_sessions
from edgewise.market.prices import traded_prices
from edgewise.market.rolling import lagged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgewise.market.rolling import Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """Arrays (time, stock); NaN where a security did not trade.

    instruments: their ids, one a column.
    first:       running number of the first row's session (`core.clock.session_ordinals`).
    listed:      whether there is a row of PRICES at all.
    shares:      shares at that session for one at the first, by splits; never NaN.
    close, high: USD, times `shares`. volume: shares, over `shares`. dollars: USD traded.
    held:        worth of one share bought at the first session, with dividends kept in cash of the day and put back;
                 NaN without trade.
    returns:     what a holder earned from the close of the session before, a fraction; NaN unless both traded.
    breaks:      how many rows in quarantine there were up to that session: no return may span one.
    outstanding: shares of the company as counted at the first session; NaN before a count was known.
    """

    instruments: tuple[str, ...]
    first: int
    listed: NDArray[np.bool_]
    shares: Floats
    close: Floats
    high: Floats
    volume: Floats
    dollars: Floats
    held: Floats
    returns: Floats
    breaks: NDArray[np.int64]
    outstanding: Floats


def panel_of(
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    instruments: Sequence[str],
    *,
    first: int,
    last: int,
    counts: pl.DataFrame | None = None,
) -> Panel:
    """Return the arrays of some securities from the session numbered `first` to the one numbered `last`.

    prices:  rows of PRICES, one per (instrument_id, session). actions: rows of CORPORATE_ACTIONS, likewise.
    counts:  shares outstanding: instrument_id, counted_on (a day), shares, known_at; None: nobody told.
    Time:    a row of the arrays rests on rows of its own and earlier sessions. When they were known is the caller's.
    """
    column = {name: place for place, name in enumerate(instruments)}
    size = (last - first + 1, len(instruments))
    own = prices.filter(pl.col("instrument_id").is_in(list(instruments)))
    bars = traded_prices(own).with_columns(
        high=pl.when(pl.col("close").is_not_null()).then("high"), suspect=pl.col("status").fill_null("ok") != "ok"
    )
    at = (bars["ordinal"].to_numpy() - first, bars["instrument_id"].replace_strict(column).to_numpy())

    def spread(name: str, empty: float = np.nan) -> Floats:
        array = np.full(size, empty)
        array[at] = bars[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return array

    close, volume, listed = spread("close"), spread("volume"), np.zeros(size, dtype=bool)
    listed[at] = True
    volume[np.isnan(close)] = np.nan
    ratios, amounts = _events(actions, column, first, size)
    shares: Floats = np.cumprod(ratios, axis=0, dtype=np.float64)
    shares_before = shares / ratios
    adjusted = close * shares
    held, returns = _held(adjusted, amounts * shares_before)
    return Panel(
        tuple(instruments),
        first,
        listed,
        shares,
        adjusted,
        spread("high") * shares,
        volume / shares,
        close * volume,
        held,
        returns,
        np.cumsum(np.nan_to_num(spread("suspect", 0.0)).astype(np.int64), axis=0),
        _outstanding(counts, column, first, shares),
    )


def return_over(panel: Panel, begins: int, ends: int = 0) -> Floats:
    """Return the total return from the close `begins` sessions ago to that `ends` ago; NaN unless both traded."""
    found = (lagged(panel.held, ends) if ends else panel.held) / lagged(panel.held, begins) - 1
    before = np.full_like(panel.breaks, -1)
    before[begins:] = panel.breaks[: max(len(before) - begins, 0)]
    found[panel.breaks != before] = np.nan
    return found


def _events(actions: pl.DataFrame, column: dict[str, int], first: int, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return split ratios (1 where there is none) and dividends (USD a share held before) at each session."""
    numbered = actions.with_columns(row=session_ordinals(actions["ex_session"]) - first).filter(
        pl.col("instrument_id").is_in(list(column)), pl.col("row").is_between(0, size[0] - 1)
    )
    ratios, amounts = np.ones(size), np.zeros(size)
    for row, name, ratio, amount in numbered.select("row", "instrument_id", "ratio", "amount").iter_rows():
        if ratio is not None:
            ratios[row, column[name]] = ratio
        if amount is not None:
            amounts[row, column[name]] += amount
    return ratios, amounts


def _outstanding(counts: pl.DataFrame | None, column: dict[str, int], first: int, shares: Floats) -> Floats:
    """Return the newest count known before each session's close, on the count of shares of the first session."""
    found = np.full_like(shares, np.nan)
    if counts is None or counts.is_empty():
        return found
    own = counts.filter(pl.col("instrument_id").is_in(list(column))).sort("known_at", "counted_on")
    known = session_ordinals(tradable_sessions(own["known_at"])).to_numpy() - first
    counted = np.searchsorted(_days(), own["counted_on"].to_numpy().astype("datetime64[D]"), side="right") - 1 - first
    places = np.clip(counted, 0, len(shares) - 1)
    for row, place, (name, count) in zip(known, places, own.select("instrument_id", "shares").iter_rows(), strict=True):
        stock = column[name]
        found[max(row, 0) :, stock] = count / shares[place, stock]
    return found


@lru_cache(maxsize=1)
def _days() -> NDArray[np.datetime64]:
    """Return all sessions by their running number."""
    return np.array(sessions(FIRST_SESSION, LAST_SESSION), dtype="datetime64[D]")


def _held(closes: Floats, dividends: Floats) -> tuple[Floats, Floats]:
    """Return what a holding came to, and one-session returns. Dividends of sessions without trade count at the next."""
    worth, last = np.ones(closes.shape[1]), np.full(closes.shape[1], np.nan)
    waiting, recent = np.zeros(closes.shape[1]), np.zeros(closes.shape[1], dtype=bool)
    held, returns = np.full_like(closes, np.nan), np.full_like(closes, np.nan)
    for place, close in enumerate(closes):
        traded = ~np.isnan(close)
        waiting += dividends[place]
        growth = np.where(np.isnan(last), 1.0, (close + waiting) / last)
        worth = np.where(traded, worth * growth, worth)
        held[place] = np.where(traded, worth, np.nan)
        returns[place] = np.where(traded & recent, growth - 1, np.nan)
        last, waiting, recent = np.where(traded, close, last), np.where(traded, 0.0, waiting), traded
    return held, returns
