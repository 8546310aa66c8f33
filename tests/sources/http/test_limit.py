from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.sources.http.limit import SpacedLimit


class _Time:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def _most_in_one_second(leaving):
    return max(sum(start <= instant < start + 1 for instant in leaving) for start in leaving)


def test_eight_a_second_leave_an_eighth_of_a_second_apart():
    time = _Time()
    limit = SpacedLimit(8, sleep=time.sleep, monotonic=time.monotonic)
    leaving = []
    for _ in range(17):
        limit.wait()
        leaving.append(time.now)
    assert leaving == pytest.approx([0.125125 * turn for turn in range(17)])


def test_a_rest_saves_up_no_burst():
    time = _Time()
    limit = SpacedLimit(10, sleep=time.sleep, monotonic=time.monotonic)
    limit.wait()
    time.now += 100
    limit.wait()
    before = time.now
    limit.wait()
    assert time.now - before == pytest.approx(0.1001)


@given(
    rate=st.floats(0.1, 10.0),
    pauses=st.lists(st.floats(0.0, 1.5), min_size=1, max_size=60),
    oversleep=st.lists(st.floats(0.0, 0.4), min_size=1, max_size=7),
)
def test_failure_case_41_no_second_ever_sees_more_than_the_rate(rate, pauses, oversleep):
    time = _Time()
    late = iter(oversleep * 20)

    def sleep(seconds):  # a real sleep may take longer than asked, never shorter
        time.now += seconds + next(late, 0.0)

    limit = SpacedLimit(rate, sleep=sleep, monotonic=time.monotonic)
    leaving = []
    for pause in pauses:
        time.now += pause
        limit.wait()
        leaving.append(time.now)
    assert _most_in_one_second(leaving) <= max(1, math.floor(rate))


def test_a_sleep_that_ends_early_is_slept_on():
    time = _Time()
    shares = iter([0.5, 0.5, 1.0])
    limit = SpacedLimit(1, sleep=lambda seconds: time.sleep(seconds * next(shares)), monotonic=time.monotonic)
    limit.wait()
    limit.wait()
    assert time.now == pytest.approx(1.001)


def test_the_highest_rate_holds_in_spite_of_rounded_floats():
    time = _Time()
    time.now = 1e6 + 0.1
    limit = SpacedLimit(10, sleep=time.sleep, monotonic=time.monotonic)
    leaving = []
    for _ in range(200):
        limit.wait()
        leaving.append(time.now)
    assert _most_in_one_second(leaving) == 10


@pytest.mark.parametrize("rate", [0, -1, 10.01, 100, math.nan, math.inf])
def test_a_rate_the_sec_does_not_allow_is_refused(rate):
    with pytest.raises(InvalidInput, match="at most 10"):
        SpacedLimit(rate)


def test_threads_leave_in_the_order_in_which_they_came():
    time = _Time()
    asleep, wake = threading.Event(), threading.Event()

    def sleep(seconds):
        asleep.set()
        assert wake.wait(10)
        time.now += seconds

    limit = SpacedLimit(1, sleep=sleep, monotonic=time.monotonic)
    limit.wait()
    left = []

    def leave(name):
        limit.wait()
        left.append(name)

    threads = [threading.Thread(target=leave, args=(name,)) for name in range(6)]
    for waiting, thread in enumerate(threads, start=1):
        thread.start()
        while len(limit._turns._line) < waiting:
            pass
    assert asleep.wait(10)
    wake.set()
    for thread in threads:
        thread.join()
    assert left == [0, 1, 2, 3, 4, 5]
    assert time.now == pytest.approx(6 * 1.001)


def test_an_interrupt_while_waiting_lets_the_next_one_through():
    time = _Time()

    def interrupted(_):
        raise KeyboardInterrupt

    limit = SpacedLimit(1, sleep=interrupted, monotonic=time.monotonic)
    limit.wait()
    with pytest.raises(KeyboardInterrupt):
        limit.wait()
    time.now += 2
    limit.wait()
    assert time.now == 2


def test_an_interrupt_while_standing_in_line_lets_those_behind_through(monkeypatch):
    limit = SpacedLimit(10, sleep=lambda _: None, monotonic=lambda: 0.0)
    queue = limit._turns

    class Interrupted(threading.Event):
        def wait(self, timeout=None):
            raise KeyboardInterrupt(timeout)

    with queue, monkeypatch.context() as patch:
        patch.setattr(threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            queue.__enter__()
    assert not queue._line
