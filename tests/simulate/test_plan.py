from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.simulate.plan import FURTHER_EFFECTS, Plan, Purpose


@pytest.mark.parametrize(
    "changes",
    [
        {"companies": 19},
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
        {"effects": (("momentum", 0.6),)},
        {"effects": (("momentum", 0.1), ("momentum", 0.1))},
        {"effects": (("astrology", 0.1),)},
        {"effects": (("placebo", 0.1),)},
        {"effects": ("momentum",)},
        {"effects": {"momentum": 0.1}},
        {"splits_per_year": 1.5},
        {"dividend_payers": -0.1},
        {"illiquid": 2},
        {"lives": float("inf")},
        {"provider_data": "yes"},
        {"texts": 1},
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


def test_the_tone_comes_first_and_the_further_effects_in_their_fixed_order():
    plan = Plan(tone_ic=0.1, effects=(("quality", 0.02), ("tone_change", 0.0)))
    assert list(plan.planted.items()) == [("tone", 0.1), ("tone_change", 0.0), ("quality", 0.02)]
    assert list(plan.control().planted.items()) == [("tone", 0.0), ("tone_change", 0.0), ("quality", 0.0)]


def test_a_full_plan_plants_every_effect_but_the_placebo_and_heeds_the_fields_given():
    plan = Plan.full(companies=40, lives=2.0)
    assert {name for name, ic in plan.planted.items() if ic == 0} == {"placebo"}
    assert set(plan.planted) == {"tone", *FURTHER_EFFECTS}
    assert plan.provider_data
    assert (plan.companies, plan.lives) == (40, 2.0)


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
