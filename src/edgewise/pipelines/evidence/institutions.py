"""What institutions hold: the largest positions of the newest complete quarter, each from its manager's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_holdings import CUSIPS
from edgewise.pipelines.evidence.cell import Evidence
from edgewise.pipelines.holdings import holdings_as_known
from edgewise.pipelines.views.institutions import newest_complete_quarter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell


def institutions_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the positions of that quarter in shares, the largest first, of every metric."""
    found = _found(lake, cell)
    return {metric.name: found for metric in metrics}


def _found(lake: Lake, cell: Cell) -> list[Evidence]:
    links = lake.history(CUSIPS, as_of=cell.close, where=pl.col("instrument_id") == cell.instrument_id)
    if links.is_empty():
        return []
    held = holdings_as_known(lake, cell.close, cusips=links["cusip"].unique().to_list())
    own = held.filter(
        pl.col("period_end") == newest_complete_quarter(cell.session),
        pl.col("instrument_id") == cell.instrument_id,
        pl.col("put_call") == "",
        pl.col("amount_kind") == "SH",
    ).sort("amount", "manager_cik", descending=[True, False])
    return [
        Evidence(
            f"manager {row['manager_cik']} held {row['amount'] or 0:,.0f} shares on {row['period_end']}",
            row["known_at"],
            tuple(row["accessions"]),
            doubt="" if row["status"] == "ok" else row["status"],
            filer=row["manager_cik"],
        )
        for row in own.iter_rows(named=True)
    ]
