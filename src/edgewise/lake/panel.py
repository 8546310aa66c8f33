"""What stood at many instants: the question of `Lake.read`, for every row of a panel, without asking it so often.

A security has a value per period (a quarter, a session), and versions of it. At an instant the value of its newest
period known by then stands, in the newest version known by then. So in the order of periods and versions, which is the
lake's own, a row stands from the first instant at or after its `known_at` until that of any row behind it: one running
minimum from the end tells until when. No security knows of another, so they are taken a few at a time, as many as the
processor holds near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

Floats: TypeAlias = NDArray[np.float64]
_Whole: TypeAlias = NDArray[np.int64]
_DAY_US = 86_400_000_000
_AT_ONCE = 2**18
"""Rows or cells, whichever are more."""


def fill(found: Mapping[str, Floats], rows: pl.DataFrame, *, instants: pl.Series, good_for: int) -> None:
    """Put into arrays (security, instant) the values that stood; NaN where nothing did, and for a null.

    found:    all of one shape, by name of a column of `rows`; what they held is overwritten.
    rows:     column (number of the security), period_end (the last day of what the row is about), known_at (since when
              it was known), no nulls; and the values. Any order will do; that of the lake is quickest.
    instants: ascending UTC instants; a row known at one of them stands at it.
    good_for: days after period_end at whose end a row stands no more, so that nothing is carried on for ever.
    Time:     what stands at an instant rests on rows known by then. A row about a day after it was known is left out:
              one slip in a date would hide whatever comes before that day.
    """
    at = instants.to_physical().to_numpy()
    columns = len(next(iter(found.values())))
    for first, last, some in _few(rows, columns, len(at)):
        of, day, known = (
            some[name].to_physical().cast(int).to_numpy() for name in ("column", "period_end", "known_at")
        )
        places = _standing(of - first, day, known, at=at, columns=last - first, good_for=good_for)
        for name, array in found.items():
            told = np.append(some[name].cast(float).fill_null(np.nan).to_numpy(), np.nan)
            array[first:last] = told[places].reshape(last - first, len(at))


def _few(rows: pl.DataFrame, columns: int, width: int) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """Yield the rows of some columns at a time, with the first of these and the one after the last."""
    ordered = rows if rows["column"].is_sorted() else rows.sort("column", maintain_order=True)
    step = max(_AT_ONCE * columns // max(columns * width, rows.height, 1), 1)
    begins = np.arange(0, columns, step)
    ends = np.minimum(begins + step, columns)
    places = [ordered["column"].search_sorted(edges).to_numpy() for edges in (begins, ends)]
    for first, last, begin, end in zip(begins, ends, *places, strict=True):
        yield first, last, ordered[begin:end]


def _standing(of: _Whole, day: _Whole, known: _Whole, *, at: _Whole, columns: int, good_for: int) -> _Whole:
    """Return of each cell, column by column, the place of the row that stood, and one past the last for nothing."""
    rows = _in_order(of, day, known)
    if rows is not None:
        of, day, known = of[rows], day[rows], known[rows]
    column_begins = of * len(at)
    column_ends = column_begins + len(at)
    begins = column_begins + np.searchsorted(at, known)
    begins[day * _DAY_US > known] = columns * len(at)
    ends = np.append(begins[1:], columns * len(at))[: len(begins)]
    ends = np.minimum(np.minimum.accumulate(ends[::-1])[::-1], column_ends)
    spent = (day + good_for + 1) * _DAY_US
    late = np.flatnonzero(at[np.maximum(ends - 1 - column_begins, 0)] >= spent)
    ends[late] = column_begins[late] + np.searchsorted(at, spent[late])
    told = np.flatnonzero(begins < ends)
    places = told if rows is None else rows[told]
    return _repeated(places, begins[told], ends[told], cells=columns * len(at), nothing=len(of))


def _in_order(of: _Whole, day: _Whole, known: _Whole) -> _Whole | None:
    """Return the places of rows by column, period and known_at; None where they lie so."""
    step, further = np.diff(of), np.diff(day)
    right = (step > 0) | ((step == 0) & ((further > 0) | ((further == 0) & (np.diff(known) >= 0))))
    return None if right.all() else np.lexsort((known, day, of))


def _repeated(places: _Whole, begins: _Whole, ends: _Whole, *, cells: int, nothing: int) -> _Whole:
    """Return for each cell the place whose span it is in, else `nothing`; the spans ascend."""
    empty_from, empty_to = np.append(0, ends), np.append(begins, cells)
    gaps = np.flatnonzero(empty_from < empty_to)
    begins, places = np.insert(begins, gaps, empty_from[gaps]), np.insert(places, gaps, nothing)
    return np.repeat(places, np.diff(begins, append=cells))
