"""Prices somebody could have traded at, and past returns from them."""

from __future__ import annotations

import polars as pl

from edgewise.core.clock import session_closes, session_ordinals
from edgewise.core.errors import InvalidInput
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.events import units_between, with_events


def traded_prices(prices: pl.DataFrame) -> pl.DataFrame:
    """Return `prices` with the session's `ordinal`, and `open` and `close` null where nobody could have traded at them.

    prices: rows of PRICES, one per (instrument_id, session): read as of some instant.
    Nulls:  a price that is missing, not finite or not above zero is null; so are both prices of a session with zero
            volume, a stale quote, and of a row in quarantine (suspect). Volume that is not reported is taken on trust.
    Raises: InvalidInput where a security has two rows for one session, and for a day without a session.
    """
    if repeated := prices.height - prices.select("instrument_id", "session").n_unique():
        raise InvalidInput(
            f"{repeated} prices repeat a security and session", advice="Read PRICES as of one instant, not its history."
        )
    session_closes(prices["session"].unique())
    traded = (pl.col("volume").is_null() | (pl.col("volume") > 0)) & (pl.col("status").fill_null("ok") == "ok")
    tradable = {
        name: pl.when(traded & pl.col(name).is_finite() & (pl.col(name) > 0)).then(name) for name in ("open", "close")
    }
    return prices.with_columns(ordinal=session_ordinals(prices["session"]), **tradable)


def past_returns(prices: pl.DataFrame, actions: pl.DataFrame | None = None, *, span: int = 1) -> pl.DataFrame:
    """Return what a holder earned from the close `span` sessions ago to each session's close, as a fraction.

    prices:  rows of PRICES, one per (instrument_id, session).
    actions: rows of CORPORATE_ACTIONS, one per key; None or none: what is returned is the move of the price alone.
    Returns: instrument_id, session, past_return; one row per row of `prices`, in the order (session, instrument_id).
    Nulls:   null unless both closes were traded. Sessions are counted on the exchange's calendar, so a gap in the rows
             gives null and never a longer return.
    Events:  splits are undone, dividends put back into the share at the close of their ex session.
    Raises:  InvalidInput for a span below 1 and as `traded_prices` does.
    """
    if span < 1:
        raise InvalidInput(f"a return over {span} sessions", advice="Give a span of 1 or more.")
    rows = with_events(traded_prices(prices), CORPORATE_ACTIONS.empty() if actions is None else actions)
    traded = rows.select("instrument_id", "session", pl.col("ordinal").cast(pl.Int64), "close")
    before = traded.select("instrument_id", pl.col("ordinal") + span, pl.col("close").alias("before"))
    return (
        traded.join(before, on=("instrument_id", "ordinal"), how="left")
        .join(units_between(rows, first=1 - span, last=0), on=("instrument_id", "ordinal"))
        .select("instrument_id", "session", past_return=pl.col("close") * pl.col("units") / pl.col("before") - 1)
        .sort("session", "instrument_id")
    )
