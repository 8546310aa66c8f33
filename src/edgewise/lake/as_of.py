"""As-of reading: per key the row with the greatest `known_at` up to an instant.

The order on disk does the work. 1. Runs that cannot hold a row known by then are skipped. 2. The rest are scanned; each
is sorted by identity already. 3. Sorted runs are merged, those of other companies than the one before only appended;
the small ones are sorted together first. 4. In the merged order all versions of a key are neighbours, oldest first, so
the latest known one is the row whose successor has another key: one comparison per row instead of a hash table of all
keys.

A condition on values may only see the latest rows: applied earlier, it would remove the newest version of a row and let
an outdated one resurface. Conditions on the key remove all versions of a row or none, so they go first. Where every
version is asked for, so do conditions on `known_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import ComputeError

from edgewise.core.errors import InvalidInput, ServiceUnavailable, Unparsable
from edgewise.lake.layout import SMALL_RUN_ROWS, Run, StoredFile, chained, runs
from edgewise.lake.storage import for_polars, storage_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from edgewise.core.table import Table
    from edgewise.lake.delta import Snapshot


class FilesGone(ServiceUnavailable):
    """A version lost files that its snapshot names; the newest version, taken anew, may be whole."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table: its rows as known at `as_of` (None: now) that fit `where`, in these columns."""

    as_of: datetime | None
    columns: Sequence[str]
    where: pl.Expr | None


def latest_rows(snapshot: Snapshot, question: Question) -> pl.DataFrame:
    """Return per key the latest row known at the instant, sorted by key; see `Lake.read`."""
    return _last_rows(snapshot, question, snapshot.table.key)


def measured(snapshot: Snapshot, question: Question, aggregates: Sequence[pl.Expr]) -> pl.DataFrame:
    """Return one row of aggregates over the latest rows that fit `where`; see `Lake.measure`."""
    needed = list(question.columns)
    rows = known_rows(snapshot, question.as_of).filter(_last_of(snapshot.table.key)).select(needed)
    fitting = rows if question.where is None else rows.filter(question.where)
    return collect(fitting.select(aggregates), snapshot)


def every_row(snapshot: Snapshot, question: Question) -> pl.DataFrame:
    """Return all rows known at the instant, sorted by identity; see `Lake.history`."""
    return _last_rows(snapshot, question, snapshot.table.identity)


def _last_rows(snapshot: Snapshot, question: Question, names: Sequence[str]) -> pl.DataFrame:
    """Return of the known rows that agree in the columns `names` the last one each, if it fits `where`."""
    where = question.where
    if where is None or _concerns_only(names, where, snapshot.table):
        rows = known_rows(snapshot, question.as_of, where).filter(_last_of(names))
        return collect(rows.select(question.columns), snapshot)
    needed = list(dict.fromkeys((*question.columns, *where.meta.root_names())))
    rows = known_rows(snapshot, question.as_of).filter(_last_of(names)).select(needed)
    return collect(rows, snapshot).filter(where).select(question.columns)


def known_rows(snapshot: Snapshot, as_of: datetime | None, where: pl.Expr | None = None) -> pl.LazyFrame:
    """Return all rows with `known_at <= as_of` that fit `where`, sorted by identity."""
    kept = [file for file in snapshot.files if as_of is None or not _starts_after(file, as_of)]
    if not kept:
        return snapshot.table.empty().lazy()
    found = runs(kept)
    large = [run for run in found if run.ordered and run.rows >= SMALL_RUN_ROWS]
    small = [run for run in found if not run.ordered or run.rows < SMALL_RUN_ROWS]
    groups = [*([run] for run in chained(large, snapshot.table.key[0])), small]
    parts = [_scan_known(snapshot, group, as_of, where) for group in groups if group]
    merged, *others = parts
    for other in others:
        merged = merged.merge_sorted(other, key=snapshot.table.identity, maintain_order=True)
    return merged


def scan(snapshot: Snapshot, files: Sequence[StoredFile], *, path_as: str | None = None) -> pl.LazyFrame:
    """Return the rows of these files in their order; a column stored nowhere yet is null.

    path_as: name of a further column with the path of the file that each row is from.
    """
    return pl.scan_parquet(
        snapshot.paths(files),
        schema=snapshot.table.schema,
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
        hive_partitioning=False,
        storage_options=for_polars(snapshot.storage_options) or None,
        include_file_paths=path_as,
    )


def collect(rows: pl.LazyFrame, snapshot: Snapshot) -> pl.DataFrame:
    """Return the rows.

    Raises FilesGone if a file of the snapshot is gone, Unparsable if one is damaged, and ServiceUnavailable, Throttled
    or NotConfigured if the storage does not give it.
    """
    try:
        return rows.collect()
    except FileNotFoundError as error:
        raise FilesGone(
            f"version {snapshot.version} of table {snapshot.table.name} has lost files",
            advice="Read again, to have the newest version; if that is the one, restore its files from a backup.",
        ) from error
    except OSError as error:
        raise storage_error(snapshot.root, error) from error
    except ComputeError as error:
        raise Unparsable(
            f"version {snapshot.version} of table {snapshot.table.name} cannot be read: {error}",
            advice="Restore the file from a backup, or ingest its rows again.",
        ) from error


def ask(
    table: Table,
    as_of: datetime | None = None,
    columns: Sequence[str] | None = None,
    where: pl.Expr | None = None,
) -> Question:
    """Return the question, all columns by default.

    Raises InvalidInput for an instant without zone, for a column that the table does not have, and for a selector in
    `where`, which hides the columns that are read.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise InvalidInput(f"as_of {as_of} has no zone", advice="Pass an aware UTC datetime.")
    if where is not None and where.meta.has_multiple_outputs():
        raise InvalidInput("the condition selects columns by pattern", advice="Name each column with pl.col.")
    asked = list(table.schema) if columns is None else list(columns)
    named = {*asked, *(where.meta.root_names() if where is not None else ())}
    if unknown := sorted(named - table.schema.keys()):
        raise InvalidInput(f"table {table.name} has no columns {unknown}", advice=f"It has {', '.join(table.schema)}.")
    return Question(None if as_of is None else as_of.astimezone(UTC), asked, where)


def _concerns_only(names: Sequence[str], where: pl.Expr, table: Table) -> bool:
    """Return whether `where` judges each row by these columns alone, so that it takes all that agree in them or none.

    Polars moves a condition below a sort only if it judges rows one by one, so we ask the optimiser: a condition such
    as `session == session.max()` depends on the other rows and has to wait for the latest ones.
    """
    if not set(where.meta.root_names()) <= set(names):
        return False
    return table.empty().lazy().sort("known_at").filter(where).explain().startswith("SORT")


def _starts_after(file: StoredFile, as_of: datetime) -> bool:
    return "known_at" in file.low and file.low["known_at"] > as_of  # type: ignore[operator]


def _ends_by(file: StoredFile, as_of: datetime) -> bool:
    return "known_at" in file.high and file.high["known_at"] <= as_of  # type: ignore[operator]


def _scan_known(
    snapshot: Snapshot, group: Sequence[Run], as_of: datetime | None, where: pl.Expr | None
) -> pl.LazyFrame:
    files = [file for run in group for file in run.files]
    rows = scan(snapshot, files)
    if as_of is not None and not all(_ends_by(file, as_of) for file in files):
        rows = rows.filter(pl.col("known_at") <= as_of)
    if where is not None:
        rows = rows.filter(where)
    already_sorted = len(group) == 1 and group[0].ordered
    return rows if already_sorted else rows.sort(snapshot.table.identity, maintain_order=True)


def _last_of(names: Sequence[str]) -> pl.Expr:
    """Return whether the next row differs in one of these columns; the last row of all counts as different."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(-1)) for name in names)
