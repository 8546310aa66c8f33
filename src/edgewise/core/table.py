"""What a lake table is: named columns with dtype, meaning, unit and null rule, a key, and `check` for frames.

Every table carries `known_at`. The *identity* of a row is its key plus `known_at`: the same key known at two instants
is two rows, and as-of reading picks the latest one that was known. `check` looks at a whole frame and reports all
complaints at once; inside a room a checked frame is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import SchemaMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polars._typing import PolarsDataType

Instant = pl.Datetime("us", "UTC")


def any_of(column: str, values: Iterable[object]) -> pl.Expr:
    """Return the condition that a column holds one of these values, for a read of the lake.

    `is_in` of a list of Python's says the same, and takes five to ten times as long to read by: it is a list to Polars
    for every row group that it may leave out.
    """
    return pl.col(column).is_in(pl.Series(list(values)).implode())


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `meaning` says what it holds, with the unit; `nulls` says what a null means, '' forbids it."""

    name: str
    dtype: PolarsDataType
    meaning: str
    nulls: str = ""

    @property
    def nullable(self) -> bool:
        """Whether a null is allowed."""
        return bool(self.nulls)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the lake: what a row is, its key, its columns."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if "known_at" not in names:
            raise SchemaMismatch(
                f"table {self.name} has no known_at", advice="Every stored row says when it was known."
            )
        if "date" in names:
            raise SchemaMismatch(f"table {self.name} has a column named date", advice="Say which date it is.")
        if lost := set(self.key) - set(names):
            raise SchemaMismatch(f"table {self.name} is keyed by {sorted(lost)}, which are not columns")
        if len(names) != len(set(names)):
            raise SchemaMismatch(f"table {self.name} names a column twice")
        if loose := [name for name in self.identity if self[name].nullable]:
            raise SchemaMismatch(f"table {self.name}: {loose} identify a row and may not be null")

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes a row unique: the key and `known_at`."""
        return (*self.key, "known_at")

    @property
    def schema(self) -> dict[str, PolarsDataType]:
        """Column names and dtypes, in order."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """Return the table with no rows."""
        return pl.DataFrame(schema=self.schema)

    def frame(self, rows: list[dict[str, object]]) -> pl.DataFrame:
        """Return a checked frame of these rows; a key missing from a row is null."""
        return self.check(pl.DataFrame(rows, schema=self.schema))

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with its columns in the table's order.

        Raises SchemaMismatch with every complaint: missing and unknown columns, wrong dtypes, forbidden nulls,
        identities that stand twice.
        """
        if complaints := list(self._complaints(frame)):
            raise SchemaMismatch(
                f"the frame does not fit table {self.name}: " + "; ".join(complaints),
                advice="See edgewise.core.tables for what each column means.",
            )
        return frame if frame.columns == list(self.schema) else frame.select(self.schema.keys())

    def _complaints(self, frame: pl.DataFrame) -> Iterator[str]:
        schema = frame.schema  # made anew each time it is asked for
        for column in self.columns:
            if column.name not in schema:
                yield f"column {column.name} is missing"
            elif schema[column.name] != column.dtype:
                yield f"{column.name} is {schema[column.name]}, not {column.dtype}"
            elif not column.nullable and (count := frame[column.name].null_count()):
                yield f"{column.name} has {count} nulls"
        if unknown := set(schema) - self.schema.keys():
            yield f"unknown columns {sorted(unknown)}"
        if frame.height > 1 and set(self.identity) <= set(schema):
            repeated = frame.height - frame.select(pl.struct(self.identity).n_unique()).item()
            if repeated:
                yield f"{repeated} rows repeat the identity {', '.join(self.identity)}"
