"""The figures of an invented company, quarter by quarter: what one report gives for last year is what last year's gave.

They say nothing about the latent tone: a reader of figures learns nothing about returns here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgewise.simulate.fiscal import nominal_month
from edgewise.simulate.plan import EARLIEST, LATEST, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from edgewise.simulate.companies import Company
    from edgewise.simulate.plan import Plan

# A filing also shows the year before, and that of a fiscal year shows the year before that.
_FIRST_YEAR = EARLIEST.year - 4
_QUARTERS = 4 * (LATEST.year - _FIRST_YEAR + 2)
_TAX_RATE = 0.21


@dataclass(frozen=True, slots=True)
class Figures:
    """One period of one company, thousands of USD; balances stand at the end of the period. Shares in thousands."""

    revenue: int
    cost_of_revenue: int
    operating_expense: int
    interest_expense: int
    income_tax: int
    operating_cash_flow: int
    capital_expenditure: int
    cash: int
    other_assets: int
    liabilities: int
    shares: int

    @property
    def operating_income(self) -> int:
        """Revenue less its cost and operating expense."""
        return self.revenue - self.cost_of_revenue - self.operating_expense

    @property
    def net_income(self) -> int:
        """Operating income after interest and tax."""
        return self.operating_income - self.interest_expense - self.income_tax

    @property
    def assets(self) -> int:
        """Cash and everything else owned."""
        return self.cash + self.other_assets

    @property
    def equity(self) -> int:
        """What is left to the owners."""
        return self.assets - self.liabilities


class Accounts:
    """All quarters of one company."""

    def __init__(self, plan: Plan, company: Company) -> None:
        stream = plan.stream(Purpose.ACCOUNTS, 1 + company.index)
        steps = 0.01 + 0.03 * stream.standard_normal(_QUARTERS)
        self._revenue = np.exp(stream.uniform(11.5, 15.0) + np.cumsum(steps))
        self._margin = stream.uniform(0.25, 0.6) + 0.02 * stream.standard_normal(_QUARTERS)
        self._expense = stream.uniform(0.1, 0.2) + 0.01 * stream.standard_normal(_QUARTERS)
        self._investment = stream.uniform(0.03, 0.12) + 0.005 * stream.standard_normal(_QUARTERS)
        self._assets = stream.uniform(5, 9) * np.exp(np.cumsum(steps)) * self._revenue[0]
        self._leverage = stream.uniform(0.35, 0.65)
        self._shares = int(stream.integers(40_000, 400_000))

    def quarters(self, end: date, count: int) -> Figures:
        """Return the `count` quarters to `end` as one period."""
        last = _ordinal(end)
        return _sum(self._figures(number) for number in range(last - count + 1, last + 1))

    def _figures(self, number: int) -> Figures:
        revenue = int(self._revenue[number])
        assets = int(self._assets[number])
        cost, expense = int(revenue * (1 - self._margin[number])), int(revenue * self._expense[number])
        interest = int(0.01 * self._leverage * assets)
        pretax = revenue - cost - expense - interest
        tax = int(_TAX_RATE * pretax)
        return Figures(
            revenue=revenue,
            cost_of_revenue=cost,
            operating_expense=expense,
            interest_expense=interest,
            income_tax=tax,
            operating_cash_flow=pretax - tax + revenue // 20,
            capital_expenditure=int(revenue * self._investment[number]),
            cash=assets // 8,
            other_assets=assets - assets // 8,
            liabilities=int(self._leverage * assets),
            shares=self._shares,
        )


def _ordinal(end: date) -> int:
    """Return the running number of the quarter that ends in this month."""
    year, month = nominal_month(end)
    return (12 * (year - _FIRST_YEAR) + month - 1) // 3


def _sum(periods: Iterable[Figures]) -> Figures:
    """Return consecutive periods as one: flows add up, balances are the last period's."""
    quarters = list(periods)
    last = quarters[-1]

    def total(flow: str) -> int:
        return sum(getattr(quarter, flow) for quarter in quarters)

    return Figures(
        revenue=total("revenue"),
        cost_of_revenue=total("cost_of_revenue"),
        operating_expense=total("operating_expense"),
        interest_expense=total("interest_expense"),
        income_tax=total("income_tax"),
        operating_cash_flow=total("operating_cash_flow"),
        capital_expenditure=total("capital_expenditure"),
        cash=last.cash,
        other_assets=last.other_assets,
        liabilities=last.liabilities,
        shares=last.shares,
    )
