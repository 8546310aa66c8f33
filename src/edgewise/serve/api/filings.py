"""Filings: the list with paging, and one filing with everything stored of it."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Accession, Cik, Ticker
from edgewise.core.ports import FilingState  # noqa: TC001 - FastAPI reads the annotations at run time
from edgewise.core.tables import DOCUMENTS, FILING_TONE, FILINGS
from edgewise.pipelines.score_reading import issuer_named
from edgewise.serve.api.errors import reading
from edgewise.serve.api.models import Document, Filing, FilingSummary, Page, Party, Tone
from edgewise.serve.api.parameters import PLACE, AccessionPath, Day, check_span, refuse_unknown_parameters
from edgewise.serve.api.rooms import Here, Rooms  # noqa: TC001 - as above

router = APIRouter(prefix="/api/filings", tags=["filings"], dependencies=[Depends(refuse_unknown_parameters)])
FormName = Annotated[str, StringConstraints(min_length=1, max_length=20)]


@router.get("", summary="Filings and how far each has come")
def list_filings(
    rooms: Here,
    *,
    state: FilingState | None = None,
    form: Annotated[
        list[FormName] | None,
        Query(max_length=50, description="Form as EDGAR prints it; repeat it for several.", examples=[["10-K"]]),
    ] = None,
    cik: Annotated[int | None, Query(examples=[320193])] = None,
    ticker: Annotated[str | None, Query(max_length=40, description="Whom it names now.", examples=["AAPL"])] = None,
    since: Annotated[Day | None, Query(description="First filing date.", examples=["2024-01-01"])] = None,
    until: Annotated[Day | None, Query(description="Last filing date.", examples=["2024-12-31"])] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    after: Annotated[str, Query(max_length=40, description=PLACE)] = "",
) -> Page[FilingSummary]:
    """List filings in the order of their accession numbers."""
    check_span(since, until)
    company = _company(rooms, cik, ticker)
    place = Accession(after) if after else ""
    with reading():
        works = rooms.filings.select(
            state=state, forms=form or (), cik=company, since=since, until=until, limit=limit + 1, after=place
        )
    items = [FilingSummary.model_validate(work) for work in works[:limit]]
    return Page(items=items, next=items[-1].accession if len(works) > limit else None)


@router.get("/{accession}", summary="Everything stored of one filing")
def get_filing(rooms: Here, accession: AccessionPath) -> Filing:
    """Return a filing's registrants, documents and tone."""
    number = Accession(accession)
    only = pl.col("accession") == str(number)
    with reading():
        rows = rooms.lake.read(FILINGS, where=only).to_dicts()
        documents = rooms.lake.read(DOCUMENTS, where=only).to_dicts()
        tone = rooms.lake.read(FILING_TONE, where=only).to_dicts()
    if not rows:
        raise _not_stored(rooms, number)
    first = min(rows, key=lambda row: row["known_at"])
    return Filing(
        **{name: first[name] for name in Filing.model_fields.keys() & first.keys() - {"documents"}},
        forms=sorted({row["form"] for row in rows}),
        parties=[Party(**row) for row in rows],
        documents=[Document(**row) for row in documents],
        tone=[Tone(**row) for row in tone],
    )


def _company(rooms: Rooms, cik: int | None, ticker: str | None) -> Cik | None:
    """Return the company that is asked for, None for all. Raises InvalidInput where both name one and differ."""
    named = Cik(cik) if cik is not None else None
    if ticker is None:
        return named
    company = issuer_named(rooms.lake, ticker, rooms.clock.now())
    if named is not None and named != company:
        raise InvalidInput(f"{Ticker(ticker)} is of company {company}, not {named}", advice="Give one of both.")
    return company


def _not_stored(rooms: Rooms, number: Accession) -> NotFound:
    with reading():
        work = rooms.filings.get(number)
    if work is None:
        return NotFound(f"filing {number} is not known here", advice="GET /api/filings lists what is.")
    return NotFound(
        f"filing {number} is known, but nothing is stored of it yet; its state is {work.state}",
        advice="Fetch it: edgewise filings ingest.",
    )
