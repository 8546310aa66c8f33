"""What routes are asked with: days, instants, places in a list, and nothing that the route does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Query, Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import InstrumentId

_STARTS_WITH_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_as_a_day(value: object) -> object:
    """Refuse what does not begin like 2024-05-01: pydantic takes 20240501 for seconds since 1970."""
    if isinstance(value, str) and not _STARTS_WITH_A_DAY.match(value):
        raise PydanticCustomError("not_a_day", "Write the day like 2024-05-01")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("no_such_instant", "This instant has no date in UTC") from None


Day = Annotated[date, BeforeValidator(_written_as_a_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_as_a_day), AfterValidator(_in_utc)]
AsOf = Annotated[
    Instant | None,
    Query(
        description="Read what was public at this instant (with a zone); the latest if left out.",
        examples=["2024-05-01T20:00:00Z"],
    ),
]
AccessionPath = Annotated[str, Path(max_length=40, description="Accession number.", examples=["0000320193-24-000123"])]
FactorPath = Annotated[str, Path(max_length=64, description="Name of the factor.", examples=["filing_tone"])]
InstrumentPath = Annotated[str, Path(max_length=40, description="Instrument id.", examples=["0000320193-01"])]
TickerPath = Annotated[str, Path(max_length=40, description="Symbol, in upper or lower case.", examples=["AAPL"])]
AskedFormat = Annotated[
    Literal["json", "csv", "parquet"] | None,
    Query(alias="format", description="The kind of answer; if left out, as the header Accept says, or JSON."),
]
SectorName = Annotated[
    str | None, Query(min_length=1, max_length=100, description="Only this sector.", examples=["Technology"])
]
PLACE = "The `next` of the page before."


@dataclass(frozen=True, slots=True)
class CrossSectionPlace:
    """The row of a cross-section at which a page ended, written 2024-05-01.0000320193-01.

    It carries the session, so that a walk through the newest one stays in it when a newer one is stored meanwhile.
    """

    session: date
    instrument_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that `text` writes. Raises InvalidInput."""
        day, _, instrument_id = text.partition(".")
        try:
            return cls(date.fromisoformat(day), InstrumentId(instrument_id))
        except ValueError as error:
            raise InvalidInput(f"{text!r} is not a place in this list", advice=f"Pass as `after`: {PLACE}") from error

    def __str__(self) -> str:
        return f"{self.session}.{self.instrument_id}"


def check_span(since: date | None, until: date | None) -> None:
    """Raise InvalidInput where the first day is after the last one."""
    if since is not None and until is not None and since > until:
        raise InvalidInput(f"since {since} is after until {until}", advice="Swap them.")


def refuse_unknown_parameters(request: Request) -> None:
    """Raise InvalidInput for a query parameter that the route does not have: a misspelt filter would filter nothing."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = {parameter.alias for parameter in route.dependant.query_params}
    if unknown := sorted({name[:40] for name in request.query_params} - known):
        there_are = f"There are: {', '.join(sorted(known))}." if known else "It takes none."
        raise InvalidInput(f"{route.path} has no parameters {unknown[:5]}", advice=there_are)
