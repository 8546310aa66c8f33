"""Law 4: kill the journey at any instant, start it again, and the end is the same. A planted violation is caught."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.tables import (
    DOCUMENTS,
    FILING_TONE,
    FILINGS,
    ITEM_CHANGES,
    ITEMS,
    RISK_CHANGES,
    RISK_FACTORS,
    TEXTS,
)
from tests.programs import started

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 12
NEEDS = ("edgewise.app.house", "edgewise.pipelines.ingest", "edgewise.pipelines.journey", "edgewise.lake", "alembic")
JOURNEY = """
import sys
from pathlib import Path
from datetime import date
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.pipelines import stages
from edgewise.pipelines.ingest import record_discoveries
from edgewise.pipelines.journey import stages as legs
from edgewise.sources.edgar.selection import Origin, Selection

def go(home, edgar):
    with House(Settings(home=Path(home), edgar=edgar, executor="this")) as house:
        selection = Selection(origin=Origin.INDEX, since=date(2024, 2, 12), until=date(2024, 2, 23))
        record_discoveries(house.edgar.discover(selection), house.filings, house.clock)
        chain = list(legs(house.rooms))
        print("started", flush=True)
        for stage in chain:
            stages.run_stage(stage, house.filings, house.clock, batch=4)
    print("finished", flush=True)
"""
HONEST = JOURNEY + "\nif __name__ == '__main__':\n    go(*sys.argv[1:])\n"
# The planted violation: acknowledge first, commit the effect afterwards.
HASTY = (
    JOURNEY
    + """
import time
def hasty(stage, ledger, clock, *, batch):
    while works := ledger.pending(stage.takes, limit=batch, forms=stage.forms):
        prepared, failures = stages._split(works, stage.prepare(works))
        ledger.advance([work.accession for work, _ in prepared], stage.gives, at=clock.now())
        time.sleep(0.3)
        if prepared:
            stage.commit([value for _, value in prepared])
        ledger.fail(failures, at=clock.now())
stages.run_stage = hasty
if __name__ == '__main__':
    go(*sys.argv[1:])
"""
)


def run(script: str, home: Path, edgar: str, *, kill_after: float | None = None) -> bool:
    """Run the journey in a process of its own; kill it so many seconds after it started, or let it finish."""
    process = started([sys.executable, "-c", script, home, edgar], needs=NEEDS, stdout=subprocess.PIPE, text=True)
    try:
        on_its_way = process.stdout.readline() == "started\n"
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        finished = process.stdout.readline() == "finished\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert on_its_way
    return finished


def outcome(home: Path, edgar: str) -> dict[str, object]:
    """Everything visible at the end: states, rows (but for when we first saw a filing), and stored bytes."""
    with House(Settings(home=home, edgar=edgar, executor="this")) as house:
        tables = {
            table.name: house.lake.history(table).drop("first_seen_at", strict=False).sort(pl.all())
            for table in (FILINGS, DOCUMENTS, TEXTS, ITEMS, RISK_FACTORS, ITEM_CHANGES, RISK_CHANGES, FILING_TONE)
        }
        return {
            "states": house.filings.counts(),
            **{name: frame.rows() for name, frame in tables.items()},
            "referenced blobs": [
                house.documents.exists(sha256)
                for sha256 in (*tables["documents"]["sha256"], *tables["texts"]["text_sha256"])
            ],
        }


def killed_again_and_again(script: str, home: Path, edgar: str, *, kills: int, seed: int = 4) -> bool:
    """Kill the journey at `kills` random instants, then let it finish; return whether it could."""
    chance = random.Random(seed)
    for _ in range(kills):
        if run(script, home, edgar, kill_after=chance.uniform(0.0, 0.9)):
            break
    return run(script, home, edgar)


@pytest.fixture(scope="module")
def edgar(market):
    return f"archive://{market.folder}"


@pytest.fixture(scope="module")
def undisturbed(edgar, tmp_path_factory):
    home = tmp_path_factory.mktemp("undisturbed")
    assert run(HONEST, home, edgar)
    return outcome(home, edgar)


@pytest.mark.timeout(240)
def test_killed_at_random_instants_the_journey_ends_as_if_undisturbed(edgar, undisturbed, tmp_path):
    assert killed_again_and_again(HONEST, tmp_path, edgar, kills=KILLS)
    assert sum(undisturbed["states"].values()) > 50
    assert outcome(tmp_path, edgar) == undisturbed


@pytest.mark.timeout(240)
def test_a_journey_that_acknowledges_before_it_commits_is_caught(edgar, undisturbed, tmp_path):
    for attempt in range(8):
        home = tmp_path / str(attempt)
        finished = killed_again_and_again(HASTY, home, edgar, kills=4, seed=attempt)
        if not finished or outcome(home, edgar) != undisturbed:
            return
    pytest.fail("eight hasty journeys, killed four times each, all looked undisturbed")
