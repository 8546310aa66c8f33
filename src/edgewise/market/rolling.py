"""Windows over time, for all securities at once: arrays in, arrays out.

Every array is (time, stock), C-contiguous, float64; NaN is a session without a value. A *run* is the number of sessions
with a value that end at one, without a gap. A window of n is full where the run is at least n; elsewhere the result is
NaN. So a gap empties the windows that hold it and no other: values come back n sessions after it. An exponential mean
has no end to its window; it starts anew after a gap, from the plain mean of the first n values, as it does at the
beginning. Nothing here depends on later rows, nor on other columns, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

# A variance below this fraction of the squared mean is the rounding of one that is zero.
_FLAT = 1e-15


def run_lengths(values: Floats) -> Counts:
    """Return the runs of `values`: (time, stock), or (time, 1) where nothing is missing and all are alike."""
    place = np.arange(1, len(values) + 1)[:, None]
    missing = np.isnan(values)
    if not missing.any():
        return place
    last = np.where(missing, place, 0)
    np.maximum.accumulate(last, axis=0, out=last)
    return place - last


def filled(values: Floats, with_value: float = 0.0) -> Floats:
    """Return `values` with something in place of what is missing, so that sums go on."""
    return np.where(np.isnan(values), with_value, values)


def mean(values: Floats, runs: Counts, window: int) -> Floats:
    """Return the mean of the last `window` values."""
    sums = window_sum(values if runs.shape != values.shape else filled(values), window)
    sums /= window
    return masked(sums, runs, window)


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


def deviation(values: Floats, runs: Counts, window: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (over n, not n - 1) of the last `window` values.

    The sum of squared deviations is carried from window to window (Welford), which keeps digits that a difference of
    large sums would lose.
    """
    known = values if runs.shape != values.shape else _carried(values)
    middle, spread = np.empty_like(known), np.empty_like(known)
    width = known.shape[1]
    centre, squares = known[0].copy() if len(known) else np.zeros(width), np.zeros(width)
    change, apart, other = np.empty(width), np.empty(width), np.empty(width)
    for place, row in enumerate(known):
        leaving = known[max(place - window, 0)]
        np.subtract(row, leaving, out=change)
        np.subtract(leaving, centre, out=apart)
        np.multiply(change, 1 / window, out=other)
        np.add(centre, other, out=middle[place])
        centre = middle[place]
        np.subtract(row, centre, out=other)
        np.add(apart, other, out=apart)
        np.multiply(change, apart, out=apart)
        np.add(squares, apart, out=spread[place])
        squares = spread[place]
    spread *= 1 / window
    spread[spread <= _FLAT * middle * middle] = 0.0
    np.sqrt(spread, out=spread)
    return masked(middle, runs, window), masked(spread, runs, window)


def _carried(values: Floats) -> Floats:
    """Return `values` with the last one before a gap in it; before the first value, that one."""
    place = np.where(np.isnan(values), 0, np.arange(len(values))[:, None])
    np.maximum.accumulate(place, axis=0, out=place)
    carried = np.take_along_axis(values, place, axis=0)
    first = np.take_along_axis(values, np.isnan(values).argmin(axis=0)[None], axis=0)
    return np.where(np.isnan(carried), filled(first), carried)


def exponential(values: Floats, runs: Counts, window: int, *, weight: float, skip: int = 0) -> Floats:
    """Return the exponential mean: the plain mean of the first `window` values of a run, then moved by `weight`.

    skip: values of a run that are passed over before the first one that counts.
    """
    known = values if runs.shape != values.shape else filled(values)
    table = np.zeros(int(runs.max(initial=0)) + 1)
    table[skip + 1 :] = 1 / np.minimum(np.arange(1, max(len(table) - skip, 1)), window)
    table[skip + window + 1 :] = weight
    weights = table[runs]
    found = np.empty_like(known)
    state, move = np.zeros(known.shape[1]), np.empty(known.shape[1])
    for row, share, out in zip(known, weights, found, strict=True):
        np.subtract(row, state, out=move)
        np.multiply(move, share, out=move)
        np.add(state, move, out=out)
        state = out
    return masked(found, runs, skip + window)


def masked(values: Floats, runs: Counts, least: int) -> Floats:
    """Return `values` with NaN where the run is shorter than `least`; written in place."""
    short = runs < least
    values[short if short.shape == values.shape else short[:, 0]] = np.nan
    return values


def lagged(values: Floats, by: int) -> Floats:
    """Return the values `by` sessions ago, NaN at the beginning."""
    before = np.full_like(values, np.nan)
    before[by:] = values[:-by]
    return before
