"""Statements that reconcile to the unit, whatever the trade, and what filings of different days show of one period."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from edgewise.simulate.accounts import Accounts, accepted_on
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.industries import INDUSTRIES
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

FLOWS = ("revenue", "net_income", "operating_cash_flow", "capital_expenditure", "income_tax", "dividends_paid")
BALANCES = ("cash_and_equivalents", "total_assets", "total_liabilities", "equity", "shares_outstanding")


@pytest.fixture(scope="module")
def plan():
    return Plan(companies=110, years=2, end=date(2024, 12, 31))


@pytest.fixture(scope="module")
def companies(plan):
    return invent_companies(plan)


@pytest.fixture(scope="module")
def everyone(plan, companies):
    return [Accounts(plan, company) for company in companies]


@pytest.fixture(scope="module")
def filings(plan, companies):
    """One periodic report that no test cares about, to be given other days and periods."""
    return [filing for filing in schedule_filings(plan, companies) if filing.form.startswith("10-")]


def on(filing, day, period_end=None):
    accepted = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return replace(filing, accepted_at=accepted, period_end=period_end or filing.period_end)


def quarters(accounts):
    return list(accounts.company.calendar.quarters(date(2021, 6, 1), date(2024, 12, 31)))


def test_flows_add_up_over_quarters_and_balances_are_the_last(everyone):
    for accounts in everyone:
        ends = [quarter.end for quarter in quarters(accounts)[:4]]
        parts, year = [accounts.quarters(end, 1) for end in ends], accounts.quarters(ends[-1], 4)
        for flow in FLOWS:
            assert getattr(year, flow) == sum(getattr(part, flow) for part in parts)
        for balance in BALANCES:
            assert getattr(year, balance) == getattr(parts[-1], balance)


def test_balance_sheets_balance_and_cash_flows_explain_the_change_in_cash(everyone):
    for accounts in everyone:
        for before, after in pairwise(quarters(accounts)):
            old, new = accounts.quarters(before.end, 1), accounts.quarters(after.end, 1)
            assert new.total_assets == new.total_liabilities + new.equity + new.minority_interest
            flows = new.operating_cash_flow + new.investing_cash_flow + new.financing_cash_flow
            assert flows == new.cash_and_equivalents - old.cash_and_equivalents
            paid = new.dividends_paid + new.share_repurchases - new.shares_issued
            assert new.equity - old.equity == new.net_income - paid


def test_nothing_that_cannot_be_negative_is(everyone):
    for accounts in everyone:
        for quarter in quarters(accounts):
            figures = accounts.quarters(quarter.end, 1)
            assert min(figures.revenue, figures.cash_and_equivalents, figures.payables, figures.equity) > 0
            assert min(figures.property_and_equipment, figures.capital_expenditure, figures.shares_basic) > 0
            assert min(figures.dividends_paid, figures.share_repurchases, figures.inventory, figures.lent) >= 0


def test_income_is_revenue_less_all_costs_and_some_companies_make_losses(everyone):
    losses = 0
    for accounts in everyone:
        figures = accounts.quarters(quarters(accounts)[0].end, 1)
        running = figures.research_and_development + figures.selling_general_administrative
        costs = figures.cost_of_revenue + running + figures.shown_depreciation + figures.interest_expense
        after_tax = figures.revenue - costs - figures.income_tax + figures.discontinued
        assert figures.net_income + figures.minority_income == after_tax
        losses += figures.net_income < 0
        assert figures.shares_diluted == figures.shares_basic or figures.net_income > 0
    assert 2 <= losses <= 25


def test_every_industry_has_books_and_service_firms_have_no_inventory(everyone):
    assert {accounts.company.industry.sic for accounts in everyone} == {industry.sic for industry in INDUSTRIES}
    for accounts in everyone:
        figures = accounts.quarters(quarters(accounts)[0].end, 1)
        stocked = figures.inventory > 0
        assert stocked == (accounts.company.industry.sic not in {4512, 4813, 4841, 6021, 6311, 6798, 7372})
        assert (figures.lent > 0) == (accounts.company.industry.sic in {6021, 6311})


def test_figures_do_not_depend_on_how_long_the_market_is(plan):
    longer = replace(plan, years=10)
    company = invent_companies(plan)[0]
    assert Accounts(longer, company).quarters(date(2024, 3, 31), 1) == Accounts(plan, company).quarters(
        date(2024, 3, 31), 1
    )


def test_the_same_plan_gives_the_same_figures_and_another_seed_others(plan, companies):
    end = companies[0].quarter_ended_before(date(2024, 6, 1))
    once, again = (Accounts(plan, companies[0]).quarters(end, 4) for _ in range(2))
    assert once == again
    assert Accounts(replace(plan, seed=8), companies[0]).quarters(end, 4) != once


def test_failure_case_22_a_business_sold_leaves_the_comparatives_of_later_reports(everyone, filings):
    found = [accounts for accounts in everyone if accounts.disposal is not None]
    assert len(found) >= 5
    for accounts in found:
        sold = accounts.disposal.quarter
        before = accounts.company.calendar.quarter(sold.month.plus(-3))
        earlier = accounts.quarters(before.end, 1, filing=on(filings[0], date(2024, 6, 3), before.end))
        later = accounts.quarters(before.end, 1, filing=on(filings[0], date(2024, 6, 3), sold.end))
        assert later.revenue < 0.9 * earlier.revenue
        assert (earlier.discontinued, later.net_income) == (0, earlier.net_income)
        assert later.discontinued != 0
        assert later.total_assets == earlier.total_assets


def test_failure_case_22_a_corrected_year_is_lower_from_the_amendment_on(everyone, filings):
    found = [accounts for accounts in everyone if accounts.correction is not None]
    assert len(found) >= 5
    for accounts in found:
        end, filed_on = accounts.correction.year_end.end, accounts.correction.filed_on
        wrong = accounts.quarters(end, 4, filing=on(filings[0], date(filed_on.year - 1, 1, 15), end))
        right = accounts.quarters(end, 4, filing=on(filings[0], filed_on, end))
        share = wrong.revenue / right.revenue - 1
        assert 0.02 < share < 0.075
        assert wrong.net_income > right.net_income
        assert wrong.operating_cash_flow == right.operating_cash_flow
        for figures in (wrong, right):
            assert figures.total_assets == figures.liabilities_and_equity


def test_failure_case_22_late_corrections_concern_a_year_that_is_no_longer_the_newest(plan, companies, everyone):
    by_company = {accounts.company.index: accounts for accounts in everyone if accounts.correction is not None}
    late = 0
    for filing in schedule_filings(plan, companies):
        accounts = by_company.get(filing.companies[0].index) if filing.companies else None
        if accounts is not None and accounts.corrects(filing):
            assert filing.form == "10-K/A"
            assert accepted_on(filing) == accounts.correction.filed_on
            late += (filing.filed_date - filing.period_end).days > 400
    assert late >= 2


def test_failure_case_22_splits_restate_share_counts_of_later_filings_only(plan, companies, filings):
    split = date(2024, 3, 1)
    accounts = Accounts(plan, companies[0], [(split, 4.0), (date(2024, 9, 2), 0.05)])
    plain = Accounts(plan, companies[0])
    end = companies[0].quarter_ended_before(date(2024, 2, 1))
    before = accounts.quarters(end, 4, filing=on(filings[0], date(2024, 2, 29), end))
    after = accounts.quarters(end, 4, filing=on(filings[0], split, end))
    assert before == plain.quarters(end, 4)
    assert after.shares_outstanding == 4 * before.shares_outstanding
    assert abs(after.shares_basic - 4 * before.shares_basic) <= 2
    assert (after.net_income, after.equity) == (before.net_income, before.equity)
    assert accounts.share_factor(date(2024, 12, 31)) == pytest.approx(0.2)
