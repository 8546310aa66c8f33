"""Bring company facts in, each known since the filing that tells it was public, and read statements as of an instant.

Facts are stored in batches of whole companies, and by key: a run that is killed loses the batch in hand, is begun again
and repeats nothing that is visible. A company that cannot be read is a failure with a reason, and the others go on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import EdgewiseError, NotFound
from edgewise.core.identifiers import Cik
from edgewise.core.table import Instant
from edgewise.core.tables import FILINGS
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.fundamentals import STATEMENT_SCHEMA, declaration
from edgewise.fundamentals.versions import WITHDRAWN
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.acceptance import filer_habit, true_known_at
from edgewise.sources.edgar.company_facts import parse_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from polars._typing import PolarsDataType

    from edgewise.core.ports import Executor
    from edgewise.lake import Lake
    from edgewise.sources.edgar.acceptance import Habit
    from edgewise.sources.edgar.company_facts import CompanyFacts
    from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip
    from edgewise.sources.edgar.service import Edgar
    from edgewise.sources.edgar.submissions import CompanySubmissions

    _OnList = Callable[[CompanySubmissions], object]

_COMPANIES_AT_ONCE = 100
_FACTS_AT_ONCE = 300_000  # of about a dozen large companies
_BYTES_AT_ONCE = 8_000_000  # of thirty small companies or one that is very large
_KNOWN_SCHEMA: dict[str, PolarsDataType] = {
    "cik": pl.Int64,
    "accession": pl.String,
    "known_at": Instant,
    "known_at_source": pl.String,
}


@dataclass(slots=True)
class IngestedFacts:
    """What came of an ingestion.

    companies, rows: stored, counting rows that were already there.
    rejected:        unreadable rows of files, by reason; `dropped` counts them all.
    known_by:        filings by what their known_at rests on.
    failed:          per company why nothing of it was stored; of one whose every row was unreadable, the usual reason.
    """

    companies: int = 0
    rows: int = 0
    new: int = 0
    dropped: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    known_by: Counter[str] = field(default_factory=Counter)
    failed: dict[int, str] = field(default_factory=dict)


def ingest_facts(
    edgar: Edgar,
    lake: Lake,
    ciks: Iterable[Cik],
    *,
    bulk: CompanyFactsZip | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], object] = lambda _done: None,
    on_list: Callable[[CompanySubmissions], object] = lambda _list: None,
) -> IngestedFacts:
    """Store all facts of these companies, each with the instant at which its filing was public.

    That instant comes from the stored filing; else from the company's list of submissions, through the rules of
    acceptance; else it is the end of the day that EDGAR printed. Raises nothing for one company that fails.
    bulk:        where the files of facts are read from; None asks for each company's own.
    executor:    where files are parsed; None: here.
    on_progress: told how many more companies are done.
    on_list:     told each list of submissions as it is read: of companies that have a filing which is not stored.
    """
    report = IngestedFacts()
    parse = map if executor is None else executor.map
    for batch in _batches(_read(parse(_parsed, _files(edgar, bulk, ciks)), bulk, report)):
        _store(edgar, lake, batch, report, on_list)
        on_progress(len(batch))
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


@dataclass(frozen=True, slots=True)
class _Company:
    """A company and its facts; None where they could not be had."""

    cik: Cik
    facts: pl.DataFrame | None


_File = tuple["Cik", "bytes | EdgewiseError"]
_ReadFile = tuple["Cik", "CompanyFacts | EdgewiseError"]


def _files(edgar: Edgar, bulk: CompanyFactsZip | None, ciks: Iterable[Cik]) -> Iterator[list[_File]]:
    """Yield the files of companies, or why one cannot be had, some small ones or a large one at a time."""
    files: list[_File] = []
    size = 0
    for cik in ciks:
        try:
            body = edgar.company_facts_file(cik) if bulk is None else bulk.file(cik)
        except EdgewiseError as error:
            files.append((cik, error))
        else:
            files.append((cik, body))
            size += len(body)
        if size >= _BYTES_AT_ONCE or len(files) == _COMPANIES_AT_ONCE:
            yield files
            files, size = [], 0
    if files:
        yield files


def _parsed(files: list[_File]) -> list[_ReadFile]:
    """Return what each of these files says. Pure, for another process."""
    bodies = [body for _, body in files if isinstance(body, bytes)]
    read = iter(parse_files(bodies))
    return [(cik, next(read) if isinstance(body, bytes) else body) for cik, body in files]


def _read(parsed: Iterable[list[_ReadFile]], bulk: CompanyFactsZip | None, report: IngestedFacts) -> Iterator[_Company]:
    for cik, read in chain.from_iterable(parsed):
        if isinstance(read, EdgewiseError):
            report.failed[int(cik)] = read.code
            yield _Company(cik, None)
            continue
        report.rejected.update(rejected.reason for rejected in read.rejected)
        report.dropped += read.dropped
        if read.facts.is_empty() and read.rejected:
            report.failed[int(cik)] = Counter(one.reason for one in read.rejected).most_common(1)[0][0]
            yield _Company(cik, None)
            continue
        source = urls.company_facts(cik) if bulk is None else bulk.source_url
        yield _Company(cik, read.facts.with_columns(cik=pl.lit(int(cik), pl.Int64), source_url=pl.lit(source)))


def _batches(companies: Iterator[_Company]) -> Iterator[list[_Company]]:
    """Yield companies in lists, so that many share a commit and few large ones do not fill the memory."""
    batch: list[_Company] = []
    rows = 0
    for one in companies:
        batch.append(one)
        rows += 0 if one.facts is None else one.facts.height
        if len(batch) == _COMPANIES_AT_ONCE or rows >= _FACTS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _store(edgar: Edgar, lake: Lake, batch: list[_Company], report: IngestedFacts, on_list: _OnList) -> None:
    """Store a batch with one commit. Where that fails, each company is stored alone and fails alone."""
    read = [one.facts for one in batch if one.facts is not None]
    if not read:
        return
    facts = pl.concat(read)
    instants = _instants(edgar, lake, facts, report, on_list)
    rows = facts.join(instants, on=["cik", "accession"]).select(FACTS.schema.keys())
    stored = sorted(int(one.cik) for one in batch if one.facts is not None and int(one.cik) not in report.failed)
    try:
        report.new += lake.upsert(FACTS, rows).inserted
    except EdgewiseError:
        stored = [cik for cik in stored if _stored_alone(lake, cik, rows.filter(pl.col("cik") == cik), report)]
    kept = pl.col("cik").is_in(stored)
    report.companies += len(stored)
    report.rows += rows.filter(kept).height
    report.known_by.update(instants.filter(kept)["known_at_source"].to_list())


def _stored_alone(lake: Lake, cik: int, rows: pl.DataFrame, report: IngestedFacts) -> bool:
    """Store one company's facts and return whether that could be done."""
    try:
        report.new += lake.upsert(FACTS, rows).inserted
    except EdgewiseError as error:
        report.failed[cik] = error.code
        return False
    return True


def _instants(edgar: Edgar, lake: Lake, facts: pl.DataFrame, report: IngestedFacts, on_list: _OnList) -> pl.DataFrame:
    """Return cik, accession, known_at and known_at_source of each filing that these facts are of.

    A stored filing is known since its latest instant. Of a company whose list cannot be read there is none, and it has
    failed.
    """
    filings = facts.select("cik", "accession", "form", "filed_date").unique(["cik", "accession"], keep="first")
    named = filings["accession"].unique()
    stored = (
        lake.read(FILINGS, columns=list(_KNOWN_SCHEMA)[1:], where=pl.col("accession").is_in(named.implode()))
        .sort("accession", "known_at")
        .unique("accession", keep="last", maintain_order=True)
    )
    known = filings.join(stored, on="accession").select(_KNOWN_SCHEMA.keys())
    others = filings.join(stored, on="accession", how="anti").sort("cik", "accession")
    told: list[tuple[int, str, datetime, str]] = []
    for (cik,), own in others.partition_by("cik", as_dict=True).items():
        try:
            told += [(cik, *one) for one in _from_submissions(edgar, Cik(cik), own, on_list)]
        except EdgewiseError as error:
            report.failed[cik] = error.code
    gone = pl.col("cik").is_in(list(report.failed))
    return pl.concat([known, pl.DataFrame(told, schema=_KNOWN_SCHEMA, orient="row")]).filter(~gone)


def _from_submissions(
    edgar: Edgar, cik: Cik, filings: pl.DataFrame, on_list: _OnList
) -> Iterator[tuple[str, datetime, str]]:
    """Yield accession, instant and what it rests on, from the company's list of submissions where that has the filing.

    Each page of the list is judged by its own habit of writing times.
    """
    stamps: dict[str, tuple[str | None, Habit | None]] = {}
    for page in _pages(edgar, cik, on_list):
        habit = filer_habit(page.select("form", "json_stamp", "filed_date").drop_nulls().iter_rows())
        for accession, stamp in page.select("accession", "json_stamp").drop_nulls().iter_rows():
            stamps.setdefault(accession, (stamp, habit))
    for accession, form, filed_date in filings.select("accession", "form", "filed_date").iter_rows():
        printed, of_page = stamps.get(accession, (None, None))
        known = true_known_at(form=form, json_stamp=printed, filer_habit=of_page, filed_date=filed_date)
        yield accession, known.instant, str(known.source)


def _pages(edgar: Edgar, cik: Cik, on_list: _OnList) -> Iterator[pl.DataFrame]:
    """Yield the pages of a company's list of filings; none where there is no such list."""
    try:
        listed = edgar.submissions(cik)
    except NotFound:
        return
    on_list(listed)
    yield listed.filings
    for page in edgar.older_filings(listed):
        yield page.filings
