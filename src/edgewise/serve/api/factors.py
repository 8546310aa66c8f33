"""Factor values: what factors there are, one session's cross-section, one security's history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query

from edgewise.core.errors import NotFound
from edgewise.core.identifiers import InstrumentId
from edgewise.core.tables import FACTORS
from edgewise.factors import registry
from edgewise.serve.api.models import FactorAbout, FactorValue, Page
from edgewise.serve.api.rooms import Here, Rooms  # noqa: TC001 - as above

DIRECTIONS = {1: "higher is better", -1: "lower is better"}
router = APIRouter(tags=["factors"])
AsOf = Annotated[datetime | None, Query(description="Read what was public at this instant (with a zone).")]
PageSize = Annotated[int, Query(ge=1, le=5000)]


@router.get("/factors", summary="What factors there are")
def list_factors() -> list[FactorAbout]:
    """Return every registered factor with its unit, direction and source."""
    return [
        FactorAbout(
            name=factor.name,
            version=factor.version,
            unit=factor.unit,
            direction=DIRECTIONS[factor.direction],
            source=factor.source,
            inputs=list(factor.inputs),
        )
        for factor in registry.ALL
    ]


@router.get("/factors/{name}", summary="One session's cross-section")
def cross_section(
    rooms: Here,
    name: str,
    *,
    session: Annotated[date | None, Query(description="Trading day; the newest if left out.")] = None,
    sector: str | None = None,
    as_of: AsOf = None,
    limit: PageSize = 500,
    after: Annotated[str, Query(description="The `next` of the page before.")] = "",
) -> Page[FactorValue]:
    """Return the values of all securities on one session, in the order of their ids."""
    factor = registry.factor_named(name)
    mine = (pl.col("factor") == factor.name) & (pl.col("version") == factor.version)
    day = session or _newest_session(rooms, mine, as_of)
    where = mine & (pl.col("session") == day) & (pl.col("instrument_id") > after)
    if sector is not None:
        where &= pl.col("sector") == sector
    return _page(rooms.lake.read(FACTORS, where=where, as_of=as_of).sort("instrument_id"), limit, "instrument_id")


@router.get("/factors/{name}/{instrument_id}", summary="One security's history")
def history(
    rooms: Here,
    name: str,
    instrument_id: str,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: AsOf = None,
    limit: PageSize = 500,
    after: Annotated[date | None, Query(description="The `next` of the page before.")] = None,
) -> Page[FactorValue]:
    """Return the values of one security, oldest session first."""
    factor = registry.factor_named(name)
    where = (pl.col("factor") == factor.name) & (pl.col("version") == factor.version)
    where &= pl.col("instrument_id") == str(InstrumentId(instrument_id))
    if since is not None:
        where &= pl.col("session") >= since
    if until is not None:
        where &= pl.col("session") <= until
    if after is not None:
        where &= pl.col("session") > after
    return _page(rooms.lake.read(FACTORS, where=where, as_of=as_of).sort("session"), limit, "session")


def _newest_session(rooms: Rooms, mine: pl.Expr, as_of: datetime | None) -> date:
    newest = rooms.lake.read(FACTORS, columns=["session"], where=mine, as_of=as_of)["session"].max()
    if newest is None:
        raise NotFound("no value of this factor is stored", advice="Build it: edgewise factors build")
    assert isinstance(newest, date)
    return newest


def _page(frame: pl.DataFrame, limit: int, cursor: str) -> Page[FactorValue]:
    items = [FactorValue(**row) for row in frame.head(limit).iter_rows(named=True)]
    return Page(items=items, next=str(getattr(items[-1], cursor)) if frame.height > limit else None)
