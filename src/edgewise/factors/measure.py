"""From views of what was known at each close to rows of FACTOR_METRICS."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.errors import InvalidInput
from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.factors.metric import YEARLY_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgewise.factors.metric import Metric, MetricFactor

_CELL = ["instrument_id", "session"]
PEERS_SCHEMA = {
    "instrument_id": pl.String,
    "session": pl.Date,
    "cik": pl.Int64,
    "sector": pl.String,
    "division": pl.String,
    "industry": pl.String,
}
QUOTE_SCHEMA = {"instrument_id": pl.String, "session": pl.Date, "close": pl.Float64, "market_value": pl.Float64}


def measured(
    factors: Sequence[MetricFactor],
    views: Mapping[str, pl.DataFrame],
    peers: pl.DataFrame,
    quotes: pl.DataFrame,
    *,
    version: str,
) -> pl.DataFrame:
    """Return rows of FACTOR_METRICS: every metric of `factors` of each security and session of `peers`.

    views:   what formulas read, by name, as `edgewise.factors.metric.VIEWS` says; one that is left out is unknown.
    peers:   PEERS_SCHEMA, one row per security and session.
    quotes:  QUOTE_SCHEMA, at most one row of each; who has no close did not trade.
    Nulls:   a metric is null where its view has no row or null, where the formula has no finite value, where what it is
             of is older than the metric allows or younger than the session, and where its industry has no use for it.
    Time:    a row rests on the rows of the views of its own session.
    Raises:  InvalidInput for a view that has a security twice on a session, SchemaMismatch for a wrong frame.
    """
    by_view: dict[str, list[Metric]] = defaultdict(list)
    for factor in factors:
        for metric in factor.metrics:
            by_view[metric.view].append(metric)
    rows = peers.select(PEERS_SCHEMA.keys()).join(quotes.select(QUOTE_SCHEMA.keys()), on=_CELL, how="left").sort(*_CELL)
    known: list[Metric] = []
    for view, metrics in by_view.items():
        if view in views:
            rows = rows.join(_evaluated(view, views[view], metrics), on=_CELL, how="left", maintain_order="left")
            rows = rows.with_columns(one for metric in metrics for one in _counting(metric)).drop(_of_row(view))
            known += metrics
    none = pl.lit(None, pl.Float64)
    filled = rows.with_columns(
        pl.lit(None, FACTOR_METRICS.schema[name]).alias(name)
        for name in FACTOR_METRICS.schema
        if name not in rows.columns
    ).with_columns(
        version=pl.lit(version),
        oldest_days=pl.max_horizontal(none, *(f"{metric.name} days" for metric in known)).cast(pl.Int32),
        mean_age=pl.mean_horizontal(none, *(f"{metric.name} age" for metric in known)),
        known_at=session_closes(rows["session"]),
    )
    return FACTOR_METRICS.check(filled.select(FACTOR_METRICS.schema.keys()))


def _evaluated(name: str, view: pl.DataFrame, metrics: Sequence[Metric]) -> pl.DataFrame:
    """Return instrument_id, session, what a view says of whole rows, and each metric's formula over them."""
    told = view.select(
        *_CELL, *_of_row(name), *(metric.value.cast(pl.Float64).alias(metric.name) for metric in metrics)
    )
    if told.select(pl.struct(_CELL).is_duplicated().any()).item():
        raise InvalidInput(f"view {name} has a security twice on one session", advice="Give one row of each.")
    return told


def _of_row(view: str) -> list[str]:
    return ["observed_on", "reports_yearly"] if view in YEARLY_DAYS else ["observed_on"]


def _counting(metric: Metric) -> list[pl.Expr]:
    """Return the metric where it counts, its age in days, and its age as a fraction of what is allowed."""
    days = (pl.col("session") - pl.col("observed_on")).dt.total_days()
    allowed = pl.lit(metric.max_age_days)
    if metric.view in YEARLY_DAYS:
        allowed = pl.when("reports_yearly").then(metric.yearly_max_age_days).otherwise(allowed)
    counts = pl.col(metric.name).is_finite() & days.is_between(0, allowed) & metric.is_meant()
    return [
        pl.when(counts).then(metric.name).alias(metric.name),
        pl.when(counts).then(days).alias(f"{metric.name} days"),
        pl.when(counts).then(days / allowed.clip(1)).alias(f"{metric.name} age"),
    ]
