from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from edgewise.core.errors import InvalidInput, NotFound, ServiceUnavailable
from edgewise.lake.as_of import Question, latest_rows

HOUR = timedelta(hours=1)


@pytest.fixture
def replaced(lake, table, rows):
    """A lake whose first version names a file that the newest one does not."""
    lake.append(table, rows(("A", 2, 1.0, 2)))
    lake.upsert(table, rows(("A", 2, 2.0, 2)))
    return lake


def test_a_reader_that_holds_a_version_can_finish_after_compaction_and_vacuum(replaced, table):
    held = replaced._folder.snapshot(table, version=1)
    replaced.compact(table)
    assert replaced.vacuum(table, keep=HOUR) == 0
    assert latest_rows(held, Question(None, ["close"], None))["close"].to_list() == [1.0]


def test_files_that_left_longer_ago_are_deleted_and_the_newest_version_stays(replaced, table):
    _grow_older(replaced, hours=3)
    assert replaced.vacuum(table, keep=4 * HOUR) == 0
    assert replaced.vacuum(table, keep=2 * HOUR) == 1
    assert replaced.read(table)["close"].to_list() == [2.0]


def test_where_nothing_is_left_to_delete_nothing_is_committed(replaced, table):
    _grow_older(replaced, hours=3)
    replaced.vacuum(table, keep=HOUR)
    version = replaced.version(table)
    assert replaced.vacuum(table, keep=HOUR) == 0
    assert replaced.version(table) == version


def test_a_version_whose_files_were_vacuumed_says_so(replaced, table):
    _grow_older(replaced, hours=3)
    replaced.vacuum(table, keep=HOUR)
    with pytest.raises(NotFound, match=r"version 1 of table closes has lost files\. Vacuum removed them"):
        replaced.read(table, version=1)


def test_a_reader_overtaken_by_vacuum_is_told_to_read_again_and_then_succeeds(replaced, table):
    held = replaced._folder.snapshot(table, version=1)
    _grow_older(replaced, hours=3)
    replaced.vacuum(table, keep=HOUR)
    with pytest.raises(ServiceUnavailable, match="Read again") as caught:
        latest_rows(held, Question(None, ["close"], None))
    assert ".parquet" not in str(caught.value)
    assert replaced.read(table)["close"].to_list() == [2.0]


def test_a_file_that_a_writer_is_about_to_commit_survives(replaced, table, rows):
    folder = replaced._folder
    snapshot = folder.snapshot(table)
    written = folder.write(snapshot, rows(("B", 2, 3.0, 2)))
    replaced.vacuum(table, keep=HOUR)
    folder.commit(snapshot, written, (), exclusive=False)
    assert replaced.read(table)["close"].to_list() == [2.0, 3.0]


def test_what_a_killed_writer_left_behind_is_deleted_in_time(replaced, table, rows):
    folder = replaced._folder
    [orphan] = folder.write(folder.snapshot(table), rows(("B", 2, 3.0, 2)))
    path = Path(replaced.url) / table.name / orphan.path
    os.utime(path, (path.stat().st_mtime - 7200,) * 2)
    replaced.vacuum(table, keep=HOUR)
    assert not path.exists()


@pytest.mark.parametrize("keep", [timedelta(minutes=59), timedelta(0), -HOUR])
def test_keeping_less_than_a_read_may_take_is_refused(replaced, table, keep):
    with pytest.raises(InvalidInput, match="Keep at least 1:00:00"):
        replaced.vacuum(table, keep=keep)


def _grow_older(lake, *, hours):
    """Let all files have left the table that many hours earlier."""
    for entry in (Path(lake.url) / "closes" / "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in entry.read_text().splitlines()]
        for action in actions:
            if "remove" in action:
                action["remove"]["deletionTimestamp"] -= hours * 3_600_000
        entry.write_text("\n".join(json.dumps(action) for action in actions) + "\n")
    lake._folder._handles.__dict__.clear()
