"""The view `ratings`: what analysts together thought of each security, as known at each close."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, session_closes
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.core.tables_ratings import RATINGS
from edgewise.opinions.consensus import ITEM, STALE_CLOSE_DAYS, VALID_DAYS
from edgewise.opinions.consensus_panel import COLUMNS, consensus_at, targets_at

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.lake import Lake

_CHANGE = timedelta(days=30)
_CELL = ["instrument_id", "at"]
_OF_PRICE = ("instrument_id", "session", "close", "volume", "status", "known_at")
_FIELDS = {
    "firms": pl.Int64,
    "mean": pl.Float64,
    "change_30": pl.Float64,
    "targets": pl.Int64,
    "mean_target": pl.Float64,
    "close": pl.Float64,
    "target_vs_price": pl.Float64,
}
_NOTHING = pl.DataFrame(schema={"instrument_id": pl.String, "session": pl.Date, "observed_on": pl.Date, **_FIELDS})


def ratings_view(lake: Lake, peers: pl.DataFrame) -> pl.DataFrame:
    """Return the consensus, its change over 30 days and the targets on those of `peers` that somebody covers.

    peers:   PEERS_SCHEMA, of some sessions.
    Columns: instrument_id, session, observed_on (day of the newest word; of the newest target where there is none),
             firms, mean (1 to 5), change_30 (mean less that of 30 days before, as it was known then), targets,
             mean_target (USD, on the shares of the session), close (the same; the last of ten days), target_vs_price.
    Nulls:   mean where nobody's newest word can be graded or trusted, change_30 where either mean is null, the targets
             without one in USD, close and target_vs_price where the security did not trade for ten days.
    Time:    ratings, prices and splits known at the session's close, each in its newest version of then.
    """
    asked = peers.select("instrument_id", "session", at=session_closes(peers["session"]))
    at = asked["at"].unique().sort()
    if at.is_empty():
        return _NOTHING
    ratings = _young(lake.history(RATINGS, as_of=at[-1], columns=COLUMNS), at[0])
    return (
        _consensus(ratings, at)
        .join(_targets(lake, ratings, at), on=_CELL, how="full", coalesce=True)
        .join(asked, on=_CELL)
        .select("instrument_id", "session", pl.coalesce("newest", "newest_target").alias("observed_on"), *_FIELDS)
        .sort("session", "instrument_id")
    )


def _young(ratings: pl.DataFrame, first: datetime) -> pl.DataFrame:
    """Return all versions of each rating of which any can stand at an instant or `_CHANGE` before it."""
    day = (first - _CHANGE).astimezone(NEW_YORK).date() - timedelta(days=VALID_DAYS)
    stands = ratings.filter(pl.col("published_on") >= day).select(ITEM).unique()
    return ratings.join(stands, on=ITEM, how="semi", maintain_order="left")


def _consensus(ratings: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Return instrument_id, at, firms, mean, newest and change_30."""
    told = consensus_at(ratings, pl.concat([at, at - _CHANGE]))
    before = told.select("instrument_id", pl.col("at") + _CHANGE, before="mean")
    return told.join(before, on=_CELL, how="left").with_columns(change_30=pl.col("mean") - pl.col("before"))


def _targets(lake: Lake, ratings: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Return what `targets_at` tells, from the prices and splits that can matter."""
    recent = pl.col("session") >= at[0].astimezone(NEW_YORK).date() - timedelta(days=STALE_CLOSE_DAYS)
    prices = lake.history(PRICES, as_of=at[-1], columns=_OF_PRICE, where=recent)
    return targets_at(ratings, at, prices=prices, actions=lake.history(CORPORATE_ACTIONS, as_of=at[-1]))
