from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.simulate.plan import Plan, Purpose


@pytest.mark.parametrize(
    "changes",
    [
        {"companies": 21},
        {"companies": 5_001},
        {"companies": 60.0},
        {"years": 0},
        {"years": 21},
        {"years": True},
        {"seed": -1},
        {"tone_ic": 0.6},
        {"tone_ic": float("nan")},
        {"half_life": 0},
        {"half_life": "21"},
        {"memory": 0},
        {"memory": 12.5},
        {"end": date(2035, 1, 1)},
        {"end": date(2004, 12, 31)},
        {"end": datetime(2024, 12, 31)},  # noqa: DTZ001 - the kind is what is wrong
        {"end": "2024-12-31"},
        {"end": date(2006, 6, 30), "years": 2},
    ],
)
def test_a_plan_outside_the_limits_is_refused_and_names_the_field(changes):
    field = next(iter(changes))
    with pytest.raises(InvalidInput, match="begin" if "years" in changes and "end" in changes else field):
        Plan(**changes)


def test_all_complaints_come_at_once():
    with pytest.raises(InvalidInput, match=r"companies.*years.*end"):
        Plan(companies=1, years=0, end=date(1999, 1, 1))


@pytest.mark.parametrize(
    ("end", "years", "start"),
    [
        (date(2024, 12, 31), 2, date(2023, 1, 1)),
        (date(2024, 2, 29), 1, date(2023, 3, 1)),
        (date(2023, 6, 30), 5, date(2018, 7, 1)),
    ],
)
def test_the_market_begins_on_the_day_after_its_end_years_earlier(end, years, start):
    assert Plan(end=end, years=years).start == start


def test_streams_differ_by_purpose_index_and_seed_and_repeat_otherwise():
    plan = Plan()
    first = plan.stream(Purpose.TONE, 1).random(3)
    assert np.array_equal(first, plan.stream(Purpose.TONE, 1).random(3))
    for other in (
        plan.stream(Purpose.TONE, 2),
        plan.stream(Purpose.PROSE, 1),
        replace(plan, seed=8).stream(Purpose.TONE, 1),
    ):
        assert not np.array_equal(first, other.random(3))
