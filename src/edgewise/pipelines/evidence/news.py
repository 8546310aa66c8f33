"""What the tone of news rests on: the stories of the last days, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_news import NEWS
from edgewise.opinions.news import stories
from edgewise.pipelines.evidence.cell import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell

_DAYS = {"news_tone_7": 7, "news_tone_30": 30}
_COPIES = timedelta(days=3)  # an older copy of a story makes it older


def news_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the stories with a tone that are in the window of each metric."""
    since = cell.close - timedelta(days=max(_DAYS.values()))
    own = (pl.col("instrument_id") == cell.instrument_id) & (pl.col("published_at") > since - _COPIES)
    told = stories(lake.history(NEWS, as_of=cell.close, where=own), as_of=cell.close)
    return {metric.name: _inside(told, cell.close - timedelta(days=_DAYS[metric.name])) for metric in metrics}


def _inside(told: pl.DataFrame, since: datetime) -> list[Evidence]:
    inside = told.filter(pl.col("published_at") > since).drop_nulls("tone").sort("published_at", descending=True)
    return [
        Evidence(f"{row['published_on']}, tone {row['tone']:+.2f}: {row['title']}", row["known_at"],
                 source=row["url"] or f"{row['provider']} {row['news_id']}")
        for row in inside.iter_rows(named=True)
    ]  # fmt: skip
