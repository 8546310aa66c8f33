"""All ingesters of company data over a simulated market and its server: seconds and memory, by ingester.

`python benchmarks/company_data_ingest.py --market FOLDER` takes a market that `edgewise simulate market --full
--without-texts` wrote; without it one of `--companies` is written first, which does not count. Each ingester is the
command that a person would run to bring in a market's history, in a process of its own, after those that it builds on.
`--all` means everybody who was listed on a day that is asked for: who has left the market comes by the price provider's
list of securities. Three run at once: those that ask a provider page by page mostly wait for its limit of ten requests
a second. Facts come by the SEC's zip of all of them, forms of insiders and institutions by its quarterly data sets,
CUSIPs by its files of fails of the last year, prices session by session; statements are made with the facts, and those
that splits change again with the ratios. The server is another process: its processor time does not count, but its
share of the two cores does.

Wall seconds say what a person waits on this machine, with whatever else it does. The bar is that of 4,600 companies
over five years. From two markets of so many years, `--market SMALL --market LARGE`, each ingester's figure is drawn
along a line through both; from one it is multiplied by how much smaller the market is, start-up and all, which is too
high.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
from harness import record

from edgewise.app.commands.served_market import served

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMPANIES, YEARS = 4_600, 5
LANES = 3
BAR_S, BAR_GB = 360.0, 4.0
CORES = 2
_ALL_FACTS = "https://www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip"
_DATA_SETS_TAKE = timedelta(days=20)
_A_QUARTER = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Ingester:
    """A command, and the ingesters that it needs the rows of."""

    command: tuple[str, ...]
    after: tuple[str, ...] = ()


class Memory:
    """The most that the processes in `watched` and their children held at once, looked at twice a second.

    A page that several of them share counts once.
    """

    def __init__(self) -> None:
        self.watched: set[int] = set()
        self.peak_gb = 0.0
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.peak_gb = max(self.peak_gb, sum(map(_held_gb, tuple(self.watched))))


def _held_gb(process_id: int) -> float:
    held = 0.0
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process_id)
        for one in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += one.memory_full_info().pss / 1e9
    return held


@dataclass(frozen=True, slots=True)
class Took:
    """What one took: wall and processor seconds, of its largest process the peak memory, exit code, its last words."""

    wall_s: float
    processor_s: float
    peak_gb: float
    code: int
    said: str


def plan_of(market: Path) -> dict[str, Any]:
    """Return the plan that a market was written by, from its note."""
    found = re.search(r"```json\n(.*?)```", (market / "SIMULATED.md").read_text(encoding="ascii"), re.DOTALL)
    assert found is not None, f"{market} has no plan in its note"
    plan: dict[str, Any] = json.loads(found[1])
    return plan


def ingesters(plan: Mapping[str, Any]) -> dict[str, Ingester]:
    """Return the ingesters by name, the longest of those that wait for nothing first."""
    first, last = date.fromisoformat(plan["start"]), date.fromisoformat(plan["end"])
    filed = [f"--data-set={quarter}" for quarter in _quarters(first, last)]
    # A set of 13Fs has the reports about the quarter before; that about the last one is not out yet.
    held = [f"--data-set={quarter}" for quarter in _quarters(first - _A_QUARTER, last - _A_QUARTER)]
    since, named = f"--since={first}", ("instruments",)
    asked = {
        "instruments": Ingester(("instruments", "ingest")),
        "facts and statements": Ingester(("fundamentals", "ingest", "--all", f"--bulk={_ALL_FACTS}"), named),
        "prices": Ingester(("prices", "ingest", "--all", since), named),
        "insiders": Ingester(("insiders", "ingest", *filed), named),
        "holdings": Ingester(("holdings", "ingest", *held), named),
        "cusips": Ingester(("holdings", "cusips", "--backfill=400"), named),
    }
    if plan["provider_data"]:
        asked |= {"ratings": Ingester(("ratings", "ingest", since), named)}
        asked |= {"news": Ingester(("news", "ingest", since), named)}
    # Splits change what is per share, and turnover counts the shares that the reports tell.
    both = ("prices", "facts and statements")
    return asked | {
        "ratios": Ingester(("fundamentals", "build"), both),
        "indicators": Ingester(("indicators", "build"), both),
    }


def _quarters(first: date, last: date) -> list[str]:
    """Return the calendar quarters that hold these days, as 2024Q1."""
    numbers = range(first.year * 4 + (first.month - 1) // 3, last.year * 4 + (last.month - 1) // 3 + 1)
    return [f"{number // 4}Q{number % 4 + 1}" for number in numbers]


def run(command: Sequence[str], environment: dict[str, str], memory: Memory) -> Took:
    """Run a command of ours, whose memory is watched, and return what it took."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "edgewise", *command, "--json"],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        memory.watched.add(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        memory.watched.discard(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode("utf-8", errors="replace")[-2_000:]
    wall_s = time.perf_counter() - began
    return Took(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, process.returncode, said)


def measured(
    market: Path, plan: dict[str, Any], chosen: Sequence[str], kept: Path | None = None
) -> tuple[dict[str, Took], float, float]:
    """Run the ingesters beside a server that stands some weeks after the market's end, when all data sets are out.

    kept: where the home is left; a folder that goes away if None.
    Returns what each took, by name, and of all together the wall seconds and the most memory held at once in GB.
    """
    ends = datetime.combine(date.fromisoformat(plan["end"]), datetime.min.time(), tzinfo=UTC)
    wanted = {name: one for name, one in ingesters(plan).items() if not chosen or name in chosen}
    with (
        tempfile.TemporaryDirectory() if kept is None else nullcontext(str(kept)) as home,
        served(market, begins=ends + _DATA_SETS_TAKE, delay="0-0") as server,
        Memory() as memory,
    ):
        environment = os.environ | _settings(server.url, home)
        began = time.perf_counter()
        found = _at_once(wanted, environment, memory)
        return found, time.perf_counter() - began, memory.peak_gb


def _settings(url: str, home: str) -> dict[str, str]:
    source = dict.fromkeys(("EDGAR", "PRICE_SOURCE", "RATINGS", "NEWS"), url)
    keys = {"BENZINGA_KEY": "simulated", "POLYGON_KEY": "simulated", "PRICES": "polygon"}
    limits = {"RATE_PER_S": "0", "BENZINGA_PER_MINUTE": "600", "POLYGON_PER_MINUTE": "600"}
    own = {"HOME": home, "IDENTITY": "Edgewise benchmark@example.com"} | source | keys | limits
    return {f"EDGEWISE_{name}": value for name, value in own.items()}


def _at_once(wanted: Mapping[str, Ingester], environment: dict[str, str], memory: Memory) -> dict[str, Took]:
    """Run the ingesters, LANES at once, each after those that it needs."""
    over = {name: threading.Event() for name in wanted}

    def one(name: str) -> Took:
        for before in wanted[name].after:
            if before in over:
                over[before].wait()
        took = run(wanted[name].command, environment, memory)
        over[name].set()
        print(f"  {name}: {_told(took)}", flush=True)
        return took

    with ThreadPoolExecutor(LANES) as lanes:
        running: dict[str, Future[Took]] = {name: lanes.submit(one, name) for name in wanted}
        return {name: took.result() for name, took in running.items()}


def _told(took: Took) -> str:
    words = f"\n{took.said}" if took.code else ""
    return f"{took.processor_s:.1f} processor s, {took.wall_s:.1f} s, {took.peak_gb:.2f} GB, code {took.code}{words}"


def written(companies: int, years: int, folder: Path) -> Path:
    """Write a market of numbers and return its folder."""
    size = ["--companies", str(companies), "--years", str(years), "--full", "--without-texts"]
    command = [sys.executable, "-m", "edgewise", "simulate", "market", "--folder", str(folder), *size]
    subprocess.run(command, check=True)
    return folder


def at_full_size(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the seconds at 4,600 companies over five years, from those of one market or of two.

    sizes: companies times years of each market, the smaller first.
    """
    full = COMPANIES * YEARS
    if len(sizes) == 1:
        return seconds[0] * max(full / sizes[0], 1)
    slope = (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0])
    return seconds[-1] + slope * (full - sizes[-1])


def main() -> None:
    """Measure and record."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--market", type=Path, action="append", help="a market that was written before; one or two")
    asked.add_argument("--companies", type=int, default=44)
    asked.add_argument("--years", type=int, default=1)
    asked.add_argument("--only", action="append", default=[], help="an ingester; repeat for several")
    asked.add_argument("--home", type=Path, help="a folder to leave the home of the last market in")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        markets = said.market or [written(said.companies, said.years, Path(folder) / "market")]
        plans = [plan_of(market) for market in markets]
        homes = [*(None for _ in markets[1:]), said.home]
        told = [
            measured(market, plan, said.only, home) for market, plan, home in zip(markets, plans, homes, strict=True)
        ]
    sizes = [float(plan["companies"] * plan["years"]) for plan in plans]
    runs = [took for took, _, _ in told]
    full = {name: at_full_size(sizes, [took[name].processor_s for took in runs]) for name in runs[-1]}
    for name, seconds in full.items():
        each = 1000 * runs[-1][name].processor_s / plans[-1]["companies"]
        print(f"  {name}: {each:.0f} ms a company, {seconds:.0f} processor s at full size", flush=True)
    details = {
        "plans": plans,
        "runs": [{"wall_s": wall, "gb": gb, "by_ingester": took} for took, wall, gb in told],
        "full": full,
    }
    from_sizes = ", ".join(f"{plan['companies']} companies over {plan['years']} years" for plan in plans)
    record(
        "pipelines",
        "company_data_s",
        value=sum(full.values()) / CORES,
        unit=f"s on {CORES} cores all in use, 4,600 companies over 5 years, from {from_sizes}",
        bar=BAR_S,
        higher_is_better=False,
        details=details,
    )
    record(
        "pipelines",
        "company_data_wall_s",
        value=told[-1][1],
        unit=f"wall s of {', '.join(runs[-1])}, {plans[-1]['companies']} companies over {plans[-1]['years']} years",
        bar=BAR_S,
        higher_is_better=False,
        details=details,
    )
    record(
        "pipelines",
        "company_data_gb",
        value=told[-1][2],
        unit=f"GB at most in all processes at once, {plans[-1]['companies']} companies over {plans[-1]['years']} years",
        bar=BAR_GB,
        higher_is_better=False,
        details=details,
    )
    if any(took.code for took in runs[-1].values()):
        sys.exit("an ingester failed")


if __name__ == "__main__":
    main()
