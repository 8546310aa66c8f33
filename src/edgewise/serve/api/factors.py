"""Factor values: what factors there are, one session's cross-section, one security's history."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import polars as pl
from fastapi import APIRouter, Depends, Query

from edgewise.core.clock import session_close
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import InstrumentId
from edgewise.core.tables import FACTORS
from edgewise.factors import registry
from edgewise.serve.api.errors import reading
from edgewise.serve.api.models import FactorAbout, FactorValue, Page
from edgewise.serve.api.parameters import (
    PLACE,
    AsOf,
    CrossSectionPlace,
    Day,
    FactorPath,
    InstrumentPath,
    check_span,
    refuse_unknown_parameters,
)
from edgewise.serve.api.rooms import Here, Rooms  # noqa: TC001 - FastAPI reads the annotations at run time

if TYPE_CHECKING:
    from edgewise.factors.factor import Factor

DIRECTIONS = {1: "higher is better", -1: "lower is better"}
LATELY_DAYS = 31
router = APIRouter(prefix="/api/factors", tags=["factors"], dependencies=[Depends(refuse_unknown_parameters)])
PageSize = Annotated[int, Query(ge=1, le=5000)]


@router.get("", summary="What factors there are")
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


@router.get("/{name}", summary="One session's cross-section")
def cross_section(
    rooms: Here,
    name: FactorPath,
    *,
    session: Annotated[
        Day | None, Query(description="Trading day; the newest if left out.", examples=["2024-05-01"])
    ] = None,
    sector: Annotated[str | None, Query(max_length=100)] = None,
    as_of: AsOf = None,
    limit: PageSize = 500,
    after: Annotated[str, Query(max_length=40, description=PLACE)] = "",
) -> Page[FactorValue]:
    """Return the values of all securities on one session, in the order of their ids."""
    factor = registry.factor_named(name)
    place = CrossSectionPlace.parse(after) if after else None
    day = _asked_session(session, place) or _newest_session(rooms, factor, as_of)
    where = pl.col("session") == day
    if place is not None:
        where &= pl.col("instrument_id") > place.instrument_id
    values = _values(rooms, factor, where, as_of)
    if sector is not None:
        values = values.filter(pl.col("sector") == sector)
    items = _items(values, limit)
    last = str(CrossSectionPlace(day, items[-1].instrument_id)) if values.height > limit else None
    return Page(items=items, next=last)


@router.get("/{name}/{instrument_id}", summary="One security's history")
def history(
    rooms: Here,
    name: FactorPath,
    instrument_id: InstrumentPath,
    *,
    since: Annotated[Day | None, Query(description="First session.", examples=["2024-01-02"])] = None,
    until: Annotated[Day | None, Query(description="Last session.", examples=["2024-12-31"])] = None,
    as_of: AsOf = None,
    limit: PageSize = 500,
    after: Annotated[Day | None, Query(description=PLACE, examples=["2024-05-01"])] = None,
) -> Page[FactorValue]:
    """Return the values of one security, oldest session first."""
    factor = registry.factor_named(name)
    security = InstrumentId(instrument_id)
    check_span(since, until)
    everything = _values(rooms, factor, pl.col("instrument_id") == str(security), as_of)
    if everything.is_empty():
        raise NotFound(f"no value of {name} is stored for {security}", advice=f"GET /api/factors/{name} lists some.")
    session = pl.col("session")
    values = everything.filter(session.is_between(since or date.min, until or date.max), session > (after or date.min))
    items = _items(values, limit)
    return Page(items=items, next=str(items[-1].session) if values.height > limit else None)


def _asked_session(session: date | None, place: CrossSectionPlace | None) -> date | None:
    """Return the session that was asked for, None for the newest. Raises InvalidInput for a day without trading."""
    if session is not None and place is not None and place.session != session:
        raise InvalidInput(
            f"`after` stands in session {place.session}, not in {session}", advice="Start again without `after`."
        )
    asked = session if place is None else place.session
    if asked is not None:
        session_close(asked)
    return asked


def _newest_session(rooms: Rooms, factor: Factor, as_of: datetime | None) -> date:
    """Return the newest session that has a value, looked for among the last days first: all of them are many rows."""
    today = (as_of or rooms.clock.now()).date()
    lately = date.fromordinal(max(today.toordinal() - LATELY_DAYS, 1))
    for since in (lately, date.min):
        where = _of(factor) & (pl.col("session") >= since)
        with reading():
            newest = rooms.lake.read(FACTORS, columns=["session"], where=where, as_of=as_of)["session"].max()
        if newest is not None:
            assert isinstance(newest, date)
            return newest
    raise NotFound(
        f"no value of {factor.name} version {factor.version} is stored" + (f" as of {as_of}" if as_of else ""),
        advice="Build it: edgewise factors build.",
    )


def _values(rooms: Rooms, factor: Factor, where: pl.Expr, as_of: datetime | None) -> pl.DataFrame:
    """Return the factor's rows that fit `where`, sorted by security and session.

    `where` names key columns only: then the lake reads just the parts of its files that can hold such rows.
    """
    with reading():
        return rooms.lake.read(FACTORS, where=_of(factor) & where, as_of=as_of)


def _of(factor: Factor) -> pl.Expr:
    return (pl.col("factor") == factor.name) & (pl.col("version") == factor.version)


def _items(values: pl.DataFrame, limit: int) -> list[FactorValue]:
    return [FactorValue(**row) for row in values.head(limit).iter_rows(named=True)]
