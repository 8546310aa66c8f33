"""Answers that can be kept: a strong ETag, 304 for who has it already, and the answers of what was asked lately.

Answers made of the session in memory alone are named after its state and the question: one that was asked before is
answered before any route is looked for. All others are named after their bytes.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from edgewise.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from edgewise.pipelines.score_reading import ScoreReader
    from edgewise.serve.api.rooms import Rooms

JSON = "application/json"
MAX_AGE_S = 10
KEPT_BYTES = 32_000_000
KEPT_BELOW = "/api/scores/"


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: its bytes, what they are, and the state of the session it is made of; '' if of more than that."""

    body: bytes
    media_type: str = JSON
    stamp: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent, and the route that gave it."""

    response: Response
    route: object


class KeptAnswers:
    """Answers by their ETag, the longest unused forgotten first. Safe to share between threads."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, tag: str) -> Kept | None:
        """Return an answer, None if it is not kept."""
        with self._turn:
            kept = self._kept.get(tag)
            if kept is not None:
                self._kept.move_to_end(tag)
            return kept

    def put(self, tag: str, kept: Kept) -> None:
        """Keep an answer, unless it would take an eighth of the room for itself."""
        size = len(kept.response.body)
        if size > self._limit // 8:
            return
        with self._turn:
            old = self._kept.pop(tag, None)
            self._size += size - (len(old.response.body) if old else 0)
            self._kept[tag] = kept
            while self._size > self._limit:
                self._size -= len(self._kept.popitem(last=False)[1].response.body)


class KeptFirst:
    """ASGI middleware: who asks what was asked before of the same state is answered at once."""

    def __init__(self, app: ASGIApp, *, rooms: Rooms, kept: KeptAnswers) -> None:
        self._app = app
        self._rooms = rooms
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        kept = self._found(scope)
        if kept is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = kept.route  # by which requests are counted
        tag = kept.response.headers["etag"]
        headers = Headers(scope=scope)
        answer = _unchanged(self._rooms, tag) if _has(headers, tag) else kept.response
        await answer(scope, receive, send)

    def _found(self, scope: Scope) -> Kept | None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(KEPT_BELOW):
            return None
        day = self._rooms.scores.held() if self._rooms.scores else None
        return None if day is None else self._kept.get(_tag_of(self._rooms, scope, day.stamp))


def reader_of(rooms: Rooms) -> ScoreReader:
    """Return who reads scores. Raises NotFound where the server has none."""
    if rooms.scores is None:
        raise NotFound("no scores are served here", advice="Serve them with: edgewise serve")
    return rooms.scores


async def of_session(request: Request, rooms: Rooms, make: Callable[[], Made], *, at_once: bool = False) -> Response:
    """Return the answer that `make` makes of the newest session, and keep it.

    at_once: whether making it takes about a millisecond once the session is in memory: then a thread would cost more.
    """
    reader = reader_of(rooms)
    day = reader.held()
    if day is None:
        day = await run_in_threadpool(reader.day)
    tag = _tag_of(rooms, request.scope, day.stamp)
    if _has(request.headers, tag):
        return _unchanged(rooms, tag)
    made = make() if at_once else await run_in_threadpool(make)
    tag = _tag_of(rooms, request.scope, made.stamp)  # it may be made of a newer state
    response = _response(rooms, tag, made)
    request.app.state.kept.put(tag, Kept(response, request.scope["route"]))
    return response


async def of_bytes(request: Request, rooms: Rooms, make: Callable[[], Made]) -> Response:
    """Return the answer that `make` makes, named after its bytes."""
    made = await run_in_threadpool(make)
    tag = f'"{hashlib.sha256(made.body).hexdigest()[:32]}"'
    return _unchanged(rooms, tag) if _has(request.headers, tag) else _response(rooms, tag, made)


def _tag_of(rooms: Rooms, scope: Scope, stamp: str) -> str:
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    asked = (rooms.version, rooms.simulated, stamp, scope["path"], scope["query_string"], accept)
    return f'"{hashlib.sha256(repr(asked).encode()).hexdigest()[:32]}"'


def _has(headers: Headers, tag: str) -> bool:
    """Return whether the caller says that it has the answer of this name."""
    told = headers.get("if-none-match")
    if told is None:
        return False
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in told.split(","))


def _unchanged(rooms: Rooms, tag: str) -> Response:
    return Response(status_code=304, headers=_headers(rooms, tag))


def _response(rooms: Rooms, tag: str, made: Made) -> Response:
    return Response(made.body, media_type=made.media_type, headers={**_headers(rooms, tag), **made.headers})


def _headers(rooms: Rooms, tag: str) -> dict[str, str]:
    """Return what tells caches how long to keep it; with keys nobody but the caller may."""
    whose = "private" if rooms.access.keys else "public"
    return {"ETag": tag, "Cache-Control": f"{whose}, max-age={MAX_AGE_S}, must-revalidate", "Vary": "Accept"}
