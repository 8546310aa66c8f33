"""A vendor's tables as the files he lets download, one each: `crsp.dsf.parquet`, `dsf.parquet` or `dsf.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NotFound, SchemaMismatch, Unparsable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from polars._typing import PolarsDataType

_ENDINGS = ("parquet", "csv")


class FolderTables:
    """See `OutsideTables`. Names of columns may be in either case. Raises NotFound where there is no folder."""

    def __init__(self, path: str) -> None:
        self._folder = Path(path.removeprefix("file://"))
        if not self._folder.is_dir():
            raise NotFound(f"there is no folder {self._folder}", advice="Name one with a file for each table.")

    def select(
        self,
        table: str,
        columns: Mapping[str, PolarsDataType],
        *,
        among: Mapping[str, Sequence[int | str]] | None = None,
        within: tuple[str, date, date] | None = None,
    ) -> pl.DataFrame:
        """Return the rows that fit; see `OutsideTables.select`."""
        path = self._file_of(table)
        try:
            scanned = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
            given = scanned.collect_schema()
            theirs = {name.strip().lower(): name for name in given}
            if missing := [name for name in columns if name not in theirs]:
                raise SchemaMismatch(
                    f"{path.name} has no column {', '.join(missing)}", advice=f"It has {', '.join(given)}."
                )
            typed = scanned.select(
                _typed(theirs[name], given[theirs[name]], kind).alias(name) for name, kind in columns.items()
            )
            wanted = [pl.col(name).is_in(list(values)) for name, values in (among or {}).items()]
            if within is not None:
                wanted.append(pl.col(within[0]).is_between(*within[1:]))
            return typed.filter(*wanted).collect()
        except pl.exceptions.PolarsError as error:
            raise Unparsable(f"{path.name} cannot be read: {error}", advice="Check what it is.") from error

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _file_of(self, table: str) -> Path:
        names = [f"{name}.{ending}" for name in (table, table.rpartition(".")[2]) for ending in _ENDINGS]
        found = next((path for path in (self._folder / name for name in names) if path.is_file()), None)
        if found is None:
            raise NotFound(f"{self._folder} has no table {table}", advice=f"It may be called {', '.join(names)}.")
        return found


def _typed(name: str, given: PolarsDataType, kind: PolarsDataType) -> pl.Expr:
    """Return a column in its type; days of text are written 2024-06-03 or 20240603."""
    told = pl.col(name)
    if given == pl.String:
        told = told.str.strip_chars().replace("", None)
        if kind == pl.Date:
            return pl.coalesce(told.str.to_date("%Y-%m-%d", strict=False), told.str.to_date("%Y%m%d", strict=False))
        if kind == pl.Int64:
            return told.cast(pl.Float64, strict=False).cast(kind, strict=False)
    return told.cast(kind, strict=False)
