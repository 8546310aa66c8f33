"""The factors of every security of one session, made of the percentiles of its metrics.

    factor_i = 50 + s_i * sum over its known metrics m of  u'_m * (100 * percentile_im - 50)
    s_i      = min(1, full spread / spread_i)                    u' = weights of the known metrics, summing to 1

Percentiles are turned so that more is better. `s_i` is of `edgewise.factors.combine`: a factor of which one metric of
five is known lies no further out than one of which all are. `full spread` is that of all metrics but those of single
industries, so that a bank, of which less is asked, lies no further out than others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.factors.combine import CENTRE, combined
from edgewise.factors.percentiles import percentiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgewise.factors.metric import MetricFactor

    Floats = NDArray[np.float64]

LEVELS = ("sector", "division", "market")


@dataclass(frozen=True, slots=True)
class FactorValues:
    """One factor of all securities of a session.

    factor:     what it is made of.
    value:      (names,) 0 to 100, NaN where too few metrics are known.
    known:      (names,) share of the weight of its metrics that is known, 0 to 1.
    percentile: (names, metrics) 0 to 1, more is better; NaN is missing.
    level:      (names, metrics) whom it is compared with, a place in LEVELS; -1 where it is missing.
    parts:      (names, metrics) what each metric moves the factor from 50; they add up to value - 50.
    """

    factor: MetricFactor
    value: Floats
    known: Floats
    percentile: Floats
    level: NDArray[np.int8]
    parts: Floats


def factor_values(metrics: pl.DataFrame, factors: Sequence[MetricFactor]) -> dict[str, FactorValues]:
    """Return each factor of all securities of one session, by its name, in the order of the rows.

    metrics: rows of FACTOR_METRICS of one session, sorted by instrument_id, so that sums do not depend on chance.
    Raises:  InvalidInput for rows of several sessions: a place among names of tomorrow would look ahead.
    """
    if metrics["session"].n_unique() > 1:
        raise InvalidInput("the metrics are of several sessions", advice="Rank the names of one session at a time.")
    groups = [_numbers(metrics[name]) for name in LEVELS[:-1]] + [np.zeros(metrics.height, int)]
    return {factor.name: _values_of(metrics, factor, groups) for factor in factors}


def _values_of(metrics: pl.DataFrame, factor: MetricFactor, groups: Sequence[NDArray[np.integer]]) -> FactorValues:
    size = (metrics.height, len(factor.metrics))
    percentile, level = np.full(size, np.nan), np.full(size, -1, np.int8)
    for place, metric in enumerate(factor.metrics):
        value = metric.direction * metrics[metric.name].to_numpy()
        percentile[:, place], level[:, place] = percentiles(value, groups)
    weights = np.array([metric.weight for metric in factor.metrics])
    usual = weights * [not metric.only_for for metric in factor.metrics]
    asked = metrics.select(one.is_meant().alias(one.name) for one in factor.metrics)
    found = combined(100.0 * percentile, weights, asked=asked.to_numpy(), usual=usual)
    # Names whose metrics have no spread, for all are alike in them, are in the middle in any case.
    with np.errstate(invalid="ignore", divide="ignore"):
        shrink = np.minimum(1.0, found.full / found.spread)
    parts = np.where(np.isfinite(shrink)[:, None], found.parts * shrink[:, None], 0.0)
    enough = (found.known >= factor.least) & (found.known > 0)
    value = np.where(enough, CENTRE + parts.sum(axis=1), np.nan)
    return FactorValues(factor, value, found.known, percentile, level, parts)


def _numbers(names: pl.Series) -> NDArray[np.integer]:
    """Return a number for each name, -1 for none."""
    return names.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
