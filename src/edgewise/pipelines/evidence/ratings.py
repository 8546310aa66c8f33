"""What the opinion of analysts rests on: each firm's newest word, or its newest target."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_ratings import RATINGS
from edgewise.opinions.consensus import VALID_DAYS
from edgewise.pipelines.evidence.cell import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell

_TARGETS = "target_to_price"


def ratings_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the newest rating of each firm that says a word, or a target where the metric is of targets."""
    since = cell.session - timedelta(days=VALID_DAYS)
    own = (
        (pl.col("instrument_id") == cell.instrument_id) & (pl.col("published_on") > since) & (pl.col("status") == "ok")
    )
    rows = lake.read(RATINGS, as_of=cell.close, where=own).sort("published_on", "known_at", "rating_id")
    return {metric.name: _newest(rows, "target" if metric.name == _TARGETS else "grade_said") for metric in metrics}


def _newest(rows: pl.DataFrame, said: str) -> list[Evidence]:
    newest = rows.drop_nulls(said).unique("firm_id", keep="last", maintain_order=True).reverse()
    return [
        Evidence(
            f"{row['firm']} on {row['published_on']}: {_word(row)}",
            row["known_at"],
            source=f"{row['provider']} {row['rating_id']}",
        )
        for row in newest.iter_rows(named=True)
    ]


def _word(row: dict[str, object]) -> str:
    words = [f"{row['grade_said']} ({row['grade']:g} of 5)"] if row["grade"] is not None else []
    targets = [f"target {row['target']:g} {row['currency'] or ''}".strip()] if row["target"] is not None else []
    return ", ".join([*words, *targets]) or str(row["grade_said"])
