"""What is particular to limits inside one process; the rest is in tests/contracts/test_limit.py."""

from __future__ import annotations

import math
import threading

import pytest

from edgewise.core.errors import InvalidInput, Throttled
from edgewise.sources.http.limit import NoLimit, SpacedLimit


def test_the_default_stays_below_what_the_sec_allows():
    assert SpacedLimit().rate_per_s == 8


def test_an_interrupt_while_standing_in_line_lets_those_behind_through(fake_time, monkeypatch):
    limit = SpacedLimit(10, sleep=fake_time.sleep, monotonic=fake_time.monotonic)

    class Interrupted(threading.Event):
        def wait(self, timeout=None):
            raise KeyboardInterrupt(timeout)

    with limit._threads.stand(1), monkeypatch.context() as patch:
        patch.setattr(threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            limit.wait()
    limit.wait()
    assert not limit._threads._line


class TestNone:
    @pytest.fixture
    def limit(self, fake_time):
        return NoLimit(sleep=fake_time.sleep, monotonic=fake_time.monotonic)

    def test_requests_leave_at_once(self, limit, fake_time):
        for _ in range(1000):
            limit.wait()
        assert fake_time.slept == []
        assert limit.rate_per_s == math.inf

    def test_a_service_that_wants_to_be_left_alone_is_heard(self, limit, fake_time):
        limit.hold(50)
        limit.hold(7)
        limit.wait(patience_s=60)
        assert fake_time.slept == [50]

    def test_a_hold_beyond_patience_is_told_at_once(self, limit, fake_time):
        limit.hold(math.inf)
        with pytest.raises(Throttled, match="left alone for 3600 s more") as caught:
            limit.wait(patience_s=60)
        assert caught.value.retry_after_s == 3600
        assert fake_time.slept == []

    def test_a_hold_that_is_none_is_refused(self, limit):
        with pytest.raises(InvalidInput, match="hold"):
            limit.hold(-1)
