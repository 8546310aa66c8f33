"""What was traded and what it came to, as tables: daily bars, corporate actions, a holder's returns, the signals.

Bars and returns come security by security, so that a large market never stands in one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.simulate.lives import instrument_id, listings
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from polars._typing import PolarsDataType

    from edgewise.simulate.companies import Company
    from edgewise.simulate.lives import Listing
    from edgewise.simulate.market import Market
    from edgewise.simulate.walk import Paid

    Schema = dict[str, PolarsDataType]
    Prices = NDArray[np.float64]

BARS: Schema = {
    "ticker": pl.String,
    "session": pl.Date,
    **dict.fromkeys(("open", "high", "low", "close"), pl.Float64),
    "volume": pl.Int64,
}
RETURNS: Schema = {
    "ticker": pl.String,
    "instrument_id": pl.String,
    "session": pl.Date,
    "total_return": pl.Float64,
    "delisting_return": pl.Float64,
}
ACTIONS: Schema = {
    "ticker": pl.String,
    "instrument_id": pl.String,
    "kind": pl.String,
    "announced_on": pl.Date,
    "ex_session": pl.Date,
    "ratio": pl.Float64,
    "amount": pl.Float64,
}
SIGNALS: Schema = {
    "effect": pl.String,
    "ticker": pl.String,
    "session": pl.Date,
    "factor": pl.Float64,
    "z": pl.Float64,
}
_ROW_GROUP = 250_000
_PER_FRAME = 64
# A second class trades around this fraction of the first, wandering by this much, at this share of its volume.
_CLASS_SPREAD, _CLASS_WANDER, _CLASS_VOLUME = 0.03, 0.004, 0.3


def write_prices(path: Path, companies: Sequence[Company], market: Market) -> None:
    """Write daily bars, the columns of BARS: USD as traded, by ticker, then session; no row where nothing is listed."""
    _write(path, BARS, lambda: _joined(_bars(market, one) for one in listings(companies)))


def price_table(companies: Sequence[Company], market: Market) -> pl.DataFrame:
    """Return the same bars as one table."""
    return pl.concat([_bars(market, one) for one in listings(companies)])


def write_returns(path: Path, companies: Sequence[Company], market: Market) -> None:
    """Write what a holder earned, the columns of RETURNS, as simple returns, fractions; by ticker, then session.

    total_return:     from close to close with dividends and splits; on the last session with the delisting return, too.
                      Null on a security's first session.
    delisting_return: from the last close to what a holder finally got; null on all other sessions.
    """
    paid: dict[int, list[Paid]] = {}
    for one in market.paid:
        paid.setdefault(one.action.company, []).append(one)

    def frames() -> Iterator[pl.DataFrame]:
        for listing in listings(companies):
            yield _returns(companies, market, listing, paid.get(listing.company, ()))

    _write(path, RETURNS, lambda: _joined(frames()))


def write_signals(path: Path, companies: Sequence[Company], market: Market) -> None:
    """Write every effect's signal, the columns of SIGNALS, by effect, ticker and session; nulls where there is none."""
    own = [one for one in listings(companies) if one.share_class == 1]
    _write(path, SIGNALS, lambda: _joined(_signals(market, name, one) for name in market.signals for one in own))


def action_table(companies: Sequence[Company], market: Market) -> pl.DataFrame:
    """Return the corporate actions, the columns of ACTIONS, by ticker and ex session.

    ticker:       the symbol on the ex session.
    kind:         split, dividend or special_dividend.
    announced_on: session after whose close it was told.
    ratio:        new shares for one old, 1 for dividends; amount: USD per share, 0 for splits.
    """
    rows = [
        (
            *(listing.ticker, instrument_id(companies, listing), one.action.kind.value),
            *(one.action.announced_on, one.action.ex_session, one.action.ratio, one.amount),
        )
        for one in market.paid
        for listing in companies[one.action.company].life.listings
        if listing.covers(one.action.ex_session)
    ]
    return pl.DataFrame(rows, schema=ACTIONS, orient="row").sort("ticker", "ex_session")


def _write(path: Path, schema: Schema, frames: Callable[[], Iterator[pl.DataFrame]]) -> None:
    """Write frames into one file, a few at a time in memory."""
    from polars.io.plugins import register_io_source  # noqa: PLC0415 - beside its only use

    def source(*_everything_is_wanted: object) -> Iterator[pl.DataFrame]:
        yield from frames()

    register_io_source(source, schema=schema).sink_parquet(path, row_group_size=_ROW_GROUP)


def _joined(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield some frames at a time as one."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if len(waiting) == _PER_FRAME:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _span(market: Market, listing: Listing) -> slice:
    """Return the place of a listing's sessions among those of the market."""
    days = np.array(market.sessions, dtype="datetime64[D]")
    first = int(np.searchsorted(days, np.datetime64(listing.first_session)))
    if listing.last_session is None:
        return slice(first, len(days))
    return slice(first, int(np.searchsorted(days, np.datetime64(listing.last_session), side="right")))


def _premium(market: Market, listing: Listing) -> Prices:
    """Return what a class trades at as a multiple of the first, at every session; 1 for the first class."""
    if listing.share_class == 1:
        return np.ones(len(market.sessions))
    stream = market.plan.stream(Purpose.CLASSES, 1 + listing.company)
    level = stream.uniform(-_CLASS_SPREAD, _CLASS_SPREAD)
    premium = np.exp(level + _CLASS_WANDER * stream.standard_normal(len(market.sessions)))
    # Without trade in the first class there is none in the second: its quote is as stale.
    traded = np.where(market.volume[:, listing.company] > 0, np.arange(len(premium)), 0)
    return np.asarray(premium[np.maximum.accumulate(traded)])


def _bars(market: Market, listing: Listing) -> pl.DataFrame:
    span, company = _span(market, listing), listing.company
    premium = _premium(market, listing)[span]
    share = 1.0 if listing.share_class == 1 else _CLASS_VOLUME
    prices = {
        name: (getattr(market, name)[span, company] * premium).round(4) for name in ("open", "high", "low", "close")
    }
    content = {
        "ticker": pl.repeat(str(listing.ticker), len(premium), eager=True),
        "session": pl.Series(market.sessions[span], dtype=pl.Date),
        **prices,
        "volume": (market.volume[span, company] * share).astype(np.int64),
    }
    return pl.DataFrame(content, schema=BARS)


def _returns(companies: Sequence[Company], market: Market, listing: Listing, paid: Sequence[Paid]) -> pl.DataFrame:
    span, ending = _span(market, listing), companies[listing.company].life.ending
    close = (market.close[:, listing.company] * _premium(market, listing)).round(4)
    close[~market.listed[:, listing.company]] = np.nan
    held = close.copy()
    for one in paid:
        ex = market.sessions.index(one.action.ex_session)
        held[ex] = held[ex] * one.action.ratio + one.amount
    total = np.concatenate([[np.nan], held[1:] / close[:-1] - 1])[span]
    delisting = np.full(len(total), np.nan)
    if ending and listing.last_session == ending.last_session:
        delisting[-1] = ending.delisting_return
        total[-1] = (1 + total[-1]) * (1 + ending.delisting_return) - 1
    content = {
        "ticker": pl.repeat(str(listing.ticker), len(total), eager=True),
        "instrument_id": pl.repeat(str(instrument_id(companies, listing)), len(total), eager=True),
        "session": pl.Series(market.sessions[span], dtype=pl.Date),
        "total_return": total,
        "delisting_return": delisting,
    }
    return pl.DataFrame(content, schema=RETURNS).with_columns(pl.col("total_return", "delisting_return").fill_nan(None))


def _signals(market: Market, effect: str, listing: Listing) -> pl.DataFrame:
    span, signal = _span(market, listing), market.signals[effect]
    content = {
        "effect": pl.repeat(effect, span.stop - span.start, eager=True),
        "ticker": pl.repeat(str(listing.ticker), span.stop - span.start, eager=True),
        "session": pl.Series(market.sessions[span], dtype=pl.Date),
        "factor": signal.values[span, listing.company].astype(np.float64),
        "z": signal.z[span, listing.company].astype(np.float64),
    }
    return pl.DataFrame(content, schema=SIGNALS).with_columns(pl.col("factor", "z").fill_nan(None))
