"""The application: its routes, its errors, and the reception around both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from edgewise.serve.api import companies, factors, filings, scores, screener, system
from edgewise.serve.api.answers import KeptAnswers, KeptFirst
from edgewise.serve.api.errors import add_error_handlers
from edgewise.serve.api.keys import KeyGate
from edgewise.serve.api.models import Problem
from edgewise.serve.api.reception import Reception
from edgewise.serve.api.score_rows import RowTexts
from edgewise.serve.metrics import RequestMetrics

if TYPE_CHECKING:
    from edgewise.serve.api.rooms import Rooms

ABOUT = """Stock scores from 1 to 100 and why they are so, filings, and point-in-time factor values.

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
    app.state.kept = KeptAnswers()
    app.state.row_texts = RowTexts()
    # The screener stands before the scores of a ticker: the first route that fits answers.
    for room in (system, filings, factors, screener, scores, companies):
        app.include_router(room.router)
    add_error_handlers(app)
    # From the inside out: what is added last is asked first.
    app.add_middleware(KeptFirst, rooms=rooms, kept=app.state.kept)
    app.add_middleware(KeyGate, access=rooms.access)
    if rooms.access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=rooms.access.origins,
            allow_methods=["GET", "HEAD"],
            allow_headers=["Authorization", "X-API-Key", "If-None-Match"],
            expose_headers=["ETag", "Retry-After", "X-Edgewise-Data"],
        )
    app.add_middleware(Reception, metrics=app.state.metrics, simulated=rooms.simulated)
    return app
