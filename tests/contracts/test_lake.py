"""What every lake promises, on a folder and on S3."""

import os
import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from edgewise.core.errors import NotConfigured, NotFound, ServiceUnavailable, Throttled
from edgewise.lake import Lake, storage_options_from
from tests.closes import CLOSES, closes, known_on
from tests.contracts.lake_writer import ROUNDS, ROWS, batch
from tests.programs import started

CHECKOUT = Path(__file__).parents[2]
WRITER = ("-m", "tests.contracts.lake_writer")
HASTY = {"timeout": "1s", "max_retries": "2", "retry_timeout": "2s", "backoff_config.init_backoff": "20ms"}


def on_s3(request, **options):
    bucket = request.getfixturevalue("bucket")
    return Lake(f"s3://{bucket}/some/lake", storage_options=storage_options_from(os.environ) | options)


@pytest.fixture(params=["folder", "s3"])
def lake(request, tmp_path):
    """Each lake we have, empty."""
    return Lake(str(tmp_path / "lake")) if request.param == "folder" else on_s3(request)


@pytest.fixture
def hasty(request, aws_front):  # noqa: ARG001 - it stands before the bucket
    """A lake on S3 that gives up after two seconds, with one row."""
    lake = on_s3(request, **HASTY)
    lake.append(CLOSES, closes(("A", 2, 1.0, 2)))
    return lake


def prices(lake, **question):
    return dict(lake.read(CLOSES, columns=["instrument_id", "close"], **question).iter_rows())


def race(*writers):
    """Start (action, lake, number) in a process each, all at one signal; return what each inserted."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    commands = [[sys.executable, *WRITER, action, lake.url, str(number)] for action, lake, number in writers]
    processes = [
        started(command, needs=["edgewise.lake", "deltalake"], text=True, cwd=CHECKOUT, **pipes) for command in commands
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(writers), said
    return [int(inserted) for inserted, _ in said]


def test_a_lake_that_nobody_wrote_to_reads_as_empty(lake):
    assert lake.read(CLOSES).is_empty()
    assert lake.tables([CLOSES]) == []
    assert lake.version(CLOSES) is None


def test_what_was_appended_is_read_as_it_was_known(lake):
    lake.append(CLOSES, closes(("A", 2, 1.0, 2), ("B", 2, 2.0, 3)))
    lake.append(CLOSES, closes(("A", 2, 1.5, 4)))
    assert prices(lake) == {"A": 1.5, "B": 2.0}
    assert prices(lake, as_of=known_on(3)) == {"A": 1.0, "B": 2.0}
    assert prices(lake, as_of=known_on(2)) == {"A": 1.0}
    assert prices(lake, as_of=known_on(1)) == {}
    assert lake.history(CLOSES)["close"].to_list() == [1.0, 1.5, 2.0]
    assert prices(lake, where=pl.col("instrument_id") == "B") == {"B": 2.0}


def test_an_upsert_inserts_replaces_and_repeats_without_a_commit(lake):
    assert lake.upsert(CLOSES, closes(("A", 2, 1.0, 2), ("B", 2, 2.0, 2))).inserted == 2
    done = lake.upsert(CLOSES, closes(("A", 2, 9.0, 2), ("B", 2, 2.0, 2), ("C", 2, 3.0, 2)))
    assert (done.inserted, done.updated, done.unchanged) == (1, 1, 1)
    assert prices(lake) == {"A": 9.0, "B": 2.0, "C": 3.0}
    again = lake.upsert(CLOSES, closes(("A", 2, 9.0, 2)))
    assert (again.unchanged, again.version) == (1, done.version)


def test_a_column_that_keeps_its_first_value_keeps_it(lake):
    first, later = (closes(("A", 2, 1.0, 2)).with_columns(first_seen_at=pl.lit(known_on(day))) for day in (2, 5))
    lake.upsert(CLOSES, first)
    assert lake.upsert(CLOSES, later, keep_first=["first_seen_at"]).unchanged == 1
    lake.upsert(CLOSES, later.with_columns(close=7.0), keep_first=["first_seen_at"])
    assert lake.read(CLOSES).select("close", "first_seen_at").row(0) == (7.0, known_on(2))


def test_an_older_version_can_be_read_and_one_that_never_was_cannot(lake):
    first = lake.append(CLOSES, closes(("A", 2, 1.0, 2)))
    lake.upsert(CLOSES, closes(("A", 2, 9.0, 2)))
    assert prices(lake, version=first) == {"A": 1.0}
    with pytest.raises(NotFound, match="no version 99"):
        lake.read(CLOSES, version=99)


def test_compaction_changes_no_answer_and_leaves_one_file(lake):
    for day in range(2, 8):
        lake.append(CLOSES, closes(("A", day, float(day), day)))
    before = lake.history(CLOSES)
    lake.compact(CLOSES)
    assert lake.tables([CLOSES])[0].files == 1
    assert lake.history(CLOSES).equals(before)


def test_a_file_is_told_from_one_that_is_gone(lake):
    lake.append(CLOSES, closes(("A", 2, 1.0, 2)))
    [stored] = lake._folder.snapshot(CLOSES).files
    assert lake._folder._exists(CLOSES, stored.path)
    assert not lake._folder._exists(CLOSES, stored.path.replace("sorted", "sorted-gone"))


def test_vacuum_keeps_what_a_reader_may_still_need(lake):
    lake.append(CLOSES, closes(("A", 2, 1.0, 2)))
    lake.append(CLOSES, closes(("B", 2, 1.0, 2)))
    old = lake.version(CLOSES)
    lake.compact(CLOSES)
    assert lake.vacuum(CLOSES, keep=timedelta(hours=1)) == 0
    assert prices(lake, version=old) == prices(lake) == {"A": 1.0, "B": 1.0}


def test_a_lake_travels_to_another_process_and_shows_no_credentials(lake):
    lake.append(CLOSES, closes(("A", 2, 1.0, 2)))
    assert prices(pickle.loads(pickle.dumps(lake))) == {"A": 1.0}
    assert repr(lake) == f"Lake({lake.url!r})"


def test_processes_that_upsert_the_same_rows_leave_each_row_once(lake):
    inserted = race(*(("upsert_shared", lake, number) for number in range(3)))
    assert sum(inserted) == lake.tables([CLOSES])[0].rows == ROUNDS * ROWS
    assert lake.history(CLOSES)["instrument_id"].n_unique() == ROUNDS * ROWS


def test_appends_of_several_processes_survive_a_compaction_that_runs_beside_them(lake):
    lake.append(CLOSES, batch("before"))
    race(("append_own", lake, 1), ("append_own", lake, 2), ("compact_often", lake, 0))
    assert lake.history(CLOSES).height == lake.tables([CLOSES])[0].rows == (2 * ROUNDS + 1) * ROWS


FAILING = {
    "the files": r"^(PUT|POST) .*\.parquet",
    "the commit": r"^PUT .*_delta_log",
    "everything": "",
}


@pytest.mark.parametrize("where", FAILING.values(), ids=FAILING)
@pytest.mark.parametrize("verdict", [500, 5.0], ids=["500", "slow"])
def test_a_write_to_a_failing_store_is_unavailable_and_stores_nothing(hasty, aws_front, where, verdict):
    aws_front.rule((where, verdict))
    with pytest.raises(ServiceUnavailable):
        hasty.append(CLOSES, closes(("B", 2, 1.0, 2)))
    aws_front.rule()
    assert prices(hasty) == {"A": 1.0}
    hasty.append(CLOSES, closes(("B", 2, 1.0, 2)))
    assert prices(hasty) == {"A": 1.0, "B": 1.0}


@pytest.mark.parametrize("where", [r"\.parquet", "_delta_log"])
@pytest.mark.parametrize(
    ("verdict", "kind"), [(500, ServiceUnavailable), (5.0, ServiceUnavailable), (429, Throttled), (403, NotConfigured)]
)
def test_a_read_from_a_failing_store_is_an_error_and_never_an_empty_answer(hasty, aws_front, where, verdict, kind):
    aws_front.rule((where, verdict))
    with pytest.raises(kind) as failed:
        hasty.read(CLOSES)
    assert "\n" not in failed.value.what
    assert "\x1b" not in failed.value.what


def test_a_bucket_that_does_not_exist_is_never_taken_for_an_empty_lake(aws_endpoint):  # noqa: ARG001 - sets the variables
    lake = Lake("s3://nobody-made-this/lake", storage_options=storage_options_from(os.environ) | HASTY)
    with pytest.raises(NotConfigured, match="bucket that does not exist"):
        lake.read(CLOSES)
