"""Take the pictures of the dashboard that its page shows: `docs/images/dashboard-*.png`, of a simulated market.

Needs Chromium. Run it after a change of how pages look, and look at what it made.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from edgewise.serve.dashboard import create_dashboard  # noqa: E402 - `tests` is a folder of this checkout
from edgewise.serve.web import Web  # noqa: E402 - as above
from tests.serve.dashboard.made_up import MadeUp  # noqa: E402 - as above

NAMES = 2400
PICTURES = (
    ("market", "/", "light", 1200, 1180),
    ("stock", "/stock/AAPL", "light", 1200, 1330),
    ("screener", "/screener", "dark", 1200, 760),
    ("phone", "/stock/AAPL", "dark", 390, 844),
)
"""Name, address, colours, width and height in pixels."""


def serve() -> str:
    """Serve the pages from a thread and return their address."""
    web = Web(FastAPI(), create_dashboard(MadeUp(NAMES), simulated=True))
    server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"


def main() -> None:
    """Take all pictures."""
    site = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path, colours, width, height in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)  # type: ignore[arg-type]
            page.goto(site + path)
            page.wait_for_selector(".ag-row" if name == "screener" else "main [data-filled]")
            page.wait_for_function("!document.querySelector('.waiting:not([hidden])')")
            page.wait_for_timeout(1500)
            file = ROOT / "docs" / "images" / f"dashboard-{name}.png"
            page.screenshot(path=file)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1024:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
