"""What a metric of one security on one session rests on, down to filings, prices, ratings and stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.pipelines.evidence.indicators import indicators_evidence
from edgewise.pipelines.evidence.insiders import insiders_evidence
from edgewise.pipelines.evidence.institutions import institutions_evidence
from edgewise.pipelines.evidence.news import news_evidence
from edgewise.pipelines.evidence.ratings import ratings_evidence
from edgewise.pipelines.evidence.ratios import ratios_evidence
from edgewise.pipelines.evidence.texts import texts_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell, Evidence

EVIDENCE: Mapping[str, Callable[[Lake, Cell, Sequence[Metric]], dict[str, list[Evidence]]]] = {
    "ratios": ratios_evidence,
    "indicators": indicators_evidence,
    "ratings": ratings_evidence,
    "insiders": insiders_evidence,
    "institutions": institutions_evidence,
    "news": news_evidence,
    "texts": texts_evidence,
}
"""Who looks up what metrics of a view rest on, each of them by its name."""
