"""What only a file can suffer; what every limit promises is in tests/contracts/test_limit.py."""

from __future__ import annotations

import fcntl
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from edgewise.adapters.disk import FileLimit
from edgewise.adapters.disk import limit as module
from edgewise.core.errors import NotConfigured, ServiceUnavailable, Throttled
from edgewise.core.turns import Instant, Pace


class Machine:
    """A machine whose clocks move in `sleep`; `boot` it again and they begin anew."""

    def __init__(self):
        self.now, self.wall, self.boots = 5000.0, 1_700_000_000.0, 1

    def instant(self):
        return Instant(f"boot {self.boots}", self.now, self.wall)

    def sleep(self, seconds):
        self.now += seconds
        self.wall += seconds

    def boot(self, takes_s):
        self.boots, self.now, self.wall = self.boots + 1, 3.0, self.wall + takes_s

    def limit(self, path, rate=8):
        return FileLimit(path, rate, sleep=self.sleep, monotonic=lambda: self.now, instant=self.instant)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "edgar.limit"


def test_a_file_of_garbage_costs_a_second(machine, path):
    draw = random.Random(5)
    limit = machine.limit(path)
    for length in [1, 20, 300, 5000]:
        limit.wait()
        path.write_bytes(draw.randbytes(length))
        began = machine.now
        limit.wait()
        assert machine.now - began == pytest.approx(Pace(8).window_s, abs=0.01)
        machine.sleep(2)


def test_a_line_cut_at_any_place_is_noticed(machine, path):
    limit = machine.limit(path)
    for _ in range(9):
        limit.wait()
    whole = path.read_bytes()
    for cut in range(1, whole.index(b"\n"), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(Throttled, match=r"next free turn is in 1\.0 s"):
            limit.wait(patience_s=0.5)


def test_a_file_removed_in_use_is_made_again(machine, path):
    limit = machine.limit(path)
    limit.wait()
    path.unlink()
    limit.wait()
    assert path.is_file()


def test_a_file_removed_while_the_lock_was_waited_for_is_not_used(machine, path, monkeypatch):
    limit = machine.limit(path)
    limit.wait()
    lock, locked = module._FileDesk._lock, []

    def removed_meanwhile(desk, file):
        lock(desk, file)
        if not locked:
            path.unlink()
        locked.append(os.fstat(file).st_nlink)

    monkeypatch.setattr(module._FileDesk, "_lock", removed_meanwhile)
    limit.wait()
    assert locked == [0, 1]


def test_after_a_reboot_the_old_departures_count_as_just_now_and_a_hold_goes_on(machine, path):
    limit = machine.limit(path)
    limit.wait()
    machine.boot(takes_s=60)
    machine.limit(path).wait()
    assert machine.now - 3.0 == pytest.approx(Pace(8).window_s, abs=0.01)
    machine.limit(path).hold(600)
    machine.boot(takes_s=60)
    with pytest.raises(Throttled, match="540 s more"):
        machine.limit(path).wait(patience_s=60)


def test_a_wall_clock_that_jumps_changes_nothing(machine, path):
    limit, leaving = machine.limit(path), []
    for jump in [0, 3600, -86400, 5e8, -5e8]:
        machine.wall += jump
        limit.wait()
        leaving.append(machine.now - 5000)
    assert leaving == pytest.approx([turn * Pace(8).spacing_s for turn in range(5)], abs=1e-6)


def test_a_place_that_cannot_be_written_is_a_matter_of_configuration(machine, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for bad in [tmp_path / "file" / "edgar.limit", tmp_path]:
        with pytest.raises(NotConfigured, match="rate limit cannot be kept"):
            machine.limit(bad).wait()


def test_a_full_disk_is_told(machine, path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(NotConfigured, match="No space left"):
        machine.limit(path).wait()


def test_a_holder_that_was_stopped_is_not_waited_for_for_ever(machine, path, monkeypatch):
    monkeypatch.setattr(module, "_LOCK_WAIT_S", 0.05)
    limit = machine.limit(path)
    limit.wait()
    with path.open("r+b") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        with pytest.raises(ServiceUnavailable, match="locked by another process"):
            limit.wait()
    limit.wait()


def test_no_file_stays_open(machine, path):
    limit = machine.limit(path)
    limit.wait()
    before = os.open(os.devnull, os.O_RDONLY)
    os.close(before)
    for _ in range(50):
        limit.wait()
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    assert lowest_free == before


def test_visits_of_many_threads_lose_nothing(path):
    limits = [FileLimit(path, 10) for _ in range(4)]
    numbers, guard = [], threading.Lock()

    def visit(number):
        def act(turns, _moment):
            turns.next_number += 1
            return turns.next_number

        found = limits[number % 4]._desk.visit(act)
        with guard:
            numbers.append(found)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(visit, range(400)))
    assert sorted(numbers) == list(range(2, 402))
