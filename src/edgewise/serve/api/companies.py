"""Companies by ticker: what is known of them, and their newest filings with the tone of each."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends, Query, Request, Response

from edgewise.serve.api.answers import Made, of_bytes, reader_of
from edgewise.serve.api.parameters import TickerPath, refuse_unknown_parameters
from edgewise.serve.api.rooms import Here  # noqa: TC001 - FastAPI reads the annotations at run time
from edgewise.serve.api.score_models import Company, CompanyFilings, TonedFiling
from edgewise.serve.api.score_rows import instant, listed

router = APIRouter(prefix="/api/companies", tags=["companies"], dependencies=[Depends(refuse_unknown_parameters)])


@router.get("/{ticker}", summary="A company", response_model=Company)
async def company(request: Request, rooms: Here, ticker: TickerPath) -> Response:
    """Return whom a ticker names now, the sector of the newest session, and the newest filing that is stored."""

    def make() -> Made:
        told = reader_of(rooms).company(ticker)
        members = {name: getattr(told, name) for name in Company.model_fields if name != "simulated"}
        return Made(Company(**members, simulated=rooms.simulated).model_dump_json().encode())

    return await of_bytes(request, rooms, make)


@router.get("/{ticker}/filings", summary="Filings of a company, with their tone", response_model=CompanyFilings)
async def filings(
    request: Request,
    rooms: Here,
    ticker: TickerPath,
    *,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Return the newest filings that are stored, the newest first, each with the tone of the whole filing."""

    def make() -> Made:
        record, rows = reader_of(rooms).filings(ticker, limit=limit)
        head = {"as_of": instant(record.as_of), "simulated": rooms.simulated, "ticker": record.ticker}
        told = rows.with_columns(pl.col("known_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
        return Made(listed(head | {"cik": record.cik}, told.select(TonedFiling.model_fields.keys())))

    return await of_bytes(request, rooms, make)
