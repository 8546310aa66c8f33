"""Labels: what happened after a decision. They know the future, so factors and scores cannot import this room."""

from __future__ import annotations

import polars as pl

from edgewise.core.clock import session_closes, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.market.prices import traded_prices


def forward_returns(prices: pl.DataFrame, *, horizon: int) -> pl.DataFrame:
    """Return what a share bought after each session's close returned: close_{S+horizon} / open_{S+1} - 1, a fraction.

    Decided at the close of S, entered at the open of S+1, left at the close of S+horizon: nobody trades at a price that
    went into the decision.

    prices:  rows of PRICES, one per (instrument_id, session), for all sessions up to S+horizon.
    horizon: sessions held, 1 or more.
    Returns: instrument_id, session, forward_return, known_at; one row per row of `prices`, in the order
             (session, instrument_id).
    Nulls:   null where the entry or the exit is missing or was not tradable (see `traded_prices`). Sessions are counted
             on the exchange's calendar: a gap gives null, never a shifted label. A share that stops trading in between
             has no label, which hides delisting losses; count them before trusting a mean.
    Time:    `known_at` is the close of S+horizon, or later where a price was known later.
    Splits:  prices are as traded, so a label across a split or a dividend is not the holder's return.
    Raises:  InvalidInput for a horizon below 1 and as `traded_prices` does.
    """
    if horizon < 1:
        raise InvalidInput(f"a forward return over {horizon} sessions", advice="Give a horizon of 1 or more.")
    traded = traded_prices(prices)
    entries = traded.select("instrument_id", pl.col("ordinal") - 1, "open", entry_known_at="known_at")
    exits = traded.select("instrument_id", pl.col("ordinal") - horizon, "close", exit_known_at="known_at")
    return (
        traded.select("instrument_id", "session", "ordinal")
        .join(entries, on=("instrument_id", "ordinal"), how="left")
        .join(exits, on=("instrument_id", "ordinal"), how="left")
        .join(_exit_closes(traded["session"], horizon=horizon), on="session")
        .select(
            "instrument_id",
            "session",
            forward_return=pl.col("close") / pl.col("open") - 1,
            known_at=pl.max_horizontal("exit_close", "entry_known_at", "exit_known_at"),
        )
        .sort("session", "instrument_id")
    )


def abnormal_returns(labels: pl.DataFrame, sectors: pl.DataFrame, *, min_names: int = 5) -> pl.DataFrame:
    """Return `labels` with `abnormal_return`: the forward return less the mean of its sector on that session.

    labels:    instrument_id, session, forward_return, ... as `forward_returns` gives them.
    sectors:   instrument_id, session, sector, as known at each close; rows of FACTORS of one factor will do.
    min_names: labelled names a sector needs on a session.
    Nulls:     null without a forward return, without a sector and in a sector with fewer labelled names.
    """
    known = labels.join(
        sectors.select("instrument_id", "session", "sector"), on=("instrument_id", "session"), how="left"
    )
    mean = pl.col("forward_return").mean().over("session", "sector")
    enough = pl.col("forward_return").count().over("session", "sector") >= min_names
    usable = pl.col("sector").is_not_null() & enough
    return known.with_columns(abnormal_return=pl.when(usable).then(pl.col("forward_return") - mean)).drop("sector")


def _exit_closes(sessions: pl.Series, *, horizon: int) -> pl.DataFrame:
    """Return the closing instant `horizon` sessions later for each distinct session."""
    decided = sessions.unique().sort()
    left = pl.Series([shift_session(day, horizon) for day in decided], dtype=pl.Date)
    return pl.DataFrame({"session": decided, "exit_close": session_closes(left)})
