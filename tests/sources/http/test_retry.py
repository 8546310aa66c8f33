from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, ServiceUnavailable, Throttled
from edgewise.sources.http.retry import Attempts, Retry, parse_http_date, parse_retry_after

DOWN = ServiceUnavailable("down")
NOON, HALF_PAST = "Fri, 12 Dec 2025 12:00:00 GMT", "Fri, 12 Dec 2025 12:30:00 GMT"


def _wait(error, **changes):
    return Retry().wait_s(error, **{"failed": 1, "spent_s": 0.0, "chance": 0.5, **changes})


@pytest.mark.parametrize(("failed", "bound"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0)])
def test_the_bound_of_the_wait_doubles(failed, bound):
    assert _wait(DOWN, failed=failed, chance=0.0) == 0
    assert _wait(DOWN, failed=failed, chance=0.5) == bound / 2


def test_the_bound_stops_growing():
    assert Retry(attempts=50).wait_s(DOWN, failed=40, spent_s=0.0, chance=0.5) == 15.0


def test_after_the_last_attempt_it_gives_up():
    assert _wait(DOWN, failed=5) is None


def test_past_the_deadline_it_gives_up_before_waiting():
    assert _wait(DOWN, spent_s=299.9) is None


def test_the_services_wish_is_a_lower_bound():
    assert _wait(Throttled("slow", retry_after_s=7.0)) == 7.0
    assert _wait(Throttled("slow", retry_after_s=0.0)) == 0.25
    assert _wait(Throttled("slow")) == 0.25


def test_a_wish_beyond_our_patience_is_not_granted():
    assert _wait(Throttled("slow", retry_after_s=60.0)) == 60.0
    assert _wait(Throttled("slow", retry_after_s=60.1)) is None


@given(failed=st.integers(1, 60), spent_s=st.floats(0, 1000), chance=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_negative_nor_beyond_its_bounds(failed, spent_s, chance):
    wait_s = Retry(attempts=100).wait_s(DOWN, failed=failed, spent_s=spent_s, chance=chance)
    assert wait_s is None or (0 <= wait_s <= 30 and spent_s + wait_s < 300)


@pytest.mark.parametrize("changes", [{"attempts": 0}, {"first_s": 0}, {"longest_s": -1}, {"deadline_s": 0}])
def test_a_policy_that_can_never_ask_is_refused(changes):
    with pytest.raises(InvalidInput, match="never ask"):
        Retry(**changes)


@pytest.mark.parametrize(
    ("value", "served_at", "seconds"),
    [
        ("120", None, 120.0),
        (" 0 ", None, 0.0),
        (HALF_PAST, NOON, 1800.0),
        (NOON, HALF_PAST, 0.0),
        (HALF_PAST, None, None),
        ("soon", NOON, None),
        ("-5", NOON, None),
        ("1.5", NOON, None),
        ("\u0663", None, None),
        ("", NOON, None),
        (None, None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_on_the_services_clock(value, served_at, seconds):
    assert parse_retry_after(value, served_at) == seconds


def test_a_date_in_another_zone_or_none_becomes_utc():
    assert parse_http_date("Fri, 12 Dec 2025 13:00:00 -0500").isoformat() == "2025-12-12T18:00:00+00:00"
    assert parse_http_date("Fri, 12 Dec 2025 13:00:00 -0000").isoformat() == "2025-12-12T13:00:00+00:00"
    assert parse_http_date("yesterday") is None
    assert parse_http_date("Fri, 99 Dec 2025 13:00:00 GMT") is None


def test_attempts_and_their_time_are_counted_from_the_last_progress(fake_time):
    policy = Retry(attempts=3, first_s=4, longest_s=10, deadline_s=100)
    attempts = Attempts(policy, monotonic=fake_time.monotonic, jitter=lambda: 0.5)
    down = ServiceUnavailable("down")
    assert [attempts.wait_s(down) for _ in range(3)] == [2.0, 4.0, None]
    attempts.begin_anew()
    fake_time.now += 97
    assert attempts.wait_s(down) == 2.0
    assert attempts.wait_s(down) is None  # 97 seconds and another 4
    attempts.begin_anew()
    assert attempts.wait_s(down) == 2.0
