"""Health, metrics, and what there is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from edgewise.serve.api.models import Health, TableHealth
from edgewise.serve.api.rooms import Here  # noqa: TC001 - FastAPI reads the annotations at run time

router = APIRouter(tags=["system"])


@router.get("/", summary="What there is")
def index(rooms: Here) -> dict[str, object]:
    """Name the program, its version and where to go on."""
    return {
        "name": "edgewise",
        "version": rooms.version,
        "simulated": rooms.simulated,
        "routes": ["/health", "/metrics", "/openapi.json", "/api/filings", "/api/factors"],
    }


@router.get("/health", summary="Whether it can answer, and how fresh it is")
def health(rooms: Here) -> Health:
    """Read the ledger and every table; a failure to read either answers 500 or 503, never `ok`."""
    tables = {
        table.name: TableHealth(rows=table.rows, version=table.version, newest_known_at=table.newest_known_at)
        for table in rooms.lake.tables()
    }
    by_state: dict[str, int] = {}
    for (state, _), count in rooms.filings.counts().items():
        by_state[str(state)] = by_state.get(str(state), 0) + count
    return Health(status="ok", version=rooms.version, simulated=rooms.simulated, tables=tables, filings=by_state)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
def metrics(rooms: Here, request: Request) -> Response:
    """Return requests served, filings by state and the size and freshness of tables."""
    body = request.app.state.metrics.exposition(rooms.lake, rooms.filings)
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
