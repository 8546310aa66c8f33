"""Sums and maxima over time, for all securities at once: arrays in, arrays out.

Every array is (time, stock), C-contiguous, float64; NaN is a session without a value. Nothing here depends on later
rows, nor on other columns, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def filled(values: Floats, with_value: float = 0.0) -> Floats:
    """Return `values` with something in place of what is missing, so that sums go on."""
    return np.where(np.isnan(values), with_value, values)


def window_sum(values: Floats, window: int) -> Floats:
    """Return the sum of the last `window` rows, of fewer at the beginning; `values` has no NaN."""
    found = np.empty_like(values)
    state = np.zeros(values.shape[1])
    # Row by row, as everything here: a row of many stocks stays in the processor's cache, an array of them does not.
    for place, row in enumerate(values):
        out = found[place]
        np.add(state, row, out=out)
        if place >= window:
            np.subtract(out, values[place - window], out=out)
        state = out
    return found


def window_max(values: Floats, window: int) -> Floats:
    """Return the maximum of the last `window` rows; -inf where there is no value."""
    highest, reach = filled(values, -np.inf), 1
    while reach < window:
        step = min(reach, window - reach)
        later = highest.copy()
        np.maximum(highest[step:], highest[:-step], out=later[step:])
        highest, reach = later, reach + step
    return highest


def lagged(values: Floats, by: int) -> Floats:
    """Return the values `by` sessions ago, NaN at the beginning."""
    before = np.full_like(values, np.nan)
    before[by:] = values[:-by]
    return before
