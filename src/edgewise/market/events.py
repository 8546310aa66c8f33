"""What happened to a share between one price and the next: splits and dividends, beside the prices.

An event of a session without a trade is carried to the next traded one: whoever held the share has it by then.
"""

from __future__ import annotations

import polars as pl


def with_events(traded: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return `traded` with what its security's events since the traded row before did to one share.

    traded:  instrument_id, session, close and more; `close` is null where nobody traded (`prices.traded_prices`).
    actions: rows of CORPORATE_ACTIONS, one per key; delistings are passed over.
    Returns: the rows in their order, with ratio (shares for one of before, 1 without a split), amount (USD paid on one
             share of before, 0 without a dividend), event_known_at (the latest instant at which one of them was known;
             null without events).
    Time:    everything in `actions` counts; a caller that looks back passes what was known then.
    """
    wanted = actions.filter(pl.col("kind") != "delisting").select(
        "instrument_id", "ratio", "amount", "known_at", session="ex_session"
    )
    closes = traded.drop_nulls("close").select("instrument_id", "session", lands="session").sort("session")
    landed = wanted.sort("session").join_asof(
        closes, on="session", by="instrument_id", strategy="forward", check_sortedness=False
    )
    summed = (
        landed.drop_nulls("lands")
        .group_by("instrument_id", session="lands")
        .agg(
            pl.col("ratio").fill_null(1.0).product(),
            pl.col("amount").sum(),
            event_known_at=pl.col("known_at").max(),
        )
    )
    joined = traded.join(summed, on=("instrument_id", "session"), how="left", maintain_order="left")
    return joined.with_columns(pl.col("ratio").fill_null(1.0), pl.col("amount").fill_null(0.0))


def units_between(rows: pl.DataFrame, *, first: int, last: int) -> pl.DataFrame:
    """Return what one share became through the events from `first` to `last` sessions after each row's, both inclusive.

    Dividends are put back into the share at the close they land on, so a holder's return is close * units / paid - 1.

    rows:    as `with_events` gives them, with `ordinal`; one per security and session.
    Returns: instrument_id, ordinal, units (1 without events), units_known_at (when the latest event and the price it
             was put back at were known; null without events).
    Time:    rests on the rows of those sessions only, to the last bit.
    """
    happened = pl.col("event_known_at").is_not_null()
    steps = rows.select(
        "instrument_id",
        pl.col("ordinal").cast(pl.Int64),
        units=pl.when(happened).then(pl.col("ratio") + pl.col("amount") / pl.col("close")).otherwise(1.0),
        units_known_at=pl.when(happened).then(pl.max_horizontal("event_known_at", "known_at")),
    ).sort("instrument_id", "ordinal")
    if last < first or not rows["event_known_at"].count():
        return steps.with_columns(units=pl.lit(1.0), units_known_at=pl.lit(None, dtype=rows.schema["known_at"]))
    window = steps.rolling(
        "ordinal", period=f"{last - first + 1}i", offset=f"{first - 1}i", closed="right", group_by="instrument_id"
    )
    return window.agg(pl.col("units").product(), pl.col("units_known_at").max())
