"""Health, metrics, and what there is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from edgewise.serve.api.errors import reading
from edgewise.serve.api.models import About, Health, TableHealth
from edgewise.serve.api.rooms import Here  # noqa: TC001 - FastAPI reads the annotations at run time

if TYPE_CHECKING:
    from edgewise.core.ports import FilingState

router = APIRouter(tags=["system"])


@router.get("/", summary="What there is")
def index(rooms: Here, request: Request) -> About:
    """Name the program, its version and where to go on."""
    routes = list(request.app.openapi()["paths"])
    return About(
        name="edgewise",
        version=rooms.version,
        simulated=rooms.simulated,
        routes=routes,
        description=request.app.openapi_url,
    )


@router.get("/health", summary="Whether it can answer, and how fresh it is")
def health(rooms: Here) -> Health:
    """Ask the ledger and every table of the lake; where one cannot be read the answer is 500 or 503, never `ok`."""
    with reading():
        tables = rooms.lake.tables()
        counts = rooms.filings.counts()
    by_state: Counter[FilingState] = Counter()
    for (state, _), count in counts.items():
        by_state[state] += count
    return Health(
        status="ok",
        at=rooms.clock.now(),
        version=rooms.version,
        simulated=rooms.simulated,
        tables={
            table.name: TableHealth(rows=table.rows, version=table.version, newest_known_at=table.newest_known_at)
            for table in tables
        },
        filings=by_state,
    )


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(rooms: Here, request: Request) -> Response:
    """Return requests served, filings by state and reason, lags, queue, and the size and freshness of tables."""
    with reading():
        body = request.app.state.metrics.exposition(rooms)
    return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)
