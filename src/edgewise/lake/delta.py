"""The one file that speaks Delta: opens tables, lists their files, writes Parquet files and commits them.

A commit is one numbered JSON file in the table's log; whoever creates number n first owns it, so a commit is visible
whole or not at all. Two kinds exist here. A *blind* commit only adds rows and never loses a race for good. An
*exclusive* one rests on what it read: it carries the lake's transaction mark, and Delta refuses it if another commit
with that mark was added since the snapshot was taken. A refused commit raises `CommitRefused`; the caller reads again.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction
from deltalake._internal import DeltaFileSystemHandler  # its public wrapper, deltalake.fs, needs pyarrow
from deltalake.exceptions import CommitFailedError, DeltaError, SchemaMismatchError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from edgewise.core.errors import NotConfigured, SchemaMismatch, WriteConflict
from edgewise.lake.layout import ROWS_PER_FILE, FileName, StoredFile, new_run
from edgewise.lake.storage import bounded, storage_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edgewise.core.table import Table

ROWS_PER_GROUP = 131_072
_WRITER = "edgewise-lake"
_STATISTICS = "delta.dataSkippingStatsColumns"
"""Says which columns have statistics; readers look at the first 32 columns otherwise, and `known_at` is the last."""
_PLAIN_READER = (
    1  # higher protocol versions mean deletion vectors or renamed columns, which a plain Parquet scan misses
)


class CommitRefused(WriteConflict):
    """Another writer changed what this commit rests on; take a new snapshot and decide again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of one table: its files as they were, whatever is committed later.

    schema: columns and dtypes as stored, which may lack a column that the table declares by now.
    """

    table: Table
    root: str
    version: int
    schema: pl.Schema
    storage_options: Mapping[str, str]
    files: tuple[StoredFile, ...]

    def paths(self, files: Sequence[StoredFile]) -> list[str]:
        """Return the full path or URL of each file."""
        return [f"{self.root}/{unquote(file.path)}" for file in files]


class DeltaFolder:
    """A folder or bucket prefix with one Delta table per name. Threads share it; each works on handles of its own."""

    def __init__(self, url: str, storage_options: Mapping[str, str] | None) -> None:
        self.url = url.rstrip("/")
        self.storage_options = bounded(storage_options or {}) if "://" in self.url else {}
        self._handles = threading.local()

    def snapshot(self, table: Table, version: int | None = None) -> Snapshot | None:
        """Return the newest version of `table`, or the given one; None if there is no such table or version.

        Raises SchemaMismatch if a stored column has another dtype than the table declares, and NotConfigured if the
        table uses Delta features that this reader does not honour, or if there can be no lake where it is looked for.
        """
        with _delta_errors(self.url):
            handle = self._fresh(table.name)
            if handle is not None and version is not None and version != handle.version():
                handle = self._open(table.name, version) if 0 <= version <= handle.version() else None
            return None if handle is None else self._snapshot_of(handle, table)

    def create(self, table: Table) -> None:
        """Create `table` with no rows, its columns and their meanings, unless it exists."""
        with _delta_errors(self.url):
            DeltaTable.create(
                self._root(table.name),
                _delta_schema(table),
                mode="ignore",
                name=table.name,
                description=table.meaning,
                configuration={_STATISTICS: ",".join(table.identity)},
                storage_options=self.storage_options,
            )

    def add_columns(self, snapshot: Snapshot) -> None:
        """Add the columns that the table declares and the stored schema lacks; their stored rows read as null."""
        lacking = [field for field in _delta_schema(snapshot.table).fields if field.name not in snapshot.schema]
        if forbidden := [field.name for field in lacking if not field.nullable]:
            raise SchemaMismatch(
                f"table {snapshot.table.name} holds rows without {forbidden}, which may not be null",
                advice="Declare the new columns with what a null means, or rebuild the table.",
            )
        with _delta_errors(self.url):
            self._handle(snapshot).alter.add_columns(lacking)

    def write(self, snapshot: Snapshot, frame: pl.DataFrame, name: FileName | None = None) -> list[AddAction]:
        """Write the rows, sorted by identity, as files that no commit names yet; return what a commit needs.

        Without `name` they become a new run, cut into files of equal size.
        """
        ordered = frame.select(snapshot.table.schema.keys()).sort(snapshot.table.identity, maintain_order=True)
        if name is not None:
            return [self._write_file(snapshot.table, ordered, name)] if ordered.height else []
        run = new_run()
        parts = enumerate(ordered.iter_slices(ROWS_PER_FILE))
        return [self._write_file(snapshot.table, part, FileName(run, ordinal)) for ordinal, part in parts]

    def commit(
        self, snapshot: Snapshot, add: Sequence[AddAction], remove: Sequence[StoredFile], *, exclusive: bool
    ) -> int:
        """Commit these files in one step and return a version that holds them.

        Raises CommitRefused if the snapshot no longer supports the commit; then the written files are deleted again.
        """
        removed_at = _storage_time()
        leaving = [
            RemoveAction(file.path, data_change=True, deletion_timestamp=removed_at, size=file.size) for file in remove
        ]
        mark = [Transaction(_WRITER, snapshot.version + 1)] if exclusive else None
        try:
            with _delta_errors(self.url):
                handle = self._handle(snapshot)
                handle.create_write_transaction(
                    [*add, *leaving],
                    mode="append",
                    schema=handle.schema(),
                    commit_properties=CommitProperties(app_transactions=mark),
                )
        except CommitRefused:
            self._delete(snapshot.table, add)
            raise
        handle.update_incremental()
        return handle.version()

    def vacuum(self, table: Table, keep_hours: int) -> int:
        """Delete files that no version younger than `keep_hours` names; return how many."""
        with _delta_errors(self.url):
            handle = self._fresh(table.name)
            if handle is None:
                return 0
            # Files that went before are named again, and every vacuum that is done is a version of its own.
            left = handle.vacuum(keep_hours, dry_run=True, enforce_retention_duration=False, full=True)
            there = [path for path in left if self._exists(table, path)]
            if there:
                handle.vacuum(keep_hours, dry_run=False, enforce_retention_duration=False, full=True)
        return len(there)

    def _exists(self, table: Table, path: str) -> bool:
        try:
            self._storage(table.name).open_input_file(path.rpartition("/")[2])
        except FileNotFoundError:
            return False
        return True

    def _delete(self, table: Table, written: Sequence[AddAction]) -> None:
        with _delta_errors(self.url):
            for action in written:
                self._storage(table.name).delete_file(action.path)

    def _root(self, name: str) -> str:
        return f"{self.url}/{name}"

    def _storage(self, name: str) -> DeltaFileSystemHandler:
        return DeltaFileSystemHandler(self._root(name), self.storage_options)

    def _open(self, name: str, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self._root(name), version=version, storage_options=self.storage_options)
        except TableNotFoundError:
            if "://" not in self.url:
                _check_folder(Path(self._root(name)))
            return None

    def _fresh(self, name: str) -> DeltaTable | None:
        """Return this thread's handle on the newest version; following the log is ten times cheaper than opening."""
        handle: DeltaTable | None = getattr(self._handles, name, None)
        if handle is not None:
            handle.update_incremental()
        elif handle := self._open(name):
            setattr(self._handles, name, handle)
        return handle

    def _handle(self, snapshot: Snapshot) -> DeltaTable:
        """Return the handle the snapshot was taken from, at the same version until this thread refreshes it."""
        handle: DeltaTable = getattr(self._handles, snapshot.table.name)
        return handle

    def _snapshot_of(self, handle: DeltaTable, table: Table) -> Snapshot:
        if handle.protocol().min_reader_version > _PLAIN_READER:
            raise NotConfigured(
                f"table {table.name} was given Delta features beyond plain Parquet files",
                advice="Rewrite it without deletion vectors and column mapping.",
            )
        stored = pl.Schema(handle.schema())
        _check_stored(table, stored)
        actions = pl.DataFrame(handle.get_add_actions(flatten=True))
        files = tuple(StoredFile.from_action(action, table.identity) for action in actions.iter_rows(named=True))
        return Snapshot(table, self._root(table.name), handle.version(), stored, self.storage_options, files)

    def _write_file(self, table: Table, rows: pl.DataFrame, name: FileName) -> AddAction:
        buffer = BytesIO()
        rows.write_parquet(buffer, compression="zstd", row_group_size=ROWS_PER_GROUP)
        data = buffer.getvalue()
        with _delta_errors(self.url):
            stream = self._storage(table.name).open_output_stream(str(name))
            stream.write(data)
            stream.close()  # type: ignore[attr-defined] # missing in the library's stub; the upload ends here
        return AddAction(
            path=str(name),
            size=len(data),
            partition_values={},
            modification_time=_storage_time(),
            data_change=True,
            stats=_statistics(rows, table.identity),
        )


@contextmanager
def _delta_errors(url: str) -> Iterator[None]:
    """Turn the storage's errors into ours."""
    try:
        yield
    except CommitFailedError as error:
        raise CommitRefused(f"a commit in {url} lost to another writer: {error}") from error
    except SchemaMismatchError as error:
        raise SchemaMismatch(f"the lake at {url} refused the columns: {error}") from error
    except (DeltaError, OSError) as error:
        raise storage_error(url, error) from error


def _check_folder(folder: Path) -> None:
    """Raise NotConfigured unless `folder` can be listed or may still be created.

    Delta says the same of a folder that is not there, of one it may not enter, and of one below a file.
    """
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        obstacle = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
        if isinstance(error, FileNotFoundError) and obstacle.is_dir():
            return
        raise NotConfigured(
            f"the lake cannot be at {folder.parent}: {obstacle} is in the way ({error.strerror})",
            advice="Name a folder that may be read, or one that does not exist yet.",
        ) from error


def _delta_schema(table: Table) -> Schema:
    types = Schema.from_arrow(pl.Schema(table.schema)).fields
    return Schema(
        [
            Field(column.name, field.type, nullable=column.nullable, metadata={"comment": column.meaning})
            for column, field in zip(table.columns, types, strict=True)
        ]
    )


def _check_stored(table: Table, stored: pl.Schema) -> None:
    wrong = [
        f"{name} is stored as {stored[name]}, not {dtype}"
        for name, dtype in table.schema.items()
        if name in stored and stored[name] != dtype
    ]
    lost = [column.name for column in table.columns if column.name not in stored and not column.nullable]
    if wrong or lost:
        complaints = wrong + [f"{name} is not stored" for name in lost]
        raise SchemaMismatch(
            f"the stored table {table.name} does not fit its declaration: {'; '.join(complaints)}",
            advice="Give the column a new name, or rebuild the table.",
        )


def _statistics(rows: pl.DataFrame, identity: Sequence[str]) -> str:
    """Return Delta's file statistics for the identity columns: what lets a reader skip the file."""
    bounded = [name for name in identity if rows.schema[name] in (pl.String, pl.Date) or _counts(rows.schema[name])]
    return json.dumps(
        {
            "numRecords": rows.height,
            "minValues": {name: _json_bound(rows[name].min()) for name in bounded},
            "maxValues": {name: _json_bound(rows[name].max()) for name in bounded},
            "nullCount": dict.fromkeys(bounded, 0),
        }
    )


def _counts(dtype: pl.DataType) -> bool:
    return dtype.is_integer() or dtype == pl.Datetime("us", "UTC")


def _json_bound(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value


def _storage_time() -> int:
    """Return milliseconds since 1970, for the log's bookkeeping of files: vacuum counts from it, no row sees it."""
    return time.time_ns() // 1_000_000
