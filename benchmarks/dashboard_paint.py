"""How long a person waits for a page of the dashboard: to the first frame that shows data, in headless Chromium.

Behind it: 4,600 simulated securities with scores of three sessions and two years of prices of one, in a lake and in
SQLite, served over loopback from this process. Each page is opened once to fill the browser's cache, then some times
more. What the browser complains about on its console is counted, and what it asks of other hosts.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import uvicorn

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # `tests` is a package of this checkout, not an installed one

from harness import record  # noqa: E402 - as above
from playwright.sync_api import sync_playwright  # noqa: E402 - as above

from edgewise.adapters.sql import SqlFilingLedger, SqlServedScores, open_database  # noqa: E402 - as above
from edgewise.core.clock import session_close, shift_session  # noqa: E402 - as above
from edgewise.core.tables import INSTRUMENTS, PRICES  # noqa: E402 - as above
from edgewise.core.tables_score import FACTOR_METRICS, SCORES  # noqa: E402 - as above
from edgewise.factors.registry import METRICS_VERSION  # noqa: E402 - as above
from edgewise.lake import Lake  # noqa: E402 - as above
from edgewise.pipelines.scores import SCORE_VERSION  # noqa: E402 - as above
from edgewise.serve.api import Rooms  # noqa: E402 - as above
from edgewise.serve.web import create_web  # noqa: E402 - as above
from tests.serve.dashboard.made_up import SESSION, MadeUp  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from playwright.sync_api import Page
    from polars._typing import PolarsDataType

NAMES, VISITS, BAR_S = 4600, 12, 1.5
PAGES = {
    "market": ("/", "main [data-filled]"),
    "stock": ("/stock/AAPL", "main [data-filled]"),
    "screener": ("/screener", ".ag-row"),
    "system": ("/system", "main [data-filled]"),
}
WATCH = """(wanted) => {
  const look = () => {
    if (window.filledAt || !document.querySelector(wanted)) return;
    const painted = () => { window.filledAt = window.filledAt || performance.now(); };
    requestAnimationFrame(() => requestAnimationFrame(painted));
  };
  new MutationObserver(look).observe(document, {childList: true, subtree: true, attributes: true});
}"""


class StoppedClock:
    """Tells one instant."""

    def now(self) -> datetime:
        """Return the instant."""
        return datetime(2024, 6, 29, tzinfo=UTC)


def fill(lake: Lake, served: SqlServedScores, made_up: MadeUp) -> None:
    """Store the made-up market: three sessions of scores, their metrics, names and prices of one security."""
    rows = made_up.day.rows
    names = rows.with_columns(
        ticker=pl.col("ticker"), valid_from=pl.date(1990, 1, 2), exchange=pl.lit("NYSE"), source_url=pl.lit(""),
        known_at=pl.lit(datetime(2020, 1, 1, tzinfo=UTC)),
    )  # fmt: skip
    lake.append(INSTRUMENTS, _as(names, INSTRUMENTS.schema))
    for by, column in ((5, "week"), (1, "last"), (0, "overall")):
        scores = _scores(rows, column, shift_session(SESSION, -by))
        lake.append(SCORES, scores)
        served.publish(scores)
    lake.append(FACTOR_METRICS, _as(rows.with_columns(version=pl.lit(METRICS_VERSION)), FACTOR_METRICS.schema))
    prices = made_up.record("AAPL").prices.with_columns(
        instrument_id=pl.lit(rows["instrument_id"][0]), source_url=pl.lit(""), volume=1, status=pl.lit("ok"),
        known_at=pl.Series([session_close(day) for day in made_up.record("AAPL").prices["session"]]),
    )  # fmt: skip
    lake.append(PRICES, _as(prices, PRICES.schema))


def _scores(rows: pl.DataFrame, column: str, session: date) -> pl.DataFrame:
    told = rows.with_columns(
        session=pl.lit(session),
        known_at=pl.lit(session_close(session)),
        overall=pl.col(column),
        score=pl.col(column).cast(pl.Float64) if column != "overall" else pl.col("score"),
        configuration=pl.lit("standard"),
        version=pl.lit(SCORE_VERSION),
        inputs_fingerprint=pl.lit("0" * 16),
        code_fingerprint=pl.lit("0" * 16),
        computed_at=pl.lit(session_close(session)),
    )
    return _as(told, SCORES.schema)


def _as(rows: pl.DataFrame, schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    """Return the columns of a table, null where the rows have none."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Run the service on a free port of loopback, in a thread, and give its address."""
    with closing(open_database(f"sqlite:///{home / 'state.db'}")) as database:
        database.upgrade()
        lake, served = Lake(str(home / "lake")), SqlServedScores(database)
        fill(lake, served, MadeUp(NAMES))
        rooms = Rooms(lake, SqlFilingLedger(database), StoppedClock(), "benchmark", simulated=True)
        web = create_web(rooms, served)
        server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
        running = threading.Thread(target=server.run)
        running.start()
        while not server.started:
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
        server.should_exit = True
        running.join()


def paint_s(page: Page, url: str, wanted: str) -> float:
    """Return the seconds from the navigation to the frame after `wanted` has come."""
    page.goto(url, wait_until="commit")
    page.evaluate(WATCH, wanted)
    page.wait_for_function("window.filledAt > 0")
    waited = float(page.evaluate("window.filledAt")) / 1e3
    # What comes in later is no part of the next visit.
    page.wait_for_function("!document.querySelector('.waiting:not([hidden])')")
    return waited


def _elsewhere(url: str, site: str) -> list[str]:
    return [] if url.startswith((site, "data:", "blob:")) else [url]


def main() -> int:
    """Open each page some times and record its wait."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("skipped: no chromium here; install it (`apt-get install chromium`)", flush=True)
        return 0
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.extend(_elsewhere(asked.url, site)))
        for name, (path, wanted) in PAGES.items():
            cold = paint_s(page, site + path, wanted)
            waits = [paint_s(page, site + path, wanted) for _ in range(VISITS)]
            details = {"names": NAMES, "visits": VISITS, "median_s": float(np.median(waits)), "first_visit_s": cold}
            record("dashboard", f"first_paint_{name}", value=max(waits), unit="s, longest of the visits", bar=BAR_S,
                   higher_is_better=False, details=details)  # fmt: skip
        browser.close()
    record("dashboard", "complaints", value=len(complaints), unit="console errors and requests to other hosts", bar=0,
           higher_is_better=False, details={"first": complaints[:5]})  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
