"""What was traded and what it came to, as tables: daily bars, corporate actions, a holder's returns, the signals.

Bars and returns come security by security, so that a large market never stands in one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from edgewise.simulate.lives import instrument_id, listings
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from polars._typing import PolarsDataType

    from edgewise.simulate.company import Company, Listing
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
    tape = _Tape(companies, market)
    _write(path, BARS, lambda: _joined(tape.bars(one) for one in listings(companies)))


def price_table(companies: Sequence[Company], market: Market) -> pl.DataFrame:
    """Return the same bars as one table."""
    tape = _Tape(companies, market)
    return pl.concat([tape.bars(one) for one in listings(companies)])


def write_returns(path: Path, companies: Sequence[Company], market: Market) -> None:
    """Write what a holder earned, the columns of RETURNS, as simple returns, fractions; by ticker, then session.

    total_return:     from close to close with dividends and splits; on the last session with the delisting return, too.
                      Null on a security's first session.
    delisting_return: from the last close to what a holder finally got; null on all other sessions.
    """
    tape = _Tape(companies, market)
    _write(path, RETURNS, lambda: _joined(tape.returns(one) for one in listings(companies)))


def write_signals(path: Path, companies: Sequence[Company], market: Market) -> None:
    """Write every effect's signal, the columns of SIGNALS, by effect, ticker and session; nulls where there is none."""
    tape = _Tape(companies, market)
    own = [one for one in listings(companies) if one.share_class == 1]
    _write(path, SIGNALS, lambda: _joined(tape.signals(name, one) for name in market.signals for one in own))


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


class _Tape:
    """A market's rows, listing by listing."""

    def __init__(self, companies: Sequence[Company], market: Market) -> None:
        self._companies, self._market = companies, market
        self._dates = pl.Series("session", market.sessions, dtype=pl.Date)
        self._place = {session: number for number, session in enumerate(market.sessions)}
        self._paid: dict[int, list[Paid]] = {}
        for one in market.paid:
            self._paid.setdefault(one.action.company, []).append(one)

    def bars(self, listing: Listing) -> pl.DataFrame:
        """Return the columns of BARS."""
        market, span, premium = self._market, self._span(listing), self._premium(listing)
        share = 1.0 if listing.share_class == 1 else _CLASS_VOLUME
        prices = {
            name: (getattr(market, name)[span, listing.company] * premium[span]).round(4)
            for name in ("open", "high", "low", "close")
        }
        volume = (market.volume[span, listing.company] * share).astype(np.int64)
        return pl.DataFrame(self._named(listing) | prices | {"volume": volume}, schema=BARS)

    def returns(self, listing: Listing) -> pl.DataFrame:
        """Return the columns of RETURNS."""
        close = (self._market.close[:, listing.company] * self._premium(listing)).round(4)
        held = close.copy()
        for one in self._paid.get(listing.company, ()):
            ex = self._place[one.action.ex_session]
            held[ex] = held[ex] * one.action.ratio + one.amount
        total = np.concatenate([[np.nan], held[1:] / close[:-1] - 1])[self._span(listing)]
        delisting, ending = np.full(len(total), np.nan), self._companies[listing.company].life.ending
        if ending and listing.last_session == ending.last_session:
            delisting[-1] = ending.delisting_return
            total[-1] = (1 + total[-1]) * (1 + ending.delisting_return) - 1
        content = self._named(listing) | {
            "instrument_id": pl.repeat(str(instrument_id(self._companies, listing)), len(total), eager=True),
            "total_return": total,
            "delisting_return": delisting,
        }
        return pl.DataFrame(content).select(RETURNS.keys()).with_columns(_nulls("total_return", "delisting_return"))

    def signals(self, effect: str, listing: Listing) -> pl.DataFrame:
        """Return the columns of SIGNALS."""
        span, signal = self._span(listing), self._market.signals[effect]
        content = self._named(listing) | {
            "effect": pl.repeat(effect, span.stop - span.start, eager=True),
            "factor": signal.values[span, listing.company].astype(np.float64),
            "z": signal.z[span, listing.company].astype(np.float64),
        }
        return pl.DataFrame(content).select(SIGNALS.keys()).with_columns(_nulls("factor", "z"))

    def _named(self, listing: Listing) -> dict[str, Any]:
        dates = self._dates[self._span(listing)]
        return {"ticker": pl.repeat(str(listing.ticker), len(dates), eager=True), "session": dates}

    def _span(self, listing: Listing) -> slice:
        """Return the place of a listing's sessions among those of the market."""
        last = listing.last_session
        return slice(self._place[listing.first_session], len(self._place) if last is None else self._place[last] + 1)

    def _premium(self, listing: Listing) -> Prices:
        """Return what a class trades at as a multiple of the first, at every session; 1 for the first class."""
        market = self._market
        if listing.share_class == 1:
            return np.ones(len(market.sessions))
        stream = market.plan.stream(Purpose.CLASSES, 1 + listing.company)
        level = stream.uniform(-_CLASS_SPREAD, _CLASS_SPREAD)
        premium = np.exp(level + _CLASS_WANDER * stream.standard_normal(len(market.sessions)))
        # Without trade in the first class there is none in the second: its quote is as stale.
        traded = np.where(market.volume[:, listing.company] > 0, np.arange(len(premium)), 0)
        return np.asarray(premium[np.maximum.accumulate(traded)])


def _nulls(*columns: str) -> pl.Expr:
    return pl.col(*columns).fill_nan(None)
