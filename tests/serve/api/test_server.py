"""The application behind a real server on loopback: what only sockets, threads and HTTP itself can break."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import uvicorn

from edgewise.serve.api import create_app

QUESTIONS = [
    "/health",
    "/api/filings?limit=3",
    "/api/filings/0000320193-24-000123",
    "/api/factors",
    "/api/factors/filing_tone?session=2024-04-30",
    "/api/factors/filing_tone?as_of=2024-04-30T20:00:00Z&limit=2",
    "/api/factors/filing_tone/0000000002-01",
    "/api/factors/nope",
    "/nope",
    "/api/filings?limit=0",
]


@pytest.fixture(scope="module")
def address(shared_rooms):
    server = uvicorn.Server(uvicorn.Config(create_app(shared_rooms), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def web(address):
    with httpx2.Client(base_url=address, trust_env=False, timeout=30) as web:
        yield web


@pytest.mark.parametrize("question", QUESTIONS[1:])
def test_a_server_answers_as_the_application_does(web, client, question):
    served, direct = web.get(question), client.get(question)
    assert (served.status_code, served.json()) == (direct.status_code, direct.json())


def test_fifty_at_once_get_what_one_alone_gets(web):
    questions = QUESTIONS * 5
    alone = {question: web.get(question).content for question in QUESTIONS}
    with ThreadPoolExecutor(50) as pool:
        together = list(pool.map(lambda question: web.get(question).content, questions))
    assert together == [alone[question] for question in questions]


def test_a_connection_lives_on_after_head_and_errors(address):
    with httpx2.Client(base_url=address, trust_env=False, limits=httpx2.Limits(max_connections=1)) as web:
        head = web.head("/api/factors/filing_tone")
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) > 100
        assert web.post("/api/filings", content=b"x" * 10_000).status_code == 405
        assert web.get("/nope").status_code == 404
        assert web.get("/health").json()["status"] == "ok"


def test_a_query_of_any_size_is_refused_in_a_bounded_answer(web):
    answer = web.get("/api/filings?" + "&".join(f"form={number}" for number in range(4000)))
    assert answer.status_code == 422
    assert len(answer.content) < 1000
