"""The routes of scores keep their description: schemathesis asks what it allows and forbids, for a while."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgewise.serve.api import create_app

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
SECONDS = 30
ROUTES = [
    "/api/scores/T04",
    "/api/scores/T04/history",
    "/api/scores/top",
    "/api/scores/screener",
    "/api/companies/T04",
    "/api/companies/T01/filings",
]


@pytest.fixture(scope="module")
def address(scored_rooms):
    server = uvicorn.Server(uvicorn.Config(create_app(scored_rooms), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def test_fifty_at_once_get_what_one_alone_gets(address, scored):
    with httpx2.Client(base_url=address, trust_env=False, timeout=30) as web, ThreadPoolExecutor(50) as pool:
        together = list(pool.map(lambda route: web.get(route).content, ROUTES * 10))
    assert together == [scored.get(route).content for route in ROUTES] * 10


def test_a_kept_connection_gets_304_after_200(address):
    with httpx2.Client(base_url=address, trust_env=False, limits=httpx2.Limits(max_connections=1)) as web:
        first = web.get(ROUTES[0])
        again = web.get(ROUTES[0], headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert web.get(ROUTES[0]).content == first.content


@pytest.mark.slow
def test_no_question_breaks_the_routes_or_their_description(address, tmp_path):
    words = [SCHEMATHESIS, "run", f"{address}/openapi.json", "--no-color", "--continue-on-failure"]
    # A sector and a ticker are right by the world, not by the description: an unknown one is rightly refused.
    words += ["--include-path-regex", "^/api/(scores|companies)", "--exclude-checks", "positive_data_acceptance"]
    words += ["--max-time", str(SECONDS), "--seed", "7"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "Server error" not in done.stdout


limits = st.one_of(
    st.text(max_size=80),
    st.builds("{}:{}".format, st.sampled_from(["value", "close", "nope", "metric.filing_tone", ""]), st.floats()),
)
words = st.one_of(
    st.text(max_size=40), st.integers().map(str), st.sampled_from(["NaN", "-1", "1e999", "' OR 1=1", "\x00"])
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(ROUTES),
    params=st.dictionaries(
        st.sampled_from(
            ["min", "max", "sort", "page", "page_size", "sector", "format", "days", "limit", "show", "as_of"]
        ),
        st.one_of(words, st.lists(limits, max_size=4)),
        max_size=4,
    ),
)
def test_no_value_of_a_parameter_makes_a_route_fail(scored, route, params):
    answer = scored.get(route, params=params)
    assert answer.status_code in (200, 404, 422), answer.text
    if answer.status_code != 200:
        assert all(answer.json()["error"].values())
        assert len(answer.content) < 8_000


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ticker=st.text(min_size=1, max_size=60).filter(lambda text: text.strip(". /") == text),
    tail=st.sampled_from(["", "/history", "/explain"]),
)
def test_no_ticker_makes_a_route_fail(scored, ticker, tail):
    from urllib.parse import quote  # noqa: PLC0415 - of this test alone

    try:
        path = quote(ticker, safe="")
    except UnicodeEncodeError:
        return
    assert scored.get(f"/api/scores/{path}{tail}").status_code in (200, 404, 422)
