"""Prices as somebody would have charted them at an instant: only splits and dividends that were known and due by then.

An adjusted level belongs to the instant it was made at. The same close is 500 USD in July and 125 in September, after
a split four for one; whoever stores the 125 under July's date tells July what happens in August. So nothing adjusted is
stored: it is computed from prices as traded whenever somebody asks, as of when they ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import last_opened_session
from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

_LEVELS = ("open", "high", "low", "close")


def due_actions(actions: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the rows of CORPORATE_ACTIONS that were known at `as_of` and whose ex session had opened by then."""
    return actions.filter(pl.col("known_at") <= as_of, pl.col("ex_session") <= last_opened_session(as_of))


def adjusted_prices(prices: pl.DataFrame, actions: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Return prices on the share count of `as_of`, and closes from which dividends are taken out as well.

    prices:  rows of PRICES, one per (instrument_id, session), as traded.
    actions: rows of CORPORATE_ACTIONS, one per (instrument_id, ex_session, kind).
    as_of:   aware instant; rows known later are left out, of prices and of actions.
    Returns: instrument_id, session, open, high, low, close, volume, split_factor (shares as of then for one of that
             session), total_return_close; in the order (instrument_id, session).
             close = as traded / split_factor, volume = as traded * split_factor. total_return_close is also
             times 1 - amount / close before, for each later dividend; it equals close on the last row.
    Nulls:   stay null. A dividend without a close before it, or not below it, is left out of total_return_close.
    Raises:  InvalidInput for an instant without a zone and for a repeated key.
    """
    if as_of.tzinfo is None:
        raise InvalidInput(f"as_of {as_of} has no zone", advice="Pass an aware UTC datetime.")
    known = prices.filter(pl.col("known_at") <= as_of).sort("instrument_id", "session")
    due = due_actions(actions, as_of)
    for frame, day in ((known, "session"), (due.filter(pl.col("kind") == "split"), "ex_session")):
        if frame.select(pl.struct("instrument_id", day).is_duplicated().any()).item():
            raise InvalidInput("a security has two rows for one session", advice="Read the table as of one instant.")
    counted = known.with_columns(
        split_factor=_factor_of_later(known, due.filter(pl.col("kind") == "split"), pl.col("ratio"))
    )
    kept = counted.with_columns(kept=_factor_of_later(counted, _dividends(counted, due), pl.col("kept")))
    factor = pl.col("split_factor")
    return kept.select(
        "instrument_id",
        "session",
        *(pl.col(name) / factor for name in _LEVELS),
        (pl.col("volume") * factor).alias("volume"),
        "split_factor",
        total_return_close=pl.col("close") / factor * pl.col("kept"),
    )


def _factor_of_later(prices: pl.DataFrame, events: pl.DataFrame, ratio: pl.Expr) -> pl.Series:
    """Return for each price the product of the ratios of its security's events after its session; 1 without any."""
    upcoming = events.sort("ex_session").select(
        "instrument_id", "ex_session", factor=ratio.cum_prod(reverse=True).over("instrument_id")
    )
    joined = (
        prices.select("instrument_id", "session")
        .with_row_index("place")
        .sort("session")
        .join_asof(
            upcoming,
            left_on="session",
            right_on="ex_session",
            by="instrument_id",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
    )
    return joined.sort("place")["factor"].fill_null(1.0)


def _dividends(prices: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    """Return per session with dividends what fraction of the close before it they leave: instrument_id, ex_session."""
    paid = (
        due.filter(pl.col("amount").is_not_null()).group_by("instrument_id", "ex_session").agg(pl.col("amount").sum())
    )
    closes = prices.drop_nulls("close").select("instrument_id", "session", before="close").sort("session")
    left = paid.sort("ex_session").join_asof(
        closes,
        left_on="ex_session",
        right_on="session",
        by="instrument_id",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return left.select("instrument_id", "ex_session", kept=1 - pl.col("amount") / pl.col("before")).filter(
        pl.col("kept") > 0
    )
