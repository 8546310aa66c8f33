"""Does a computation look ahead? Run it on a lake in which the future does not exist, and compare.

For each instant T a copy of the lake is made that holds only what was known at T. A computation as of T that is honest
returns the same from both, bit for bit. Whatever differs was computed from rows that nobody could have had.

A wrong `known_at` deceives the reader and the copy alike. Where a table has another witness, such as the close of the
session that a price is from, `earliest` names it: then a row enters the copy only once both say it was known.
"""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.tables import ALL
from edgewise.lake.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from edgewise.core.table import Table

_ROW, _TIMES = "_row", "_times"


@dataclass(frozen=True, slots=True)
class Leak:
    """A computation as of `as_of` that changes when later knowledge is removed from the lake.

    with_future, without_future: the rows that only one of the two results has.
    """

    as_of: datetime
    with_future: pl.DataFrame
    without_future: pl.DataFrame

    def __str__(self) -> str:
        return (
            f"as of {self.as_of}: {self.with_future.height} rows change once the future is removed, "
            f"for example {self.with_future.head(1).to_dicts()} against {self.without_future.head(1).to_dicts()}"
        )


def find_leaks(
    compute: Callable[[Lake, datetime], pl.DataFrame],
    lake: Lake,
    instants: Iterable[datetime],
    *,
    tables: Iterable[Table] = ALL,
    earliest: Mapping[str, pl.Expr] | None = None,
) -> list[Leak]:
    """Return a leak for each instant as of which `compute` used what was not known yet; an empty list is a clean bill.

    compute:  given a lake and an instant T, returns the values as of T. Row order does not matter, all else does.
    instants: aware instants at which to cut; those just before and just after restatements find most.
    tables:   what `compute` reads; tables not named are empty in the copies.
    earliest: per table name, the instant before which no row of it can have been known, from its other columns.
    """
    read = tuple(tables)
    witnesses = dict(earliest or {})
    if unknown := witnesses.keys() - {table.name for table in read}:
        raise InvalidInput(f"earliest names tables that are not read: {sorted(unknown)}", advice="Add them to tables.")
    leaks = (_leak_at(compute, lake, as_of, read, witnesses) for as_of in instants)
    return [leak for leak in leaks if leak is not None]


def copy_known(
    lake: Lake, folder: str, as_of: datetime, tables: Iterable[Table], earliest: Mapping[str, pl.Expr]
) -> Lake:
    """Return a new lake in `folder` that holds, of these tables, only the rows known at `as_of`."""
    copy = Lake(folder)
    for table in tables:
        rows = lake.history(table, as_of=as_of)
        if table.name in earliest:
            rows = rows.filter(earliest[table.name] <= as_of)
        copy.append(table, rows)
    return copy


def _leak_at(
    compute: Callable[[Lake, datetime], pl.DataFrame],
    lake: Lake,
    as_of: datetime,
    tables: Iterable[Table],
    earliest: Mapping[str, pl.Expr],
) -> Leak | None:
    with TemporaryDirectory(prefix="edgewise-leaks-") as folder:
        blind = compute(copy_known(lake, folder, as_of, tables, earliest), as_of)
    seeing = compute(lake, as_of)
    return _compare(as_of, seeing, blind)


def _compare(as_of: datetime, seeing: pl.DataFrame, blind: pl.DataFrame) -> Leak | None:
    if seeing.schema != blind.schema:
        return Leak(as_of, seeing, blind)
    only_seeing, only_blind = _without(seeing, blind), _without(blind, seeing)
    same = only_seeing.is_empty() and only_blind.is_empty()
    return None if same else Leak(as_of, only_seeing, only_blind)


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that `others` lacks, counting equal ones: two against one leaves one."""
    exact, known = _exact(rows), _exact(others)
    lacking = exact.with_row_index(_ROW).join(
        known, on=known.columns, how="anti", nulls_equal=True, maintain_order="left"
    )
    return rows[lacking[_ROW]]


def _exact(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with floats as their bits, so that 0.0 is not -0.0, and equal rows numbered."""
    bits = frame.with_columns(_float_bits(column) for column in frame.get_columns() if column.dtype.is_float())
    return bits.with_columns(pl.int_range(pl.len()).over(frame.columns).alias(_TIMES))


def _float_bits(column: pl.Series) -> pl.Series:
    width = np.uint32 if column.dtype == pl.Float32 else np.uint64
    bits = pl.Series(column.fill_null(0.0).to_numpy().view(width))
    return pl.select(pl.when(column.is_not_null()).then(bits)).to_series().alias(column.name)
