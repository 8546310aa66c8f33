"""One server for programs and people: an address belongs to a page or to the API, told by its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.middleware.gzip import GZipMiddleware

from edgewise.pipelines.score_reading import ScoreReader
from edgewise.serve.api import create_app
from edgewise.serve.api.reception import Reception
from edgewise.serve.dashboard import create_dashboard
from edgewise.serve.dashboard.stored import StoredReadings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from edgewise.core.ports import ServedScores
    from edgewise.serve.api import Rooms

PAGES = ("/", "/screener", "/system")
BELOW = ("/stock/",)
PARTS = ("/_dash-", "/assets/", "/_favicon.ico")
COMPRESSION = 4
"""Of 9: what the pages load is large once, and asked for by browsers that keep it."""


def create_web(rooms: Rooms, served: ServedScores) -> Web:
    """Return the API over these rooms with the dashboard beside it; `served` holds published scores."""
    api = create_app(rooms)
    reader = rooms.scores or ScoreReader(rooms.lake, served, rooms.clock)
    readings = StoredReadings(
        rooms.lake,
        served,
        reader,
        rooms.filings,
        rooms.clock,
        stream=rooms.stream_ledger,
        simulated=rooms.simulated,
    )
    pages = create_dashboard(readings, simulated=rooms.simulated)
    packed = GZipMiddleware(pages, minimum_size=1000, compresslevel=COMPRESSION)
    return Web(api, Reception(packed, metrics=api.state.metrics, simulated=rooms.simulated))


class Web:
    """Hands each request to the pages or to the API.

    What is no page's is the API's, so that an unknown path is a 404 in JSON: Dash itself would answer all with a page.
    At `/` a browser gets the market day, and a program that does not ask for HTML the API's index.
    """

    def __init__(self, api: ASGIApp, dashboard: ASGIApp) -> None:
        self._api, self._dashboard = api, dashboard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
        elif is_page(scope):
            # Every page is the same document: the browser asks for what belongs to its address.
            await self._dashboard({**scope, "path": "/", "raw_path": b"/"}, receive, send)
        elif scope["path"].startswith(PARTS):
            await self._dashboard(scope, receive, send)
        else:
            await self._api(scope, receive, send)


def is_page(scope: Scope) -> bool:
    """Return whether a request is a browser's for one of our pages."""
    path = scope["path"]
    if path == "/":
        return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
    return path.rstrip("/") in PAGES or path.startswith(BELOW)
