"""Real processes write to one lake at once, and one is killed in the middle of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edgewise.core.errors import WriteConflict
from edgewise.core.tables import PRICES
from edgewise.lake import lake as lake_module
from edgewise.lake.delta import CommitRefused, DeltaFolder
from tests.programs import started, whole_lines

WRITER = Path(__file__).with_name("writer.py")
ROWS_OF_A_BATCH = 50


def start(action, lake, number):
    command = [sys.executable, str(WRITER), action, lake.url, str(number)]
    pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    return started(command, needs=["edgewise.lake", "deltalake"], text=True, **pipes)


def finish(writers):
    said = [writer.communicate(timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * len(writers)
    return said


def test_processes_that_upsert_the_same_rows_leave_each_row_once(lake):
    writers = [start("upsert_shared", lake, number) for number in range(3)]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 3
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    inserted = [int(said) for said in finish(writers)]
    assert sum(inserted) == 10 * ROWS_OF_A_BATCH
    assert lake.tables([PRICES])[0].rows == 10 * ROWS_OF_A_BATCH
    assert lake.history(PRICES)["instrument_id"].n_unique() == 10 * ROWS_OF_A_BATCH


def test_appends_survive_a_compaction_that_runs_beside_them(lake):
    finish([*(start("append_own", lake, number) for number in range(2)), start("compact_often", lake, 10)])
    assert lake.history(PRICES).height == lake.tables([PRICES])[0].rows == 20 * ROWS_OF_A_BATCH


def test_a_writer_killed_at_any_moment_leaves_whole_batches_only(lake):
    for attempt in range(3):
        writer = start("append_for_ever", lake, 1000 * attempt)
        told = [writer.stdout.readline() for _ in range(4 + attempt)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        writer.stdin.close()
        batches = lake.read(PRICES)["instrument_id"].str.head(4).value_counts()
        assert set(batches["count"]) == {ROWS_OF_A_BATCH}
        assert {int(line) for line in whole_lines(told)} <= {int(number) for number in batches["instrument_id"]}


def test_threads_share_a_lake(lake, table, rows):
    batches = [rows((f"I{number % 4}", 2, 1.0, 2)) for number in range(24)]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda batch: lake.upsert(table, batch), batches))
    assert sum(one.inserted for one in done) == 4
    assert lake.tables([table])[0].rows == 4


def test_a_refused_commit_is_decided_again_on_the_newest_version(lake, table, rows, monkeypatch):
    """Between our snapshot and our commit, another writer stores the same row."""
    rival = lake_module.Lake(lake.url)
    lake.upsert(table, rows(("Z", 2, 0.0, 2)))
    write = DeltaFolder.write

    def write_after_the_rival(self, *args, **kwargs):
        monkeypatch.setattr(DeltaFolder, "write", write)
        rival.upsert(table, rows(("A", 2, 1.0, 2)))
        return write(self, *args, **kwargs)

    monkeypatch.setattr(DeltaFolder, "write", write_after_the_rival)
    done = lake.upsert(table, rows(("A", 2, 1.0, 2), ("B", 2, 2.0, 2)))
    assert (done.inserted, done.unchanged) == (1, 1)
    assert lake.history(table)["instrument_id"].to_list() == ["A", "B", "Z"]


def test_a_refused_commit_leaves_no_file_behind(lake, table, rows):
    lake.upsert(table, rows(("A", 2, 1.0, 2)))
    folder = lake._folder
    stale = folder.snapshot(table)
    lake_module.Lake(lake.url).upsert(table, rows(("B", 2, 1.0, 2)))
    written = folder.write(stale, rows(("B", 2, 1.0, 2)))
    with pytest.raises(CommitRefused):
        folder.commit(stale, written, (), exclusive=True)
    assert not (Path(lake.url) / "closes" / written[0].path).exists()


def test_patience_ends_with_a_write_conflict_and_nothing_stored(lake, table, rows, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise CommitRefused("somebody was first")

    pauses = []
    monkeypatch.setattr(lake_module.time, "sleep", pauses.append)
    monkeypatch.setattr(DeltaFolder, "commit", refuse)
    with pytest.raises(WriteConflict, match="give the table one writer"):
        lake.upsert(table, rows(("A", 2, 1.0, 2)))
    assert len(pauses) == lake_module.ATTEMPTS
    assert max(pauses) <= 1.0
    assert lake.read(table).is_empty()
