"""The application of the scoring service: routes, errors, and the front around both."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from edgewise.serve.api.models import Problem
from edgewise.serve.scoring import routes
from edgewise.serve.scoring.errors import add_error_handlers
from edgewise.serve.scoring.front import Front
from edgewise.serve.scoring.limits import Limits
from edgewise.serve.scoring.metrics import ScoringMetrics
from edgewise.serve.scoring.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from edgewise.serve.scoring.rooms import ScoringRooms

ABOUT = """The tone of filings, stored documents and texts, by a model of sentences.

Whole documents are read, however long. Every answer names the model that scored; equal texts have equal scores.
"""


def create_app(
    rooms: ScoringRooms, limits: Limits | None = None, *, shared_metrics: Path | None = None, tested: bool = False
) -> FastAPI:
    """Return the application over these rooms. It starts only if the model passes its self-test.

    shared_metrics: folder in which several workers count together; see `metrics`.
    tested:         the model has passed it in this process, or in the one that this is a fork of.
    """
    limits = limits or Limits()
    app = FastAPI(
        title="Edgewise scoring",
        version=rooms.version,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_life,
        responses={"default": {"model": Problem, "description": "Any error: what went wrong and what to do next."}},
    )
    app.state.rooms, app.state.limits = rooms, limits
    app.state.metrics = ScoringMetrics(model_version=rooms.model.version, shared=shared_metrics)
    app.state.scorer = Scorer(rooms, limits, app.state.metrics, tested=tested)
    app.include_router(routes.router)
    add_error_handlers(app)
    app.add_middleware(Front, metrics=app.state.metrics, simulated=rooms.simulated)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Test the model before the first request, and stop its threads after the last one was answered."""
    scorer: Scorer = app.state.scorer
    await scorer.start()
    try:
        yield
    finally:
        await scorer.stop()
