"""The live stream beside a simulated server: how much it can take, what it adds to the fetch, how soon it begins.

One busy day of a simulated market is served over HTTP, by a process of its own on the same machine.
1. Throughput, limiter off: the whole day lies in the feed; seconds until every filing is at its goal.
2. Added lag: the burst after the close passes in real time; seconds from first seen to scored that were not fetching.
3. Start: a fresh `edgewise filings watch`; seconds until the first filing is stored.
FILINGS=4000 sets the size of the day.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from datetime import time as day_time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import polars as pl
from harness import record
from lxml import html

from edgewise.app.commands.served_market import served
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.clock import utc_from_eastern
from edgewise.core.ports import FilingState
from edgewise.pipelines.stream.events import Arrived
from edgewise.pipelines.stream.watch import Pace, watch, watch_once
from edgewise.simulate.load import write_busy_day

if TYPE_CHECKING:
    from edgewise.pipelines.stream.events import Event

DAY = date(2024, 12, 30)
EVENING = utc_from_eastern(datetime.combine(DAY, day_time(22, 30)))
BURST = utc_from_eastern(datetime.combine(DAY, day_time(16, 4, 50)))
BURST_LASTS_S = 75.0
IDENTITY = "Edgewise benchmark bench@example.com"
BAR_PER_HOUR = 100_000
BAR_ADDED_S = 1.0
BAR_START_S = 5.0


def settings(home: Path, url: str) -> Settings:
    """Return settings of a house that asks `url` without a limit."""
    return Settings(home=home, edgar=url, identity=IDENTITY, rate_per_s=0)


def throughput(market: Path) -> tuple[int, float]:
    """Return how many filings were brought to their goal, and the seconds that took from the first poll on."""
    with (
        tempfile.TemporaryDirectory() as home,
        served(market, begins=EVENING, delay="0-0") as server,
        House(settings(Path(home), server.url)) as house,
    ):
        arrived: list[Event] = []
        stream = house.stream(lambda event: arrived.append(event) if isinstance(event, Arrived) else None)
        began = time.perf_counter()
        watch_once(stream, pace=Pace(index_days=0), stop=threading.Event())
        seconds = time.perf_counter() - began
        short = {state for state, _ in house.filings.counts()} - {FilingState.SCORED, FilingState.FETCHED}
        if short:
            raise AssertionError(f"filings rest at {short}")
    return len(arrived), seconds


def bare_script(market: Path) -> tuple[int, float]:
    """Return the peer's filings and seconds: the same submissions, four threads, text through lxml, nothing stored."""
    paths = pl.read_parquet(market / "truth" / "filings.parquet").unique("accession")["path"].to_list()

    def read(path: str) -> int:
        body = client.get(f"{server.url}/{path}").raise_for_status().content
        return len(html.fromstring(body).text_content().split())

    with (
        served(market, begins=EVENING, delay="0-0") as server,
        httpx2.Client(headers={"User-Agent": IDENTITY}) as client,
    ):
        began = time.perf_counter()
        with ThreadPoolExecutor(4) as threads:
            words = list(threads.map(read, paths))
        return len(words), time.perf_counter() - began


def added_lags(market: Path) -> list[float]:
    """Return the added seconds of each filing that arrived while the burst after the close passed in real time."""
    lags: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, Arrived) and event.added_s is not None:
            lags.append(event.added_s)

    with (
        tempfile.TemporaryDirectory() as home,
        served(market, begins=BURST, delay="0-0") as server,
        House(settings(Path(home), server.url)) as house,
    ):
        watch_once(house.stream(lambda _event: None), pace=Pace(index_days=0), stop=threading.Event())  # the day so far
        server.run(speed=1.0)
        house.clock.synchronise()
        stop = threading.Event()
        threading.Timer(BURST_LASTS_S, stop.set).start()
        watch(house.stream(hear), pace=Pace(poll_s=1.0, index_days=0), stop=stop)
    return sorted(lags)


def start(market: Path) -> float:
    """Return the seconds from starting the command to the first filing that is stored."""
    with tempfile.TemporaryDirectory() as home, served(market, begins=EVENING, delay="0-0") as server:
        asked = settings(Path(home), server.url)
        with House(asked) as house:  # only looks
            environment = {
                **os.environ,
                "EDGEWISE_HOME": home,
                "EDGEWISE_EDGAR": server.url,
                "EDGEWISE_IDENTITY": IDENTITY,
                "EDGEWISE_RATE_PER_S": "0",
            }
            command = [sys.executable, "-m", "edgewise", "filings", "watch"]
            began = time.perf_counter()
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                while not house.filings.select(state=FilingState.FETCHED, limit=1):
                    if house.filings.select(state=FilingState.SCORED, limit=1):
                        break
                    time.sleep(0.02)
                return time.perf_counter() - began
            finally:
                process.terminate()
                process.wait(60)


def main() -> None:
    """Measure all three."""
    with tempfile.TemporaryDirectory() as folder:
        market = Path(folder) / "market"
        write_busy_day(market, filings=int(os.environ.get("FILINGS", "2000")), day=DAY)
        filings, seconds = throughput(market)
        peer_filings, peer_seconds = bare_script(market)
        record(
            "stream",
            "watch_throughput",
            value=3600 * filings / seconds,
            unit="filings/hour from feed entry to goal, limiter off",
            bar=BAR_PER_HOUR,
            higher_is_better=True,
            peer="script: httpx2 in four threads, lxml text, word count, nothing stored",
            peer_value=3600 * peer_filings / peer_seconds,
            details={"filings": filings, "seconds": seconds},
        )
        lags = added_lags(market)
        record(
            "stream",
            "watch_added_lag",
            value=statistics.quantiles(lags, n=20)[-1],
            unit="s, p95, from first seen to scored less the fetch",
            bar=BAR_ADDED_S,
            higher_is_better=False,
            details={"filings": len(lags), "p50": statistics.median(lags), "max": lags[-1]},
        )
        record(
            "stream",
            "watch_start",
            value=statistics.median(start(market) for _ in range(3)),
            unit="s from the command to the first filing stored",
            bar=BAR_START_S,
            higher_is_better=False,
        )


if __name__ == "__main__":
    sys.exit(main())
