"""What the words of filings rest on: the filings whose tone counts, or the two reports that are compared."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables import FILING_TONE, FILINGS, ITEM_CHANGES, RISK_CHANGES
from edgewise.factors.issuers import ISSUER_ROLES
from edgewise.pipelines.evidence.cell import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.core.table import Table
    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell

_HALF_A_YEAR = timedelta(days=190)
_COMPARED: dict[str, Table] = {"risk_factor_change": RISK_CHANGES, "text_similarity": ITEM_CHANGES}


def texts_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the filings of half a year with a tone, or of a change the newest report and the one before it."""
    registered = (pl.col("cik") == cell.cik) & pl.col("role").is_in(ISSUER_ROLES)
    filings = lake.read(FILINGS, as_of=cell.close, where=registered).sort("known_at", descending=True)
    return {
        metric.name: _pair(lake, cell, filings, _COMPARED[metric.name])
        if metric.name in _COMPARED
        else _toned(lake, cell, filings)
        for metric in metrics
    }


def _toned(lake: Lake, cell: Cell, filings: pl.DataFrame) -> list[Evidence]:
    own = pl.col("accession").is_in(filings["accession"].implode()) & (pl.col("item") == "all")
    tones = lake.history(FILING_TONE, as_of=cell.close, where=own & (pl.col("status") == "ok"))
    told = filings.join(tones.select("accession", "net").unique("accession"), on="accession", maintain_order="left")
    recent = told.filter(pl.col("known_at") > cell.close - _HALF_A_YEAR)
    return [
        Evidence(
            f"{row['form']} of {row['filed_date']}, net tone {row['net']:+.4f}", row["known_at"], (row["accession"],)
        )
        for row in recent.drop_nulls("net").iter_rows(named=True)
    ]


def _pair(lake: Lake, cell: Cell, filings: pl.DataFrame, table: Table) -> list[Evidence]:
    own = pl.col("accession").is_in(filings["accession"].implode())
    pairs = lake.read(table, as_of=cell.close, where=own).sort("known_at").select("accession", "previous_accession")
    if pairs.is_empty():
        return []
    told = zip(pairs.row(-1), ("the newest report", "the one before"), strict=True)
    return [
        Evidence(f"{row['form']} of {row['filed_date']}, {which}", row["known_at"], (row["accession"],))
        for accession, which in told
        for row in filings.filter(pl.col("accession") == accession).head(1).iter_rows(named=True)
    ]
