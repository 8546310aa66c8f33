"""What every provider's answer becomes: bars as traded and events, judged by the same rules as a file's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from edgewise.core.clock import is_session, session_closes
from edgewise.core.errors import InvalidInput
from edgewise.sources.prices.files import judged_bars

if TYPE_CHECKING:
    from datetime import date, datetime

    from edgewise.core.identifiers import Ticker

BARS = {
    "ticker": pl.String,
    "session": pl.Date,
    **dict.fromkeys(("open", "high", "low", "close", "volume"), pl.Float64),
}
ACTIONS = {
    "ticker": pl.String,
    "ex_session": pl.Date,
    "kind": pl.String,
    "ratio": pl.Float64,
    "amount": pl.Float64,
    "declared_on": pl.Date,
}


@dataclass(frozen=True, slots=True)
class ProvidedPrices:
    """One answer.

    prices:   as `sources.prices.files.PriceRows`: ticker, session, open, high, low, close, volume, known_at.
    actions:  ticker, ex_session, kind (split, dividend, special_dividend), ratio (new shares for one old), amount (USD
              per share as paid), declared_on (null where the provider does not say).
    rejected: rows left out, by reason.
    """

    prices: pl.DataFrame
    actions: pl.DataFrame
    rejected: dict[str, int] = field(default_factory=dict)


class PriceProvider(Protocol):
    """Somebody who is asked for the prices of one security at a time.

    name:           how rows name it.
    symbols_of_day: whether a symbol means what it named on each session, so that a symbol's history before it was taken
                    over is another company's; False, if the whole history is that of the security of today.
    """

    name: str
    symbols_of_day: bool

    def history(self, ticker: Ticker, since: date, until: date) -> ProvidedPrices:
        """Return bars as traded of closed sessions, and events, from `since` to `until`.

        Raises NotFound, if the provider knows no such symbol; Throttled and NotConfigured, if it serves us no more;
        ServiceUnavailable, Unparsable and the others of the client and of its parser.
        """
        ...

    def source_of(self, ticker: Ticker) -> str:
        """Return the address that rows name as their source: never with a key."""
        ...


class WholeMarket(PriceProvider, Protocol):
    """A provider that gives all securities of one session in one answer."""

    def grouped(self, session: date) -> ProvidedPrices:
        """Return the bars of all securities on one closed session; no events."""
        ...

    def events(self, since: date, until: date) -> ProvidedPrices:
        """Return the splits and dividends of all securities with ex sessions from `since` to `until`; no bars."""
        ...


def provided(bars: pl.DataFrame, actions: pl.DataFrame, *, adjusted: bool) -> ProvidedPrices:
    """Return judged bars and events.

    adjusted: whether bars and dividends are divided by the splits of `actions` after them, which is undone.
    """
    kept, counts = judged_bars(bars)
    if adjusted:
        kept, actions = _as_traded(kept, actions)
    prices = kept.with_columns(
        pl.col("volume").round().cast(pl.Int64), session_closes(kept["session"]).alias("known_at")
    ).sort("ticker", "session")
    return ProvidedPrices(prices, actions.sort("ticker", "ex_session", "kind"), counts)


def closed_by(found: ProvidedPrices, instant: datetime) -> ProvidedPrices:
    """Return `found` without bars of sessions that were still open at `instant`, counted as `not_closed`."""
    closed = found.prices.filter(pl.col("known_at") <= instant)
    opened = found.prices.height - closed.height
    return ProvidedPrices(closed, found.actions, found.rejected | ({"not_closed": opened} if opened else {}))


def number(value: Any) -> float | None:
    """Return a provider's number: null where nothing is given, NaN (which no check lets pass) for what is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return float("nan")
    try:
        return float(value)
    except (ValueError, OverflowError):
        return float("nan")


def traded_on(day: date) -> bool:
    """Return whether the exchange trades on `day`; False outside its calendar."""
    try:
        return is_session(day)
    except InvalidInput:
        return False


def _as_traded(bars: pl.DataFrame, actions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return bars and dividends on the share count of their own day."""
    splits = actions.filter(pl.col("kind") == "split").sort("ex_session", descending=True)
    for ticker, ex, ratio in splits.select("ticker", "ex_session", "ratio").iter_rows():
        earlier = (pl.col("ticker") == ticker) & (pl.col("session") < ex)
        levels = pl.col("open", "high", "low", "close")
        bars = bars.with_columns(
            pl.when(earlier).then(levels * ratio).otherwise(levels),
            pl.when(earlier).then(pl.col("volume") / ratio).otherwise("volume").alias("volume"),
        )
        # A dividend of the split's own day is paid on the shares held before it.
        paid = (pl.col("ticker") == ticker) & (pl.col("ex_session") <= ex)
        actions = actions.with_columns(pl.when(paid).then(pl.col("amount") * ratio).otherwise("amount").alias("amount"))
    return bars, actions
