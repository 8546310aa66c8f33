"""Why a score is what it is: what each factor, and each metric in it, moves it from 50.

    score = 50 + sum of the factors' points + bounds
    points of a factor = sum of its metrics' points = stretch * w' * (factor - 50)

`bounds` is what a score beyond 1 or 100 was brought back by; zero for nearly all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import NotFound
from edgewise.factors.combine import CENTRE, combined
from edgewise.factors.standing import LEVELS, standings
from edgewise.score.scores import DEVIATION, HIGHEST, LOWEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgewise.core.identifiers import InstrumentId
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
    told = standings(rows, factors)
    names = list(configuration.weights)
    values = np.column_stack([told[name].value for name in names])
    found = combined(values, np.array([configuration.weights[name] for name in names]))
    stretch = DEVIATION / found.spread[place]
    total = sum(configuration.weights[name] for name in names if np.isfinite(told[name].value[place]))
    lines = []
    for factor in factors:
        standing = told[factor.name]
        known = np.isfinite(standing.value[place]) and factor.name in configuration.weights
        share = configuration.weights[factor.name] / total if known else 0.0
        there = np.isfinite(standing.percentile[place])
        weight = sum(metric.weight for metric, is_there in zip(factor.metrics, there, strict=True) if is_there)
        for number, metric in enumerate(factor.metrics):
            lines.append({
                "factor": factor.name,
                "metric": metric.name,
                "value": rows[metric.name][place],
                "percentile": float(standing.percentile[place, number]) if there[number] else None,
                "peers": LEVELS[standing.level[place, number]] if there[number] else None,
                "weight": share * metric.weight / weight if there[number] else 0.0,
                "points": float(stretch * share * standing.parts[place, number]) if known else 0.0,
            })  # fmt: skip
    raw = BASE + sum(line["points"] for line in lines)
    bounded = min(max(raw, LOWEST), HIGHEST)
    lines.append({"factor": "bounds", "metric": "bounds", "value": None, "percentile": None, "peers": None,
                  "weight": 0.0, "points": bounded - raw})  # fmt: skip
    return pl.DataFrame(lines, schema=SCHEMA)
