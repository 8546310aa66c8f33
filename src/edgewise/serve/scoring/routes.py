"""The routes of the service."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from edgewise.core.errors import EdgewiseError
from edgewise.serve.api.models import ProblemDetails
from edgewise.serve.api.parameters import refuse_unknown_parameters
from edgewise.serve.scoring.errors import log_failure, told
from edgewise.serve.scoring.known_models import known_models
from edgewise.serve.scoring.models import Alive, Batch, BatchRow, Health, Models, Score
from edgewise.serve.scoring.requests import (
    ASK_SCHEMA,
    BATCH_SCHEMA,
    Ask,
    checked_ask,
    parse_ask,
    parse_batch,
    read_body,
)

if TYPE_CHECKING:
    from edgewise.serve.scoring.scorer import Scorer

LOG = logging.getLogger(__name__)


async def known_parameters(request: Request) -> None:
    """Raise InvalidInput for a query parameter that the route does not have; no thread is asked for so little."""
    refuse_unknown_parameters(request)


router = APIRouter(dependencies=[Depends(known_parameters)])


def _takes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return how a route that reads its own body describes it."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post("/v1/score", response_model=Score, tags=["scores"], summary="Score one", openapi_extra=_takes(ASK_SCHEMA))
async def score(request: Request) -> Response:
    """Score a filing by accession number, a stored document by its SHA-256, or a text: exactly one of them."""
    limits, scorer = request.app.state.limits, _scorer(request)
    body = await read_body(request, limit=limits.request_bytes, within_s=limits.body_s)
    scored = await scorer.score(parse_ask(body))
    return Response(scored.model_dump_json(), media_type="application/json")


@router.post(
    "/v1/score/batch", response_model=Batch, tags=["scores"], summary="Score many", openapi_extra=_takes(BATCH_SCHEMA)
)
async def score_batch(request: Request) -> Response:
    """Score many, each as `/v1/score` does. An entry that cannot be scored is a row with an error; the others go on."""
    limits, scorer = request.app.state.limits, _scorer(request)
    body = await read_body(request, limit=limits.batch_bytes, within_s=limits.body_s)
    asks = [_ask_or_error(entry) for entry in parse_batch(body, most=limits.batch_documents)]
    rows = [_row(index, result) for index, result in enumerate(await scorer.score_all(asks, size=len(body)))]
    batch = Batch(results=rows, failed=sum(row.error is not None for row in rows))
    return Response(batch.model_dump_json(), media_type="application/json")


@router.get("/v1/models", tags=["models"], summary="Which model scores, and which others there are")
async def models(request: Request) -> Models:
    """Name the loaded model and every model of the registry, with metrics and where each stands."""
    return await asyncio.to_thread(known_models, request.app.state.rooms)


@router.get(
    "/health",
    tags=["system"],
    summary="Whether it can score",
    responses={503: {"model": Health, "description": "Not ready: starting, or the model is silent."}},
)
async def health(request: Request, response: Response) -> Health:
    """Answer 200 once the model has passed its self-test and as long as it answers; else 503."""
    rooms, state = request.app.state.rooms, _scorer(request).state
    if state != "ready":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Health(status=state, model_version=rooms.model.version, version=rooms.version, simulated=rooms.simulated)


@router.get("/health/live", tags=["system"], summary="Whether the process answers")
async def live() -> Alive:
    """Answer 200 whatever the model does: a process that does not should be started anew."""
    return Alive(status="alive")


@router.get(
    "/metrics",
    tags=["system"],
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Return latency, requests, documents by outcome, queue, batches, cache and memory, of all workers together."""
    return Response(request.app.state.metrics.exposition(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _scorer(request: Request) -> Scorer:
    scorer: Scorer = request.app.state.scorer
    return scorer


def _ask_or_error(entry: Any) -> Ask | EdgewiseError:
    try:
        return checked_ask(entry)
    except EdgewiseError as error:
        return error


def _row(index: int, result: Score | EdgewiseError) -> BatchRow:
    if isinstance(result, Score):
        return BatchRow(index=index, score=result, error=None)
    log_failure(result, f"entry {index} of a batch")
    _, code, message, advice = told(result)
    return BatchRow(index=index, score=None, error=ProblemDetails(code=code, message=message, advice=advice))
