"""Filings: the list with paging, and one filing with everything stored of it."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - FastAPI reads the annotations at run time
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query

from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState  # noqa: TC001 - as above
from edgewise.core.tables import DOCUMENTS, FILING_TONE, FILINGS
from edgewise.serve.api.models import Document, Filing, FilingSummary, Page, Party, Tone
from edgewise.serve.api.rooms import Here  # noqa: TC001 - FastAPI reads the annotations at run time

router = APIRouter(tags=["filings"])


@router.get("/filings", summary="Filings and how far each has come")
def list_filings(
    rooms: Here,
    *,
    state: FilingState | None = None,
    form: Annotated[list[str] | None, Query(description="Form type; repeat for several.")] = None,
    cik: int | None = None,
    since: Annotated[date | None, Query(description="First filing date.")] = None,
    until: Annotated[date | None, Query(description="Last filing date.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    after: Annotated[str, Query(description="The `next` of the page before.")] = "",
) -> Page[FilingSummary]:
    """List filings in the order of their accession numbers."""
    works = rooms.filings.select(
        state=state,
        forms=form or (),
        cik=Cik(cik) if cik is not None else None,
        since=since,
        until=until,
        limit=limit + 1,
        after=str(Accession(after)) if after else "",
    )
    items = [
        FilingSummary(
            accession=str(work.accession),
            cik=int(work.cik),
            form=work.form,
            filed_date=work.filed_date,
            state=str(work.state),
            attempts=work.attempts,
            reason=work.reason,
            detail=work.detail,
            first_seen_at=work.first_seen_at,
        )
        for work in works[:limit]
    ]
    return Page(items=items, next=items[-1].accession if len(works) > limit else None)


@router.get("/filings/{accession}", summary="Everything stored of one filing")
def get_filing(rooms: Here, accession: str) -> Filing:
    """Return a filing's registrants, documents and tone."""
    number = Accession(accession)
    only = pl.col("accession") == str(number)
    rows = rooms.lake.read(FILINGS, where=only).to_dicts()
    if not rows:
        raise NotFound(f"{number} is not stored here", advice="GET /api/filings lists what is.")
    documents = rooms.lake.read(DOCUMENTS, where=only).sort("sequence").to_dicts()
    tone = rooms.lake.read(FILING_TONE, where=only).to_dicts()
    shared = {name: rows[0][name] for name in Filing.model_fields.keys() & rows[0].keys() - {"documents"}}
    return Filing(
        **shared,
        parties=[Party(**{name: row[name] for name in Party.model_fields}) for row in rows],
        documents=[Document(**{name: row[name] for name in Document.model_fields}) for row in documents],
        tone=[Tone(**{name: row[name] for name in Tone.model_fields}) for row in tone],
    )
