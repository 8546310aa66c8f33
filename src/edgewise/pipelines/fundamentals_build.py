"""From stored facts and splits to the table FUNDAMENTALS, a group of companies at a time.

A build replaces what it says otherwise now: facts or splits that came in later, or better declared concepts, change
rows of the past, and every stored row becomes what it would have been. Building again stores nothing, and leaves out
companies of which nothing has changed, if it is told where that is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_open
from edgewise.core.code import code_fingerprint
from edgewise.core.errors import EdgewiseError
from edgewise.core.table import Instant, any_of
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.fundamentals.splits import SPLIT_SCHEMA
from edgewise.fundamentals.versions import WITHDRAWN, versions
from edgewise.pipelines.unchanged import Unchanged
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Cik
    from edgewise.core.ports import Executor, Seen
    from edgewise.lake import Lake

_COMPANIES_AT_ONCE = 100
_FACTS_AT_ONCE = 60_000  # of two or three large companies
_SAME_RATIO = 0.01


@dataclass(slots=True)
class BuiltFundamentals:
    """What came of it: companies that were built, rows they have now, and how many of those were stored or changed.

    unchanged: companies left out, because nothing of theirs has changed since they were built.
    failed:    per company why its statements were not stored.
    """

    companies: int = 0
    rows: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: dict[int, str] = field(default_factory=dict)


def build_fundamentals(
    lake: Lake,
    ciks: Iterable[Cik] | None = None,
    *,
    unchanged: Unchanged | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], object] = lambda _done: None,
) -> BuiltFundamentals:
    """Store every change of every line of these companies' statements, of all companies that have facts by default.

    unchanged:   what is remembered of earlier builds, as `statements_unchanged` gives it; None: everything is built.
    executor:    where statements are computed; None: here.
    on_progress: told how many more companies are stored.
    """
    report = BuiltFundamentals()
    chosen = _with_facts(lake) if ciks is None else [int(cik) for cik in ciks]
    for first in range(0, len(chosen), _COMPANIES_AT_ONCE):
        group = chosen[first : first + _COMPANIES_AT_ONCE]
        facts = lake.history(FACTS, where=any_of("cik", group))
        splits = splits_of(lake, group)
        if unchanged:
            facts = _changed(lake, facts, splits, unchanged, report)
        compute = map if executor is None else executor.map
        parts = list(_parts(facts))
        made = compute(_versions, ((part, splits) for part in parts))
        for part, rows in zip(parts, made, strict=True):
            for done, now in _store(lake, part, rows, report):
                if unchanged:
                    unchanged.remember(unchanged.marks(done, (_of(part, done), _of(splits, done), now)))
        on_progress(len(group))
    return report


def splits_of(lake: Lake, ciks: Iterable[int]) -> pl.DataFrame:
    """Return the splits of these companies' securities, splits.SPLIT_SCHEMA.

    A split counts from the open of its ex session, or from when it was known if that was later. Of a company with
    several securities that split on one day, the first one's ratio is taken; it is doubtful where another differs.
    What a split was first told to be is what counts: later corrections of its ratio are left out.
    """
    spans = current(lake.history(INSTRUMENTS)).filter(pl.col("cik").is_in(list(ciks)))
    actions = lake.history(CORPORATE_ACTIONS, where=pl.col("instrument_id").is_in(spans["instrument_id"].implode()))
    told = (
        actions.filter(pl.col("kind") == "split", pl.col("ratio") > 0)
        .unique(list(CORPORATE_ACTIONS.key), keep="first", maintain_order=True)
        .join(spans.select("instrument_id", "cik", "valid_from", "valid_to"), on="instrument_id")
        .filter(
            pl.col("ex_session") >= pl.col("valid_from"),
            (pl.col("ex_session") <= pl.col("valid_to")).fill_null(value=True),
        )
    )
    days = told["ex_session"].unique()
    opens = pl.DataFrame(
        {"ex_session": days, "opens": [session_open(day) for day in days]},
        schema={"ex_session": pl.Date, "opens": Instant},
    )
    return (
        told.join(opens, on="ex_session")
        .sort("instrument_id")
        .group_by("cik", "ex_session")
        .agg(
            effective_at=pl.max_horizontal(pl.col("known_at").max(), pl.col("opens").max()),
            ratio=pl.col("ratio").first(),
            doubtful=pl.col("ratio").max() > pl.col("ratio").min() * (1 + _SAME_RATIO),
        )
        .select(SPLIT_SCHEMA.keys())
        .sort("cik", "effective_at")
    )


def statements_unchanged(seen: Seen, clock: Clock) -> Unchanged:
    """Return what is remembered of earlier builds by this version of the code."""
    return Unchanged("statements", code_fingerprint("edgewise.fundamentals"), seen, clock)


def _changed(
    lake: Lake, facts: pl.DataFrame, splits: pl.DataFrame, unchanged: Unchanged, report: BuiltFundamentals
) -> pl.DataFrame:
    """Return the facts of companies of which something has changed since they were built, and count the others."""
    ciks = facts["cik"].unique().sort().to_list()
    stored = lake.history(FUNDAMENTALS, where=any_of("cik", ciks))
    todo = unchanged.to_build(unchanged.marks(ciks, (facts, splits, stored)))
    report.unchanged += len(ciks) - len(todo)
    return _of(facts, todo)


def _of(frame: pl.DataFrame, ciks: list[int]) -> pl.DataFrame:
    return frame.filter(pl.col("cik").is_in(ciks))


def _store(
    lake: Lake, facts: pl.DataFrame, rows: pl.DataFrame, report: BuiltFundamentals
) -> list[tuple[list[int], pl.DataFrame]]:
    """Store the history of some companies with one commit; where that fails, each is stored alone and fails alone.

    Return whose was stored, and all that is stored of them now.
    """
    ciks = facts["cik"].unique().sort().to_list()
    now = pl.concat([rows, _corrections(lake, rows, facts)])
    try:
        stored = lake.upsert(FUNDAMENTALS, now)
    except EdgewiseError as error:
        if len(ciks) > 1:
            return [one for cik in ciks for one in _store(lake, _of(facts, [cik]), _of(rows, [cik]), report)]
        report.failed[ciks[0]] = error.code
        return []
    report.companies += len(ciks)
    report.rows += rows.height
    report.changed += stored.inserted + stored.updated
    return [(ciks, now)]


def _versions(given: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    """Return the history of the statements of some companies' facts and splits. Pure, for another process."""
    facts, splits = given
    return versions(facts, splits=splits)


def _with_facts(lake: Lake) -> list[int]:
    return lake.history(FACTS, columns=["cik"])["cik"].unique().sort().to_list()


def _parts(facts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the facts of some companies at a time, whole companies, so that memory stays bounded."""
    counts = facts.group_by("cik").len().sort("cik")
    part = (counts["len"].cum_sum() - 1) // _FACTS_AT_ONCE
    numbered = facts.join(counts.select("cik", part=part), on="cik", maintain_order="left")
    yield from numbered.partition_by("part", include_key=False, maintain_order=True)


def _corrections(lake: Lake, rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return what stored rows must become that `rows` would not have written at their instant.

    That is what `rows` say at that instant: the change before it, or that nothing was told yet.
    """
    stored = lake.history(
        FUNDAMENTALS,
        columns=[*FUNDAMENTALS.identity, "statement"],
        where=pl.col("cik").is_in(facts["cik"].unique().implode()),
    )
    stale = stored.join(rows, on=list(FUNDAMENTALS.identity), how="anti")
    said = rows.drop("statement").sort("known_at")
    return (
        stale.sort("known_at")
        .join_asof(said, on="known_at", by=list(FUNDAMENTALS.key), check_sortedness=False)
        .with_columns(pl.col("status").fill_null(WITHDRAWN))
        .select(FUNDAMENTALS.schema.keys())
    )
