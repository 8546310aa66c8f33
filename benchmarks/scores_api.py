"""Scores over HTTP: 4,600 stocks and 504 sessions served, 50 clients at once, on loopback.

The server is a process of its own, as `edgewise serve` is; the clients are another one and share the machine with it.
Two loads, four questions in five for a score, one for a screen with limits that nobody asked for before:
1. *Steady*: 500 requests a second by 50 clients, evenly. What one waits is counted from the instant at which a question
   was due, so that a server that stalls is charged for all who wait. The 95th percentiles come from this load.
2. *Pressed*: 50 clients that ask again as soon as they are answered. The requests a second come from this one.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import psutil
import uvicorn
from harness import record

from edgewise.adapters.sql import SqlFilingLedger, SqlServedScores, open_database
from edgewise.core.clock import session_close, session_closes, sessions
from edgewise.core.served import FACTOR_COLUMNS, SERVED_SCHEMA
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.lake import Lake
from edgewise.pipelines.score_day import METRIC_FIELDS
from edgewise.pipelines.score_reading import ScoreReader
from edgewise.serve.api import Rooms, create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOCKS = 4_600
SESSIONS = sessions(date(2022, 1, 3), date(2024, 1, 5))[:504]
CLIENTS = 50
RATE_PER_S = 500.0
STEADY_S, PRESSED_S = 20.0, 10.0
READY_S = 120
PORT = 8023
BARS = {"score": 25.0, "screener": 60.0}
THROUGHPUT_BAR = 500.0
SECTORS = [f"Sector {letter}" for letter in "ABCDEFGHIJK"]

Answers = dict[str, list[float]]


class StoppedClock:
    """Tells one instant."""

    def now(self) -> datetime:
        """Return the instant."""
        return datetime(2024, 1, 8, tzinfo=UTC)


def scores(session: date, draw: np.random.Generator) -> pl.DataFrame:
    """Return a score of every stock of one session, reproducible."""
    numbers = np.arange(1, STOCKS + 1)
    drawn = {name: draw.uniform(1, 100, STOCKS) for name in ("score", "sector_percentile", *FACTOR_COLUMNS)}
    shares = {name: draw.uniform(0, 1, STOCKS) for name in ("completeness", "freshness", "stability")}
    frame = pl.DataFrame({"cik": numbers, **drawn, **shares})
    return frame.with_columns(
        instrument_id=pl.Series([f"{number:010d}-01" for number in numbers]),
        session=pl.lit(session),
        configuration=pl.lit("standard"),
        version=pl.lit("1.1"),
        sector=pl.Series([SECTORS[number % len(SECTORS)] for number in numbers]),
        overall=pl.col("score").round().cast(pl.Int32),
        rating=pl.lit("Hold"),
        confidence=pl.lit("High"),
        stretch=pl.lit(1.5),
        status=pl.lit("rated"),
        reasons=pl.lit(None, pl.String),
        correction=pl.lit(None, pl.String),
        known_at=pl.lit(session_close(session)),
    ).select(pl.col(name).cast(dtype) for name, dtype in SERVED_SCHEMA.items())


def metrics(session: date, draw: np.random.Generator) -> pl.DataFrame:
    """Return metrics of every stock of one session."""
    numbers = {name: dtype for name, dtype in FACTOR_METRICS.schema.items() if dtype == pl.Float64}
    frame = pl.DataFrame({name: draw.normal(size=STOCKS) for name in numbers})
    ids = pl.Series("instrument_id", [f"{number:010d}-01" for number in range(1, STOCKS + 1)])
    return frame.with_columns(
        ids,
        pl.int_range(1, STOCKS + 1, dtype=pl.Int64).alias("cik"),
        session=pl.lit(session),
        version=pl.lit("1"),
        sector=pl.lit("Sector A"),
        division=pl.lit("D"),
        industry=pl.lit("other"),
        oldest_days=pl.lit(30, pl.Int32),
        known_at=session_closes(pl.Series([session] * STOCKS)),
    ).select(FACTOR_METRICS.schema.keys())


def instruments() -> pl.DataFrame:
    """Return a symbol of every stock, S0001 to S4600."""
    return INSTRUMENTS.frame(
        [
            {
                "instrument_id": f"{number:010d}-01",
                "ticker": f"S{number:04d}",
                "valid_from": date(1990, 1, 2),
                "cik": number,
                "company": f"Company {number}",
                "source_url": "https://example.test/",
                "known_at": datetime(2020, 1, 1, tzinfo=UTC),
            }
            for number in range(1, STOCKS + 1)
        ]
    )


def fill(home: Path) -> float:
    """Make a lake and a database; return the seconds it took to publish all scores."""
    draw = np.random.default_rng(7)
    lake = Lake(str(home / "lake"))
    lake.append(INSTRUMENTS, instruments())
    lake.append(FACTOR_METRICS, metrics(SESSIONS[-1], draw))
    with closing(open_database(f"sqlite:///{home / 'state.db'}")) as database:
        database.upgrade()
        served = SqlServedScores(database)
        took = 0.0
        for first in range(0, len(SESSIONS), 63):
            some = pl.concat([scores(session, draw) for session in SESSIONS[first : first + 63]])
            began = time.perf_counter()
            served.publish(some)
            took += time.perf_counter() - began
    return took


def serve(home: Path) -> None:
    """Serve a home until ended."""
    database = open_database(f"sqlite:///{home / 'state.db'}")
    lake, clock = Lake(str(home / "lake")), StoppedClock()
    reader = ScoreReader(lake, SqlServedScores(database), clock)
    rooms = Rooms(lake, SqlFilingLedger(database), clock, "benchmark", scores=reader)
    uvicorn.run(create_app(rooms), host="127.0.0.1", port=PORT, log_config=None, access_log=False)


@contextmanager
def server(home: Path) -> Iterator[psutil.Process]:
    """Run the server in a process of its own, give it when it answers, and end it."""
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(home)])
    try:
        asyncio.run(_ready())
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


async def _ready() -> None:
    for _ in range(READY_S * 10):
        try:
            async with asyncio.timeout(READY_S):
                await Client().ask("/api/scores/S0001")
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError(f"the server did not answer within {READY_S} s")


class Client:
    """One connection, kept; asks for one thing after another."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str) -> int:
        """Return how many bytes came. Raises RuntimeError for any answer but 200."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", PORT)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{path}: {head[:40]!r}")
        return length


def question(draw: random.Random) -> tuple[str, str]:
    """Return a kind of question and one of it."""
    if draw.random() < 0.8:
        return "score", f"/api/scores/S{draw.randint(1, STOCKS):04d}"
    factor, metric = draw.choice(FACTOR_COLUMNS), draw.choice(list(METRIC_FIELDS))
    least, most = round(draw.uniform(5, 60), 3), round(draw.uniform(0, 2), 3)
    path = f"/api/scores/screener?min={factor}:{least}&max={metric}:{most}&sort={factor}&page={draw.randint(1, 5)}"
    return "screener", path


async def steady(number: int, answers: Answers) -> None:
    """Ask every CLIENTS / RATE_PER_S seconds; keep the milliseconds since each question was due."""
    draw, client = random.Random(number), Client()  # noqa: S311 - which questions are asked
    gap = CLIENTS / RATE_PER_S
    began = time.perf_counter() + gap * number / CLIENTS
    for turn in range(int(STEADY_S / gap)):
        due = began + turn * gap
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        kind, path = question(draw)
        await client.ask(path)
        answers[kind].append((time.perf_counter() - due) * 1e3)


async def pressed(number: int, answers: Answers) -> None:
    """Ask again as soon as an answer has come; keep the milliseconds of each."""
    draw, client = random.Random(1_000 + number), Client()  # noqa: S311 - as above
    until = time.perf_counter() + PRESSED_S
    while (began := time.perf_counter()) < until:
        kind, path = question(draw)
        await client.ask(path)
        answers[kind].append((time.perf_counter() - began) * 1e3)


async def load(work: Callable[[int, Answers], object]) -> Answers:
    """Run all clients at once; return the milliseconds by kind of question."""
    answers: Answers = defaultdict(list)
    await asyncio.gather(*(work(number, answers) for number in range(CLIENTS)))  # type: ignore[call-overload]
    return answers


def processor_s(process: psutil.Process) -> float:
    """Return the processor seconds that a process has used; what else runs beside it hardly changes them."""
    used = process.cpu_times()
    return float(used.user + used.system)


def p95(ms: list[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(ms, 95))


def main() -> None:
    """Fill a home, serve it, press it, and record the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        publish_s = fill(home)
        size = (home / "state.db").stat().st_size
        with server(home) as process:
            asyncio.run(load(steady))  # the first answers pay for imports and open files
            even = asyncio.run(load(steady))
            before = processor_s(process)
            hard = asyncio.run(load(pressed))
            used_s = processor_s(process) - before
    answered = sum(map(len, hard.values()))
    details = {
        "stocks": STOCKS,
        "sessions": len(SESSIONS),
        "clients": CLIENTS,
        "publish_s": round(publish_s, 1),
        "database_bytes": size,
        "steady_requests_per_s": RATE_PER_S,
        "steady_p50_ms": {kind: round(float(np.median(ms)), 2) for kind, ms in even.items()},
        "steady_p99_ms": {kind: round(float(np.percentile(ms, 99)), 2) for kind, ms in even.items()},
        "pressed_p95_ms": {kind: round(p95(ms), 2) for kind, ms in hard.items()},
        "server_processor_ms_per_request": round(used_s / answered * 1e3, 3),
        "nice": os.nice(0),
    }
    for kind, bar in BARS.items():
        record(
            "serve",
            f"scores_api_{kind}_p95",
            value=p95(even[kind]),
            unit="ms, 95th percentile",
            bar=bar,
            higher_is_better=False,
            details=details,
        )
    record(
        "serve",
        "scores_api_throughput",
        value=answered / PRESSED_S,
        unit="requests/s",
        bar=THROUGHPUT_BAR,
        higher_is_better=True,
        details=details,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]))
    else:
        main()
