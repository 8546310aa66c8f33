"""The port Limit: in one process, in a file, and in a row of SQLite and of PostgreSQL.

Where exactness matters, time is simulated, PostgreSQL's too: it finds a clock_timestamp() of ours first. What is said
of processes is seen on real ones, by the machine's clock.
"""

from __future__ import annotations

import math
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from edgewise.adapters.disk import FileLimit
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.core.errors import InvalidInput, ServiceUnavailable, Throttled
from edgewise.core.turns import Instant, Pace
from edgewise.sources.http import SpacedLimit
from tests.programs import started

SHARED = ["file", "sqlite", "postgresql"]
NEEDED = ("edgewise.adapters.disk", "edgewise.adapters.sql.limit", "psycopg")
BEGAN = 1_000_000.0


class Simulated:
    """Time that passes only in `sleep`, in whole microseconds as PostgreSQL counts them."""

    def __init__(self):
        self.now = BEGAN
        self.late = lambda: 0.0
        self.passed = lambda: None

    def monotonic(self):
        return self.now

    def instant(self):
        return Instant("this boot", self.now, self.now)

    def sleep(self, seconds):
        self.go_on(seconds + self.late())

    def go_on(self, seconds):
        self.now = math.ceil((self.now + seconds) * 1e6) / 1e6
        self.passed()


@pytest.fixture
def simulated():
    return Simulated()


@pytest.fixture
def opened():
    """Opens databases with all their tables, and closes them."""
    databases = []

    def at(url):
        database = open_database(url)
        databases.append(database)
        database.upgrade()
        return database

    yield at
    for database in databases:
        database.close()


@pytest.fixture(params=["this", *SHARED])
def limit_of(request, simulated, opened, tmp_path):
    """Makes sharers of one limit, each with connections and files of its own: `limit_of(rate)`."""
    times = {"sleep": simulated.sleep, "monotonic": simulated.monotonic}
    if request.param == "this":
        return lambda rate: SpacedLimit(rate, **times)
    if request.param == "file":
        return lambda rate: FileLimit(tmp_path / "home" / "edgar.limit", rate, **times, instant=simulated.instant)
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'state.db'}"
    else:
        url = simulate_clock_of(request.getfixturevalue("postgres_database"), simulated, opened)
    return lambda rate: SqlLimit(opened(url), rate, **times, instant=simulated.instant)


@pytest.fixture
def shared(limit_of):
    """As `limit_of`, without the limit that cannot be shared by more than threads."""
    if isinstance(limit_of(1), SpacedLimit):
        pytest.skip("shared by threads only")
    return limit_of


def simulate_clock_of(url, simulated, opened):
    """Return the URL under which this PostgreSQL database tells the simulated time."""
    database = opened(url)
    with database.write() as connection:
        connection.execute(text("CREATE SCHEMA simulated"))
        connection.execute(text("CREATE TABLE simulated.time AS SELECT CAST(0 AS double precision) AS now"))
        connection.execute(
            text(
                "CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql"
                " AS 'SELECT to_timestamp(now) FROM simulated.time'"
            )
        )

    def passed():
        with database.write() as connection:
            connection.execute(text("UPDATE simulated.time SET now = :now"), {"now": simulated.now})

    simulated.passed = passed
    passed()
    return f"{url}?options=-csearch_path%3Dsimulated,public,pg_catalog"


def most_in_one_second(leaving):
    return max(sum(start <= instant < start + 1 for instant in leaving) for start in leaving)


class TestSimulated:
    def test_they_leave_evenly_spaced(self, limit_of, simulated):
        limit, leaving = limit_of(8), []
        for _ in range(9):
            limit.wait()
            leaving.append(simulated.now - BEGAN)
        assert leaving == pytest.approx([turn * Pace(8).spacing_s for turn in range(9)], abs=1e-4)

    def test_a_rest_saves_up_no_burst(self, limit_of, simulated):
        limit = limit_of(10)
        limit.wait()
        simulated.go_on(100)
        limit.wait()
        rested = simulated.now
        limit.wait()
        assert simulated.now - rested == pytest.approx(Pace(10).spacing_s, abs=1e-4)

    @pytest.mark.parametrize("rate", [0.7, 3.5, 10])
    def test_failure_case_41_no_second_sees_more_than_the_rate_however_late_the_sleepers_wake(
        self, limit_of, simulated, rate
    ):
        draw = random.Random(7)
        simulated.late = lambda: draw.choice([0.0, 0.01, 0.09, 0.3])
        limit, leaving = limit_of(rate), []
        for _ in range(40):
            limit.wait()
            leaving.append(simulated.now)
            simulated.go_on(draw.choice([0.0, 0.0, 0.05, 0.4]))
        assert most_in_one_second(leaving) <= max(1, math.floor(rate))

    def test_a_hold_within_patience_is_waited_for(self, limit_of, simulated):
        limit = limit_of(8)
        limit.wait()
        limit.hold(50)
        limit.hold(7)
        limit.wait(patience_s=60)
        assert simulated.now - BEGAN == pytest.approx(50, abs=1e-4)

    def test_a_hold_beyond_patience_is_told_at_once(self, limit_of, simulated):
        limit = limit_of(8)
        limit.hold(600)
        simulated.go_on(200)
        with pytest.raises(Throttled, match="left alone for 400 s more") as caught:
            limit.wait(patience_s=60)
        assert caught.value.retry_after_s == pytest.approx(400, abs=1e-3)
        assert simulated.now - BEGAN == 200

    def test_who_gives_up_leaves_no_empty_slot(self, limit_of, simulated):
        limit = limit_of(2)
        limit.wait()
        with pytest.raises(Throttled, match="next free turn") as caught:
            limit.wait(patience_s=0.1)
        assert caught.value.retry_after_s == pytest.approx(Pace(2).spacing_s, abs=1e-3)
        limit.wait()
        assert simulated.now - BEGAN == pytest.approx(Pace(2).spacing_s, abs=1e-3)

    def test_the_rate_in_force_is_told(self, limit_of):
        limit = limit_of(5)
        assert limit.rate_per_s == 5
        limit.wait()
        assert limit.rate_per_s == 5

    @pytest.mark.parametrize("rate", [0, -1, 10.01, math.nan, math.inf])
    def test_a_rate_the_sec_does_not_allow_is_refused(self, limit_of, rate):
        with pytest.raises(InvalidInput, match="at most 10"):
            limit_of(rate)

    @pytest.mark.parametrize("seconds", [-1, math.nan])
    def test_a_hold_that_is_none_is_refused(self, limit_of, seconds):
        with pytest.raises(InvalidInput, match="hold"):
            limit_of(8).hold(seconds)

    def test_an_interrupted_sleeper_lets_the_next_one_through(self, limit_of, simulated):
        def interrupt():
            simulated.late = lambda: 0.0
            raise KeyboardInterrupt

        limit = limit_of(1)
        limit.wait()
        simulated.late = interrupt
        with pytest.raises(KeyboardInterrupt):
            limit.wait()
        limit.wait()
        assert simulated.now - BEGAN <= 2 * Pace(1).spacing_s + 0.01

    def test_a_departure_that_came_back_too_late_is_taken_back(self, limit_of, simulated):
        limit = limit_of(1)
        limit.wait()
        stall, ask = iter([0.0, 0.5]), limit._desk.visit

        def stalled(act):
            answer = ask(act)
            simulated.go_on(next(stall, 0.0))  # our departure is on record, then we are put aside
            return answer

        limit._desk = SimpleNamespace(visit=stalled)
        limit.wait()
        assert simulated.now - BEGAN == pytest.approx(Pace(1).spacing_s + 0.5, abs=1e-3)
        limit.wait()
        assert simulated.now - BEGAN == pytest.approx(Pace(1).spacing_s + 0.5 + Pace(1).window_s, abs=0.01)

    def test_a_desk_that_is_always_slow_is_put_up_with(self, limit_of, simulated):
        limit = limit_of(10)
        ask = limit._desk.visit

        def slow(act):
            answer = ask(act)
            simulated.go_on(0.05)
            return answer

        limit._desk = SimpleNamespace(visit=slow)
        for _ in range(8):
            limit.wait()
        assert simulated.now - BEGAN < 8 * Pace(10).spacing_s + 0.6


class TestShared:
    def test_sharers_leave_by_turns(self, shared, simulated):
        one, other, leaving = shared(4), shared(4), []
        for limit in [one, other] * 4:
            limit.wait()
            leaving.append(simulated.now - BEGAN)
        assert leaving == pytest.approx([turn * Pace(4).spacing_s for turn in range(8)], abs=1e-4)

    def test_failure_case_41_a_block_that_one_hears_of_pauses_all(self, shared, simulated):
        one, other = shared(8), shared(8)
        one.hold(600)
        with pytest.raises(Throttled, match="left alone for 600 s more"):
            other.wait(patience_s=60)
        simulated.go_on(550)
        other.hold(10)
        other.wait(patience_s=60)
        assert simulated.now - BEGAN == pytest.approx(600, abs=1e-3)

    def test_where_sharers_disagree_the_slower_rate_is_in_force_for_both(self, shared, simulated):
        slow, fast = shared(2), shared(10)
        slow.wait()
        fast.wait()
        assert fast.rate_per_s == 2
        assert simulated.now - BEGAN == pytest.approx(Pace(2).spacing_s, abs=1e-3)
        simulated.go_on(61)
        fast.wait()
        assert fast.rate_per_s == 10

    def test_a_hold_reaches_the_others_later_if_it_cannot_reach_them_now(self, shared):
        one, other = shared(8), shared(8)
        desk = one._desk

        def away(_):
            raise ServiceUnavailable("away")

        one._desk = SimpleNamespace(visit=away)
        one.hold(600)
        one._desk = desk
        with pytest.raises(Throttled):
            one.wait(patience_s=60)
        with pytest.raises(Throttled, match="600 s more"):
            other.wait(patience_s=60)


def test_threads_leave_in_the_order_in_which_they_came(limit_of, simulated):
    asleep, wake, left = threading.Event(), threading.Event(), []

    def late():
        asleep.set()
        assert wake.wait(10)
        return 0.0

    limit = limit_of(1)
    limit.wait()
    simulated.late = late

    def leave(name):
        limit.wait()
        left.append(name)

    threads = [threading.Thread(target=leave, args=(name,)) for name in range(6)]
    for waiting, thread in enumerate(threads, start=1):
        thread.start()
        while len(limit._threads._line) < waiting:
            time.sleep(0.001)
    assert asleep.wait(10)
    wake.set()
    for thread in threads:
        thread.join()
    assert left == [0, 1, 2, 3, 4, 5]


def test_a_thread_without_patience_does_not_wait_for_those_before_it(limit_of, simulated):
    asleep, wake = threading.Event(), threading.Event()

    def late():
        asleep.set()
        assert wake.wait(10)
        return 0.0

    limit = limit_of(1)
    limit.wait()
    simulated.late = late
    first = threading.Thread(target=limit.wait)
    first.start()
    assert asleep.wait(10)
    with pytest.raises(Throttled, match="no patience left"):
        limit.wait(patience_s=0.01)
    wake.set()
    first.join()


@pytest.fixture(params=SHARED)
def where(request, opened, tmp_path):
    """The place of a limit that processes share."""
    if request.param == "file":
        return str(tmp_path / "edgar.limit")
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'state.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    opened(url)
    return url


class Leavers:
    """Processes that share a limit, and when they left."""

    def __init__(self, where, rate, folder):
        self.command = [sys.executable, Path(__file__).with_name("leaver.py"), where, str(rate), folder]
        self.folder = folder
        folder.mkdir()
        self.running = []

    def start(self, number):
        pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        new = [started(self.command, needs=NEEDED, **pipes) for _ in range(number)]
        self.running += new
        for process in new:
            assert process.stdout.readline() == b"ready\n"
        for process in new:
            process.stdin.write(b"go\n")
            process.stdin.flush()
        return new

    def kill(self, process, with_signal=signal.SIGKILL):
        process.send_signal(with_signal)
        process.wait(10)
        process.stdin.close()
        process.stdout.close()
        self.running.remove(process)

    def left(self, process=None):
        """Return the departures of one process, or of all in order."""
        files = [self.folder / str(process.pid)] if process else list(self.folder.iterdir())
        lines = [line for file in files for line in file.read_text().splitlines(keepends=True)]
        return sorted(float(line) for line in lines if line.endswith("\n"))


@pytest.fixture
def leavers(where, tmp_path):
    made = []

    def make(rate):
        made.append(Leavers(where, rate, tmp_path / "left"))
        return made[0]

    yield make
    for process in [process for group in made for process in list(group.running)]:
        made[0].kill(process)


def until(condition, patience_s=30):
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_failure_case_41_three_processes_share_evenly_and_no_second_sees_more_than_the_rate(leavers):
    group = leavers(10)
    processes = group.start(3)
    until(lambda: len(group.left()) >= 33)
    for process in processes:
        group.kill(process)
    shares = [len(group.left(process)) for process in processes]
    assert min(shares) >= 0.8 * sum(shares) / 3
    assert max(shares) <= 1.2 * sum(shares) / 3
    assert most_in_one_second(group.left()) <= 10


def test_processes_killed_at_random_moments_do_not_stop_the_others(leavers):
    draw = random.Random(3)
    group = leavers(10)
    group.start(3)
    for _ in range(4):
        time.sleep(draw.uniform(0, 0.4))
        group.kill(draw.choice(group.running))
        (new,) = group.start(1)
        until(lambda new=new: len(group.left(new)) >= 3)
    before = len(group.left())
    until(lambda: len(group.left()) >= before + 10)
    assert most_in_one_second(group.left()) <= 10
