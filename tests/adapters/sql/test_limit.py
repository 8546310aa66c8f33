"""What only a database can suffer; what every limit promises is in tests/contracts/test_limit.py."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from sqlalchemy import select, text

from edgewise.adapters.sql import limit as module
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.adapters.sql.models import rate_limits
from edgewise.core.errors import NotConfigured, ServiceUnavailable
from edgewise.core.turns import Instant, Pace, restored


@pytest.fixture
def sqlite(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def postgres(postgres_database):
    database = open_database(postgres_database)
    database.upgrade()
    yield database
    database.close()


class Time:
    def __init__(self):
        self.now = self.jumped = 0.0

    def sleep(self, seconds):
        self.now += seconds

    def limit(self, database, rate=8, **options):
        return SqlLimit(
            database,
            rate,
            sleep=self.sleep,
            monotonic=lambda: self.now,
            instant=lambda: Instant("", 1000 + self.now + self.jumped, 0.0),
            **options,
        )


@pytest.mark.parametrize("jump", [3600, -3600, 1, -1])
def test_a_clock_of_the_database_that_jumps_costs_a_second_and_no_burst(sqlite, jump):
    clock = Time()
    limit, leaving = clock.limit(sqlite), []
    for turn in range(40):
        if turn == 20:
            clock.jumped = jump
        limit.wait()
        leaving.append(clock.now)
    assert max(sum(start <= instant < start + 1 for instant in leaving) for start in leaving) <= 8
    assert leaving[-1] < 39 * Pace(8).spacing_s + 1.1


def test_an_answer_that_was_long_on_its_way_is_no_departure(postgres):
    limit, read = SqlLimit(postgres, 10), time.monotonic
    for _ in range(3):
        limit.wait()  # learns how quickly the database answers
    stalls = [0.3]

    def put_aside():
        if stalls:
            time.sleep(stalls.pop())  # the database has read its clock, and we have not heard of it
        return read()

    time.sleep(0.2)  # so that the next one may leave as soon as it asks
    limit._desk._monotonic = put_aside
    limit.wait()
    with postgres.read() as connection:
        record = connection.scalar(select(rate_limits.c.turns))
        now = connection.scalar(text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"))
    assert not stalls
    assert now - restored(record, Instant("", now, now)).left[-1] < 0.2


def test_two_names_are_two_limits(sqlite):
    clock = Time()
    clock.limit(sqlite, 1).wait()
    clock.limit(sqlite, 1, name="prices").wait()
    assert clock.now == 0
    with sqlite.read() as connection:
        assert sorted(connection.scalars(select(rate_limits.c.name))) == ["edgar", "prices"]


def test_a_database_that_was_not_upgraded_is_told(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(NotConfigured, match="lacks a table"):
        SqlLimit(database, 8).wait()
    database.close()


def test_the_clock_is_read_after_the_row_was_locked(postgres):
    """Else who waited for the lock would take the past for the present and leave too early behind the one before."""
    limit, read = SqlLimit(postgres, 8), []
    limit.wait()
    visitor = threading.Thread(target=lambda: limit._desk.visit(lambda _, moment: read.append(moment.now)))
    with postgres.write() as connection:
        connection.execute(text("SELECT turns FROM rate_limits FOR UPDATE"))
        visitor.start()
        time.sleep(0.3)
        released = connection.scalar(text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"))
    visitor.join(10)
    assert read[0] >= released


def test_who_vanishes_with_the_row_locked_gives_it_up(postgres, monkeypatch):
    monkeypatch.setattr(module, "_LOCKED", text(module._LOCKED.text.replace("'5s'", "'200ms'")))
    limit = SqlLimit(postgres, 8)
    limit.wait()
    vanished, come_back = threading.Event(), threading.Event()
    errors = []

    def vanish():
        def act(_turns, _moment):
            vanished.set()
            come_back.wait(20)

        try:
            SqlLimit(postgres, 8)._desk.visit(act)
        except Exception as error:  # noqa: BLE001 - which one is asserted below
            errors.append(error)

    thread = threading.Thread(target=vanish)
    thread.start()
    assert vanished.wait(10)
    limit.wait(patience_s=10)
    come_back.set()
    thread.join(10)
    assert [type(error) for error in errors] == [ServiceUnavailable]


def test_an_unreachable_database_is_an_outage_that_passes():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    database = open_database(f"postgresql://u:secret@127.0.0.1:{port}/edgewise")
    limit = SqlLimit(database, 8)
    limit.hold(600)
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        limit.wait()
    database.close()
