"""Sums of events that fade with age, for every security at every session.

Each session reads one slice of the events, those at most `max_age` sessions old, and adds them in the events' order.
So a value depends on its own window alone, bit for bit: a daily run, a backfill of ten years and a rerun on a cut lake
agree exactly. A running sum would be faster still, but would carry the rounding of every event that ever was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DecayedSums:
    """Arrays of shape (sessions, securities).

    total:  sum of the decayed values; 0 where there is no event.
    events: how many events it rests on.
    newest: position of the last of them in the arrays that were given; -1 where there is none.
    """

    total: NDArray[np.float64]
    events: NDArray[np.int32]
    newest: NDArray[np.int64]


def decayed_sums(
    ordinal: NDArray[np.int64],
    security: NDArray[np.int64],
    value: NDArray[np.float64],
    *,
    at: NDArray[np.int64],
    securities: int,
    half_life: int,
    max_age: int,
) -> DecayedSums:
    """Return the sums over events of value * 2^(-age / half_life), where 0 <= age = at - ordinal <= max_age.

    ordinal, security, value: one entry per event, ordered by `ordinal`; `security` counts from 0.
    at:                       session ordinals to evaluate at.
    half_life, max_age:       sessions.
    """
    weight = np.exp2(-np.arange(max_age + 1) / half_life)
    shape = (len(at), securities)
    total, events, newest = np.zeros(shape), np.zeros(shape, np.int32), np.full(shape, -1, np.int64)
    starts, ends = np.searchsorted(ordinal, at - max_age, "left"), np.searchsorted(ordinal, at, "right")
    for row, (session, start, end) in enumerate(zip(at, starts, ends, strict=True)):
        whose = security[start:end]
        faded = weight[session - ordinal[start:end]] * value[start:end]
        total[row] = np.bincount(whose, faded, securities)
        events[row] = np.bincount(whose, minlength=securities)
        newest[row, whose] = np.arange(start, end)  # of several events of a security numpy keeps the last
    return DecayedSums(total, events, newest)


def within_age(
    ordinal: NDArray[np.int64],
    security: NDArray[np.int64],
    *,
    at: NDArray[np.int64],
    securities: int,
    max_age: int,
) -> NDArray[np.bool_]:
    """Return, of shape (sessions, securities), whether a security has an event at most `max_age` sessions old."""
    present = np.zeros((len(at), securities), np.bool_)
    starts, ends = np.searchsorted(ordinal, at - max_age, "left"), np.searchsorted(ordinal, at, "right")
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        present[row, security[start:end]] = True
    return present
