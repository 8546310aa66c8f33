"""Rows of INDICATORS from prices and corporate actions, each from what was known at its own session's close.

1. Rows known by the close of their session make one panel of a block of securities; it is causal, so one pass gives
   every session its value.
2. What was learned late (a corrected price, a split told afterwards) must not reach the sessions before. A security
   that has such rows is computed once for each *epoch*, from one instant at which it learned something until the next,
   as if each were a security of its own, and gives the sessions that closed in it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import FIRST_SESSION, LAST_SESSION, session_closes, session_ordinals, sessions
from edgewise.core.table import Instant
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.market.indicators import chart
from edgewise.market.panel import Panel, panel_of, return_over
from edgewise.market.regression import beta_and_residual, mean_of_present, sample_deviation
from edgewise.market.rolling import window_max, window_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    epochs = _epochs(dated, acted)
    late = set(epochs["instrument_id"])
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
    for some in epochs.iter_slices(BLOCK):
        bars = _latest_in(dated, some, PRICES.key)
        events = _latest_in(acted, some, CORPORATE_ACTIONS.key)
        told = None if counts is None else _in_epochs(counts, some)
        panel = panel_of(bars, events, some["epoch"].to_list(), first=first, last=last, counts=told)
        yield _closed_in(some, _rows(panel, market))


def _epochs(prices: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return the epochs of each security that learned something late: instrument_id, epoch, since, until.

    One lasts from the instant at which something late was learned (null: from the beginning) until the next one (null:
    for ever). `epoch` names it.
    """
    late = pl.concat(
        frame.filter(pl.col("known_at") > pl.col("closed")).select("instrument_id", since="known_at")
        for frame in (prices, actions)
    ).unique()
    begins = pl.concat([late.select("instrument_id", since=pl.lit(None, Instant)).unique(), late])
    ordered = begins.sort("instrument_id", "since", nulls_last=False)
    return ordered.with_columns(
        until=pl.col("since").shift(-1).over("instrument_id"),
        epoch=pl.format("{} {}", "instrument_id", pl.int_range(pl.len()).over("instrument_id")),
    )


def _in_epochs(rows: pl.DataFrame, epochs: pl.DataFrame) -> pl.DataFrame:
    """Return the rows known in each epoch, once per epoch, whose name stands for the security's."""
    both = rows.join(epochs.select("instrument_id", "epoch", "until"), on="instrument_id")
    known = both.filter((pl.col("known_at") < pl.col("until")).fill_null(value=True))
    return known.with_columns(instrument_id="epoch").select(rows.columns)


def _latest_in(rows: pl.DataFrame, epochs: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return _in_epochs(rows, epochs).sort("known_at").unique(key, keep="last")


def _closed_in(epochs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of sessions that closed within their epoch, under the security's own name."""
    both = rows.rename({"instrument_id": "epoch"}).join(epochs, on="epoch", maintain_order="left")
    after = (pl.col("known_at") >= pl.col("since")).fill_null(value=True)
    before = (pl.col("known_at") < pl.col("until")).fill_null(value=True)
    return both.filter(after, before).select(rows.columns)


def _of_block(rows: pl.DataFrame, block: Sequence[str]) -> pl.DataFrame:
    """Return the rows, sorted by security, from the first to the last one of the block."""
    begin = rows["instrument_id"].search_sorted(block[0], side="left")
    return rows.slice(begin, rows["instrument_id"].search_sorted(block[-1], side="right") - begin)


def _latest(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Return per key the latest row known by the close of its session."""
    return rows.filter(pl.col("known_at") <= pl.col("closed")).sort("known_at").unique(key, keep="last")


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
