"""All factors, listed by hand: a new one is its file and its line here; the shared suite then finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.errors import NotFound
from edgewise.factors import (
    analysts,
    capital_return,
    earnings_quality,
    filing_tone,
    filing_tone_change,
    growth,
    health,
    insiders,
    institutional,
    low_risk,
    momentum,
    news,
    profitability,
    risk_factor_change,
    technical,
    text_similarity,
    value,
)

if TYPE_CHECKING:
    from edgewise.factors.factor import Factor
    from edgewise.factors.metric import MetricFactor

ALL: tuple[Factor, ...] = (filing_tone.FACTOR,)

SCORED: tuple[MetricFactor, ...] = (
    value.FACTOR,
    growth.FACTOR,
    profitability.FACTOR,
    health.FACTOR,
    momentum.FACTOR,
    analysts.FACTOR,
    insiders.FACTOR,
    institutional.FACTOR,
    news.FACTOR,
    technical.FACTOR,
    filing_tone.SCORED,
    filing_tone_change.FACTOR,
    risk_factor_change.FACTOR,
    text_similarity.FACTOR,
    earnings_quality.FACTOR,
    capital_return.FACTOR,
    low_risk.FACTOR,
)
"""Factors of the stock score, in the order in which they are shown."""
METRICS_VERSION = "2"
"""Raise it with any change of a formula or of what a factor is made of; a test holds it to their text."""


def fields_of(view: str) -> frozenset[str]:
    """Return the fields of a view that the formulas of any factor of the score read."""
    read = (metric.value.meta.root_names() for factor in SCORED for metric in factor.metrics if metric.view == view)
    return frozenset(name for names in read for name in names)


def factor_named(name: str) -> Factor:
    """Return the factor of this name. Raises NotFound, with the names there are."""
    for factor in ALL:
        if factor.name == name:
            return factor
    raise NotFound(f"there is no factor {name!r}", advice=f"There are: {', '.join(factor.name for factor in ALL)}.")
