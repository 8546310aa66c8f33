"""What rests short of its goal goes back into the queue when its wait is over."""

from __future__ import annotations

import pytest

from edgewise.core.ports import Failure, FilingState
from edgewise.pipelines.stream.events import Swept
from edgewise.pipelines.stream.sweep import GRACE, MAX_ATTEMPTS, sweep, wait_after
from tests.pipelines.conftest import NOON, accession
from tests.pipelines.stream.conftest import HandClock, a_work, name, queued, told


@pytest.fixture
def clock(stream):
    clock = HandClock()
    object.__setattr__(stream.rooms, "clock", clock)
    return clock


def fail(stream, number, *, times=1, retry=True):
    for _ in range(times):
        stream.rooms.filings.fail([Failure(accession(number), "service_unavailable", "", retry)], at=NOON)


def test_the_wait_doubles_from_a_second_to_six_hours():
    assert [wait_after(attempts) for attempts in (1, 2, 3, 12, 15, 16, 40)] == [1, 2, 4, 2048, 16384, 21600, 21600]


def test_a_filing_that_nobody_finished_is_queued_after_the_grace(stream, clock):
    forms = {1: "", 2: "8-K", 3: "S-1", 4: "4", 5: "4"}
    stream.rooms.filings.discover([a_work(number, form=form) for number, form in forms.items()], seen_at=NOON)
    stream.rooms.filings.advance([accession(number) for number in (2, 3, 4)], FilingState.FETCHED, at=NOON)
    stream.rooms.filings.advance([accession(5)], FilingState.PARSED, at=NOON)
    clock.forward(GRACE.total_seconds() - 1)
    assert sweep(stream) == 0
    clock.forward(1)
    assert sweep(stream) == 3
    assert queued(stream) == {name(1), name(2), name(4)}
    assert told(stream, Swept) == [Swept(0), Swept(3)]


def test_a_passing_failure_is_queued_when_its_wait_is_over(stream, clock):
    stream.rooms.filings.discover([a_work(1)], seen_at=NOON)
    fail(stream, 1, times=7)
    clock.forward(63)
    assert sweep(stream) == 0
    clock.forward(1)
    assert sweep(stream) == 1


def test_a_failure_for_good_and_one_too_often_stay_failed(stream, clock):
    stream.rooms.filings.discover([a_work(1), a_work(2)], seen_at=NOON)
    fail(stream, 1, retry=False)
    fail(stream, 2, times=MAX_ATTEMPTS)
    clock.forward(1_000_000)
    assert sweep(stream) == 0


def test_sweeping_twice_queues_once(stream, clock):
    stream.rooms.filings.discover([a_work(1)], seen_at=NOON)
    clock.forward(3_600)
    sweep(stream)
    sweep(stream)
    assert stream.queue.depth().waiting == 1
