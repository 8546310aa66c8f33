"""Bring daily prices in: read a file, find the security each ticker named on each session, store.

Prices whose splits are undone fall by three quarters where a share splits four for one. The splits are therefore stored
with them, and before them: nobody sees the fall without its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.pipelines.provided_prices import action_rows
from edgewise.sources.edgar.tickers import identify
from edgewise.sources.prices.files import read_prices, read_splits

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class IngestedPrices:
    """What came of a price file.

    rows:       rows stored, counting those that were already there.
    rejected:   rows that failed a check, by reason.
    unresolved: tickers that named no known security on at least one session, with the rows left out.
    splits:     splits that were not stored before, of the securities in the file.
    """

    rows: int
    rejected: dict[str, int]
    unresolved: dict[str, int]
    splits: int = 0


def ingest_prices(path: Path, lake: Lake, instruments: pl.DataFrame, *, splits: Path | None = None) -> IngestedPrices:
    """Store the prices of a file, and the splits that are undone in them.

    A price is known at its session's close, a split at the open of the first session at its count: no file tells when
    it was declared. A split that is stored already stays as it is, whoever told it.
    """
    read = read_prices(path, splits=splits)
    identified = identify(read.prices, instruments)
    lost = identified.filter(pl.col("instrument_id").is_null())
    # The name only: where the file lay on this machine is nobody's business.
    rows = (
        identified.drop_nulls("instrument_id")
        .drop("ticker")
        .with_columns(
            source_url=pl.lit(f"file:{path.name}"),
            provider=pl.lit("file"),
            status=pl.lit(None, dtype=pl.String),
            reasons=pl.lit(None, dtype=pl.String),
        )
    )
    told = 0 if splits is None else _store_splits(lake, splits, instruments, rows)
    for (_,), year in rows.sort("session").group_by(pl.col("session").dt.year(), maintain_order=True):
        lake.upsert(PRICES, PRICES.check(year))
    return IngestedPrices(rows.height, read.rejected, dict(lost["ticker"].value_counts(sort=True).iter_rows()), told)


def _store_splits(lake: Lake, path: Path, instruments: pl.DataFrame, prices: pl.DataFrame) -> int:
    """Store the splits of these securities since the first of these prices that are new; return how many."""
    if prices.is_empty():
        return 0
    since = read_splits(path).filter(pl.col("session") >= prices["session"].min())
    named = identify(_on_sessions(since), instruments)
    actions = action_rows(
        named.join(prices, on="instrument_id", how="semi").select(
            "instrument_id",
            ex_session="session",
            kind=pl.lit("split"),
            ratio="split_ratio",
            amount=pl.lit(None, dtype=pl.Float64),
            declared_on=pl.lit(None, dtype=pl.Date),
            source_url=pl.lit(f"file:{path.name}"),
        )
    )
    key = list(CORPORATE_ACTIONS.key)
    fresh = actions.join(lake.read(CORPORATE_ACTIONS, columns=key), on=key, how="anti")
    if fresh.height:
        lake.upsert(CORPORATE_ACTIONS, fresh.sort(key))
    return fresh.height


def _on_sessions(splits: pl.DataFrame) -> pl.DataFrame:
    """Return the splits with `session` moved to the next trading day, where it is none."""
    if splits.is_empty():
        return splits
    first, last = splits["session"][0], splits["session"][-1]
    days = pl.DataFrame({"trading": sessions(first, last + timedelta(days=10))})
    moved = splits.join_asof(days, left_on="session", right_on="trading", strategy="forward", coalesce=False)
    return moved.with_columns(session="trading").drop("trading")
