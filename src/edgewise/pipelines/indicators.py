"""From prices and corporate actions to the table INDICATORS, a block of securities at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NotFound
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.market.indicator_table import indicator_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class BuiltIndicators:
    """What came of it: securities and rows stored, those that were there already counted as well."""

    securities: int
    rows: int
    first_session: date | None
    last_session: date | None


def build_indicators(
    lake: Lake,
    *,
    as_of: datetime,
    since: date | None = None,
    until: date | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> BuiltIndicators:
    """Store the indicators of the sessions from `since` to `until` that were known at `as_of`.

    Every series is computed from its first price on, so that a value does not depend on the sessions that are asked
    for. Running it again stores only what changed.
    on_progress: told how many securities are stored.
    Raises NotFound without prices.
    """
    prices = lake.history(PRICES, as_of=as_of)
    if prices.is_empty():
        raise NotFound("no prices are stored", advice="Bring them in: edgewise prices ingest FILE")
    wanted = pl.lit(value=True)
    if since is not None:
        wanted &= pl.col("session") >= since
    if until is not None:
        wanted &= pl.col("session") <= until
    names: set[str] = set()
    rows = 0
    days: list[date] = []
    for block in indicator_rows(prices, lake.history(CORPORATE_ACTIONS, as_of=as_of), counts_of(lake, as_of=as_of)):
        kept = block.filter(wanted)
        lake.upsert(INDICATORS, kept)
        fresh = set(kept["instrument_id"].unique()) - names
        names |= fresh
        rows += kept.height
        days += [day for day in (kept["session"].min(), kept["session"].max()) if day is not None]  # type: ignore[misc]
        on_progress(len(fresh))
    return BuiltIndicators(len(names), rows, min(days, default=None), max(days, default=None))


def counts_of(lake: Lake, *, as_of: datetime) -> pl.DataFrame:
    """Return how many shares cover pages told: instrument_id, counted_on, shares, known_at; only of single classes.

    A company with several classes tags each apart, which company facts leave out, and a foreign filer's shares may not
    be what is listed: both are left out.
    """
    cover = (pl.col("taxonomy") == "dei") & (pl.col("concept") == "EntityCommonStockSharesOutstanding")
    told = lake.history(
        FACTS,
        as_of=as_of,
        columns=["cik", "unit", "form", "period_end", "value", "known_at"],
        where=cover & (pl.col("unit") == "shares") & (pl.col("value") > 0),
    ).filter(pl.col("form").str.contains(r"^10-[KQ]"))
    named = lake.read(INSTRUMENTS, as_of=as_of, columns=["cik", "instrument_id"]).unique()
    single = named.filter(pl.len().over("cik") == 1)
    return told.join(single, on="cik").select("instrument_id", "known_at", counted_on="period_end", shares="value")
