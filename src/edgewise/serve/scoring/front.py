"""What stands around every request: its id, HEAD, errors nobody foresaw, and the measurement.

A failure is logged by its kind and place, never by its words: those may hold the text that was sent.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from typing import TYPE_CHECKING
from uuid import uuid4

from edgewise.serve.api.errors import is_failure, unexpected_problem
from edgewise.serve.api.reception import Answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from edgewise.serve.scoring.metrics import ScoringMetrics

LOG = logging.getLogger(__name__)
REQUEST_ID = b"x-request-id"
SIMULATED = (b"x-edgewise-data", b"simulated")
NO_ROUTE = "unknown"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Front:
    """ASGI middleware around the whole application.

    Every answer carries `X-Request-Id`: the caller's, if it is 1 to 64 letters, digits, '.', '_' and '-', else a new
    one. HEAD is answered as GET without the body.
    """

    def __init__(self, app: ASGIApp, *, metrics: ScoringMetrics, simulated: bool) -> None:
        self._app, self._metrics = app, metrics
        self._marks = [SIMULATED] if simulated else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is no HTTP request passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        asked, request_id = scope["method"], _request_id(scope)
        scope = dict(scope, method="GET" if asked == "HEAD" else asked)
        answer = Answer(send, marks=[(REQUEST_ID, request_id), *self._marks], bodiless=asked == "HEAD")
        await self._answer(scope, receive, answer)
        route, took = getattr(scope.get("route"), "path", NO_ROUTE), time.perf_counter() - began
        self._metrics.observe(route, asked, answer.status, took)
        LOG.debug("%s %s %s in %.0f ms, request %s", asked, route, answer.status, took * 1e3, request_id.decode())

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self._app(scope, receive, answer.send)
        except BaseException as error:
            if not is_failure(error):
                raise
            LOG.error("request failed: %s at %s", *kind_and_place(error))  # noqa: TRY400 - its words may hold the text
            if answer.status:
                raise  # half an answer is out: only the server can cut it off
            await unexpected_problem()(scope, receive, answer.send)


def kind_and_place(error: BaseException) -> tuple[str, str]:
    """Return the type of an error and the innermost places it came through, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = [f"{frame.filename.rpartition('edgewise/')[2]}:{frame.lineno}" for frame in frames]
    return type(error).__qualname__, " > ".join(places)


def _request_id(scope: Scope) -> bytes:
    given = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
    return given if _ID.fullmatch(given) else uuid4().hex.encode()
