"""From stored statements to the tables RATIOS and SHARE_COUNTS, some hundred companies at a time.

A company of which nothing has changed since it was last built is left out (`unchanged`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from polars.exceptions import PolarsError

from edgewise.core.errors import EdgewiseError
from edgewise.core.table import any_of
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.fundamentals.count_versions import count_versions
from edgewise.fundamentals.ratio_versions import VERSION, ratio_versions
from edgewise.fundamentals.ratios import TWELVE_MONTHS
from edgewise.fundamentals.share_counts import LOOKED_AT
from edgewise.fundamentals.versions import WITHDRAWN
from edgewise.pipelines.failures import Refused, record_outcomes
from edgewise.pipelines.fundamentals_build import splits_of
from edgewise.pipelines.unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Cik
    from edgewise.core.ports import Seen
    from edgewise.core.table import Table
    from edgewise.lake import Lake

BUILDER = "ratios"
_ROWS_AT_ONCE = 600_000  # of table FUNDAMENTALS: of some 400 companies over five years
_LINE = [*FUNDAMENTALS.identity, "value", "reasons", "sources"]
_FACT = [*FACTS.identity, "value", "form"]


@dataclass(slots=True)
class BuiltRatios:
    """What came of it.

    companies: built, rows they have now, and how many of those were stored or changed.
    unchanged: companies left out, because nothing of theirs has changed since they were built.
    failed:    per company why it was not built.
    """

    companies: int = 0
    rows: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: dict[int, str] = field(default_factory=dict)


class _Read(NamedTuple):
    """What some companies' ratios are made of, and what is stored of them."""

    lines: pl.DataFrame
    facts: pl.DataFrame
    splits: pl.DataFrame
    ratios: pl.DataFrame
    counts: pl.DataFrame

    def of(self, ciks: Sequence[int]) -> _Read:
        """Return what is about these companies."""
        return _Read(*(frame.filter(pl.col("cik").is_in(list(ciks))) for frame in self))


class _Done(NamedTuple):
    """Companies that were built: rows they have, how many of those were stored or changed, and what is stored now."""

    ciks: Sequence[int]
    rows: int
    changed: int
    now: _Read


def build_ratios(
    lake: Lake,
    seen: Seen,
    clock: Clock,
    ciks: Iterable[Cik] | None = None,
    *,
    on_progress: Callable[[int], object] = lambda _done: None,
) -> BuiltRatios:
    """Store every change of every ratio and share count of these companies, of all with statements by default.

    A company that cannot be built is a row of `ingest_failures`, and the others go on.
    on_progress: told how many more companies are done.
    """
    report, unchanged = BuiltRatios(), Unchanged(BUILDER, VERSION, seen, clock)
    wanted = None if ciks is None else {int(cik) for cik in ciks}
    for group in _groups(lake, wanted):
        read = _read(lake, group)
        todo = unchanged.to_build(unchanged.marks(group, read))
        report.unchanged += len(group) - len(todo)
        built, failed = _build(lake, read.of(todo), todo)
        refused = {str(cik): Refused(why, f"edgewise fundamentals build --cik {cik}") for cik, why in failed.items()}
        record_outcomes(lake, BUILDER, [str(cik) for cik in todo], refused, at=clock.now())
        for done in built:
            unchanged.remember(unchanged.marks(done.ciks, done.now))
            report.companies += len(done.ciks)
            report.rows += done.rows
            report.changed += done.changed
        report.failed |= failed
        on_progress(len(group))
    return report


def _groups(lake: Lake, wanted: set[int] | None) -> Iterator[list[int]]:
    """Yield companies with statements, some at a time, so that memory stays bounded."""
    counts = lake.history(FUNDAMENTALS, columns=["cik"]).group_by("cik").len().sort("cik")
    chosen = counts if wanted is None else counts.filter(pl.col("cik").is_in(list(wanted)))
    part = (chosen["len"].cum_sum() - 1) // _ROWS_AT_ONCE
    for one in part.unique().sort():
        yield chosen.filter(part == one)["cik"].to_list()


def _read(lake: Lake, ciks: Sequence[int]) -> _Read:
    own = any_of("cik", ciks)
    return _Read(
        lake.history(FUNDAMENTALS, columns=_LINE, where=own & pl.col("basis").is_in(TWELVE_MONTHS)),
        lake.history(FACTS, columns=_FACT, where=own & pl.col("concept").is_in(LOOKED_AT)),
        splits_of(lake, ciks),
        lake.history(RATIOS, where=own),
        lake.history(SHARE_COUNTS, where=own),
    )


def _build(lake: Lake, read: _Read, ciks: Sequence[int]) -> tuple[list[_Done], dict[int, str]]:
    """Store what some companies have with one commit a table; where that fails, each alone. Return who failed why."""
    if not ciks:
        return [], {}
    try:
        return [_store(lake, read, ciks)], {}
    except (EdgewiseError, PolarsError) as error:
        if len(ciks) == 1:
            return [], {ciks[0]: error.code if isinstance(error, EdgewiseError) else type(error).__name__}
    alone = [_build(lake, read.of([cik]), [cik]) for cik in ciks]
    return [done for built, _ in alone for done in built], {
        cik: why for _, failed in alone for cik, why in failed.items()
    }


def _store(lake: Lake, read: _Read, ciks: Sequence[int]) -> _Done:
    ratios, counts = ratio_versions(read.lines), count_versions(read.facts, read.splits)
    changed, now = 0, []
    for table, rows, stored in ((RATIOS, ratios, read.ratios), (SHARE_COUNTS, counts, read.counts)):
        now.append(pl.concat([rows, _corrections(table, rows, stored)]))
        done = lake.upsert(table, now[-1])
        changed += done.inserted + done.updated
    return _Done(ciks, ratios.height + counts.height, changed, read._replace(ratios=now[0], counts=now[1]))


def _corrections(table: Table, rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return what stored rows must become that `rows` would not have written at their instant.

    That is what `rows` say at that instant: the change before it, or that nothing was told yet.
    """
    stale = stored.select(table.identity).join(rows, on=list(table.identity), how="anti")
    said = stale.sort("known_at").join_asof(
        rows.sort("known_at"), on="known_at", by=list(table.key), check_sortedness=False
    )
    filled = {"status": WITHDRAWN} | ({"version": VERSION} if "version" in table.schema else {})
    return said.with_columns(pl.col(name).fill_null(value) for name, value in filled.items()).select(
        table.schema.keys()
    )
