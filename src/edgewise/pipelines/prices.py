"""Bring daily prices in: read a file, find the security each ticker named on each session, store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables import PRICES
from edgewise.sources.edgar.tickers import identify
from edgewise.sources.prices.files import read_prices

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class IngestedPrices:
    """What came of a price file.

    rows:       rows stored, counting those that were already there.
    rejected:   rows that failed a check, by reason.
    unresolved: tickers that named no known security on at least one session, with the rows left out.
    """

    rows: int
    rejected: dict[str, int]
    unresolved: dict[str, int]


def ingest_prices(path: Path, lake: Lake, instruments: pl.DataFrame, *, splits: Path | None = None) -> IngestedPrices:
    """Store the prices of a file. A row is known at its session's close."""
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
    for (_,), year in rows.sort("session").group_by(pl.col("session").dt.year(), maintain_order=True):
        lake.upsert(PRICES, PRICES.check(year))
    return IngestedPrices(rows.height, read.rejected, dict(lost["ticker"].value_counts(sort=True).iter_rows()))
