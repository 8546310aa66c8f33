"""Rows of INDICATORS from prices and corporate actions, each from what was known at its own session's close.

1. Rows known by the close of their session make one panel of a block of securities; it is causal, so one pass gives
   every session its value.
2. What was learned late (a corrected price, a split told afterwards) must not reach the sessions before. A security
   that has such rows is computed again as of each instant at which it learned something, and gives the sessions closed
   from then until the next one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import FIRST_SESSION, LAST_SESSION, session_closes, session_ordinals, sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.market.indicators import chart
from edgewise.market.panel import Panel, panel_of, return_over
from edgewise.market.regression import beta_and_residual, mean_of_present, sample_deviation
from edgewise.market.rolling import window_max, window_sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from edgewise.market.rolling import Floats

VERSION = "indicators-2"
BLOCK = 500
MONTH, YEAR, MIN_OF_YEAR, MIN_OF_MONTH = 21, 252, 200, 15
MIN_NAMES = 20
_MILLION = 1e6
# Returns are added as whole multiples of this, so that the sum is the same in any order and grouping.
_GRAIN = 2.0**-40
_LARGEST_RETURN = 1000.0


def indicator_rows(
    prices: pl.DataFrame, actions: pl.DataFrame, counts: pl.DataFrame | None = None
) -> Iterator[pl.DataFrame]:
    """Yield rows of INDICATORS, a block of securities at a time, for every session that has a price row.

    prices, actions: all versions of rows of PRICES and CORPORATE_ACTIONS (`Lake.history`), in any order.
    Time:   a row rests on what was known at its session's close; to the last bit, rows known later change nothing.
    counts: shares outstanding: instrument_id, counted_on, shares, known_at; without them turnover is null.
    Nulls:  as the table says.
    """
    if prices.is_empty():
        return
    dated = prices.with_columns(closed=session_closes(prices["session"]))
    acted = actions.filter(pl.col("kind") != "delisting")
    acted = acted.with_columns(closed=session_closes(acted["ex_session"]))
    first, last = _span(dated)
    on_time, acted_on_time = _latest(dated, PRICES.key).sort("instrument_id"), _latest(acted, CORPORATE_ACTIONS.key)
    late = _late_instants(dated, acted)
    of_late, acted_of_late = _by_name(dated, late), _by_name(acted, late)
    names = dated["instrument_id"].unique().sort().to_list()
    blocks = [names[begin : begin + BLOCK] for begin in range(0, len(names), BLOCK)]
    market = _market(
        panel_of(_of_block(on_time, block), acted_on_time, block, first=first, last=last).returns for block in blocks
    )
    for block in blocks:
        early = [name for name in block if name not in late]
        if early:
            own = _of_block(on_time, block)
            yield _rows(panel_of(own, acted_on_time, early, first=first, last=last, counts=counts), market)
        for name in (one for one in block if one in of_late):
            events = acted_of_late.get(name, acted.clear())
            told = None if counts is None else counts.filter(pl.col("instrument_id") == name)
            yield from _by_epoch(of_late[name], events, late[name], market, first=first, last=last, counts=told)


def _by_name(rows: pl.DataFrame, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Return the rows of each of these securities that has any."""
    own = rows.filter(pl.col("instrument_id").is_in(pl.Series(list(names), dtype=pl.String).implode()))
    return {str(name): frame for (name,), frame in own.partition_by("instrument_id", as_dict=True).items()}


def _of_block(rows: pl.DataFrame, block: Sequence[str]) -> pl.DataFrame:
    """Return the rows, sorted by security, from the first to the last one of the block."""
    begin = rows["instrument_id"].search_sorted(block[0], side="left")
    return rows.slice(begin, rows["instrument_id"].search_sorted(block[-1], side="right") - begin)


def _by_epoch(
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    instants: Sequence[datetime],
    market: Floats,
    *,
    first: int,
    last: int,
    counts: pl.DataFrame | None,
) -> Iterator[pl.DataFrame]:
    """Yield one security's rows, for the sessions closed between two instants at which something late was learned."""
    bounds = [None, *instants, None]
    for since, until in pairwise(bounds):
        known = pl.lit(value=True) if until is None else pl.col("known_at") < until
        bars = prices.filter(known).sort("known_at").unique(PRICES.key, keep="last")
        if bars.is_empty():
            continue
        events = actions.filter(known).sort("known_at").unique(CORPORATE_ACTIONS.key, keep="last")
        panel = panel_of(bars, events, [bars["instrument_id"][0]], first=first, last=last, counts=counts)
        rows = _rows(panel, market)
        if since is not None:
            rows = rows.filter(pl.col("known_at") >= since)
        yield rows if until is None else rows.filter(pl.col("known_at") < until)


def _latest(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Return per key the latest row known by the close of its session."""
    return rows.filter(pl.col("known_at") <= pl.col("closed")).sort("known_at").unique(key, keep="last")


def _late_instants(prices: pl.DataFrame, actions: pl.DataFrame) -> dict[str, list[datetime]]:
    late = pl.concat(
        frame.filter(pl.col("known_at") > pl.col("closed")).select("instrument_id", "known_at")
        for frame in (prices, actions)
    )
    grouped = late.group_by("instrument_id").agg(pl.col("known_at").unique().sort())
    return dict(grouped.iter_rows())


def _span(prices: pl.DataFrame) -> tuple[int, int]:
    numbers = session_ordinals(prices["session"].unique())
    return int(numbers.min()), int(numbers.max())  # type: ignore[arg-type]


def _market(blocks: Iterator[Floats]) -> Floats:
    """Return the mean return of all names per session, NaN with fewer than 20 of them."""
    total, names = 0, 0
    for returns in blocks:
        there = ~np.isnan(returns)
        capped = np.clip(np.where(there, returns, 0.0), -_LARGEST_RETURN, _LARGEST_RETURN)
        total = total + np.rint(capped / _GRAIN).astype(np.int64).sum(axis=1)
        names = names + there.sum(axis=1)
    return np.where(np.asarray(names) >= MIN_NAMES, np.asarray(total) * _GRAIN / np.maximum(names, 1), np.nan)


def indicator_arrays(panel: Panel, market: Floats) -> dict[str, Floats]:
    """Return the columns of INDICATORS that are numbers, as arrays (time, stock)."""
    shares, closes = panel.shares, panel.close
    drawn = chart(closes, panel.volume)
    traded_of_year = window_sum((~np.isnan(panel.high)).astype(float), YEAR)
    high = np.where(traded_of_year >= MIN_OF_YEAR, window_max(panel.high, YEAR), np.nan)
    high[_spans_break(panel, YEAR)] = np.nan
    beta, residual = beta_and_residual(panel.returns, market)
    with np.errstate(divide="ignore", invalid="ignore"):
        impact = np.abs(panel.returns) / (panel.dollars / _MILLION)
    annual = np.sqrt(YEAR)
    strength, volume = drawn.pop("rsi_14"), drawn.pop("volume_20")
    levels = drawn | {"high_252": high}
    return {name: level / shares for name, level in levels.items()} | {
        "rsi_14": strength,
        "volume_20": volume * shares,
        "return_21": return_over(panel, MONTH),
        "return_63": return_over(panel, 3 * MONTH),
        "return_126": return_over(panel, 6 * MONTH),
        "return_252": return_over(panel, YEAR),
        "momentum_12_1": return_over(panel, YEAR, MONTH),
        "to_high_252": closes / high,
        "volatility_21": sample_deviation(panel.returns, MONTH, least=MONTH) * annual,
        "volatility_252": sample_deviation(panel.returns, YEAR, least=MIN_OF_YEAR) * annual,
        "beta_252": beta,
        "idiosyncratic_volatility_252": residual * annual,
        "amihud_21": mean_of_present(impact, MONTH, least=MIN_OF_MONTH),
        "turnover_21": mean_of_present(panel.volume / panel.outstanding, MONTH, least=MIN_OF_MONTH),
    }


def _spans_break(panel: Panel, window: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return where a row in quarantine stands among the last `window` sessions but the first."""
    before = np.zeros_like(panel.breaks)
    before[window:] = panel.breaks[:-window]
    return panel.breaks != before  # type: ignore[no-any-return]


def _rows(panel: Panel, market: Floats) -> pl.DataFrame:
    """Return the panel's indicators as rows of INDICATORS, one for each row of prices."""
    stock, time = np.nonzero(panel.listed.T)
    days = _session_days()[panel.first + time]
    arrays = indicator_arrays(panel, market)
    columns = {name: pl.Series(array[time, stock]).fill_nan(None) for name, array in arrays.items()}
    frame = pl.DataFrame({"session": days, **columns}).with_columns(
        instrument_id=pl.Series(panel.instruments).gather(stock), version=pl.lit(VERSION)
    )
    return frame.with_columns(known_at=session_closes(frame["session"])).select(INDICATORS.schema.keys())


@lru_cache(maxsize=1)
def _session_days() -> pl.Series:
    """Return all sessions by their running number."""
    return pl.Series("session", sessions(FIRST_SESSION, LAST_SESSION), dtype=pl.Date)
