"""Days and hours at which somebody files: business days, and the two busy moments after the close."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from edgewise.core import clock

if TYPE_CHECKING:
    from edgewise.simulate.draws import Draws

# The two moments of the day, Eastern, at which most arrives, each with the seconds over which it does.
AFTER_CLOSE, BEFORE_SHUT = (time(16, 5), 240), (time(17, 25), 270)


def business_day(day: date) -> date:
    """Return `day`, or the next day on which EDGAR works."""
    while not clock.is_business_day(day):
        day += timedelta(days=1)
    return day


def business_days_later(day: date, count: int) -> date:
    """Return the `count`-th business day after `day`; `day` itself, moved to a business day, for 0."""
    day = business_day(day)
    for _ in range(count):
        day = business_day(day + timedelta(days=1))
    return day


def moment_between(day: date, begins: time, ends: time, draws: Draws) -> datetime:
    """Return an Eastern wall time, without a zone, on `day` from `begins` to `ends`, whole seconds."""
    first, last = datetime.combine(day, begins), datetime.combine(day, ends)
    return first + timedelta(seconds=draws.below(int((last - first).total_seconds()) + 1))


def moment_in_a_burst(day: date, draws: Draws) -> datetime:
    """Return an Eastern wall time, without a zone, in one of the two bursts of `day`."""
    begins, length = draws.pick((AFTER_CLOSE, AFTER_CLOSE, BEFORE_SHUT))
    return datetime.combine(day, begins) + timedelta(seconds=draws.below(length))
