"""Several percentiles as one number, where some of them are missing, without rewarding that they are.

    mean_i    = sum over what is known of i:  w'_j * (x_ij - 50)            w' = weights of what is known, summing to 1
    spread_i  = sqrt(w' C w')                                 C = covariance of the x around 50

The mean of two numbers lies further out than the mean of ten: names of which little is known would crowd both tails.
`spread_i` is how far such a mean lies out as a rule, for just those x that are known of i; dividing by it puts all
names on one scale. C is of the session's own cross-section, and believed the less the fewer names are behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CENTRE = 50.0
FEW = 30
"""Names behind a covariance that is half believed; with fewer it is not believed at all."""
VARIANCE = 400.0
"""What is taken for the variance of x where fewer than FEW names have one: a deviation of 20."""
LEAST_SPREAD = 0.5
"""A spread is at least so much of what it were without any correlation: correlations are estimates."""


@dataclass(frozen=True, slots=True)
class Combined:
    """What is known of each name, in one number.

    parts:  (names, x) w'_j * (x_ij - 50), zero where x is missing; their sum is `mean`.
    mean:   weighted mean deviation from 50; NaN where nothing is known.
    spread: how far such a mean lies out as a rule; NaN as mean.
    known:  share of the weight that is known, of what has a meaning for that name; zero where nothing has.
    full:   the spread of a name of which all that is usual is known.
    """

    parts: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    known: NDArray[np.float64]
    full: float


def combined(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    asked: NDArray[np.bool_] | None = None,
    usual: NDArray[np.float64] | None = None,
) -> Combined:
    """Return the weighted mean of each row of `values`, and its spread.

    values:  (names, x), 0 to 100; NaN is missing. The order of names must not depend on anything but them: sums do.
    weights: (x,), not negative, one above zero; x of weight zero count for nothing.
    asked:   (names, x), whether x has a meaning for that name; all by default. Only `known` looks at it.
    usual:   (x,), the weights without what is asked of few names only; `weights` by default. Only `full` looks at it.
    """
    there = np.isfinite(values)
    weighed = there * weights
    total = weighed.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = weighed / total[:, None]
        wanted = (np.ones_like(there) if asked is None else asked | there) * weights
        known = np.nan_to_num(total / wanted.sum(axis=1))
    deviation = np.where(there, values - CENTRE, 0.0)
    covariance = _covariance(deviation, there)
    parts = np.where(total[:, None] > 0, own * deviation, 0.0)
    mean = np.where(total > 0, parts.sum(axis=1), np.nan)
    whole = weights if usual is None else usual
    full = float(_spread((whole / whole.sum())[None, :], covariance)[0])
    return Combined(parts, mean, _spread(own, covariance), known, full)


def _covariance(deviation: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the covariance around 50 of each pair of x over the names that have both, shrunk by how few they are."""
    pairs = there.T.astype(float) @ there.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = (deviation.T @ deviation) / pairs
    own = np.where(np.diag(pairs) >= FEW, np.diag(raw), VARIANCE)
    shrunk = np.where(pairs >= FEW, raw * pairs / (pairs + FEW), 0.0)
    np.fill_diagonal(shrunk, own)
    return shrunk


def _spread(weights: NDArray[np.float64], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    variance = np.einsum("ij,jk,ik->i", weights, covariance, weights)
    alone = np.einsum("ij,j,ij->i", weights, np.diag(covariance), weights)
    spread: NDArray[np.float64] = np.sqrt(np.maximum(variance, LEAST_SPREAD**2 * alone))
    return spread
