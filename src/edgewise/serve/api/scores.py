"""Scores: of one security, its history, what it is made of, and the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from edgewise.core.identifiers import Ticker
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.score.contributions import BASE, factor_points
from edgewise.serve.api.answers import Made, of_bytes, of_session, reader_of
from edgewise.serve.api.explanation import explanation_of
from edgewise.serve.api.exports import EXPORTS, exported, format_of
from edgewise.serve.api.parameters import AskedFormat, AsOf, SectorName, TickerPath, refuse_unknown_parameters
from edgewise.serve.api.rooms import Here, Rooms  # noqa: TC001 - FastAPI reads the annotations at run time
from edgewise.serve.api.score_models import Explanation, FactorScore, History, ScoreAnswer, Top
from edgewise.serve.api.score_rows import INSTANT, PAST, SHORT, corrected_at, factors_struct, listed, stamp_of

if TYPE_CHECKING:
    from edgewise.pipelines.score_day import ServedDay
    from edgewise.score.weights import Configuration
    from edgewise.serve.api.score_models import Format

router = APIRouter(prefix="/api/scores", tags=["scores"], dependencies=[Depends(refuse_unknown_parameters)])
LONGEST_DAYS = 3660


@router.get("/top", summary="The best scores of the newest session", response_model=Top)
async def top(
    request: Request,
    rooms: Here,
    *,
    sector: SectorName = None,
    min_score: Annotated[float | None, Query(ge=1, le=100, description="At least this score.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> Response:
    """Return rated securities, the best first, equals in the order of their tickers."""

    def make() -> Made:
        day, rows = reader_of(rooms).top(sector=sector, min_score=min_score, limit=limit)
        return Made(listed(stamp_of(rooms, day), rows.select(*SHORT, factors_struct())), stamp=day.stamp)

    return await of_session(request, rooms, make, at_once=True)


@router.get("/{ticker}", summary="The score of a security", response_model=ScoreAnswer)
async def score(request: Request, rooms: Here, ticker: TickerPath) -> Response:
    """Return the score of the newest session with its factors and what each moves it by."""

    def make() -> Made:
        reader = reader_of(rooms)
        day, row = reader.score(ticker)
        answer = score_answer(day, row, reader.configuration, simulated=rooms.simulated)
        return Made(answer.model_dump_json().encode(), stamp=day.stamp)

    held = rooms.scores.held() if rooms.scores else None
    # To tell what is near an unknown symbol takes long.
    return await of_session(request, rooms, make, at_once=held is not None and ticker.upper() in held.securities)


@router.get("/{ticker}/history", summary="The scores of a security", response_model=History, responses=EXPORTS)
async def history(
    request: Request,
    rooms: Here,
    ticker: TickerPath,
    *,
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS, description="Calendar days before the newest session.")] = 365,
    form: AskedFormat = None,
) -> Response:
    """Return the scores as they were published, the newest first; one that was corrected since says when and why.

    What it was before, `/explain?as_of=` tells. CSV and Parquet hold the same rows, flat.
    """
    kind = format_of(request, form)
    return await of_bytes(request, rooms, lambda: _history(rooms, ticker, days, kind))


@router.get("/{ticker}/explain", summary="Why a score is what it is", response_model=Explanation)
async def explain(request: Request, rooms: Here, ticker: TickerPath, *, as_of: AsOf = None) -> Response:
    """Return the tree from a score through factors and metrics to facts and filings.

    It is that of the newest session that had closed at `as_of`, as it was known then: without later corrections.
    """

    def make() -> Made:
        reader = reader_of(rooms)
        told = reader.explain(ticker, as_of=as_of)
        answer = explanation_of(told, Ticker(ticker), simulated=rooms.simulated)
        return Made(answer.model_dump_json().encode())

    return await of_bytes(request, rooms, make)


def score_answer(day: ServedDay, row: dict[str, Any], configuration: Configuration, *, simulated: bool) -> ScoreAnswer:
    """Return a row of a session as the API tells it."""
    points = factor_points(row, configuration)
    reasons = row["reasons"]
    factors = {
        name: FactorScore(score=row[name], weight=configuration.weights.get(name, 0.0), points=points.get(name))
        for name in FACTOR_COLUMNS
    }
    return ScoreAnswer(
        as_of=day.known_at,
        simulated=simulated,
        base=BASE,
        bounds=points.get("bounds"),
        factors=factors,
        reasons=reasons.split(",") if reasons else [],
        corrected_at=row["known_at"] if row["correction"] else None,
        **{name: row[name] for name in _COPIED},
    )


_MADE = {"as_of", "simulated", "base", "bounds", "factors", "reasons", "corrected_at"}
_COPIED = [name for name in ScoreAnswer.model_fields if name not in _MADE]


def _history(rooms: Rooms, ticker: str, days: int, kind: Format) -> Made:
    day, rows = reader_of(rooms).history(ticker, days=days)
    symbol, instrument_id = str(Ticker(ticker)), rows["instrument_id"][0]
    if kind != "json":
        flat = rows.with_columns(corrected_at()).select("instrument_id", *PAST, *FACTOR_COLUMNS, "reasons")
        return exported(flat, kind, f"{symbol}-scores-{day.session}", as_of=day.known_at)
    head = stamp_of(rooms, day) | {"ticker": symbol, "instrument_id": instrument_id, "days": days}
    told = rows.with_columns(corrected_at().dt.strftime(INSTANT))
    return Made(listed(head, told.select(*PAST, factors_struct())))
