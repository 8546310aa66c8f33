"""Take the pictures of the dashboard that its page shows: `docs/images/dashboard-*.png`, of a simulated market.

Needs Chromium. Run it after a change of how pages look, and look at what it made.
"""

from __future__ import annotations

import base64
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from edgewise.serve.dashboard import create_dashboard  # noqa: E402 - `tests` is a folder of this checkout
from edgewise.serve.web import Web  # noqa: E402 - as above
from tests.serve.dashboard.made_up import MadeUp  # noqa: E402 - as above

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = 2400
PICTURES = (
    ("market", "/", "light", 1200, 1180),
    ("stock", "/stock/AAPL", "light", 1200, 1330),
    ("screener", "/screener", "dark", 1200, 760),
    ("system", "/system", "light", 1200, 760),
    ("phone", "/stock/AAPL", "dark", 390, 844),
)
"""Name, address, colours, width and height in pixels."""
PAGES = {"market": "/", "stock": "/stock/AAPL", "screener": "/screener", "system": "/system"}
SHAPES = ((1200, 900), (390, 900))
SHRUNK = 3
"""On the sheet of all pages, light and dark, wide and narrow, each is so many times smaller."""


def serve() -> str:
    """Serve the pages from a thread and return their address."""
    web = Web(FastAPI(), create_dashboard(MadeUp(NAMES), simulated=True))
    server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"


def picture(browser: Browser, site: str, path: str, colours: str, size: tuple[int, int]) -> bytes:
    """Return a picture of a page with its data."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)  # type: ignore[arg-type]
    page.goto(site + path)
    page.wait_for_selector(".ag-row" if path == "/screener" else "main [data-filled]")
    page.wait_for_function("!document.querySelector('.waiting:not([hidden])')")
    page.wait_for_timeout(1500)
    taken = page.screenshot()
    page.close()
    return taken


def sheet(browser: Browser, site: str) -> bytes:
    """Return one picture of all pages, light and dark, wide and narrow."""
    cells = []
    for path in PAGES.values():
        for colours in ("light", "dark"):
            for size in SHAPES:
                taken = base64.b64encode(picture(browser, site, path, colours, size)).decode()
                cells.append(f'<img src="data:image/png;base64,{taken}" width="{size[0] // SHRUNK}">')
    page = browser.new_page(viewport={"width": 1100, "height": 400})
    style = "margin:8px;line-height:0;width:1084px;display:flex;flex-wrap:wrap;gap:8px"
    page.set_content(f'<body style="{style}">{"".join(cells)}')
    return page.screenshot(full_page=True)


def main() -> None:
    """Take all pictures."""
    site = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path, colours, *size in PICTURES:
            keep(name, picture(browser, site, path, colours, (size[0], size[1])))
        keep("all", sheet(browser, site))
        browser.close()


def keep(name: str, taken: bytes) -> None:
    """Write a picture and say how large it is."""
    file = ROOT / "docs" / "images" / f"dashboard-{name}.png"
    file.write_bytes(taken)
    print(f"{file.relative_to(ROOT)}: {len(taken) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
