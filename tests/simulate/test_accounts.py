from datetime import date

import pytest

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan


@pytest.fixture
def accounts():
    plan = Plan()
    return Accounts(plan, invent_companies(plan)[0])


def test_flows_add_up_over_quarters_and_balances_are_the_last(accounts):
    quarters = [accounts.quarters(date(2023, month, 28), 1) for month in (3, 6, 9, 12)]
    year = accounts.quarters(date(2023, 12, 31), 4)
    for flow in ("revenue", "net_income", "operating_cash_flow", "capital_expenditure"):
        assert getattr(year, flow) == sum(getattr(quarter, flow) for quarter in quarters)
    for balance in ("cash", "assets", "liabilities", "equity"):
        assert getattr(year, balance) == getattr(quarters[-1], balance)


def test_balances_balance_and_income_is_revenue_less_all_costs(accounts):
    figures = accounts.quarters(date(2023, 6, 30), 1)
    assert figures.assets == figures.liabilities + figures.equity
    costs = figures.cost_of_revenue + figures.operating_expense + figures.interest_expense + figures.income_tax
    assert figures.net_income == figures.revenue - costs
