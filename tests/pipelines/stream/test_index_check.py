"""The daily index fills what the feed missed, once, when it is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edgewise.core.errors import ServiceUnavailable
from edgewise.pipelines.stream.events import GapFound
from edgewise.pipelines.stream.index_check import IndexCheck
from edgewise.pipelines.stream.intake import queue_unseen
from tests.pipelines.conftest import NOON
from tests.pipelines.stream.conftest import DAY, a_work, name, queued, told


@pytest.fixture
def check(stream):
    stream.rooms.edgar.indexes = {DAY: [1, 2, 3]}
    return IndexCheck(stream.intake, stream.ledger, days=2)


def test_what_nobody_saw_is_queued_and_told(stream, check):
    assert check.check() == 3
    assert queued(stream) == {name(1), name(2), name(3)}
    assert told(stream, GapFound) == [GapFound("2025-03-04", 3)]


def test_filings_that_the_ledger_knows_are_not_queued_again(stream, check):
    stream.rooms.filings.discover([a_work(1), a_work(2)], seen_at=NOON)
    assert check.check() == 1
    assert queued(stream) == {name(3)}


def test_a_filing_that_was_seen_but_whose_message_vanished_is_queued_and_no_gap_of_the_feed(stream, check):
    queue_unseen(stream.intake, [a_work(1)])
    stream.queue.acknowledge(stream.queue.take(limit=1, lease_s=60))  # as if lost: the ledger never heard of it
    assert check.check() == 2
    assert queued(stream) == {name(1), name(2), name(3)}


def test_a_day_is_compared_once_whoever_asks(stream, check):
    check.check()
    stream.rooms.edgar.asked.clear()
    stream.intake.machine.forward(3_600)
    assert IndexCheck(stream.intake, stream.ledger, days=2).check() == 0
    assert f"index {DAY}" not in stream.rooms.edgar.asked


def test_a_day_without_an_index_is_asked_again_next_time(stream, check):
    stream.rooms.edgar.indexes = {}
    assert check.check() == 0
    stream.rooms.edgar.indexes = {DAY: [1]}
    assert check.check() == 1


def test_a_check_that_breaks_off_is_done_again(stream, check, monkeypatch):
    def fails(_messages):
        raise ServiceUnavailable("the queue is away")

    with monkeypatch.context() as patch:
        patch.setattr(stream.queue, "put", fails)
        with pytest.raises(ServiceUnavailable):
            check.check()
    assert check.check() == 3


def test_days_are_business_days_of_new_york_up_to_today(stream):
    IndexCheck(stream.intake, stream.ledger, days=4).check()
    asked = [day for day in stream.rooms.edgar.asked if day.startswith("index")]
    assert asked == [f"index 2025-03-{day:02d}" for day in (3, 4, 5)]  # 1 and 2 March 2025 were a weekend


def test_in_the_night_of_utc_it_is_still_yesterday_in_new_york(stream):
    class Night:
        def now(self):
            return datetime(2025, 3, 5, 3, 30, tzinfo=UTC)

    object.__setattr__(stream.intake, "clock", Night())
    IndexCheck(stream.intake, stream.ledger, days=0).check()
    assert stream.rooms.edgar.asked == ["index 2025-03-04"]
