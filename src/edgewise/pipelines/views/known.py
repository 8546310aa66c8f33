"""All views of some sessions, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.pipelines.views.indicators import indicators_view
from edgewise.pipelines.views.insiders import insiders_view
from edgewise.pipelines.views.institutions import institutions_view
from edgewise.pipelines.views.news import news_view
from edgewise.pipelines.views.ratings import ratings_view
from edgewise.pipelines.views.ratios import ratios_view
from edgewise.pipelines.views.texts import texts_view

if TYPE_CHECKING:
    import polars as pl

    from edgewise.lake import Lake


def known_views(lake: Lake, peers: pl.DataFrame, *, tone_version: str) -> dict[str, pl.DataFrame]:
    """Return every view of `edgewise.factors.metric.VIEWS`, of the securities and sessions of `peers`.

    tone_version: the model whose tone of filings counts.
    """
    ratios = ratios_view(lake, peers)
    market_values = ratios.select("instrument_id", "session", "market_value")
    return {
        "ratios": ratios,
        "indicators": indicators_view(lake, peers),
        "ratings": ratings_view(lake, peers),
        "insiders": insiders_view(lake, peers, market_values=market_values),
        "institutions": institutions_view(lake, peers),
        "news": news_view(lake, peers),
        "texts": texts_view(lake, peers, model_version=tone_version),
    }
