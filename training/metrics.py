"""How well answers fit labels: accuracy, macro-F1, confusion, and how far chance moves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Labels = NDArray[np.int64]

_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and the interval that 95 of 100 bootstrap samples of its sentences fall into."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def confusion(truth: Labels, said: Labels, *, classes: int = len(TONES)) -> NDArray[np.int64]:
    """Return counts (classes, classes): rows are what is true, columns what was said."""
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)


def accuracy(truth: Labels, said: Labels) -> float:
    """Return the share of right answers, 0 to 1."""
    return float((truth == said).mean())


def macro_f1(truth: Labels, said: Labels) -> float:
    """Return the mean F1 of the classes that occur, true or said; a class that is only said counts as 0."""
    return _macro_f1(confusion(truth, said))


def _macro_f1(counts: NDArray[np.int64]) -> float:
    right, sums = np.diag(counts), counts.sum(axis=0) + counts.sum(axis=1)
    occurs = sums > 0
    return float((2 * right[occurs] / sums[occurs]).mean())


def bootstrap(
    figure: Callable[[Labels, Labels], float], truth: Labels, said: Labels, *, samples: int = 1_000, seed: int = 0
) -> Figure:
    """Return a figure with its bootstrap interval over sentences; the same for the same seed."""
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(truth), len(truth)) for _ in range(samples))
    low, high = np.percentile([figure(truth[rows], said[rows]) for rows in drawn], _INTERVAL)
    return Figure(figure(truth, said), float(low), float(high))
