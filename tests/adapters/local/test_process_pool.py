"""What only a pool of processes can do wrong. What every executor does is in tests/contracts/test_executor.py."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edgewise.adapters.local import ProcessPool
from edgewise.core.errors import InvalidInput, Permanent, Transient

HERE = Path(__file__).parent


def when_written(note):
    while not note.exists():
        time.sleep(0.01)
    return int(note.read_text())


def when_gone(process_id):
    while is_alive(process_id):
        time.sleep(0.01)


def is_alive(process_id):
    """Return whether a process runs; one that ended but was not collected by its parent yet does not."""
    status = Path(f"/proc/{process_id}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def errands():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        yield importlib.import_module("errands")


@pytest.fixture(scope="module")
def pool(errands):  # noqa: ARG001 - workers copy the import path when they start
    with ProcessPool(2) as opened:
        yield opened


def test_work_is_done_in_other_processes_that_stay_warm(errands):
    with ProcessPool(1) as pool:
        (first,) = set(pool.map(errands.process_id, range(20)))
        assert first != os.getpid()
        assert set(pool.map(errands.process_id, range(20))) == {first}


def test_a_killed_worker_is_an_error_that_may_be_retried_in_its_turn(pool, errands):
    results = pool.map(errands.die_at_three, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Transient, match=r"exit code -9\) while it worked on 3\. .*fewer workers") as caught:
        next(results)
    assert caught.value.code == "worker_died"


def test_the_pool_replaces_a_worker_that_died(pool, errands):
    with pytest.raises(Transient):
        list(pool.map(errands.die_at_three, [3]))
    assert list(pool.map(errands.square, range(8))) == [number**2 for number in range(8)]


def test_a_worker_that_dies_idle_is_replaced_and_costs_nothing(pool, errands):
    # Again and again: two threads that find their workers dead at once used to disagree about it, one time in twenty.
    for _ in range(15):
        victims = set(pool.map(errands.process_id, range(8)))
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
            os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
        assert victims.isdisjoint(pool.map(errands.process_id, range(8)))


def test_a_function_that_exits_the_interpreter_is_a_dead_worker(pool, errands):
    with pytest.raises(Transient, match="exit code 5"):
        list(pool.map(errands.leave, [5]))


def test_large_items_and_results_pass_both_ways(pool):
    payload = [bytes([number]) * 3_000_000 for number in range(6)]
    assert list(pool.map(bytes.upper, payload)) == payload


def test_an_error_tells_where_in_the_worker_it_arose(pool, errands):
    with pytest.raises(ZeroDivisionError) as caught:
        list(pool.map(errands.fail_at_three, [3]))
    assert "in fail_at_three" in caught.value.__notes__[0]


def test_a_foreign_error_that_cannot_be_read_back_travels_as_ours(pool, errands):
    with pytest.raises(Permanent, match="NeedsTwoArguments: one and two") as caught:
        list(pool.map(errands.foreign, [0]))
    assert caught.value.code == "worker_error"
    assert "in foreign" in caught.value.__notes__[0]


def test_a_function_that_no_other_process_can_find_is_refused_at_once(pool):
    with pytest.raises(InvalidInput, match="the function cannot be sent to another process"):
        pool.map(lambda number: number, [1])


def test_an_item_that_cannot_be_pickled_is_refused_in_its_turn(pool, errands):
    results = pool.map(errands.square, [2, (number for number in [])])
    assert next(results) == 4
    with pytest.raises(InvalidInput, match="the item cannot be sent"):
        next(results)


def test_a_result_that_cannot_be_pickled_is_refused(pool, errands):
    with pytest.raises(InvalidInput, match="the result cannot be sent"):
        list(pool.map(errands.lock, [0]))


def test_closing_stops_workers_in_the_middle_of_an_item(errands, tmp_path):
    note, ends = tmp_path / "note", []

    def wait_for_ever():
        with pytest.raises(Transient) as caught:
            list(pool.map(errands.process_id_into, [note]))
        ends.append(caught.value.code)

    with ProcessPool(1) as pool:
        reader = threading.Thread(target=wait_for_ever)
        reader.start()
        worker = when_written(note)
    reader.join()
    assert ends == ["worker_died"]
    assert not is_alive(worker)


@pytest.mark.parametrize(("to_all", "number"), [(True, signal.SIGINT), (False, signal.SIGINT), (False, signal.SIGKILL)])
def test_when_the_program_ends_its_workers_end_too(tmp_path, to_all, number):
    note = tmp_path / "note"
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    program = subprocess.Popen(
        [sys.executable, HERE / "endless_program.py", note],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    worker = when_written(note)
    (os.killpg if to_all else os.kill)(program.pid, number)
    _, complaints = program.communicate()
    assert program.returncode == -number
    assert complaints.count("Traceback") == (number == signal.SIGINT), complaints
    when_gone(worker)


@pytest.mark.parametrize("workers", [0, -1])
def test_a_pool_needs_a_worker(workers):
    with pytest.raises(InvalidInput, match="pool of"):
        ProcessPool(workers)


def test_by_default_there_is_a_worker_for_each_processor():
    with ProcessPool() as pool:
        assert len(pool._workers) == len(os.sched_getaffinity(0))
