"""Tables on disk that grow by rows: parts of bounded size while they are written, one file of row groups at the end."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from polars._typing import PolarsDataType

_ROW_GROUP = 100_000


class GrowingTable:
    """One Parquet file that is written from rows; it is there once it is closed.

    rows_per_part: how many rows are in memory at most; fewer for long texts.
    """

    def __init__(self, path: Path, schema: Mapping[str, PolarsDataType], *, rows_per_part: int = 50_000) -> None:
        self._path, self._schema, self._limit = path, schema, rows_per_part
        self._folder = path.with_name(f"{path.name}.parts")
        self._rows: list[tuple[object, ...]] = []
        self._parts: list[Path] = []

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Take rows with a value for each column."""
        self._rows.extend(rows)
        if len(self._rows) >= self._limit:
            self._turn()

    def close(self) -> None:
        """Write the file; without a single row, one with its columns."""
        if self._parts:
            self._turn()
            pl.scan_parquet(self._parts).sink_parquet(self._path, row_group_size=min(_ROW_GROUP, self._limit))
            rmtree(self._folder)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._frame().write_parquet(self._path, row_group_size=min(_ROW_GROUP, self._limit))

    def _turn(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._parts.append(self._folder / f"{len(self._parts):05d}.parquet")
        self._frame().write_parquet(self._parts[-1])

    def _frame(self) -> pl.DataFrame:
        frame = pl.DataFrame(self._rows, schema=self._schema, orient="row")
        self._rows = []
        return frame
