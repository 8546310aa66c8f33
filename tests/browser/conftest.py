"""A real browser before a real server of the dashboard; what it complains about or fetches from elsewhere is kept."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from edgewise.serve.dashboard import create_dashboard
from edgewise.serve.web import Web
from tests.serve.dashboard.made_up import MadeUp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: `make setup` installs it")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pages = GZipMiddleware(create_dashboard(MadeUp(300), simulated=True), minimum_size=1000)
        config = uvicorn.Config(Web(FastAPI(), pages), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, args=([listening],), daemon=True)
        running.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        running.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that ends with its module: as long as one is open, no other test of this worker could run asyncio."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: install it (`apt-get install chromium`) or name it in CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Visit:
    """A window on the site, and what went wrong in it."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        self.page.wait_for_selector("main [data-filled]")
        return self.page

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.outside.append(request.url)


@pytest.fixture
def visit(browser: Browser, site: str):
    opened = []

    def enter(*, dark: bool = False, narrow: bool = False) -> Visit:
        context = browser.new_context(
            viewport=NARROW if narrow else WIDE, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        opened.append(context)
        told = Visit(context.new_page(), site)
        told.page.on("console", lambda said: told.errors.append(said.text) if said.type == "error" else None)
        told.page.on("pageerror", lambda error: told.errors.append(str(error)))
        told.page.on("request", told.asked)
        return told

    yield enter
    for context in opened:
        context.close()
