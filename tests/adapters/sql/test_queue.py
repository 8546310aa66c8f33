"""The table as a queue: its clock, its index, kill -9, and any history beside a plain list.

What every queue does is in tests/contracts/test_queue.py.
"""

import itertools
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event

from edgewise.adapters.sql import SqlQueue, open_database
from edgewise.core.errors import InvalidInput
from edgewise.core.ports import Message, QueueDepth
from tests.programs import started

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
A, B = Message("a", "about a"), Message("b", "about b")


class Clock:
    """A clock that goes only when told."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_s(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A database file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "state.db"
    database = open_database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    shutil.copy(migrated, tmp_path / "state.db")
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield database
    database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue(database, clock):
    return SqlQueue(database, clock=clock)


def messages(deliveries):
    return [delivery.message for delivery in deliveries]


class TestClock:
    def test_a_lease_lasts_to_its_end_and_not_a_moment_longer(self, queue, clock):
        queue.put([A])
        queue.take(limit=1, lease_s=60)
        clock.pass_s(59.999)
        assert queue.take(limit=1, lease_s=60) == []
        clock.pass_s(0.001)
        assert messages(queue.take(limit=1, lease_s=60)) == [A]

    def test_a_clock_set_back_by_years_ends_leases_and_delays_of_the_wrong_time(self, queue, clock):
        clock.pass_s(10 * 365 * 86_400)
        queue.put([A, B])
        (first, second) = queue.take(limit=2, lease_s=60)
        queue.release([second], delay_s=60)
        clock.now = NOON
        assert queue.depth() == QueueDepth(waiting=2, leased=0, delayed=0, dead=0, oldest_s=0.0)
        assert messages(queue.take(limit=2, lease_s=60)) == [A, B]
        queue.acknowledge([first])
        assert queue.depth().leased == 2

    def test_what_was_put_by_a_clock_that_ran_ahead_is_lent_all_the_same(self, queue, clock):
        clock.pass_s(3_600)
        queue.put([A])
        clock.now = NOON
        assert messages(queue.take(limit=1, lease_s=60)) == [A]

    def test_the_longest_lease_is_no_clock_gone_wrong(self, queue):
        queue.put([A])
        queue.take(limit=1, lease_s=12 * 3600)
        assert queue.take(limit=1, lease_s=60) == []

    def test_the_oldest_tells_its_age_in_seconds_and_leased_ones_do_not_count(self, queue, clock):
        queue.put([A])
        clock.pass_s(100)
        queue.put([B])
        clock.pass_s(20.5)
        assert queue.depth().oldest_s == 120.5
        queue.take(limit=1, lease_s=60)
        assert queue.depth().oldest_s == 20.5

    def test_dead_letters_come_oldest_first_with_the_instant_of_their_death(self, database, clock):
        queue = SqlQueue(database, max_deliveries=1, clock=clock)
        queue.put([B])
        queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        queue.put([A])
        queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        letters = queue.dead()
        assert messages(letters) == [B, A]
        assert [letter.died_at for letter in letters] == [NOON + timedelta(seconds=s) for s in (61, 122)]
        assert messages(queue.dead(limit=1)) == [B]


class TestReceipts:
    def test_work_done_late_may_be_acknowledged_while_nobody_else_has_the_message(self, queue, clock):
        queue.put([A])
        lent = queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        queue.acknowledge(lent)
        assert queue.depth() == QueueDepth(0, 0, 0, 0, 0.0)

    def test_work_done_after_all_may_be_acknowledged_when_the_message_was_given_up(self, database, clock):
        queue = SqlQueue(database, max_deliveries=1, clock=clock)
        queue.put([A])
        lent = queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        assert len(queue.dead()) == 1
        queue.acknowledge(lent)
        assert queue.dead() == []

    def test_a_release_after_the_end_counts_as_a_delivery(self, queue, clock):
        queue.put([A])
        lent = queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        queue.release(lent, delay_s=3_600)
        (again,) = queue.take(limit=1, lease_s=60)
        assert again.deliveries == 2

    def test_a_redriven_message_ignores_receipts_of_its_former_life(self, database, clock):
        queue = SqlQueue(database, max_deliveries=1, clock=clock)
        queue.put([A])
        lent = queue.take(limit=1, lease_s=60)
        clock.pass_s(61)
        queue.redrive(["a"])
        queue.acknowledge(lent)
        assert queue.depth().waiting == 1


def test_a_dead_key_put_again_stays_dead(database, clock):
    queue = SqlQueue(database, max_deliveries=1, clock=clock)
    queue.put([A])
    queue.take(limit=1, lease_s=60)
    clock.pass_s(61)
    queue.put([A])
    assert queue.take(limit=1, lease_s=60) == []
    assert messages(queue.dead()) == [A]


def test_after_five_deliveries_unless_told_otherwise_a_message_is_dead(queue, clock):
    queue.put([A])
    for number in range(1, 6):
        (lent,) = queue.take(limit=1, lease_s=60)
        assert lent.deliveries == number
        clock.pass_s(61)
    assert queue.take(limit=1, lease_s=60) == []
    assert [letter.deliveries for letter in queue.dead()] == [5]


def test_a_queue_that_delivers_never_is_refused(database):
    with pytest.raises(InvalidInput, match="at most 0 deliveries"):
        SqlQueue(database, max_deliveries=0)


def test_of_very_many_messages_each_look_reads_only_what_it_lends(queue, database, clock):
    queue.put([Message(f"k{number}", "") for number in range(12_000)])
    lent = queue.take(limit=5_000, lease_s=60)
    queue.release(lent[:1_000], delay_s=30)
    asked = []
    event.listen(
        database._engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values))
    )
    clock.pass_s(45)
    assert len(queue.take(limit=2_000, lease_s=60)) == 2_000
    looks = [(sql, values) for sql, values in asked if sql.startswith(("SELECT queue", "UPDATE"))]
    assert len(looks) > 4
    with database.read() as connection:
        for sql, values in looks:
            plan = " ".join(step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "SEARCH queue_messages USING" in plan, (sql, plan)
            assert "TEMP B-TREE" not in plan, (sql, plan)


def test_killed_at_any_moment_it_loses_nothing_and_brings_nothing_back(database):
    program = Path(__file__).with_name("queue_user.py")
    url = database._engine.url.render_as_string()
    told = {"about-to-put": set(), "put": set(), "about-to-acknowledge": set(), "acknowledged": set()}
    for number in range(4):
        command = [sys.executable, program, url, str(number)]
        user = started(command, needs=["edgewise.adapters.sql"], text=True, stdout=subprocess.PIPE)
        lines = list(itertools.islice(user.stdout, 9 + 11 * number))
        user.send_signal(signal.SIGKILL)
        lines += [line for line in user.stdout if line.endswith("\n")]
        user.wait()
        user.stdout.close()
        for line in lines:
            done, key = line.split()
            told[done].add(key)
    clock = Clock()
    clock.now = datetime.now(UTC) + timedelta(hours=1)
    left = {message.key for message in messages(SqlQueue(database, clock=clock).take(limit=10_000, lease_s=60))}
    assert len(told["put"]) > 10
    assert told["put"] - told["about-to-acknowledge"] <= left <= told["about-to-put"] - told["acknowledged"]


KEYS = st.sampled_from(["a", "b", "c", "d"])
MOST = 2


@dataclass
class Known:
    """A message as the model keeps it."""

    body: str
    place: int
    put_at: datetime
    state: str = "waiting"
    until: datetime | None = None
    deliveries: int = 0
    lending: object = None


class QueueBesideList(RuleBasedStateMachine):
    """Any history of calls leaves the queue as it leaves a dictionary that follows the port's docstrings."""

    migrated = None
    copies = itertools.count()

    @initialize()
    def open(self):
        path = self.migrated.with_name(f"{next(self.copies)}.db")
        shutil.copy(self.migrated, path)
        self.clock = Clock()
        self.database = open_database(f"sqlite:///{path}")
        self.queue = SqlQueue(self.database, max_deliveries=MOST, clock=self.clock)
        self.model = {}
        self.places = itertools.count()
        self.lent = []  # (delivery, the model's name of that lending)

    def teardown(self):
        self.database.close()

    def settle(self):
        for known in self.model.values():
            if known.until is not None and known.until <= self.clock.now:
                dies = known.state == "leased" and known.deliveries >= MOST
                known.state, known.until = ("dead" if dies else "waiting"), None

    @rule(keys=st.lists(KEYS, max_size=3), body=st.text(max_size=3))
    def put(self, keys, body):
        self.queue.put([Message(key, body) for key in keys])
        for key in keys:
            if key not in self.model:
                self.model[key] = Known(body, next(self.places), self.clock.now)

    @rule(limit=st.integers(0, 3), lease_s=st.sampled_from([10, 40]))
    def take(self, limit, lease_s):
        self.settle()
        waiting = sorted((known.place, key) for key, known in self.model.items() if known.state == "waiting")
        lent = self.queue.take(limit=limit, lease_s=lease_s)
        assert [delivery.message.key for delivery in lent] == [key for _, key in waiting[:limit]]
        for delivery in lent:
            known = self.model[delivery.message.key]
            known.state, known.until = "leased", self.clock.now + timedelta(seconds=lease_s)
            known.deliveries += 1
            known.lending = object()
            assert (delivery.message.body, delivery.deliveries) == (known.body, known.deliveries)
            assert delivery.put_at == known.put_at
            self.lent.append((delivery, known.lending))

    @rule(data=st.data())
    def acknowledge(self, data):
        for delivery, lending in self.some_lent(data):
            self.queue.acknowledge([delivery])
            known = self.model.get(delivery.message.key)
            if known is not None and known.lending is lending:
                del self.model[delivery.message.key]

    @rule(data=st.data(), delay_s=st.sampled_from([0, 20]))
    def release(self, data, delay_s):
        self.settle()
        for delivery, lending in self.some_lent(data):
            self.queue.release([delivery], delay_s=delay_s)
            known = self.model.get(delivery.message.key)
            if known is not None and known.lending is lending and known.state == "leased":
                known.state = "delayed" if delay_s else "waiting"
                known.until = self.clock.now + timedelta(seconds=delay_s) if delay_s else None
                known.deliveries -= 1
                known.lending = None

    def some_lent(self, data):
        return data.draw(st.lists(st.sampled_from(self.lent), max_size=2)) if self.lent else []

    @rule(keys=st.lists(KEYS, max_size=2))
    def redrive(self, keys):
        self.settle()
        dead = [key for key in set(keys) if key in self.model and self.model[key].state == "dead"]
        assert self.queue.redrive(keys) == len(dead)
        for key in dead:
            known = self.model[key]
            known.state, known.deliveries, known.lending = "waiting", 0, None

    @rule(seconds=st.sampled_from([5, 10, 30, 50]))
    def pass_time(self, seconds):
        self.clock.pass_s(seconds)

    @rule()
    def the_dead_are_the_same(self):
        self.settle()
        dead = {key: known.deliveries for key, known in self.model.items() if known.state == "dead"}
        assert {letter.message.key: letter.deliveries for letter in self.queue.dead()} == dead

    @invariant()
    def the_depth_is_the_same(self):
        self.settle()
        states = [known.state for known in self.model.values()]
        waiting_since = [known.put_at for known in self.model.values() if known.state == "waiting"]
        oldest_s = (self.clock.now - min(waiting_since)).total_seconds() if waiting_since else 0.0
        expected = QueueDepth(*map(states.count, ("waiting", "leased", "delayed", "dead")), oldest_s)
        assert self.queue.depth() == expected


def test_any_history_leaves_the_queue_as_a_dictionary_would_be(migrated, tmp_path):
    QueueBesideList.migrated = Path(shutil.copy(migrated, tmp_path / "state.db"))
    few = settings(max_examples=30, stateful_step_count=25, deadline=None, derandomize=True)
    run_state_machine_as_test(QueueBesideList, settings=few)
