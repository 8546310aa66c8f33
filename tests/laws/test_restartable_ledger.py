"""Law 4, restartable: a ledger killed at any instant keeps all that it acknowledged and holds nothing by halves.

This file is also the program that is killed: `python -m tests.laws.test_restartable_ledger URL FIRST_BATCH MODE`. It
takes batches of filings through the steps below for ever, and says "batch step" on a line after the ledger returned. In
mode `hasty`, the planted violation, it says so before.
"""

import itertools
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork
from tests.programs import started, whole_lines

CHECKOUT = Path(__file__).parents[2]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
KILLS = 12
BATCH = 25
# What each step leaves behind in every filing of its batch: state, attempts, reason.
STEPS = [
    (FilingState.DISCOVERED, 0, ""),
    (FilingState.FETCHED, 0, ""),
    (FilingState.FAILED, 1, "truncated"),
    (FilingState.FAILED, 2, "throttled"),
    (FilingState.PARSED, 0, ""),
    (FilingState.SCORED, 0, ""),
]


def batch_of(number):
    return [Accession(f"{number + 1:010d}-24-{place:06d}") for place in range(BATCH)]


def take(ledger, accessions, step):
    state, _, reason = STEPS[step]
    if state is FilingState.DISCOVERED:
        ledger.discover([FilingWork(each, "https://example.test/", Cik(1)) for each in accessions], seen_at=NOON)
    elif state is FilingState.FAILED:
        ledger.fail([Failure(each, reason, "", retry=True) for each in accessions], at=NOON)
    else:
        ledger.advance(accessions, state, at=NOON)


def work_for_ever(url, first_batch, mode):
    ledger = SqlFilingLedger(open_database(url))
    for number, step in ((number, step) for number in itertools.count(first_batch) for step in range(len(STEPS))):
        if mode == "hasty":
            acknowledge(number, step)
            sys.stdin.readline()
        take(ledger, batch_of(number), step)
        if mode == "honest":
            acknowledge(number, step)


def acknowledge(number, step):
    print(number, step, flush=True)  # noqa: T201 - the test that will kill this process listens


def killed(url, first_batch, mode, *, after_lines, after_s=0.0):
    """Start the program, kill it after so many acknowledgements and a moment; return the last step of each batch.

    A kill may cut the last line, and what is left of it acknowledges nothing.
    """
    command = [sys.executable, "-m", "tests.laws.test_restartable_ledger", url, str(first_batch), mode]
    pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    with started(command, needs=["edgewise.adapters.sql", "pytest"], text=True, cwd=CHECKOUT, **pipes) as program:
        lines = [program.stdout.readline() for _ in range(after_lines)]
        time.sleep(after_s)
        program.kill()
        lines += program.stdout.readlines()
    return {int(number): int(step) for number, step in map(str.split, whole_lines(lines))}


def violations(url, acknowledged):
    """Return what the reopened ledger has lost or holds by halves; the one step in flight may or may not be there."""
    database = open_database(url)
    with database.read() as connection:
        found = [text for text in connection.scalars(text("PRAGMA integrity_check")) if text != "ok"]
    kept = {filing.accession: filing for filing in SqlFilingLedger(database).select(limit=1_000_000)}
    for number, step in acknowledged.items():
        rows = [kept.get(accession) for accession in batch_of(number)]
        held = {(row.state, row.attempts, row.reason) if row else None for row in rows}
        if not any(held == {allowed} for allowed in STEPS[step : step + 2]):
            found.append(f"batch {number} was acknowledged at {STEPS[step]} and holds {held}")
    database.close()
    return found


@pytest.fixture
def url(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    database.close()
    return f"sqlite:///{tmp_path / 'state.db'}"


def test_law_4_a_ledger_killed_at_random_moments_keeps_every_acknowledged_transition(url):
    dice = random.Random(4)
    acknowledged = {}
    for _ in range(KILLS):
        first_batch = max(acknowledged, default=-1) + 2  # the batch after the last may have been begun
        acknowledged |= killed(
            url, first_batch, "honest", after_lines=dice.randrange(1, 80), after_s=dice.uniform(0, 0.005)
        )
        assert violations(url, acknowledged) == []
    assert len(acknowledged) > KILLS


def test_law_4_a_program_that_acknowledges_before_it_commits_is_caught(url):
    acknowledged = killed(url, 0, "hasty", after_lines=1)
    assert acknowledged == {0: 0}
    (violation,) = violations(url, acknowledged)
    assert violation.endswith("holds {None}")


def test_law_4_a_batch_that_went_only_half_the_way_is_caught(url):
    database = open_database(url)
    ledger = SqlFilingLedger(database)
    take(ledger, batch_of(0), 0)
    take(ledger, batch_of(0)[: BATCH // 2], 1)
    database.close()
    (violation,) = violations(url, {0: 0})
    assert violation.startswith("batch 0 was acknowledged")


if __name__ == "__main__":
    work_for_ever(sys.argv[1], int(sys.argv[2]), sys.argv[3])
