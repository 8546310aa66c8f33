"""Why a score is what it is: what each factor, and each metric in it, moves it from 50.

    score = 50 + sum of the factors' points + bounds
    points of a factor = sum of its metrics' points = stretch * w' * (factor - 50)

`bounds` is what a score beyond 1 or 100 was brought back by; zero for nearly all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from edgewise.core.errors import NotFound
from edgewise.factors.combine import CENTRE, combined
from edgewise.factors.factor_values import LEVELS, factor_values
from edgewise.score.scores import DEVIATION, HIGHEST, LOWEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edgewise.core.identifiers import InstrumentId
    from edgewise.factors.factor_values import FactorValues
    from edgewise.factors.metric import MetricFactor
    from edgewise.score.weights import Configuration

BASE = CENTRE
SCHEMA = {
    "factor": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "percentile": pl.Float64,
    "peers": pl.String,
    "weight": pl.Float64,
    "points": pl.Float64,
}
_BOUNDS = {"factor": "bounds", "metric": "bounds", "weight": 0.0}


def factor_points(row: Mapping[str, object], configuration: Configuration) -> dict[str, float]:
    """Return the points of each known factor of a row of SCORES, and `bounds`; with 50 they add up to its score.

    Nulls: empty for who is not rated.
    """
    stretch, score = row["stretch"], row["score"]
    if not isinstance(stretch, float) or not isinstance(score, float):
        return {}
    known = {name: value for name in configuration.weights if isinstance(value := row[name], float)}
    total = sum(configuration.weights[name] for name in known)
    points = {name: stretch * configuration.weights[name] / total * (value - CENTRE) for name, value in known.items()}
    return {**points, "bounds": score - BASE - sum(points.values())}


def contributions(
    metrics: pl.DataFrame,
    factors: Sequence[MetricFactor],
    configuration: Configuration,
    instrument_id: InstrumentId | str,
) -> pl.DataFrame:
    """Return what each metric moves the score of one security from 50, and `bounds`; with 50 they add up to it.

    metrics: rows of FACTOR_METRICS of one session, all securities: a score is a place among them.
    Returns: SCHEMA, a row per metric of every factor, also of factors at weight 0, and a last one named bounds. value
             is the metric's own, percentile 0 to 1 among `peers` (sector, division or market), more is better; weight
             is the metric's share in the score; points are zero where it is missing or its factor is.
    Raises:  NotFound if the security has no row.
    """
    rows = metrics.sort("instrument_id")
    place = rows["instrument_id"].index_of(str(instrument_id))
    if place is None:
        raise NotFound(f"nothing is known of {instrument_id} on that session", advice="Ask for another as_of.")
    told = factor_values(rows, factors)
    weights = configuration.weights
    values = np.column_stack([told[name].value for name in weights])
    stretch = DEVIATION / combined(values, np.array(list(weights.values()))).spread[place]
    total = sum(weights[name] for name in weights if np.isfinite(told[name].value[place]))
    lines: list[dict[str, object]] = []
    raw = BASE
    for factor in factors:
        known = factor.name in weights and np.isfinite(told[factor.name].value[place])
        share = weights[factor.name] / total if known else 0.0
        own = list(_lines(told[factor.name], rows, place, share=share, stretch=stretch if known else 0.0))
        lines += own
        raw += sum(line["points"] for line in own)
    lines.append(dict.fromkeys(SCHEMA) | _BOUNDS | {"points": min(max(raw, LOWEST), HIGHEST) - raw})
    return pl.DataFrame(lines, schema=SCHEMA)


def _lines(
    told: FactorValues, rows: pl.DataFrame, place: int, *, share: float, stretch: float
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one factor's metrics, of the security at this place; its share in the score is `share`."""
    there = np.isfinite(told.percentile[place])
    weight = sum(metric.weight for metric, known in zip(told.factor.metrics, there, strict=True) if known)
    for number, metric in enumerate(told.factor.metrics):
        known = there[number]
        yield {
            "factor": told.factor.name,
            "metric": metric.name,
            "value": rows[metric.name][place],
            "percentile": float(told.percentile[place, number]) if known else None,
            "peers": LEVELS[told.level[place, number]] if known else None,
            "weight": share * metric.weight / weight if known else 0.0,
            "points": float(stretch * share * told.parts[place, number]),
        }
