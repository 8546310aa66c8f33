import asyncio

import pytest

from edgewise.serve.api.reception import Reception
from edgewise.serve.metrics import RequestMetrics

PATHS = ["/", "/health", "/metrics", "/openapi.json", "/api/filings", "/api/factors/filing_tone"]


class TestHead:
    @pytest.mark.parametrize("path", [*PATHS, "/nope", "/api/filings/x", "/api/filings/0000320193-24-000123"])
    def test_head_is_get_without_the_body(self, client, path):
        head, get = client.head(path), client.get(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        if path != "/metrics":  # which counts the request in between
            assert head.headers == get.headers


class TestSimulatedData:
    @pytest.mark.parametrize("path", [*PATHS, "/nope", "/api/filings/x", "/api/factors/nope"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
    def test_every_answer_is_marked(self, shared_rooms, asking, path, method):
        answer = asking(shared_rooms, simulated=True).request(method, path)
        assert answer.headers["x-edgewise-data"] == "simulated"

    def test_real_data_are_not_marked(self, client):
        assert "x-edgewise-data" not in client.get("/health").headers


def ask(app, method="GET"):
    """Return what `app` sends for one request to /."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "method": method, "path": "/", "headers": []}, receive, send))
    return sent


async def breaks_down_halfway(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError


async def breaks_down_at_once(_scope, _receive, _send):
    raise ZeroDivisionError


def test_an_answer_that_breaks_off_is_left_to_the_server_to_cut():
    with pytest.raises(ZeroDivisionError):
        ask(Reception(breaks_down_halfway, metrics=RequestMetrics(), simulated=False))


def test_the_answer_to_a_failed_head_has_no_body():
    start, body = ask(Reception(breaks_down_at_once, metrics=RequestMetrics(), simulated=True), method="HEAD")
    assert start["status"] == 500
    assert (b"x-edgewise-data", b"simulated") in start["headers"]
    assert body["body"] == b""
