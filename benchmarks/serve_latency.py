"""How long the API lets one wait: the 95th percentile of requests over loopback to a server in this process.

Behind it: 200,032 factor values (266 securities, 752 sessions) in a lake, in as many small files as it lets gather, and
20,000 filings in SQLite. The peers read the same rows without any server: plain Polars on the lake's Parquet files,
plain sqlite3 on the ledger's file.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import numpy as np
import polars as pl
import uvicorn
from harness import record

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.clock import session_closes, sessions
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.core.tables import FACTORS
from edgewise.lake import Lake
from edgewise.serve.api import Rooms, create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REQUESTS = 200  # of each kind
PAGE = 100
FILINGS = 20_000
SECURITIES = 266
APPENDS = 31  # one more, and the lake would fold them into one file
SESSIONS = sessions(date(2022, 1, 3), date(2024, 12, 30))
SEEN_AT = datetime(2025, 1, 1, tzinfo=UTC)
BAR_MS = 100.0


class StoppedClock:
    """Tells one instant."""

    def now(self) -> datetime:
        """Return the instant."""
        return SEEN_AT


def factor_values() -> pl.DataFrame:
    """Return one value of one factor for every security and session, reproducible."""
    securities = pl.DataFrame({"instrument_id": [f"{number:010d}-01" for number in range(1, SECURITIES + 1)]})
    frame = securities.join(pl.DataFrame({"session": SESSIONS}), how="cross")
    drawn = np.random.default_rng(7).normal(size=(2, frame.height))
    return frame.select(
        pl.lit("filing_tone").alias("factor"),
        pl.lit("1").alias("version"),
        "instrument_id",
        "session",
        pl.Series("raw", drawn[0]),
        pl.Series("z", drawn[1]),
        pl.lit("3571").alias("sector"),
        pl.lit(1, pl.Int32).alias("inputs"),
        pl.lit("0000000001-24-000001").alias("newest_input"),
        pl.lit("lexicon-1").alias("input_model"),
        session_closes(frame["session"]).alias("known_at"),
    )


def filings() -> Iterator[FilingWork]:
    """Yield filings of 500 companies over three years."""
    for number in range(FILINGS):
        yield FilingWork(
            Accession(f"{number % 97 + 1:010d}-24-{number:06d}"),
            "https://example.test/",
            Cik(number % 500 + 1),
            form=("8-K", "10-Q", "10-K")[number % 3],
            filed_date=date(2022, 1, 3) + timedelta(days=number % 1000),
        )


@contextmanager
def served(rooms: Rooms) -> Iterator[httpx2.Client]:
    """Run a server on a free port of loopback, in a thread, and give a client that keeps its connection."""
    server = uvicorn.Server(uvicorn.Config(create_app(rooms), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    with httpx2.Client(base_url=f"http://{host}:{port}", trust_env=False, timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join()


def p95_ms(answer: Callable[[str], int], questions: Sequence[str]) -> float:
    """Return the 95th percentile of the milliseconds that `answer` needs; it returns how many rows it found."""
    answer(questions[0])  # the first one pays for imports and open files
    took = []
    for question in questions:
        began = time.perf_counter()
        found = answer(question)
        took.append(time.perf_counter() - began)
        assert found == PAGE, f"{question}: {found} rows"
    return float(np.percentile(took, 95)) * 1e3


def asked_over_http(client: httpx2.Client, path: str, name: str) -> Callable[[str], int]:
    """Return a function from a value of the parameter `name` to the number of items in the answer."""
    return lambda value: len(
        client.get(path, params={name: value, "limit": PAGE}).raise_for_status().json()["items"],
    )


def read_with_polars(folder: Path) -> Callable[[str], int]:
    """Return a function from a session to the rows that plain Polars finds in the Parquet files."""
    rows = pl.scan_parquet(folder / "factors" / "*.parquet")
    return lambda session: rows.filter(session=date.fromisoformat(session)).head(PAGE).collect().height


def read_with_sqlite(file: Path) -> Callable[[str], int]:
    """Return a function from an accession number to the rows that follow it in the ledger's file."""

    def answer(after: str) -> int:
        with closing(sqlite3.connect(file)) as connection:
            query = "SELECT * FROM filing_work WHERE accession > ? ORDER BY accession LIMIT ?"
            return len(connection.execute(query, (after, PAGE)).fetchall())

    return answer


def main() -> None:
    """Fill a lake and a ledger, then ask both ways."""
    draw = random.Random(7)  # noqa: S311 - which pages are asked for
    days = [str(draw.choice(SESSIONS)) for _ in range(REQUESTS)]
    places = [f"{draw.randint(1, 90):010d}-24-000000" for _ in range(REQUESTS)]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        lake, values = Lake(str(folder / "lake")), factor_values()
        for part in range(APPENDS):
            lake.append(FACTORS, values.filter(pl.col("session").is_in(SESSIONS[part::APPENDS])))
        with closing(open_database(f"sqlite:///{folder / 'state.db'}")) as database:
            database.upgrade()
            ledger = SqlFilingLedger(database)
            ledger.discover(filings(), seen_at=SEEN_AT)
            with served(Rooms(lake, ledger, StoppedClock(), "benchmark")) as client:
                factors_ms = p95_ms(asked_over_http(client, "/api/factors/filing_tone", "session"), days)
                filings_ms = p95_ms(asked_over_http(client, "/api/filings", "after"), places)
        polars_ms = p95_ms(read_with_polars(folder / "lake"), days)
        sqlite_ms = p95_ms(read_with_sqlite(folder / "state.db"), places)
    shared = {"unit": "ms, 95th percentile", "bar": BAR_MS, "higher_is_better": False}
    record(
        "serve",
        "factors_p95",
        value=factors_ms,
        peer="plain Polars on the same Parquet files, no server",
        peer_value=polars_ms,
        details={"requests": REQUESTS, "rows_a_page": PAGE, "rows_stored": values.height, "files": APPENDS},
        **shared,
    )
    record(
        "serve",
        "filings_p95",
        value=filings_ms,
        peer="plain sqlite3 on the same file, no server",
        peer_value=sqlite_ms,
        details={"requests": REQUESTS, "rows_a_page": PAGE, "rows_stored": FILINGS},
        **shared,
    )


if __name__ == "__main__":
    sys.exit(main())
