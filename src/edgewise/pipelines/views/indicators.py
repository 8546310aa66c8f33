"""The view `indicators`: price and volume of each security, as known at each close."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.table import Instant
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import INDICATORS
from edgewise.core.versions_at import places, spent, standing, versions
from edgewise.factors.registry import fields_of
from edgewise.opinions.consensus import TRADED

if TYPE_CHECKING:
    from edgewise.lake import Lake

REACH_DAYS = 30
NUMBERS = tuple(name for name in INDICATORS.schema if name in fields_of("indicators"))
"""Columns of INDICATORS that formulas read: most of the time goes into reading, and what nobody reads costs as much."""
_DAY = ["instrument_id", "session"]
_PRICE = (*_DAY, "close", "volume", "status", "known_at")


def indicators_view(lake: Lake, peers: pl.DataFrame) -> pl.DataFrame:
    """Return the indicators of the last session of 30 days on which each of `peers` traded, and its close.

    peers:   PEERS_SCHEMA, of some sessions.
    Columns: instrument_id, session, observed_on (the session the values are of), NUMBERS of INDICATORS and close;
             all levels in USD per share as counted on `observed_on`, so that their ratios know no split.
    Nulls:   as INDICATORS says. A session without trade, in quarantine or with a stale quote has no row of its own:
             the one before stands.
    Time:    indicators and closes known at the session's close; a close that was taken back by then is none.
    """
    asked = peers.select(*_DAY, at=session_closes(peers["session"]))
    at = asked["at"].unique().sort()
    rows = _traded(lake, asked, at)
    found = _standing(rows, at).join(asked, on=["instrument_id", "at"])
    return found.select(*_DAY, "observed_on", *NUMBERS, "close").sort("session", "instrument_id")


def _traded(lake: Lake, asked: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Return indicators and close of the sessions that traded, in every version of the price, with `until`."""
    if at.is_empty():
        unknown = pl.lit(None, Instant)
        return INDICATORS.empty().with_columns(close=pl.lit(None, pl.Float64), until=unknown, told_at=unknown)
    days = asked["session"]
    near = pl.col("session").is_between(days.min() - timedelta(days=REACH_DAYS), days.max())  # type: ignore[operator]
    prices = versions(lake.history(PRICES, as_of=at[-1], columns=_PRICE, where=near), _DAY).filter(TRADED)
    indicators = lake.history(INDICATORS, as_of=at[-1], columns=(*_DAY, *NUMBERS, "known_at"), where=near)
    return indicators.join(prices.select(*_DAY, "close", "until", told_at="known_at"), on=_DAY, maintain_order="left")


def _standing(rows: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Return the rows that stand at each instant, with `at`; the last session of each security hides the others."""
    names = rows["instrument_id"].unique(maintain_order=True)
    begins, ends = places(rows.select(pl.max_horizontal("known_at", "told_at")).to_series(), rows["until"], at)
    ends = np.minimum(ends, spent(rows["session"], at, good_for=REACH_DAYS))
    number = rows["instrument_id"].rle_id().cast(pl.Int64).to_numpy()
    found = standing(number, begins, ends, owners=len(names), width=len(at))
    name, place = np.nonzero(found >= 0)
    return rows[found[name, place]].with_columns(at=at.gather(place)).rename({"session": "observed_on"})
