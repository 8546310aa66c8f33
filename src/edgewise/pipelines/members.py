"""Members of an index: a file of spans into `index_members`, and who was a member on any of some days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NotFound
from edgewise.core.tables_members import INDEX_MEMBERS
from edgewise.pipelines.provided import file_bytes
from edgewise.sources.edgar.tickers import current, identify
from edgewise.sources.indexes.files import SP500, SPANS, read_members
from edgewise.sources.indexes.members import fold, members_between

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class IngestedMembers:
    """What came of a file of members.

    spans:      that it tells. stored: rows that were not here, or not so.
    rejected:   rows that were left out, by reason.
    unresolved: of the spans, those that name no known security and give no CIK.
    """

    spans: int
    stored: int
    rejected: dict[str, int]
    unresolved: int


def ingest_members(
    path: Path, lake: Lake, instruments: pl.DataFrame, clock: Clock, *, index: str = SP500
) -> IngestedMembers:
    """Store the spans of a file; the file is the whole history of its indexes, and repeating it changes nothing.

    instruments: all versions. A symbol is looked up on the first day of its span and, where it named nothing then, on
                 the last: files differ in whether they give the symbols of those days or later ones.
    Raises what `read_members` raises, and NotFound where the file cannot be read.
    """
    read = read_members(file_bytes(path), path.name, index=index)
    if read.spans.is_empty():
        raise NotFound(f"{path.name} names no member", advice="See which columns and days it needs: edgewise docs.")
    told = _named(read.spans, instruments, clock.now().date())
    rows = fold(lake.history(INDEX_MEMBERS), told, clock.now(), source_url=f"file:{path.name}")
    stored = lake.upsert(INDEX_MEMBERS, rows)
    unresolved = told.filter(pl.col("instrument_id").is_null() & pl.col("cik").is_null()).height
    return IngestedMembers(told.height, stored.inserted + stored.updated, read.rejected, unresolved)


def members_of(
    lake: Lake, index: str = SP500, *, first: date, last: date, as_of: datetime | None = None
) -> pl.DataFrame:
    """Return the spans, rows of INDEX_MEMBERS, of those who belonged to `index` on any day from `first` to `last`.

    as_of: what was known then; None is now. Empty where nobody is known to have belonged.
    """
    return members_between(lake.read(INDEX_MEMBERS, as_of=as_of), index, first, last)


def _named(spans: pl.DataFrame, instruments: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return the spans with security and issuer as far as the file or the instruments tell them."""
    began = identify(spans.drop("instrument_id"), instruments, on="member_from")["instrument_id"]
    ended = spans.drop("instrument_id").with_columns(day=pl.min_horizontal(pl.col("member_to"), pl.lit(today)))
    last = identify(ended, instruments, on="day")["instrument_id"]
    named = spans.with_columns(pl.coalesce("instrument_id", began, last).alias("instrument_id"))
    issuers = current(instruments).sort("valid_from").unique("instrument_id", keep="last")
    both = named.join(
        issuers.select("instrument_id", "cik"), on="instrument_id", how="left", maintain_order="left", suffix="_of"
    )
    return both.with_columns(cik=pl.coalesce("cik", "cik_of")).select(SPANS.keys())
