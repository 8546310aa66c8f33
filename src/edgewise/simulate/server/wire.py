"""The last step: how an answer leaves, whole, or damaged in a way that only a socket can damage it.

uvicorn speaks HTTP for us and never breaks its rules. So the connection's own transport is kept beside it; a fault of
the wire writes to that, or drops it, and the answer of HTTP then never happens.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from edgewise.simulate.server.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from edgewise.simulate.server.faults import Faults
    from edgewise.simulate.server.messages import Reply

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Wires = dict[tuple[str, int], asyncio.Transport]

ON_THE_WIRE = frozenset(
    {Fault.TRUNCATED, Fault.CHUNKED_CUT, Fault.RESET, Fault.RESET_LATE, Fault.HALF_OPEN, Fault.SLOW}
)
_NO_STATUS = frozenset({Fault.RESET, Fault.HALF_OPEN})
_PIECES = 20
_LOOKS_EVERY_S = 0.1
_DROP = struct.pack("ii", 1, 0)
_MEMBER_BYTES, _MEMBERS = 16 * 1024 * 1024, 64


def protocol_with(wires: Wires) -> type[H11Protocol]:
    """Return uvicorn's protocol, which also keeps each open connection in `wires`, by the client's address."""

    class Wired(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            # asyncio does so only for sockets that name their protocol; without it, a head waits for its body's turn.
            raw = transport.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.client:
                wires[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self.client:
                wires.pop(self.client, None)

    return Wired


def status_on_wire(reply: Reply, fault: Fault | None) -> int:
    """Return the status that the client sees; 0 for none."""
    return 0 if fault in _NO_STATUS else reply.status


class Delivery:
    """Delivers one answer. `stopping` tells that the server is being stopped, so that nothing waits on."""

    def __init__(self, send: Send, receive: Receive, wire: asyncio.Transport, stopping: Callable[[], bool]) -> None:
        self._send, self._receive, self._wire, self._stopping = send, receive, wire, stopping

    async def whole(self, reply: Reply, *, without_body: bool = False) -> None:
        """Send the answer as it is meant."""
        await self._start(reply)
        await self._send({"type": "http.response.body", "body": b"" if without_body else reply.body})

    async def damaged(self, reply: Reply, fault: Fault, faults: Faults) -> None:
        """Send the answer with a fault of the wire; the connection ends with it, except after a slow one."""
        half = reply.body[: len(reply.body) // 2]
        match fault:
            case Fault.SLOW:
                await self._drip(reply, faults.slow_s)
                return
            case Fault.TRUNCATED:
                self._write(reply, f"Content-Length: {len(reply.body) or 1}", half)
                self._wire.close()
            case Fault.CHUNKED_CUT:
                self._write(reply, "Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (len(half) or 1, half or b" "))
                self._wire.close()
            case Fault.RESET_LATE:
                self._write(reply, f"Content-Length: {len(reply.body) or 1}", half)
                await asyncio.sleep(_LOOKS_EVERY_S)  # a reset overtakes what the client has not read yet
                self._reset()
            case Fault.HALF_OPEN:
                await self._hold(faults.hold_s)
                self._wire.abort()
            case _:
                self._reset()
        await self._gone()

    async def _start(self, reply: Reply) -> None:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in _headers(reply)]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})

    async def _drip(self, reply: Reply, slow_s: float) -> None:
        await self._start(reply)
        step = max(1, len(reply.body) // _PIECES)
        for begins in range(0, len(reply.body), step):
            if self._stopping() or self._wire.is_closing():
                self._wire.abort()
                return
            await self._send(
                {"type": "http.response.body", "body": reply.body[begins : begins + step], "more_body": True}
            )
            await asyncio.sleep(slow_s / _PIECES)
        await self._send({"type": "http.response.body", "body": b""})

    def _write(self, reply: Reply, framing: str, body: bytes) -> None:
        """Write the head of the answer with a framing that its body does not keep."""
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", framing]
        lines += [f"{name}: {value}" for name, value in _headers(reply)]
        self._wire.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    async def _hold(self, hold_s: float) -> None:
        """Wait, and answer nothing, until the client goes, the time is over, or the server stops."""
        loop = asyncio.get_running_loop()
        until = loop.time() + hold_s
        while loop.time() < until and not self._stopping() and not self._wire.is_closing():  # noqa: ASYNC110 - no events
            await asyncio.sleep(_LOOKS_EVERY_S)

    def _reset(self) -> None:
        """End the connection with a reset, as a machine that went away does, not with a proper end."""
        raw = self._wire.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP)
        self._wire.abort()

    async def _gone(self) -> None:
        """Return when uvicorn has noticed that the connection ended; then it expects no answer."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _headers(reply: Reply) -> list[tuple[str, str]]:
    return [("Content-Type", reply.content_type), *reply.headers]


@lru_cache(maxsize=1)
def gzip_bomb() -> bytes:
    """Return a megabyte that decodes to a gigabyte: many gzip members one after the other, each of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    member = packer.compress(bytes(_MEMBER_BYTES)) + packer.flush()
    return member * _MEMBERS
