"""The lake: bitemporal tables that answer "what was known at T?" from one folder or bucket prefix.

Writers do not lock; they read a version, decide, and commit on the condition that nothing they rest on has changed.
A refused commit is decided again from the newest version, after a pause that grows and is jittered; when patience ends,
WriteConflict is raised and nothing was stored.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput, NotFound, WriteConflict
from edgewise.core.tables import ALL
from edgewise.lake.as_of import FilesGone, Question, ask, collect, every_row, latest_rows, measured, scan
from edgewise.lake.delta import CommitRefused, DeltaFolder, Snapshot
from edgewise.lake.layout import SMALL_RUN_ROWS, StoredFile, runs
from edgewise.lake.upsert import FILE, Verdict, judge, reach, within_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from edgewise.core.table import Table

SHORTEST_KEEP = timedelta(hours=1)
FOLD_AT = 16  # small files that may gather before a write folds them into one
ATTEMPTS = 24
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert did: rows inserted, replaced and found as they are, and a version that holds them all.

    version: None if the table still does not exist, because the batch was empty.
    """

    inserted: int
    updated: int
    unchanged: int
    version: int | None


@dataclass(frozen=True, slots=True)
class TableStatus:
    """One stored table: rows of all knowledge times, files and bytes of the newest version.

    newest_known_at: the greatest `known_at` stored; None in a table without rows.
    """

    name: str
    rows: int
    files: int
    bytes: int
    version: int
    newest_known_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Change:
    """What one commit does: rows that become a new run, files that leave, and files rewritten without some rows."""

    rows: pl.DataFrame
    leaving: tuple[StoredFile, ...] = ()
    rewritten: tuple[tuple[StoredFile, pl.DataFrame], ...] = ()


class Lake:
    """Bitemporal tables under `url`, a folder or s3://bucket/prefix; one Delta table per `core.tables` entry.

    storage_options: credentials, endpoint and limits of an object store, as Delta names them; see `storage`.

    A lake may be shared by threads and sent to other processes (start them with spawn: the storage library's threads do
    not survive a fork). Readers never wait and never see half a commit.

    Guarantees between writers of one table, in any number of processes:
    - Upserts and compactions are serialised: two upserts of the same rows never leave a duplicate.
    - Appends do not look at what is stored. Appending an identity that is stored already, or that another writer
      upserts meanwhile, breaks the caller's promise: both rows are stored, and readers return one of them.
    """

    def __init__(self, url: str, *, storage_options: Mapping[str, str] | None = None) -> None:
        path = url.removeprefix("file://")
        self.url = path if "://" in path else str(Path(path).absolute())
        self._folder = DeltaFolder(self.url, storage_options)

    def __repr__(self) -> str:
        return f"Lake({self.url!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return _reopen, (self.url, self._folder.storage_options)

    def append(self, table: Table, frame: pl.DataFrame) -> int | None:
        """Store rows whose identities are new, all or none, and return a version that holds them.

        An empty frame commits nothing and returns the present version, None where the table does not exist. Use
        `upsert` where a row may be stored already. Raises SchemaMismatch and WriteConflict.
        """
        checked = table.check(frame)
        if checked.is_empty():
            return self.version(table)
        return self._write(table, lambda snapshot: self._folded(snapshot, _Change(checked)), exclusive=False)

    def upsert(self, table: Table, frame: pl.DataFrame, *, keep_first: Sequence[str] = ()) -> Upserted:
        """Store rows by identity (key and `known_at`): absent ones are inserted, differing ones replaced.

        Repeating a batch commits nothing. Only files whose statistics allow one of the identities are looked at.
        keep_first: columns whose stored value survives; a difference in them alone is none (`first_seen_at`).
        Raises SchemaMismatch, WriteConflict, and InvalidInput if `keep_first` names anything but payload columns.
        """
        if wrong := set(keep_first) - (table.schema.keys() - set(table.identity)):
            raise InvalidInput(f"table {table.name} cannot keep {sorted(wrong)}", advice="Name payload columns.")
        batch = table.check(frame)
        if batch.is_empty():
            return Upserted(0, 0, 0, self.version(table))
        verdict = Verdict(batch, batch, 0, frozenset())

        def decide(snapshot: Snapshot) -> _Change | None:
            nonlocal verdict
            verdict = judge(table, batch, self._stored(snapshot, batch), keep_first)
            return self._change(snapshot, verdict)

        version = self._write(table, decide, exclusive=True)
        return Upserted(verdict.inserted.height, verdict.replaced.height, verdict.unchanged, version)

    def read(
        self,
        table: Table,
        *,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        where: pl.Expr | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Return per key the row with the greatest `known_at` up to `as_of`, sorted by key.

        as_of:   aware instant, inclusive; None reads the latest rows.
        columns: what to return, in this order; all by default.
        where:   condition on the rows that are returned; one on key columns alone is also cheap.
        version: table version to read from, the newest by default.
        Nulls:   a column that was declared after a row was stored is null.
        A table that does not exist reads as empty, so does a lake whose folder does not exist yet.
        Raises InvalidInput for an `as_of` without zone or an unknown column; NotFound for a `version` that is not there
        any more; ServiceUnavailable if the newest loses files while it is read; SchemaMismatch if the stored table does
        not fit; NotConfigured if there can be no lake at the URL, or it may not be read.
        """
        return self._ask(latest_rows, table, ask(table, as_of, columns, where), version)

    def history(
        self,
        table: Table,
        *,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        where: pl.Expr | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Return every version of every row known at `as_of`, sorted by key and `known_at`. Arguments as in `read`."""
        return self._ask(every_row, table, ask(table, as_of, columns, where), version)

    def measure(
        self,
        table: Table,
        aggregates: Sequence[pl.Expr],
        *,
        as_of: datetime | None = None,
        where: pl.Expr | None = None,
    ) -> pl.DataFrame:
        """Return one row: the aggregates over what `read` would return; only the columns they name are held.

        aggregates: expressions that each give one value, as `pl.len()` or `pl.col("session").max()`.
        as_of, where, errors: as in `read`. A table that does not exist is measured as an empty one.
        """
        parts = [*aggregates, *([] if where is None else [where])]
        columns = dict.fromkeys(name for part in parts for name in part.meta.root_names())
        question = ask(table, as_of, list(columns) or list(table.key), where)
        snapshot = self._folder.snapshot(table)
        return table.empty().select(aggregates) if snapshot is None else measured(snapshot, question, aggregates)

    def version(self, table: Table) -> int | None:
        """Return the newest version of `table`, None if it does not exist. Raises NotConfigured as `read` does."""
        snapshot = self._folder.snapshot(table)
        return None if snapshot is None else snapshot.version

    def compact(self, table: Table) -> int | None:
        """Rewrite `table` as one sorted run and return the version; no answer changes. Holds the table in memory."""
        if self._folder.snapshot(table) is None:
            return None

        def decide(snapshot: Snapshot) -> _Change | None:
            found = runs(snapshot.files)
            if not found or (len(found) == 1 and found[0].ordered):
                return None
            return _Change(every_row(snapshot, ask(table)), leaving=snapshot.files)

        return self._write(table, decide, exclusive=True)

    def vacuum(self, table: Table, *, keep: timedelta) -> int:
        """Delete files that left the table more than `keep` ago, and unfinished ones as old; return how many.

        Every read that began less than `keep` ago can finish, and versions that young can still be read. Raises
        InvalidInput below one hour: that is how long a read or an unfinished write may take.
        """
        if keep < SHORTEST_KEEP:
            raise InvalidInput(
                f"vacuum would keep only {keep}", advice=f"Keep at least {SHORTEST_KEEP}, so that readers can finish."
            )
        return self._folder.vacuum(table, -(-keep // timedelta(hours=1)))

    def tables(self, among: Iterable[Table] = ALL) -> list[TableStatus]:
        """Return the status of each of these tables that exists, in their order. Raises NotConfigured as `read`."""
        snapshots = (self._folder.snapshot(table) for table in among)
        return [_status(snapshot) for snapshot in snapshots if snapshot is not None]

    def _ask(
        self,
        answer: Callable[[Snapshot, Question], pl.DataFrame],
        table: Table,
        question: Question,
        version: int | None,
    ) -> pl.DataFrame:
        snapshot = self._folder.snapshot(table, version)
        if snapshot is None and version is not None:
            raise NotFound(f"table {table.name} has no version {version}", advice="Ask Lake.version for the newest.")
        if snapshot is None:
            return table.empty().select(question.columns)
        try:
            return answer(snapshot, question)
        except FilesGone as error:
            if version is None:
                raise
            raise NotFound(
                error.what, advice="Vacuum removed them; read a newer version, or keep more when vacuuming."
            ) from error

    def _write(self, table: Table, decide: Callable[[Snapshot], _Change | None], *, exclusive: bool) -> int:
        """Decide on the newest version and commit, again and again until no other writer came between."""
        for attempt in range(ATTEMPTS):
            try:
                snapshot = self._ready(table)
                change = decide(snapshot)
                if change is None:
                    return snapshot.version
                return self._commit(snapshot, change, exclusive=exclusive)
            except CommitRefused:
                time.sleep(random.uniform(0, min(_LONGEST_PAUSE_S, 0.01 * 2**attempt)))  # noqa: S311 - spreads writers
        raise WriteConflict(
            f"table {table.name} was changed by others during {ATTEMPTS} attempts to write",
            advice="Try again later, or give the table one writer.",
        )

    def _ready(self, table: Table) -> Snapshot:
        """Return the newest version of the table, created or widened first if need be."""
        snapshot = self._folder.snapshot(table)
        if snapshot is None:
            self._folder.create(table)
        elif snapshot.schema.keys() < table.schema.keys():
            self._folder.add_columns(snapshot)
        else:
            return snapshot
        ready = self._folder.snapshot(table)
        assert ready is not None
        return ready

    def _commit(self, snapshot: Snapshot, change: _Change, *, exclusive: bool) -> int:
        added = self._folder.write(snapshot, change.rows)
        for file, rest in change.rewritten:
            added += self._folder.write(snapshot, rest, file.name)
        leaving = [*change.leaving, *(file for file, _ in change.rewritten)]
        return self._folder.commit(snapshot, added, leaving, exclusive=exclusive)

    def _stored(self, snapshot: Snapshot, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the stored rows that have an identity of the batch, each with its file."""
        identity = list(snapshot.table.identity)
        low, high = reach(batch, identity)
        files = [file for file in snapshot.files if file.may_hold(low, high)]
        if not files:
            return snapshot.table.empty().with_columns(pl.lit("").alias(FILE))
        rows = scan(snapshot, files, path_as=FILE)
        wanted = batch.lazy().select(identity)
        return collect(rows.filter(within_reach(batch, identity)).join(wanted, on=identity, how="semi"), snapshot)

    def _change(self, snapshot: Snapshot, verdict: Verdict) -> _Change | None:
        rows = pl.concat([verdict.inserted, verdict.replaced])
        if rows.is_empty():
            return None
        touched = [file for file in snapshot.files if file.base in verdict.touched]
        rewritten = tuple((file, self._without(snapshot, file, verdict.replaced)) for file in touched)
        return self._folded(snapshot, _Change(rows, rewritten=rewritten))

    def _without(self, snapshot: Snapshot, file: StoredFile, rows: pl.DataFrame) -> pl.DataFrame:
        identity = list(snapshot.table.identity)
        stored = scan(snapshot, [file])
        rest = stored.join(rows.lazy().select(identity), on=identity, how="anti", maintain_order="left")
        return collect(rest, snapshot)

    def _folded(self, snapshot: Snapshot, change: _Change) -> _Change:
        """Return the change with the small files folded in once there are many, so that reading stays quick."""
        busy = {file.path for file, _ in change.rewritten}
        small = tuple(file for file in snapshot.files if file.rows < SMALL_RUN_ROWS and file.path not in busy)
        if len(small) < FOLD_AT or change.leaving:
            return change
        gathered = collect(scan(snapshot, small), snapshot)
        return _Change(pl.concat([gathered, change.rows]), leaving=small, rewritten=change.rewritten)


def _reopen(url: str, storage_options: Mapping[str, str]) -> Lake:
    return Lake(url, storage_options=storage_options)


def _status(snapshot: Snapshot) -> TableStatus:
    known = [file.high["known_at"] for file in snapshot.files if "known_at" in file.high]
    newest = max((instant for instant in known if isinstance(instant, datetime)), default=None)
    return TableStatus(
        name=snapshot.table.name,
        rows=sum(file.rows for file in snapshot.files),
        files=len(snapshot.files),
        bytes=sum(file.size for file in snapshot.files),
        version=snapshot.version,
        newest_known_at=newest,
    )
