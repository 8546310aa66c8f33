"""The busiest day: 8,000 filings with their bursts, watched live on two cores; nothing missing, memory flat."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

from edgewise.app.house import House
from edgewise.core.tables import FILINGS as FILINGS_TABLE
from edgewise.simulate.load import BUSIEST, write_busy_day
from edgewise.simulate.server import Rules, SimulatedClock
from edgewise.simulate.server import serve as serve_in_thread
from faults.scenario import Trial, scenario
from faults.streams import LIVE, ledger_counts, rests
from faults.world import kill_group

if TYPE_CHECKING:
    from faults.world import Home

FILINGS, SMALL = 8_000, 300
# Simulated time runs from midnight to midnight, New York, so fast that the day lasts this long.
LASTS_S, SMALL_LASTS_S = 540.0, 45.0
BEGINS = datetime(BUSIEST.year, BUSIEST.month, BUSIEST.day, 4, tzinfo=UTC)
DAY = timedelta(hours=24)
SAMPLED_EVERY_S = 2.0
MOST_GROWTH = 1.15
BEHIND_S = 900.0


@scenario(
    fault="24 hours of the busiest day: 8,000 filings in bursts",
    cause="simulated day in nine minutes, watched live by two processes; documents up to 2 s late",
    sees="nothing but a lag",
    survives="every filing of the day's index at its goal; memory flat: the last quarter at most 1.15 times the second",
    long=True,
)
def busiest_day(trial: Trial) -> None:
    """Watch a busy day."""
    filings, lasts_s = (SMALL, SMALL_LASTS_S) if trial.quick else (FILINGS, LASTS_S)
    folder = trial.folder / "market"
    write_busy_day(folder, filings)
    rules = Rules(document_delay_s=(0.0, 2.0), real_seconds=True, rate_per_s=0)
    clock = SimulatedClock(BEGINS, DAY.total_seconds() / lasts_s, until=BEGINS + DAY)
    with serve_in_thread(folder, clock, rules=rules) as served:
        home = trial.world.home("busiest-day", edgar=served.url)
        process = home.start(*LIVE, "--workers", "2")
        memory = Memory(process.pid)
        try:
            while clock.now() < BEGINS + DAY:
                trial.pause(1.0)
            _wait_until_done(trial, home, filings)
            process.terminate()
            process.wait(60)
        finally:
            memory.stop()
            kill_group(process)
        _compare_with_index(trial, home, filings)
    _expect_flat(trial, memory)
    trial.done += 1


class Memory:
    """Resident memory of every process of a group, sampled until stopped: MiB by process id, with the seconds."""

    def __init__(self, leader: int) -> None:
        self.samples: dict[int, list[float]] = {}
        self._leader, self._stop = leader, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the sampling."""
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLED_EVERY_S):
            with suppress(psutil.Error):
                leader = psutil.Process(self._leader)
                for one in (leader, *leader.children(recursive=True)):
                    with suppress(psutil.Error):
                        self.samples.setdefault(one.pid, []).append(one.memory_info().rss / 2**20)


def growth(samples: list[float]) -> float:
    """Return the median of the last quarter over the median of the second quarter.

    The first quarter is left out: there libraries are imported, pools and caches fill, and the day's first batches set
    the allocator's high-water mark. What leaks goes on growing through the busy second half of the day.
    """
    quarter = len(samples) // 4
    return median(samples[-quarter:]) / median(samples[quarter : 2 * quarter])


def _expect_flat(trial: Trial, memory: Memory) -> None:
    for number, (_, samples) in enumerate(sorted(memory.samples.items())):
        if len(samples) < 8:
            continue
        grown = growth(samples)
        trial.details[f"process {number}"] = {
            "samples": len(samples),
            "MiB at most": round(max(samples)),
            "MiB at the end": round(samples[-1]),
            "MiB by quarter": [round(median(part)) for part in _quarters(samples)],
            "growth": round(grown, 3),
        }
        if not trial.quick:
            trial.expect(grown <= MOST_GROWTH, f"process {number} grew by {grown:.2f}: {trial.details}")


def _quarters(samples: list[float]) -> list[list[float]]:
    quarter = len(samples) // 4
    return [samples[place * quarter : (place + 1) * quarter] for place in range(4)]


def _wait_until_done(trial: Trial, home: Home, filings: int) -> None:
    waited = 0.0
    while waited < BEHIND_S:
        counts = ledger_counts(home)
        if sum(counts.values()) >= filings and not any(state in ("discovered", "parsed") for state, _ in counts):
            with House(home.settings) as house:
                depth = house.queue.depth()
                if not depth.waiting + depth.leased + depth.delayed:
                    break
        trial.pause(2.0)
        waited += 2.0
    trial.details["done after the day's end, s"] = waited


def _compare_with_index(trial: Trial, home: Home, filings: int) -> None:
    """Compare the ledger and the lake with the day's own index, asked for anew."""
    with House(home.settings) as house:
        index = set(house.edgar.daily_index(BUSIEST).entries["accession"].to_list())
        works = {str(work.accession): work for work in house.filings.select(limit=1_000_000)}
        stored = set(house.lake.read(FILINGS_TABLE, columns=["accession"])["accession"].to_list())
        unfinished = Counter(f"{work.state} {work.reason}" for work in works.values() if not rests(work))
    trial.details |= {"in the index": len(index), "in the ledger": len(works), "in the lake": len(stored)}
    trial.expect(len(index) == filings, f"the index names {len(index)} filings instead of {filings}")
    trial.expect(not index - works.keys(), f"{len(index - works.keys())} filings of the index are not in the ledger")
    trial.expect(not index - stored, f"{len(index - stored)} filings of the index are not in the lake")
    trial.expect(not unfinished, f"short of their goal: {dict(unfinished)}")
