"""Scores of 4,600 simulated stocks: one session from the lake to served rows, and a year of history.

`python benchmarks/scores.py --home FOLDER` takes a home that `company_data_ingest.py --home` left; it is copied first,
and each figure is of the command that a person would run, start included: `scores compute --all` of the market's last
session, then of the 252 sessions up to it, then the steps of `edgewise daily` that build and score.

The simulated companies' filings are not in that home, for nobody scores texts there; so that sectors are known as they
would be, a filing a company with its industry code is stored first. No peer scores point in time and publishes: none is
beside these figures.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from harness import record

from edgewise.core.clock import sessions, shift_session
from edgewise.core.tables import FILINGS, INSTRUMENTS, PRICES
from edgewise.factors.sectors import RANGES
from edgewise.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Sequence

SESSION_S, YEAR_S, DAILY_S = 5.0, 180.0, 60.0
YEAR = 252
STEPS = ("statements", "indicators", "scores")
_KNOWN = datetime(2019, 6, 3, 20, tzinfo=UTC)


def run(words: Sequence[str], home: Path) -> tuple[float, dict[str, object]]:
    """Run a command and return its wall seconds and what it printed."""
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "edgewise", *words, "--json"],
        env=os.environ | {"EDGEWISE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, object] = json.loads(ended.stdout)
    return time.perf_counter() - began, told


def classified(lake: Lake) -> None:
    """Store a filing of every company that tells an industry code; sectors are dealt out in turn."""
    codes = [first for first, _, _ in RANGES]
    ciks = lake.read(INSTRUMENTS, columns=["cik"])["cik"].unique().sort()
    rows = [
        {
            "accession": f"{cik:010d}-19-000001",
            "cik": cik,
            "role": "issuer",
            "form": "10-K",
            "sic": codes[place % len(codes)],
            "known_at_source": "simulated",
            "documents": 0,
            "source_url": "simulated:benchmark",
            "first_seen_at": _KNOWN,
            "known_at": _KNOWN,
        }
        for place, cik in enumerate(ciks)
    ]
    lake.append(FILINGS, FILINGS.frame(rows))


def main() -> None:
    """Measure and record."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--home", type=Path, required=True, help="a home with the company data of a simulated market")
    asked.add_argument("--sessions", type=int, default=YEAR)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(said.home, home)
        lake = Lake(str(home / "lake"))
        last: date = lake.measure(PRICES, [pl.col("session").max()]).item()
        if lake.version(FILINGS) is None:
            classified(lake)
        day = str(last)
        run(["fundamentals", "build"], home)  # what is remembered as unchanged is of this very code
        one_s, one = run(["scores", "compute", "--all", "--as-of", day], home)
        first = shift_session(last, 1 - said.sessions)
        year_s, year = run(["scores", "compute", "--all", "--since", str(first), "--as-of", day], home)
        only = [word for step in STEPS for word in ("--only", step)]
        daily_s, told = run(["daily", *only, "--as-of", day], home)
    number = len(sessions(first, last))
    print(f"  one session: {one}\n  a year: {year}\n  the day: {told}")
    rated = f"{one['rated']:,} rated stocks"
    details = {"one": one, "year": year, "daily": told, "sessions": number}
    for name, value, unit, bar in (
        ("session_s", one_s, f"s for one session of {rated}, lake to served rows, start included", SESSION_S),
        ("year_s", year_s, f"s for {number} sessions of {rated}", YEAR_S),
        ("daily_s", daily_s, f"s for statements, indicators and scores of a day of {rated}", DAILY_S),
    ):
        record("score", name, value=value, unit=unit, bar=bar, higher_is_better=False, details=details)


if __name__ == "__main__":
    main()
