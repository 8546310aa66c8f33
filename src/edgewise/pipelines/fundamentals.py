"""Bring company facts in, each known since the filing that tells it was public, and read statements as of an instant.

A company's facts are stored whole before the next company is asked for, and by key: a run that is killed is begun again
and repeats nothing that is visible. A company that cannot be read is a failure with a reason, and the others go on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import EdgewiseError, NotFound
from edgewise.core.table import Instant
from edgewise.core.tables import FILINGS
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.fundamentals import STATEMENT_SCHEMA, declaration
from edgewise.fundamentals.versions import WITHDRAWN
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.acceptance import filer_habit, true_known_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from polars._typing import PolarsDataType

    from edgewise.core.identifiers import Cik
    from edgewise.lake import Lake
    from edgewise.sources.edgar.acceptance import Habit
    from edgewise.sources.edgar.service import Edgar

_KNOWN_SCHEMA: dict[str, PolarsDataType] = {"accession": pl.String, "known_at": Instant, "known_at_source": pl.String}


@dataclass(slots=True)
class IngestedFacts:
    """What came of an ingestion.

    companies, rows: stored, counting rows that were already there.
    rejected:        unreadable rows of files, by reason; `dropped` counts them all.
    known_by:        filings by what their known_at rests on.
    failed:          per company why nothing of it was stored.
    """

    companies: int = 0
    rows: int = 0
    new: int = 0
    dropped: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    known_by: Counter[str] = field(default_factory=Counter)
    failed: dict[int, str] = field(default_factory=dict)


def ingest_facts(
    edgar: Edgar, lake: Lake, ciks: Iterable[Cik], *, on_progress: Callable[[int], object] = lambda _done: None
) -> IngestedFacts:
    """Store all facts of these companies, each with the instant at which its filing was public.

    That instant comes from the stored filing; else from the company's list of submissions, through the rules of
    acceptance; else it is the end of the day that EDGAR printed. Raises nothing for one company that fails.
    """
    report = IngestedFacts()
    for cik in ciks:
        try:
            rows = _facts_of(edgar, lake, cik, report)
            stored = lake.upsert(FACTS, rows)
        except EdgewiseError as error:
            report.failed[int(cik)] = error.code
        else:
            report.companies += 1
            report.rows += rows.height
            report.new += stored.inserted
        on_progress(1)
    return report


def known_facts(lake: Lake, cik: Cik, *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return the facts of a company that were known at `as_of`."""
    return lake.read(FACTS, as_of=as_of, where=pl.col("cik") == int(cik))


def known_statements(lake: Lake, cik: Cik, *, basis: str, as_of: datetime | None = None) -> pl.DataFrame:
    """Return a company's statements of table FUNDAMENTALS that were known at `as_of`, in STATEMENT_SCHEMA.

    Empty where nothing was known then, and where statements were never built. Lines stand in the declared order.
    """
    own = (pl.col("cik") == int(cik)) & (pl.col("basis") == basis)
    rows = lake.read(FUNDAMENTALS, as_of=as_of, where=own).filter(pl.col("status") != WITHDRAWN)
    places = pl.DataFrame({"field": declaration().shown}, schema={"field": pl.String}).with_row_index("place")
    return (
        rows.join(places, on="field")
        .sort("cik", "basis", "period_end", "period_start", "place")
        .select(STATEMENT_SCHEMA.keys())
    )


def _facts_of(edgar: Edgar, lake: Lake, cik: Cik, report: IngestedFacts) -> pl.DataFrame:
    """Return a company's facts as rows of the table."""
    read = edgar.company_facts(cik)
    report.rejected.update(rejected.reason for rejected in read.rejected)
    report.dropped += read.dropped
    filings = read.facts.select("accession", "form", "filed_date").unique("accession", keep="first")
    known = known_instants(edgar, lake, cik, filings)
    report.known_by.update(known["known_at_source"].to_list())
    rows = read.facts.join(known, on="accession").with_columns(
        cik=pl.lit(int(cik), pl.Int64), source_url=pl.lit(urls.company_facts(cik))
    )
    return FACTS.check(rows)


def known_instants(edgar: Edgar, lake: Lake, cik: Cik, filings: pl.DataFrame) -> pl.DataFrame:
    """Return accession, known_at and known_at_source of each of `filings` (accession, form, filed_date)."""
    wanted = filings["accession"].implode()
    stored = (
        lake.read(FILINGS, columns=list(_KNOWN_SCHEMA), where=pl.col("accession").is_in(wanted))
        .sort("accession", "known_at")
        .unique("accession", keep="last", maintain_order=True)
    )
    others = filings.join(stored, on="accession", how="anti")
    if others.is_empty():
        return stored
    told = pl.DataFrame(_from_submissions(edgar, cik, others), schema=_KNOWN_SCHEMA, orient="row")
    return pl.concat([stored, told])


def _from_submissions(edgar: Edgar, cik: Cik, filings: pl.DataFrame) -> Iterator[tuple[str, datetime, str]]:
    """Yield accession, instant and what it rests on, from the company's list of submissions where that has the filing.

    Each page of the list is judged by its own habit of writing times.
    """
    stamps: dict[str, tuple[str | None, Habit | None]] = {}
    for page in _pages(edgar, cik):
        habit = filer_habit(page.select("form", "json_stamp", "filed_date").drop_nulls().iter_rows())
        for accession, stamp in page.select("accession", "json_stamp").drop_nulls().iter_rows():
            stamps.setdefault(accession, (stamp, habit))
    for accession, form, filed_date in filings.select("accession", "form", "filed_date").iter_rows():
        printed, of_page = stamps.get(accession, (None, None))
        known = true_known_at(form=form, json_stamp=printed, filer_habit=of_page, filed_date=filed_date)
        yield accession, known.instant, str(known.source)


def _pages(edgar: Edgar, cik: Cik) -> Iterator[pl.DataFrame]:
    """Yield the pages of a company's list of filings; none where there is no such list."""
    try:
        listed = edgar.submissions(cik)
    except NotFound:
        return
    yield listed.filings
    for page in edgar.older_filings(listed):
        yield page.filings
