"""Which address belongs to a page and which to the API, and that a page loads nothing from outside."""

from __future__ import annotations

import asyncio
import re
import threading

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.testclient import TestClient

from edgewise.serve.dashboard import create_dashboard
from edgewise.serve.web import Web
from tests.serve.dashboard.made_up import MadeUp

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def client():
    api = FastAPI()
    api.get("/")(lambda: {"name": "edgewise"})
    api.get("/health")(lambda: {"status": "ok"})
    pages = GZipMiddleware(create_dashboard(MadeUp(), simulated=True), minimum_size=1000)
    return TestClient(Web(api, pages))


@pytest.mark.parametrize("path", ["/", "/stock/AAPL", "/screener", "/screener/", "/system", "/stock/BRK-B"])
def test_browsers_get_pages(client, path):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "react-entry-point" in answer.text


def test_programs_get_the_index_at_the_same_address(client):
    assert client.get("/", headers={"Accept": "application/json"}).json() == {"name": "edgewise"}


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing", "/stocks", "/api/scores/AAPL", "/systems"])
def test_unknown_addresses_are_the_apis_404_for_browsers_too(client, path):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_the_api_keeps_its_own_paths(client):
    assert client.get("/health", headers=BROWSER).json() == {"status": "ok"}


def test_a_page_names_no_other_host_and_what_it_names_is_there(client):
    page = client.get("/", headers=BROWSER).text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) > 8
    for path in named:
        assert path.startswith(("/", "#", "data:")), path
        if path.startswith("/"):
            assert client.get(path).status_code == 200, path


def test_scripts_are_sent_packed(client):
    page = client.get("/", headers=BROWSER).text
    script = next(path for path in re.findall(r'src="([^"]+)"', page) if "dash_renderer" in path)
    assert client.get(script, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


SHOW = {
    "output": "..page.children...title.data..",
    "outputs": [{"id": "page", "property": "children"}, {"id": "title", "property": "data"}],
    "inputs": [{"id": "address", "property": "pathname", "value": "/stock/AAPL"}],
    "changedPropIds": ["address.pathname"],
    "state": [{"id": "address", "property": "search", "value": ""}],
}


def test_a_callback_answers_with_the_page(client):
    answer = client.post("/_dash-update-component", json=SHOW)
    assert answer.status_code == 200
    assert answer.json()["response"]["title"]["data"] == "AAPL 62"


def test_the_api_answers_while_a_page_is_being_read():
    reading, answered = threading.Event(), threading.Event()

    class Slow(MadeUp):
        def stock(self, ticker):
            reading.set()
            assert answered.wait(20), "the API waited for the page"
            return super().stock(ticker)

    api = FastAPI()
    api.get("/health")(lambda: {"status": "ok"})
    web = Web(api, create_dashboard(Slow(), simulated=True))

    async def both():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(web), base_url="http://test") as client:
            page = asyncio.create_task(client.post("/_dash-update-component", json=SHOW))
            await asyncio.to_thread(reading.wait, 20)
            health = await client.get("/health")
            answered.set()
            return health.status_code, (await page).status_code

    assert asyncio.run(asyncio.wait_for(both(), 30)) == (200, 200)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"output": "nobody.children", "inputs": []}', b"\xff" * 100])
def test_a_callback_that_nobody_has_is_an_error_without_details(client, body):
    answer = client.post("/_dash-update-component", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {204, 400, 404, 422, 500}
    assert "Traceback" not in answer.text
    assert "site-packages" not in answer.text


@pytest.mark.parametrize(
    "path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/_dash-component-suites/dash/../../app.py"]
)
def test_no_file_outside_of_the_assets_is_served(client, path):
    assert "create_dashboard" not in client.get(path).text
