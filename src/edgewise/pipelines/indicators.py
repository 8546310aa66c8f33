"""From prices and corporate actions to the table INDICATORS, a block of securities at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NotFound
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.market.indicator_table import VERSION, indicator_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

    from edgewise.lake import Lake

STORED_AT_ONCE = 100_000
"""Rows: a commit takes as long for ten as for thousands."""
# A market's history has millions of rows, and where each was read takes more room than all numbers of it.
_OF_PRICES = ("instrument_id", "session", "open", "high", "close", "volume", "status", "known_at")


@dataclass(frozen=True, slots=True)
class BuiltIndicators:
    """What came of it: securities and rows stored, those that were there already counted as well.

    outdated: rows of the table that an older version of the formulas made, outside the sessions asked for. Building
              without a choice of sessions computes them anew.
    """

    securities: int
    rows: int
    first_session: date | None
    last_session: date | None
    outdated: int = 0


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
    prices = lake.history(PRICES, as_of=as_of, columns=_OF_PRICES)
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
    found = indicator_rows(prices, lake.history(CORPORATE_ACTIONS, as_of=as_of), counts_of(lake, as_of=as_of))
    for kept in _together(block.filter(wanted) for block in found):
        lake.upsert(INDICATORS, kept)
        fresh = set(kept["instrument_id"].unique()) - names
        names |= fresh
        rows += kept.height
        days += [day for day in (kept["session"].min(), kept["session"].max()) if day is not None]  # type: ignore[misc]
        on_progress(len(fresh))
    older = lake.read(INDICATORS, columns=["version"], where=pl.col("version") != VERSION).height
    return BuiltIndicators(len(names), rows, min(days, default=None), max(days, default=None), older)


def _together(blocks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield blocks in their order, small ones as one: a security of which something came late is a block of its own."""
    waiting: list[pl.DataFrame] = []
    for block in blocks:
        waiting.append(block)
        if sum(one.height for one in waiting) >= STORED_AT_ONCE:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


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
