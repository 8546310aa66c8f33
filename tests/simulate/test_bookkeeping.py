from dataclasses import replace
from datetime import date, timedelta

import pytest

from edgewise.core import clock
from edgewise.simulate.bookkeeping import bookkeeping
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan

PLAN = Plan(companies=132, years=2, end=date(2024, 12, 31))


@pytest.fixture(scope="module")
def habits():
    return [(company, bookkeeping(PLAN, company)) for company in invent_companies(PLAN)]


def test_most_statements_are_in_thousands_some_in_millions_a_few_in_dollars(habits):
    scales = [habit.scale for _, habit in habits]
    counts = {scale: scales.count(scale) for scale in (1, 1_000, 1_000_000)}
    assert sum(counts.values()) == len(habits)
    assert counts[1_000] > 90
    assert 15 < counts[1_000_000] < 30
    assert 3 < counts[1] < 15
    assert {habit.share_scale for _, habit in habits} == {1, 1_000}


def test_two_dozen_companies_have_every_habit():
    habits = [bookkeeping(replace(PLAN, companies=24), company) for company in invent_companies(PLAN)[:24]]
    for name in ("correction", "disposal", "revenue_switch", "capital_switch"):
        assert any(getattr(habit, name) is not None for habit in habits), name
    for name in ("only_total_equity", "restricted_cash", "loses_sign", "minority"):
        assert any(getattr(habit, name) for habit in habits), name
        assert not all(getattr(habit, name) for habit in habits), name


def test_equity_without_the_usual_tag_has_other_owners_in_it(habits):
    assert all(habit.minority > 0 for _, habit in habits if habit.only_total_equity)


def test_corrections_are_filed_on_business_days_of_the_plan_about_a_whole_year(habits):
    found = [(company, habit.correction) for company, habit in habits if habit.correction]
    ages = []
    for company, correction in found:
        assert PLAN.start <= correction.filed_on <= PLAN.end
        assert clock.is_business_day(correction.filed_on)
        assert correction.year_end.annual
        assert correction.year_end == company.calendar.quarter_ending(correction.year_end.end)
        ages.append((correction.filed_on - correction.year_end.end).days)
    assert min(ages) >= 150
    assert sum(age >= 400 for age in ages) >= 4


def test_a_business_is_sold_within_the_plan(habits):
    sales = [habit.disposal.quarter.end for _, habit in habits if habit.disposal]
    assert len(sales) == 11
    assert all(PLAN.start - timedelta(days=98) <= end <= PLAN.end for end in sales)


def test_habits_stay_when_the_market_has_more_companies(habits):
    company, habit = habits[3]
    assert bookkeeping(replace(PLAN, companies=1_000), company) == habit
