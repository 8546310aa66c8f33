from collections import Counter

import pytest

from edgewise.core import clock
from edgewise.simulate.actions import ActionKind, announcements, corporate_actions, first_levels
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan

PLAN = Plan(companies=600, years=4, seed=9, splits_per_year=0.2, dividend_payers=0.5, lives=1.0)


@pytest.fixture(scope="module")
def companies():
    return invent_companies(PLAN)


@pytest.fixture(scope="module")
def actions(companies):
    return corporate_actions(PLAN, companies)


def test_none_happens_where_the_plan_has_none(companies):
    plan = Plan(companies=600, years=4, splits_per_year=0.0, dividend_payers=0.0)
    assert corporate_actions(plan, companies) == []


def test_splits_are_as_frequent_as_planned_and_of_every_ratio(actions):
    splits = Counter(action.ratio for action in actions if action.kind is ActionKind.SPLIT)
    assert set(splits) == {2.0, 3.0, 10.0, 0.05}
    # 600 companies, four years, one in five: 480, less what falls outside a life; one standard deviation is 20.
    assert 380 < sum(splits.values()) < 530


def test_a_share_of_the_companies_pays_mostly_every_quarter(actions):
    paid = Counter(action.company for action in actions if action.kind is ActionKind.DIVIDEND)
    assert 250 < len(paid) < 330
    # Every 63 sessions of some 1,006, the first after 25 to 88: fifteen or sixteen in a whole life.
    counts = Counter(paid.values())
    assert counts[15] + counts[16] > 130
    assert any(action.kind is ActionKind.SPECIAL for action in actions)
    assert all(0.003 <= action.rate <= 0.1 for action in actions if action.kind is not ActionKind.SPLIT)


def test_actions_are_announced_before_their_ex_session_and_within_a_companys_life(actions, companies):
    for action in actions:
        company = companies[action.company]
        assert clock.is_session(action.ex_session)
        assert action.announced_on < action.ex_session
        assert company.life.begins <= action.announced_on
        assert company.life.ending is None or action.ex_session <= company.life.ending.announced_on


def test_an_amount_is_never_told_in_shares_of_before_a_split(actions):
    splits = [action for action in actions if action.kind is ActionKind.SPLIT]
    for split in splits:
        for other in actions:
            if other.company == split.company and other is not split:
                assert not other.announced_on <= split.ex_session <= other.ex_session


def test_splits_and_special_dividends_are_told_in_an_8_k(actions):
    told = list(announcements(actions))
    assert len(told) == sum(action.kind is not ActionKind.DIVIDEND for action in actions)
    assert {notice.form for _, notice in told} == {"8-K"}
    merged = [action for action in actions if action.ratio < 1]
    assert sum("5.03" in notice.items for _, notice in told) == len(merged)


def test_shares_to_be_merged_start_cheap_and_to_be_split_ten_to_one_dear(actions):
    first: dict[int, float] = {}
    for action in actions:
        if action.ratio != 1:
            first.setdefault(action.company, action.ratio)
    levels = first_levels(actions, 600)
    assert {first.get(company, 1.0) for company, level in enumerate(levels) if level < 1} == {0.05}
    assert {first.get(company, 1.0) for company, level in enumerate(levels) if level > 1} == {10.0}


def test_more_companies_leave_the_actions_of_the_first_ones_as_they_were():
    small, large = (Plan(companies=count, years=4, seed=9, splits_per_year=0.2) for count in (100, 300))
    few, many = (corporate_actions(plan, invent_companies(plan)) for plan in (small, large))
    assert few == [action for action in many if action.company < 100]
    assert len(many) > len(few) > 100
