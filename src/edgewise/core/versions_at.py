"""Which rows stood at each of some instants: the question of `Lake.read`, asked for many instants at once.

A version of a row is known from its `known_at` until its key is told again. Of the rows of one owner that are known at
an instant the last in some order stands. So the rows are painted, in that order, over the instants at which they are
known: what is painted last shows. No value rests on a row that became known after its instant.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence

Whole: TypeAlias = NDArray[np.int64]


def checked_instants(instants: pl.Series) -> pl.Series:
    """Return the instants, each once and ascending. Raises InvalidInput unless they are UTC and none is null."""
    if instants.dtype != Instant or instants.null_count():
        raise InvalidInput(f"instants of type {instants.dtype}", advice="Pass aware UTC instants without nulls.")
    return instants.unique().sort().rename("at")


def versions(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Return all versions of rows by key and known_at, with `until`: when the next one was known, null for the last."""
    ordered = rows.sort(*key, "known_at")
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(-1)) for name in key)
    return ordered.with_columns(until=pl.when(again).then(pl.col("known_at").shift(-1)))


def places(begins: pl.Series, ends: pl.Series, at: pl.Series) -> tuple[Whole, Whole]:
    """Return of each span [begin, end) the place of its first instant in `at` and one past that of its last.

    at:    ascending, of the type of both series. Nulls: a null end is open, a null begin leaves the span empty.
    """
    asked = at.to_physical().to_numpy().astype(np.int64)
    latest = np.iinfo(np.int64).max
    first, last = (one.to_physical().cast(pl.Int64).fill_null(latest).to_numpy() for one in (begins, ends))
    return np.searchsorted(asked, first), np.where(ends.is_null(), len(at), np.searchsorted(asked, last))


def spent(days: pl.Series, at: pl.Series, *, good_for: int) -> Whole:
    """Return for each day the place of the first instant whose New York day is more than `good_for` days later."""
    today = at.dt.convert_time_zone(NEW_YORK.key).dt.date()
    return today.search_sorted(days + timedelta(days=good_for), side="right").to_numpy().astype(np.int64)


def cells(begins: Whole, ends: Whole) -> tuple[Whole, Whole]:
    """Return the row and the place of each cell of the spans of places [begin, end), row by row.

    >>> row, place = cells(np.array([0, 1]), np.array([2, 2]))
    >>> row.tolist(), place.tolist()
    ([0, 0, 1], [0, 1, 1])
    """
    length = np.maximum(ends - begins, 0)
    row = np.repeat(np.arange(len(length)), length)
    offset = begins - (np.cumsum(length) - length)
    return row, np.arange(len(row)) + offset[row]


def standing(owner: Whole, begins: Whole, ends: Whole, *, owners: int, width: int) -> Whole:
    """Return for each owner and place, shape (owners, width), the last of its rows whose span holds the place, else -1.

    owner: number of the owner of each row, from 0; rows lie in the order in which a later one hides an earlier one.
    """
    found = np.full((owners, width), -1, dtype=np.int64)
    row, place = cells(begins, ends)
    found[owner[row], place] = row
    return found
