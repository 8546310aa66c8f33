"""What is in work has limits; who is sent away hears when to come again."""

from contextlib import ExitStack

import pytest

from edgewise.serve.scoring import Limits
from edgewise.serve.scoring.admission import Admission, Overloaded


class Watch:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def told():
    return []


@pytest.fixture
def doors(watch, told):
    return Admission(Limits(waiting_documents=2, waiting_characters=1000), told.append, watch)


def test_documents_beyond_the_limit_are_sent_away_until_one_is_done(doors, told):
    with doors.admitted(1):
        with doors.admitted(1), pytest.raises(Overloaded), doors.admitted(1):
            pass
        with doors.admitted(1):
            pass
    assert told == [1, 2, 1, 2, 1, 0]


def test_characters_beyond_the_limit_are_sent_away(doors):
    with doors.admitted(600):
        with pytest.raises(Overloaded), doors.admitted(401):
            pass
        with doors.admitted(400):
            pass


def test_what_is_larger_than_the_limit_is_admitted_when_nothing_else_is_in_work(doors):
    with doors.admitted(5000), pytest.raises(Overloaded), doors.admitted(1):
        pass


def test_a_failure_inside_leaves_too(doors):
    with pytest.raises(ZeroDivisionError), doors.admitted(5):
        1 / 0  # noqa: B018
    assert doors.documents == 0


def test_the_time_to_come_again_is_what_the_rest_will_take_at_the_speed_so_far(doors, watch):
    """100 characters took 2 s; 900 are in work: 18 s more, by the speed so far, in which those 900 have begun now."""
    with doors.admitted(100):
        watch.seconds = 2.0
    watch.seconds = 50.0  # idle time does not count
    with doors.admitted(900), pytest.raises(Overloaded) as refused, doors.admitted(200):
        pass
    assert refused.value.retry_after_s == 18
    assert "18 seconds" in refused.value.advice


@pytest.mark.parametrize(("took_s", "after_s"), [(0.0, 1), (1000.0, 60)])
def test_that_time_is_between_a_second_and_a_minute(doors, watch, took_s, after_s):
    with doors.admitted(100):
        watch.seconds = took_s
    with ExitStack() as stack:
        stack.enter_context(doors.admitted(500))
        stack.enter_context(doors.admitted(500))
        with pytest.raises(Overloaded) as refused, doors.admitted(1):
            pass
    assert refused.value.retry_after_s == after_s


def test_before_anything_was_done_it_is_a_second(doors):
    with doors.admitted(1000), pytest.raises(Overloaded) as refused, doors.admitted(1):
        pass
    assert refused.value.retry_after_s == 1
