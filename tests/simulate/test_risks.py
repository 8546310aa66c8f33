from collections import Counter
from itertools import pairwise

import pytest

from edgewise.simulate import phrases
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.simulate.risks import risk_register

YEARS = range(2006, 2026)


@pytest.fixture(scope="module")
def histories():
    plan = Plan(companies=22, years=2)
    return [[risk_register(plan, company, year) for year in YEARS] for company in invent_companies(plan)[:12]]


def by_identity(register):
    return {factor.identity: factor for factor in register.factors}


def pairs(histories):
    return [pair for history in histories for pair in pairwise(history)]


def test_the_register_of_a_year_depends_on_nothing_but_plan_company_and_year():
    company = invent_companies(Plan(companies=22, years=2))[3]
    assert risk_register(Plan(companies=22, years=2), company, 2015) == risk_register(
        Plan(companies=40, years=9), company, 2015
    )
    assert risk_register(Plan(seed=8), company, 2015) != risk_register(Plan(seed=7), company, 2015)


def test_change_says_how_the_text_differs_from_the_year_before(histories):
    seen = Counter()
    for before, now in pairs(histories):
        earlier = by_identity(before)
        for identity, factor in by_identity(now).items():
            then = earlier.get(identity)
            expected = "new" if then is None else "unchanged"
            if then is not None and (then.heading, then.body) != (factor.heading, factor.body):
                expected = "edited"
            assert factor.change == expected
            seen[expected] += 1
    assert seen["unchanged"] > seen["edited"] > seen["new"] > 50


def test_what_left_is_told_and_a_merged_factor_lives_on_in_the_other(histories):
    merged = 0
    for before, now in pairs(histories):
        gone = {factor.identity for factor in before.factors} - {factor.identity for factor in now.factors}
        assert {factor.identity for factor in now.dropped} == gone
        for factor in now.dropped:
            if factor.merged_into:
                into = by_identity(now)[factor.merged_into]
                assert factor.identity in into.absorbed
                assert into.change == "edited"
                merged += 1
    assert merged >= 5


def test_a_move_to_another_group_leaves_the_text_alone_and_is_told(histories):
    moved = 0
    for before, now in pairs(histories):
        earlier = by_identity(before)
        for identity, factor in by_identity(now).items():
            if identity in earlier and earlier[identity].group != factor.group:
                assert factor.moved_from == earlier[identity].group
                moved += 1
            else:
                assert factor.moved_from == ""
    assert moved > 20


def test_factors_stand_by_group_and_their_number_stays_within_reason(histories):
    for history in histories:
        for register in history:
            places = [phrases.RISK_GROUPS.index(factor.group) for factor in register.factors]
            assert places == sorted(places)
            assert 8 <= len(places) <= 24
            assert all("{" not in factor.heading + factor.body for factor in register.factors)


def test_a_year_before_all_registers_is_an_error():
    company = invent_companies(Plan())[0]
    with pytest.raises(ValueError, match="no register of risk factors in 1999"):
        risk_register(Plan(), company, 1999)
