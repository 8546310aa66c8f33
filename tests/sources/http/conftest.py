"""A clock that moves only when told, and a real HTTP server on this machine that counts what it is asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from edgewise.sources.http import PoliteClient

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITY = "Example Research contact@example.com"


@dataclass
class FakeTime:
    """Time that passes only in `sleep`."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Service:
    """A local server: `plays[path]` are its acts in order, the last one repeats; `asked` are (path, headers)."""

    url: str
    plays: dict[str, list[Callable[[BaseHTTPRequestHandler], None]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def play(self, path: str, *acts: Callable[[BaseHTTPRequestHandler], None]) -> str:
        self.plays[path] = list(acts)
        return self.url + path

    def next_act(self, path: str) -> Callable[[BaseHTTPRequestHandler], None]:
        acts = self.plays[path]
        return acts.pop(0) if len(acts) > 1 else acts[0]


def act(status: int = 200, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer with a correct Content-Length; header names are written with underscores."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def raw(answer: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """These bytes on the wire, then the connection ends."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    return send


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def service():
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            found.next_act(self.path)(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing: clients that hang up on a huge body are what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found = Service(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def acts():
    """The two ways to answer: `acts.act(status, body, header=...)` and `acts.raw(bytes)`."""

    class Acts:
        act = staticmethod(act)
        raw = staticmethod(raw)

    return Acts


@pytest.fixture
def client(fake_time):
    """A client whose waits take no time; jitter always draws the upper half."""
    with PoliteClient(IDENTITY, sleep=fake_time.sleep, monotonic=fake_time.monotonic, jitter=lambda: 0.5) as made:
        yield made


@pytest.fixture
def make_client(fake_time):
    """Makes clients with options, on the same clock as `client`, and closes them."""
    made: list[PoliteClient] = []

    def make(**options) -> PoliteClient:
        client = PoliteClient(
            IDENTITY, sleep=fake_time.sleep, monotonic=fake_time.monotonic, jitter=lambda: 0.5, **options
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
