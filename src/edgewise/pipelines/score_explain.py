"""Why a published score is what it is: score, factors, metrics, and the filings, prices and words behind each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import shift_session
from edgewise.core.errors import NotFound
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.pipelines.evidence import EVIDENCE
from edgewise.pipelines.evidence.cell import Cell
from edgewise.pipelines.scores import SCORE_VERSION
from edgewise.score.contributions import BASE, contributions, factor_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from edgewise.factors.metric import Metric, MetricFactor
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Evidence
    from edgewise.score.weights import Configuration

WEEK = 5
"""Sessions."""


@dataclass(frozen=True, slots=True)
class ExplainedMetric:
    """A metric: its value, its place among `peers` (0 to 1, more is better), what it moves the score by, and why.

    missing: why it has no value; '' where it has one.
    """

    metric: Metric
    value: float | None
    percentile: float | None
    peers: str | None
    weight: float
    points: float
    missing: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ExplainedFactor:
    """A factor: 0 to 100, what it moves the score by, and what it moved it by a week before; None if not known.

    metrics: all but those of single other industries.
    """

    factor: MetricFactor
    value: float | None
    weight: float
    points: float
    points_before: float | None
    metrics: tuple[ExplainedMetric, ...]


@dataclass(frozen=True, slots=True)
class ExplainedScore:
    """A row of SCORES and all it is made of: base + points of the factors + bounds = score.

    before: the row of the security a week before, None if there is none.
    """

    score: dict[str, Any]
    before: dict[str, Any] | None
    base: float
    bounds: float
    factors: tuple[ExplainedFactor, ...]


def explain_score(
    lake: Lake,
    instrument_id: str,
    session: date | None,
    configuration: Configuration,
    *,
    as_of: datetime | None = None,
    evidence: bool = True,
) -> ExplainedScore:
    """Return a published score of a session (the newest of the security if None) with all that it is made of.

    as_of:    corrections after this UTC instant are not looked at; all are by default.
    evidence: whether to look up the filings, prices and words behind each metric.
    Raises:   NotFound where no score of the security is published.
    """
    row = published_row(lake, instrument_id, session, configuration, as_of=as_of)
    day: date = row["session"]
    before = _before(lake, instrument_id, day, configuration, as_of)
    points = factor_points(row, configuration)
    points_before = factor_points(before, configuration) if before else {}
    of_session = (pl.col("session") == day) & (pl.col("version") == METRICS_VERSION)
    metrics = lake.read(FACTOR_METRICS, where=of_session, as_of=as_of)
    told = contributions(metrics, SCORED, configuration, instrument_id)
    own = metrics.row(by_predicate=pl.col("instrument_id") == instrument_id, named=True)
    cell = Cell(instrument_id, int(own["cik"]), day)
    total = sum(configuration.weights[name] for name in points if name in configuration.weights) or 1.0
    behind = _evidence(lake, cell, own) if evidence else {}
    factors = []
    for factor in SCORED:
        lines = {line["metric"]: line for line in told.filter(pl.col("factor") == factor.name).iter_rows(named=True)}
        factors.append(
            ExplainedFactor(
                factor,
                row[factor.name],
                configuration.weights[factor.name] / total if factor.name in points else 0.0,
                points.get(factor.name, 0.0),
                points_before.get(factor.name),
                tuple(
                    _metric(metric, lines[metric.name], own["industry"], behind.get(metric.name, ()))
                    for metric in factor.metrics
                    if not metric.only_for or metric.has_meaning(own["industry"])
                ),
            )
        )
    return ExplainedScore(row, before, BASE, points.get("bounds", 0.0), tuple(factors))


def published_row(
    lake: Lake,
    instrument_id: str,
    session: date | None,
    configuration: Configuration,
    *,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """Return the row of SCORES of a security on a session, its newest if None, as known at `as_of`. Raises NotFound."""
    own = (
        (pl.col("instrument_id") == instrument_id)
        & (pl.col("configuration") == configuration.name)
        & (pl.col("version") == SCORE_VERSION)
    )
    of_session = own if session is None else own & (pl.col("session") == session)
    rows = lake.read(SCORES, where=of_session, as_of=as_of).sort("session")
    if rows.is_empty():
        when = "" if session is None else f" on {session}"
        raise NotFound(
            f"no score of {instrument_id} is published{when}", advice="Compute it: edgewise scores compute --all"
        )
    return rows.row(-1, named=True)


def _before(
    lake: Lake, instrument_id: str, session: date, configuration: Configuration, as_of: datetime | None
) -> dict[str, Any] | None:
    try:
        return published_row(lake, instrument_id, shift_session(session, -WEEK), configuration, as_of=as_of)
    except NotFound:
        return None


def _evidence(lake: Lake, cell: Cell, own: Mapping[str, Any]) -> dict[str, Sequence[Evidence]]:
    """Return what the metrics that have a value rest on, by name; each view is looked up once."""
    by_view: dict[str, list[Metric]] = defaultdict(list)
    for factor in SCORED:
        for metric in factor.metrics:
            if own[metric.name] is not None:
                by_view[metric.view].append(metric)
    found: dict[str, Sequence[Evidence]] = {}
    for view, metrics in by_view.items():
        found |= EVIDENCE[view](lake, cell, metrics)
    return found


def _metric(
    metric: Metric, line: Mapping[str, Any], industry: str | None, evidence: Sequence[Evidence]
) -> ExplainedMetric:
    missing = f"not known then, in doubt, or older than {metric.max_age_days} days"
    if metric.yearly_max_age_days != metric.max_age_days:
        missing += f" ({metric.yearly_max_age_days} where the company reports once a year)"
    if not metric.has_meaning(industry):
        missing = f"has no meaning for a company of industry {industry}"
    return ExplainedMetric(
        metric,
        line["value"],
        line["percentile"],
        line["peers"],
        line["weight"],
        line["points"],
        "" if line["value"] is not None else missing,
        tuple(evidence),
    )
