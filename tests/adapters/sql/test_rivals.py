"""Several processes on one database."""

import subprocess
import sys
from pathlib import Path

import pytest

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.ports import FilingState
from tests.programs import started


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.db'}"
    return request.getfixturevalue("postgres_database")


def race(task, url, *, rivals):
    """Run `task` in several processes that start at one signal; return the number each printed."""
    command = [sys.executable, Path(__file__).with_name("rival.py"), task, url]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    needs = ("edgewise.adapters.sql", "alembic", "psycopg")
    processes = [started(command, needs=needs, text=True, **pipes) for _ in range(rivals)]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * rivals, said
    return [int(number) for number, _ in said]


def test_processes_that_upgrade_a_new_database_at_once_all_succeed(url):
    revisions = race("upgrade", url, rivals=3)
    database = open_database(url)
    assert revisions == [len(database.revision())] * 3
    assert database.drift() == []
    database.close()


def test_two_processes_lose_no_write_and_count_each_filing_once(url):
    database = open_database(url)
    database.upgrade()
    first, second = race("discover", url, rivals=2)
    counts = SqlFilingLedger(database).counts()
    # 15 rounds of 20 filings, each overlapping the last by 10, and the contested one.
    assert counts == {(FilingState.FETCHED, ""): 160, (FilingState.FAILED, "throttled"): 1}
    assert first + second == 161
    (contested,) = SqlFilingLedger(database).select(reason="throttled")
    assert contested.attempts == 30
    database.close()
