"""The screener: securities of the newest session that fit limits of any factor or metric, sorted, by pages."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints, WithJsonSchema

from edgewise.core.errors import InvalidInput
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.pipelines.score_day import FIELDS, METRIC_FIELDS, SCORE_FIELDS, checked_field
from edgewise.pipelines.score_reading import Bound, Question, fields_of, fitting
from edgewise.serve.api.answers import Made, of_session, reader_of
from edgewise.serve.api.exports import EXPORTS, exported, format_of
from edgewise.serve.api.parameters import AskedFormat, SectorName, refuse_unknown_parameters
from edgewise.serve.api.rooms import Here  # noqa: TC001 - FastAPI reads the annotations at run time
from edgewise.serve.api.score_models import Screen, ScreenField
from edgewise.serve.api.score_rows import SHORT, enclosed, stamp_of, with_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(prefix="/api/scores", tags=["scores"], dependencies=[Depends(refuse_unknown_parameters)])
_LIMIT = re.compile(r"([a-z0-9_.]{1,64}):(-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?)", re.ASCII)
_NAMES = "|".join(re.escape(name) for name in FIELDS)
_LIMIT_SCHEMA = {"type": "string", "pattern": rf"^({_NAMES}):-?[0-9]{{1,15}}(\.[0-9]{{1,15}})?$"}
Limit = Annotated[str, StringConstraints(max_length=200), WithJsonSchema(_LIMIT_SCHEMA)]
Field = Annotated[str, StringConstraints(max_length=64), WithJsonSchema({"type": "string", "enum": list(FIELDS)})]
SortField = Annotated[
    str, StringConstraints(max_length=64), WithJsonSchema({"type": "string", "enum": ["ticker", *FIELDS]})
]
AT_ONCE = 100
"""Rows of a page that are put together within a millisecond; more of them are left to a thread."""
_HOW = "FIELD:NUMBER; repeat it for several. /api/scores/screener/fields lists the fields."


@router.get("/screener/fields", summary="What securities can be chosen by")
def fields() -> list[ScreenField]:
    """Return every number by which the screener chooses and sorts, with its meaning and unit."""
    told = [ScreenField(name=name, meaning=SCORES[name].meaning) for name in SCORE_FIELDS]
    return told + [
        ScreenField(name=field, meaning=FACTOR_METRICS[name].meaning) for field, name in METRIC_FIELDS.items()
    ]


@router.get("/screener", summary="Securities that fit", response_model=Screen, responses=EXPORTS)
async def screener(
    request: Request,
    rooms: Here,
    *,
    least: Annotated[
        list[Limit] | None,
        Query(alias="min", max_length=40, description=f"At least: {_HOW}", examples=[["value:60", "overall:50"]]),
    ] = None,
    most: Annotated[
        list[Limit] | None,
        Query(alias="max", max_length=40, description=f"At most: {_HOW}", examples=[["debt_to_equity:1"]]),
    ] = None,
    sector: SectorName = None,
    show: Annotated[
        list[Field] | None, Query(max_length=60, description="Fields to show though they choose nothing.")
    ] = None,
    sort: Annotated[SortField, Query(description="Field, or ticker; who has no value comes last.")] = "score",
    descending: Annotated[bool, Query(description="The greatest first.")] = True,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=500)] = 50,
    form: AskedFormat = None,
) -> Response:
    """Return the securities of the newest session that fit all limits; who has no value of a field does not fit.

    CSV and Parquet hold all that fit, not one page.
    """
    kind = format_of(request, form)
    question = Question((*_bounds(least, most=False), *_bounds(most, most=True)), sector, sort, descending)
    shown = [checked_field(name) for name in show or ()]

    def make() -> Made:
        day = reader_of(rooms).day()
        places = fitting(day, question)
        extra = [name for name in dict.fromkeys([*fields_of(question), *shown]) if name in METRIC_FIELDS]
        if kind != "json":
            flat = day.rows[places].select("session", *SHORT, *FACTOR_COLUMNS, *extra)
            return exported(flat, kind, f"screen-{day.session}", as_of=day.known_at, stamp=day.stamp)
        head = stamp_of(rooms, day) | {
            "total": len(places),
            "page": page,
            "page_size": page_size,
            "pages": math.ceil(len(places) / page_size),
        }
        texts = request.app.state.row_texts.of(day)
        asked = places[(page - 1) * page_size : page * page_size]
        items = ",".join(with_metrics(texts[place], day, place, extra) for place in asked)
        return Made(enclosed(head, f"[{items}]"), stamp=day.stamp)

    return await of_session(request, rooms, make, at_once=kind == "json" and page_size <= AT_ONCE)


def _bounds(limits: Sequence[str] | None, *, most: bool) -> list[Bound]:
    return [_bound(text, most=most) for text in limits or ()]


def _bound(text: str, *, most: bool) -> Bound:
    """Return the limit that a text like value:60 writes. Raises InvalidInput."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise InvalidInput(
            f"{text[:80]!r} is no limit of a field", advice="Write min=FIELD:NUMBER, for example min=value:60."
        )
    number = float(match[2])
    if not math.isfinite(number):
        raise InvalidInput(f"{match[2][:40]} is too large a number", advice="Give one that a double can hold.")
    name = checked_field(match[1])
    return Bound(name, most=number) if most else Bound(name, least=number)
