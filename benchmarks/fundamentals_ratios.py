"""Stored ratios, and ratios of prices from them: processor seconds of 4,600 companies over five years.

A simulated market of `--companies` is written and brought in, which does not count. Its tables are then told some times
over as if by other companies, six and twenty-four times; what the second takes more than the first is multiplied by
how many more companies 4,600 are, so that what the start takes counts once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from harness import record

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.clock import session_close, sessions
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.lake import Lake
from edgewise.pipelines.ratios import known_price_ratios
from edgewise.pipelines.ratios_build import build_ratios

if TYPE_CHECKING:
    from collections.abc import Callable

COMPANIES = 4_600
TOLD = 6, 24
BUILD_S, PRICES_S = 40.0, 30.0
OTHERS = 10**11  # more than any CIK has


def brought_in(companies: int, folder: Path) -> Lake:
    """Write a market, bring in what ratios are made of, and return the lake."""
    market, home = folder / "market", folder / "home"
    of = ["--companies", str(companies), "--years", "5", "--full", "--without-texts"]
    run(["simulate", "market", "--folder", str(market), *of], os.environ)
    own = {"HOME": str(home), "EDGAR": f"archive://{market}", "IDENTITY": "Edgewise benchmark@example.com"}
    environment = os.environ | {f"EDGEWISE_{name}": value for name, value in own.items()}
    for words in (["instruments", "ingest"], ["prices", "ingest", str(market / "prices" / "ohlcv.parquet")]):
        run(words, environment)
    run(["fundamentals", "ingest", "--all"], environment)
    return Lake(str(home / "lake"))


def run(words: list[str], environment: os._Environ[str] | dict[str, str]) -> None:
    """Run a command of ours; its output is not wanted."""
    command = [sys.executable, "-m", "edgewise", *words]
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)


def told_over(lake: Lake, times: int, home: Path) -> int:
    """Store the tables so many times over, each as of other companies; return how many companies those are."""
    copy = Lake(str(home / "lake"))
    for table in (FUNDAMENTALS, FACTS, INSTRUMENTS, PRICES):
        rows = lake.history(table)
        for time_over in range(times):
            own = {"cik": pl.col("cik") + time_over * OTHERS} if "cik" in table.schema else {}
            if "instrument_id" in table.schema:
                own["instrument_id"] = pl.col("instrument_id") + f"-{time_over}"
            copy.append(table, rows.with_columns(**own))
    return lake.history(FUNDAMENTALS, columns=["cik"])["cik"].n_unique() * times


def took(job: Callable[[], object]) -> float:
    """Return the processor seconds of a job."""
    began = time.process_time()
    job()
    return time.process_time() - began


def measured(lake: Lake, times: int, folder: Path) -> tuple[int, dict[str, float]]:
    """Return how many companies there are, and what each step takes."""
    home = folder / f"told {times} times"
    companies = told_over(lake, times, home)
    year = [session_close(session) for session in sessions(date(2023, 12, 29), date(2024, 12, 30))]
    with House(Settings(home=home)) as house:

        def build() -> object:
            return build_ratios(house.lake, house.seen, house.clock)

        return companies, {
            "build": took(build),
            "again": took(build),
            f"{len(year)} closes": took(lambda: known_price_ratios(house.lake, year)),
        }


def main() -> None:
    """Measure and record."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--companies", type=int, default=48)
    companies = asked.parse_args().companies
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lake = brought_in(companies, folder)
        measured(lake, 1, folder)  # what is made at first use
        (few, small), (many, large) = (measured(lake, times, folder) for times in TOLD)
    for step, bar in zip(small, (BUILD_S, BUILD_S, PRICES_S), strict=True):
        more = (large[step] - small[step]) / (many - few)
        record(
            "fundamentals",
            f"ratios_{step.partition(' ')[0]}_s",
            value=small[step] + more * (COMPANIES - few),
            unit=f"processor seconds, ratios of {COMPANIES:,} companies over 5 years: {step}; from {few} and {many}",
            bar=bar,
            higher_is_better=False,
            details={"companies": [few, many], "seconds": [small[step], large[step]]},
        )


if __name__ == "__main__":
    main()
