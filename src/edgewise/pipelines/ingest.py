"""Discover filings and bring them into the lake: the first stage of every journey.

Raw bytes go to the document store, rows to `documents`, and last of all rows to `filings`: whoever sees a filing there
finds all of its documents.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FILINGS
from edgewise.pipelines.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from edgewise.core.clock import Clock
    from edgewise.core.ports import FilingLedger, FilingWork
    from edgewise.lake import DocumentStore, Lake
    from edgewise.sources.edgar.records import KnownAt, Submission, SubmissionDocument
    from edgewise.sources.edgar.service import Edgar, FetchedFiling

FETCHERS = 4
DISCOVERY_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class StoredFiling:
    """One filing whose documents are in the document store: its rows, and what its header tells the ledger."""

    work: FilingWork
    filings: pl.DataFrame
    documents: pl.DataFrame


def record_discoveries(
    works: Iterable[FilingWork],
    ledger: FilingLedger,
    clock: Clock,
    *,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _found: None,
) -> tuple[int, int]:
    """Enter discovered filings into the ledger; return (found, new). The same filing found twice is entered once.

    limit: stop after so many new ones.
    What was found before a source failed is entered all the same; its error is then raised.
    """
    found = new = 0
    waiting: list[FilingWork] = []

    def enter() -> None:
        nonlocal found, new
        new += ledger.discover(waiting, seen_at=clock.now())
        found += len(waiting)
        on_progress(len(waiting))
        waiting.clear()

    try:
        for work in works:
            waiting.append(work)
            # With a limit, a batch is never larger than the number of new ones still wanted.
            if len(waiting) == min(DISCOVERY_BATCH, DISCOVERY_BATCH if limit is None else limit - new):
                enter()
                if limit is not None and new >= limit:
                    break
    finally:
        enter()
    return found, new


def fetch_stage(
    edgar: Edgar, lake: Lake, documents: DocumentStore, ledger: FilingLedger, clock: Clock
) -> Stage[StoredFiling]:
    """Return the stage that fetches discovered filings and stores them."""
    return Stage(
        name="fetch",
        takes=FilingState.DISCOVERED,
        gives=FilingState.FETCHED,
        prepare=partial(_fetch_all, edgar, documents, clock),
        commit=partial(_commit, lake, ledger, clock),
    )


def _fetch_all(
    edgar: Edgar, documents: DocumentStore, clock: Clock, works: Sequence[FilingWork]
) -> Iterator[StoredFiling | Exception]:
    """Fetch in a few threads: the time goes to the network, to inflating and to compressing, all outside the GIL."""
    with ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch") as threads:
        yield from threads.map(partial(fetch_filing, edgar, documents, clock), works)


def fetch_filing(edgar: Edgar, documents: DocumentStore, clock: Clock, work: FilingWork) -> StoredFiling | Exception:
    """Fetch one filing and put its documents into the store; return its rows, or what went wrong."""
    try:
        return store_filing(work, edgar.fetch(work), documents, first_seen_at=work.first_seen_at or clock.now())
    except Exception as error:  # noqa: BLE001 - one bad filing becomes a failed row, whatever is wrong with it
        return error


def store_filing(
    work: FilingWork, fetched: FetchedFiling, documents: DocumentStore, *, first_seen_at: datetime
) -> StoredFiling:
    """Put the documents of a filing into the store and return its rows for `filings` and `documents`."""
    submission, known_at = fetched.submission, fetched.known_at
    document_rows = [
        _document_row(submission, document, documents.put(document.body), known_at, fetched.source_url)
        for document in submission.documents
    ]
    filing_rows = _filing_rows(submission, known_at, fetched.source_url, first_seen_at)
    header = submission.header
    known = replace(
        work,
        form=work.form or header.form,
        filed_date=work.filed_date or header.filed_date,
        accepted_at=work.accepted_at or header.accepted_at,
    )
    return StoredFiling(known, FILINGS.frame(filing_rows), DOCUMENTS.frame(document_rows))


def _commit(lake: Lake, ledger: FilingLedger, clock: Clock, stored: Sequence[StoredFiling]) -> None:
    """Store the rows, and tell the ledger the forms that discovery could not know."""
    ledger.discover([filing.work for filing in stored], seen_at=clock.now())
    lake.upsert(DOCUMENTS, pl.concat([filing.documents for filing in stored]))
    lake.upsert(FILINGS, pl.concat([filing.filings for filing in stored]), keep_first=("first_seen_at",))


def _filing_rows(
    submission: Submission, known_at: KnownAt, source_url: str, first_seen_at: datetime
) -> list[dict[str, object]]:
    header = submission.header
    parties = {(party.cik, party.role): party for party in reversed(header.parties)}
    return [
        {
            "accession": str(header.accession),
            "cik": int(party.cik),
            "role": str(party.role),
            "form": header.form,
            "company": party.name,
            "sic": party.sic,
            "filed_date": header.filed_date,
            "period_end": header.period_end,
            "items": " | ".join(header.items) or None,
            "known_at_source": known_at.source,
            "documents": len(submission.documents),
            "source_url": source_url,
            "first_seen_at": first_seen_at,
            "known_at": known_at.instant,
        }
        for party in parties.values()
    ]


def _document_row(
    submission: Submission, document: SubmissionDocument, sha256: str, known_at: KnownAt, source_url: str
) -> dict[str, object]:
    return {
        "accession": str(submission.header.accession),
        "sequence": document.sequence,
        "document_type": document.document_type,
        "file_name": document.file_name,
        "description": document.description,
        "sha256": sha256,
        "size": len(document.body),
        "source_url": source_url,
        "known_at": known_at.instant,
    }
