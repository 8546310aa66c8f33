"""What an indicator rests on: the bars of its window, the newest of them named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.pipelines.evidence.cell import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell

_YEAR = timedelta(days=366)  # of calendar days: 252 sessions


def indicators_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the closes of a year, in one line, and the splits and dividends between them, of every metric."""
    found = _found(lake, cell)
    return {metric.name: found for metric in metrics}


def _found(lake: Lake, cell: Cell) -> list[Evidence]:
    own = pl.col("instrument_id") == cell.instrument_id
    days = pl.col("session").is_between(cell.session - _YEAR, cell.session)
    bars = lake.read(PRICES, as_of=cell.close, where=own & days).drop_nulls("close").sort("session")
    if bars.is_empty():
        return []
    first, last = bars.row(0, named=True), bars.row(-1, named=True)
    closes = f"{bars.height} closes as traded, {first['session']} at {first['close']:,.2f} to "
    found = [
        Evidence(f"{closes}{last['session']} at {last['close']:,.2f} USD", last["known_at"], source=last["source_url"])
    ]
    between = pl.col("ex_session").is_between(cell.session - _YEAR, cell.session)
    actions = lake.read(CORPORATE_ACTIONS, as_of=cell.close, where=own & between).sort("ex_session")
    for row in actions.iter_rows(named=True):
        size = f"{row['ratio']:g} for 1" if row["ratio"] is not None else f"{row['amount'] or 0:,.4g} USD a share"
        found.append(
            Evidence(f"{row['kind']} of {row['ex_session']}, {size}", row["known_at"], source=row["source_url"])
        )
    return found
