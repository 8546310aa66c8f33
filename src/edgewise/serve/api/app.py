"""The application: its routes, its errors, and the reception around both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from edgewise.serve.api import factors, filings, system
from edgewise.serve.api.errors import add_error_handlers
from edgewise.serve.api.models import Problem
from edgewise.serve.api.reception import Reception
from edgewise.serve.metrics import RequestMetrics

if TYPE_CHECKING:
    from edgewise.serve.api.rooms import Rooms

ABOUT = """Filings and point-in-time factor values.

Filings and factor values carry `known_at`, the UTC instant from which the public could know them; where a route takes
`as_of`, it reads what was public then. Lists are paged: pass the `next` of an answer as `after` of the next question;
`next` is null on the last page.
"""


def create_app(rooms: Rooms) -> FastAPI:
    """Return the application over these rooms.

    Every path answers in JSON, but for /metrics; nothing is loaded from outside; only reading is possible.
    """
    app = FastAPI(
        title="Edgewise",
        version=rooms.version,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": {"model": Problem, "description": "Any error: what went wrong and what to do next."}},
    )
    app.state.rooms = rooms
    app.state.metrics = RequestMetrics()
    for room in (system, filings, factors):
        app.include_router(room.router)
    add_error_handlers(app)
    app.add_middleware(Reception, metrics=app.state.metrics, simulated=rooms.simulated)
    return app
