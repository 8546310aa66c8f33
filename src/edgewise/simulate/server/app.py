"""The simulated service as an ASGI application. One request goes through five steps.

1. `/_/...` is about the simulation itself (`control`); everything else is `/<host>/<path>`.
2. The guard refuses who does not say who he is, and who comes too often (`guard`).
3. A fault may strike (`faults`), and stand in the answer's place.
4. The host's handler answers as of the simulated instant (`hosts`).
5. The answer leaves, whole or damaged (`wire`).

Steps 1 to 4 are done without waiting, so requests are judged and logged in the order in which they arrive.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from edgewise.simulate.server import pages
from edgewise.simulate.server.clock import SIMULATED
from edgewise.simulate.server.control import MOST_BODY_BYTES, PREFIX, control
from edgewise.simulate.server.faults import Asking, Fault, Faults
from edgewise.simulate.server.filings import Filings
from edgewise.simulate.server.guard import Guard
from edgewise.simulate.server.hosts import PROVIDERS, Files, handlers
from edgewise.simulate.server.log import ArrivalLog
from edgewise.simulate.server.messages import OK, Asked, Reply, content_type_of, prepared
from edgewise.simulate.server.rules import Rules
from edgewise.simulate.server.wire import ON_THE_WIRE, Delivery, gzip_bomb, status_on_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from edgewise.simulate.server.clock import SimulatedClock
    from edgewise.simulate.server.wire import Receive, Send, Wires

NOTE = "SIMULATED.md"
# Providers take their keys in the query; the log must not have them.
_KEY = re.compile(r"(?i)\b(token|apikey)=[^&]*")
_METHODS = frozenset({"GET", "HEAD"})
_IN_PLACE: Mapping[Fault, Callable[[], Reply]] = {
    Fault.UNAVAILABLE: pages.down,
    Fault.ERROR: pages.broken,
    Fault.BLOCKED: pages.too_fast,
    Fault.BLOCKED_WITH_200: partial(pages.too_fast, OK),
    Fault.GZIP_BOMB: lambda: Reply(OK, gzip_bomb(), "text/plain", headers=(("Content-Encoding", "gzip"),)),
}
_GARBAGE = b'{"filings": {"recent": {"accessionNumber": ["000\x00\xff<feed><entry><title>8-K - '


class Simulation:
    """The market in `folder`, served as of the instants of `clock`. An ASGI application.

    faults may be replaced at any time. Raises InvalidInput, if the folder holds no market that can be served.
    """

    def __init__(
        self, folder: Path, clock: SimulatedClock, *, rules: Rules | None = None, faults: Faults | None = None
    ) -> None:
        rules = rules or Rules()
        filings = Filings(folder, rules)
        self.clock = clock
        self.faults = faults or Faults()
        self.log = ArrivalLog()
        self.note = (folder / NOTE).read_bytes()
        self.filing_count = len(filings)
        self.wires: Wires = {}
        self.stopping = False
        self._guard = Guard(rules)
        self._asking = Asking()
        self._handlers = handlers(folder, filings, rules, lambda: clock.speed)
        self._files = Files(folder)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        delivery = Delivery(send, receive, self.wires[scope["client"]], lambda: self.stopping)
        if scope["path"].startswith(PREFIX):
            body = await _body(receive) if scope["method"] == "POST" else b""
            reply = control(self, scope["method"], scope["path"], scope["query_string"].decode("latin-1"), body)
            await delivery.whole(self._signed(reply, self.clock.now()))
            return
        reply, fault = self._judged(scope, at_s=time.monotonic())
        if fault in ON_THE_WIRE:
            await delivery.damaged(reply, fault, self.faults)
        else:
            await delivery.whole(reply, without_body=scope["method"] == "HEAD")

    def _judged(self, scope: Mapping[str, Any], *, at_s: float) -> tuple[Reply, Fault | None]:
        """Return the answer to a request and the fault that strikes it, and note both."""
        now = self.clock.now()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = _asked(scope, headers)
        query = _KEY.sub(r"\1=...", scope["query_string"].decode("latin-1"))
        url = f"{asked.host}{asked.path}{'?' if query else ''}{query}"
        guarded = asked.host not in PROVIDERS
        reply = self._guard.refusal(headers, at_s=at_s, now_s=now.timestamp()) if guarded else None
        fault = None
        if reply is None and scope["method"] not in _METHODS:
            reply = pages.not_allowed()
        if reply is None:
            fault = self.faults.striking(url, self._asking.again(url), now)
            reply = self._in_place(asked, fault) or self._answer(asked, now)
            reply = _halved(reply) if fault is Fault.SHORTENED else prepared(reply, asked)
        reply = self._signed(reply, now)
        self.log.add(
            at_s=at_s,
            method=scope["method"],
            url=url,
            status=status_on_wire(reply, fault),
            identity=headers.get("user-agent", ""),
            fault=fault or "",
        )
        return reply, fault

    def _answer(self, asked: Asked, now: datetime) -> Reply:
        handler = self._handlers.get(asked.host)
        return handler(asked, now) if handler else self._files.answer(asked, now)

    def _in_place(self, asked: Asked, fault: Fault | None) -> Reply | None:
        """Return what a fault puts in the answer's place; None for a fault that damages the answer itself."""
        if fault is Fault.UNAVAILABLE_FOR_A_WHILE:
            return replace(pages.down(), headers=(("Retry-After", str(self.faults.retry_after_s)),))
        if fault is Fault.GARBAGE:
            return Reply(OK, _GARBAGE, content_type_of(asked.path))
        make = _IN_PLACE.get(fault) if fault else None
        return make() if make else None

    def _signed(self, reply: Reply, now: datetime) -> Reply:
        """Return the reply with what every answer carries: that it is simulated, and the simulated date."""
        date = format_datetime(pages.http_seconds(now), usegmt=True)
        return replace(reply, headers=(*reply.headers, (SIMULATED, "true"), ("Date", date)))


def _asked(scope: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
    """Return the question. A path without a host is that of the empty host, which has nothing."""
    host, _, path = scope["path"].removeprefix("/").partition("/")
    query: dict[str, str] = {}
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        query.setdefault(name, value)
    return Asked(host=host.lower(), path=f"/{path}", query=query, headers=headers)


def _halved(reply: Reply) -> Reply:
    """Return the first half of a body, which no header tells apart from a whole one."""
    return replace(reply, body=reply.body[: len(reply.body) // 2])


async def _body(receive: Receive) -> bytes:
    """Return the body of an order, as far as orders go."""
    body = b""
    while len(body) <= MOST_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[:MOST_BODY_BYTES]
