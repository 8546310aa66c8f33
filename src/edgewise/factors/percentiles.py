"""Where a value stands among its peers: sector percentiles of one metric on one session.

    clipped = value, brought to median - 5 MAD .. median + 5 MAD of the peers      MAD = median |value - median|
    percentile = (rank - 0.5) / N        rank from 1 for the worst, ties share the mean of their ranks

Peers are the names of the sector that have a value; where they are fewer than twenty, those of the industry division;
where these are too few as well, all. Clipping moves nobody past anybody: it only makes what is absurdly far out, as a
number in the wrong unit is, equal to what is merely far out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PEERS = 20
"""Names a sector or division needs."""
LEAST_PEERS = 5
"""Names the whole market needs: of fewer, nobody is told where it stands."""
MADS = 5.0


def percentiles(
    values: NDArray[np.float64], groups: Sequence[NDArray[np.integer]]
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the percentile of each value, 0 to 1, and which of `groups` it is among.

    values: of one metric and session, more is better; not finite is none.
    groups: numbers of the groups of each name, narrowest first, below zero for none; the last holds everybody.
    Nulls:  NaN, and -1 for the group, where there is no value or even the last group has fewer than LEAST_PEERS.
    """
    found = np.full(len(values), np.nan)
    level = np.full(len(values), -1, np.int8)
    for number, group in enumerate(groups):
        least = LEAST_PEERS if number == len(groups) - 1 else PEERS
        ranked, count = _ranked(values, group)
        take = (level < 0) & (count >= least)
        found[take] = ranked[take]
        level[take] = number
        if not (np.isfinite(values) & (level < 0)).any():
            break
    return found, level


def winsorised(values: NDArray[np.float64], group: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the values clipped to MADS median absolute deviations around the median of their group.

    Nulls: what is not finite, or in no group, stays as it is. Where more than half of a group are equal the MAD is zero
    and nothing is clipped.

    >>> winsorised(np.array([1.0, 2.0, 3.0, 4.0, 900.0]), np.zeros(5, int))
    array([1., 2., 3., 4., 8.])
    """
    chosen = np.flatnonzero(np.isfinite(values) & (group >= 0))
    if not len(chosen):
        return values.copy()
    value, (_, place) = values[chosen], np.unique(group[chosen], return_inverse=True)
    centre = _medians(value, place)
    spread = MADS * _medians(np.abs(value - centre[place]), place)
    spread[spread == 0] = np.inf
    clipped = values.copy()
    clipped[chosen] = np.clip(value, (centre - spread)[place], (centre + spread)[place])
    return clipped


def _medians(value: NDArray[np.float64], place: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the median of the values of each place, which are numbered from 0 and all taken."""
    order = np.lexsort((value, place))
    count = np.bincount(place)
    first = np.cumsum(count) - count
    ordered = value[order]
    medians: NDArray[np.float64] = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    return medians


def _ranked(values: NDArray[np.float64], group: NDArray[np.integer]) -> tuple[NDArray[np.float64], NDArray[np.integer]]:
    """Return the percentile of each clipped value in its group, and of how many; NaN and 0 where there is none."""
    percentile, peers = np.full(len(values), np.nan), np.zeros(len(values), int)
    chosen = np.flatnonzero(np.isfinite(values) & (group >= 0))
    if not len(chosen):
        return percentile, peers
    value, (_, place) = winsorised(values, group)[chosen], np.unique(group[chosen], return_inverse=True)
    count = np.bincount(place)
    order = np.lexsort((value, place))
    ordered, at = value[order], place[order]
    new = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
    new = np.union1d(new, np.cumsum(count) - count)
    ties = np.diff(new, append=len(ordered))
    mean_rank = np.repeat(new + (ties - 1) / 2, ties) - (np.cumsum(count) - count)[at]
    percentile[chosen[order]] = (mean_rank + 0.5) / count[at]
    peers[chosen] = count[place]
    return percentile, peers
