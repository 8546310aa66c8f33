"""What a client that runs for weeks lives through, on real sockets: restarts, resets, silence, drips, a long block."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress

import httpx2
import pytest

from edgewise.adapters.disk import FileLimit
from edgewise.core.errors import ServiceUnavailable, Throttled
from edgewise.core.turns import Instant
from edgewise.sources.http import NoLimit, PoliteClient, Retry
from edgewise.sources.http import client as module

IDENTITY = "Example Research contact@example.com"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
BLOCK = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"


class Wire:
    """A server on the level of bytes: `acts` say in order what happens to each request, the last one repeats."""

    def __init__(self, *acts, port=0):
        self.acts, self.asked, self.connections = list(acts), 0, []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/a"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with suppress(OSError):  # the client hung up, or we did
            while connection.recv(65536):
                self.asked += 1
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                act(connection)

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def whole(connection):
    connection.sendall(WHOLE)


def reset(connection):
    """Close without the handshake of a close: the client reads ECONNRESET."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_the_middle(connection):
    connection.sendall(WHOLE[:-1])
    time.sleep(0.05)
    reset(connection)


def silence(_connection):
    """Say nothing and keep the connection: what a half-open one looks like from here."""


def drip(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.02)


@contextmanager
def wire(*acts, port=0):
    server = Wire(*acts, port=port)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def patient():
    """A client that waits little between tries."""
    with PoliteClient(IDENTITY, limit=NoLimit(), retry=Retry(first_s=0.01, longest_s=0.02)) as client:
        yield client


@pytest.fixture
def short(monkeypatch):
    """A read timeout of a tenth of a second in place of thirty."""
    monkeypatch.setattr(module, "_READ_S", 0.1)


def client_with(deadline_s, attempts=5):
    retry = Retry(first_s=0.01, longest_s=0.02, deadline_s=deadline_s, attempts=attempts)
    return PoliteClient(IDENTITY, limit=NoLimit(), retry=retry)


def test_connections_are_kept_and_used_again(patient):
    with wire(whole) as server:
        for _ in range(5):
            patient.get(server.url)
        assert len(server.connections) == 1


def test_a_server_that_was_restarted_is_asked_on_a_new_connection(patient):
    with wire(whole) as server:
        assert patient.get(server.url).body == b"x"
    with wire(whole, port=server.port) as again:
        assert patient.get(again.url).body == b"x"


def test_a_server_that_comes_back_after_some_tries_is_not_given_up():
    with wire(whole) as server:
        pass
    waits, back = [], []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            back.append(Wire(whole, port=server.port))

    with PoliteClient(IDENTITY, limit=NoLimit(), sleep=sleep) as client:
        assert client.get(server.url).body == b"x"
    assert len(waits) == 3
    back[0].close()


@pytest.mark.parametrize("fault", [reset, reset_in_the_middle])
def test_a_reset_connection_is_tried_again(patient, fault):
    with wire(fault, fault, whole) as server:
        assert patient.get(server.url).body == b"x"
        assert server.asked == 3


def test_resets_without_end_are_an_outage(patient):
    with wire(reset) as server, pytest.raises(ServiceUnavailable):
        patient.get(server.url)


@pytest.mark.usefixtures("short")
def test_a_half_open_connection_is_left_after_the_read_timeout():
    with wire(silence, whole) as server, client_with(30) as client:
        assert client.get(server.url).body == b"x"
        assert server.asked == 2


def test_nothing_is_waited_for_longer_than_thirty_seconds():
    assert module._timeout(300) == httpx2.Timeout(30.0, connect=10.0)
    assert module._timeout(4) == httpx2.Timeout(4.0)


@pytest.mark.parametrize("slow", [drip, silence])
def test_a_deadline_bounds_a_get_whatever_the_server_does(slow):
    with wire(slow) as server, client_with(0.5) as client:
        began = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            client.get(server.url)
        assert time.monotonic() - began < 5  # left to itself, it would take twenty seconds or thirty


def test_failure_case_41_ten_minutes_of_403_cost_one_request(tmp_path, fake_time):
    """Two processes' clients, one file: while the block lasts nobody asks, then both go on."""

    def blocked(connection):
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%b" % (len(BLOCK), BLOCK))

    times = {"sleep": fake_time.sleep, "monotonic": fake_time.monotonic}

    def sharer():
        limit = FileLimit(tmp_path / "edgar.limit", 8, **times, instant=lambda: Instant("", fake_time.now, 0.0))
        return PoliteClient(IDENTITY, limit=limit, **times)

    with wire(blocked, whole) as server, sharer() as one, sharer() as other:
        with pytest.raises(Throttled):
            one.get(server.url)
        for _ in range(54):
            for client in (one, other):
                with pytest.raises(Throttled, match="left alone"):
                    client.get(server.url)
            fake_time.now += 10
        assert server.asked == 1
        assert other.get(server.url).body == one.get(server.url).body == b"x"
        assert fake_time.now >= 600
