"""What stands around every request: HEAD, the mark of simulated data, errors nobody foresaw, and the measurement.

It speaks ASGI itself because FastAPI answers unforeseen errors outside all other middleware: those answers would be
neither marked nor measured.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from edgewise.serve.api.errors import is_failure, unexpected_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from edgewise.serve.metrics import RequestMetrics

LOG = logging.getLogger(__name__)
SIMULATED = (b"x-edgewise-data", b"simulated")
NO_ROUTE = "unknown"


class Reception:
    """ASGI middleware around the whole application.

    metrics:   counts every answered request, by the route's pattern, never by the path that was asked for.
    simulated: marks every answer with `X-Edgewise-Data: simulated`.
    """

    def __init__(self, app: ASGIApp, *, metrics: RequestMetrics, simulated: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._marks = [SIMULATED] if simulated else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is no HTTP request passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        asked = scope["method"]
        # HEAD is GET without the body, and the routes know only GET.
        scope = dict(scope, method="GET" if asked == "HEAD" else asked)
        answer = Answer(send, marks=self._marks, bodiless=asked == "HEAD")
        await self._answer(scope, receive, answer)
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._metrics.observe(route, asked, answer.status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self._app(scope, receive, answer.send)
        except BaseException as error:
            if not is_failure(error):
                raise
            LOG.exception("%s %.200r failed", scope["method"], scope["path"])
            if answer.status:
                raise  # half an answer is out: only the server can cut it off
            await unexpected_problem()(scope, receive, answer.send)


class Answer:
    """What is sent back for one request; `status` is 0 until it has begun."""

    def __init__(self, send: Send, *, marks: list[tuple[bytes, bytes]], bodiless: bool) -> None:
        self._send = send
        self._marks = marks
        self._bodiless = bodiless
        self.status = 0

    async def send(self, message: Message) -> None:
        """Send a message on: the start with our marks on it, the body unless there is to be none."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], *self._marks]}
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)
