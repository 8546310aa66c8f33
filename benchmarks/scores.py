"""Scores of 4,600 simulated stocks: one session from the lake to served rows, and a year of history.

`python benchmarks/scores.py --home FOLDER` takes a home that `company_data_ingest.py --home` left; it is copied first,
and each figure is of the command that a person would run, start included: `scores compute --all` of the market's last
session, then of the 252 sessions up to it, then the steps of `edgewise daily` that build and score.

The simulated companies' filings are not in that home, for nobody scores texts there; their industries are what EDGAR
told of them, which it was asked some weeks after the market's last session. In the copy that is stored once more as of
the market's first close, as if it had been asked then: no score would know a sector otherwise. A home without it is
refused. No peer scores point in time and publishes: none is beside these figures.
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
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from harness import record

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.table import Instant
from edgewise.core.tables import FILINGS, PRICES
from edgewise.core.tables_companies import COMPANIES
from edgewise.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

SESSION_S, YEAR_S, DAILY_S = 5.0, 180.0, 60.0
YEAR = 252
STEPS = ("statements", "indicators", "scores")


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


def classified(lake: Lake, first: date) -> None:
    """Store what EDGAR told of the companies as of the close of session `first`; end, if it told of no industry."""
    told = lake.read(COMPANIES, where=pl.col("sic").is_not_null())
    if told.is_empty():
        sys.exit("this home knows no company's industry: make it again, company_data_ingest.py --home FOLDER")
    lake.upsert(COMPANIES, told.with_columns(known_at=pl.lit(session_close(first), Instant)))


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
        ends = [pl.col("session").min().alias("first"), pl.col("session").max().alias("last")]
        begins, last = lake.measure(PRICES, ends).row(0)
        if lake.version(FILINGS) is None:
            classified(lake, begins)
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
