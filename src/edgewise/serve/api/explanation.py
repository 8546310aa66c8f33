"""An explained score as the API tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgewise.serve.api.score_models import EvidenceItem, Explanation, FactorNode, MetricNode

if TYPE_CHECKING:
    from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore


def explanation_of(told: ExplainedScore, ticker: str, *, simulated: bool) -> Explanation:
    """Return the tree from a score to what it rests on."""
    row: dict[str, Any] = told.score
    return Explanation(
        as_of=row["known_at"],
        simulated=simulated,
        session=row["session"],
        configuration=row["configuration"],
        ticker=ticker,
        instrument_id=row["instrument_id"],
        overall=row["overall"],
        score=row["score"],
        rating=row["rating"],
        score_before=told.before["score"] if told.before else None,
        base=told.base,
        bounds=told.bounds,
        factors=[_factor(one) for one in told.factors],
    )


def _factor(told: ExplainedFactor) -> FactorNode:
    return FactorNode(
        name=told.factor.name,
        title=told.factor.title,
        meaning=told.factor.meaning,
        score=told.value,
        weight=told.weight,
        points=told.points,
        points_before=told.points_before,
        metrics=[_metric(one) for one in told.metrics],
    )


def _metric(told: ExplainedMetric) -> MetricNode:
    return MetricNode(
        name=told.metric.name,
        formula=told.metric.formula,
        unit=told.metric.unit,
        value=told.value,
        percentile=told.percentile,
        peers=told.peers,
        weight=told.weight,
        points=told.points,
        missing=told.missing,
        evidence=[EvidenceItem.model_validate(one, from_attributes=True) for one in told.evidence],
    )
