"""What every provider's answer becomes: bars as traded and events, judged by the same rules as a file's rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.sources.prices.files import judged_bars

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
