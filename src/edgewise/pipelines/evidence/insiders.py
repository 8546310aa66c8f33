"""What insiders did: their purchases and sales in the market in the last ninety days, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.ownership.insiders import open_market_lines
from edgewise.pipelines.evidence.cell import Evidence
from edgewise.pipelines.views.insiders import WINDOW_DAYS, known_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell


def insiders_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the lines of insiders' forms that count, or one that says that there is none, of every metric."""
    found = _found(lake, cell)
    return {metric.name: found for metric in metrics}


def _found(lake: Lake, cell: Cell) -> list[Evidence]:
    own = (pl.col("issuer_cik") == cell.cik) & (pl.col("known_at") >= known_since(cell.session))
    trades = lake.history(INSIDER_TRADES, as_of=cell.close, where=own)
    today = cell.close.astimezone(NEW_YORK).date()
    inside = pl.col("transaction_date").is_between(today - timedelta(days=WINDOW_DAYS - 1), today)
    lines = open_market_lines(trades, as_of=cell.close).filter(inside, pl.col("status") == "ok")
    if lines.is_empty():
        newest = trades.sort("known_at", "accession").tail(1)
        return [
            Evidence("nobody bought or sold in the market; the newest form", row["known_at"], (row["accession"],))
            for row in newest.iter_rows(named=True)
        ]
    told = lines.sort("transaction_date", "known_at", "line", descending=True)
    return [Evidence(_line(row), row["known_at"], (row["accession"],)) for row in told.iter_rows(named=True)]


def _line(row: dict[str, object]) -> str:
    did = "bought" if row["code"] == "P" else "sold"
    price = f" at {row['price']:,.2f} USD" if row["price"] is not None else ""
    owners: list[str] = row["owners"]  # type: ignore[assignment]
    return f"{', '.join(owners)} {did} {row['shares'] or 0:,.0f}{price} on {row['transaction_date']}"
