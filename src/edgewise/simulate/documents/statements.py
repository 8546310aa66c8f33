"""The financial statements: an income statement, a balance sheet and a cash flow statement with tagged figures."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import long_date, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.simulate.accounts import Accounts, Figures
    from edgewise.simulate.documents.inline import Facts
    from edgewise.simulate.documents.page import Layout

# Label, concept and the name of the figure; thousands of USD.
_INCOME = (
    ("Revenue", "us-gaap:Revenues", "revenue"),
    ("Cost of revenue", "us-gaap:CostOfRevenue", "cost_of_revenue"),
    ("Operating expense", "us-gaap:OperatingExpenses", "operating_expense"),
    ("Operating income", "us-gaap:OperatingIncomeLoss", "operating_income"),
    ("Interest expense", "us-gaap:InterestExpense", "interest_expense"),
    ("Income tax", "us-gaap:IncomeTaxExpenseBenefit", "income_tax"),
    ("Net income", "us-gaap:NetIncomeLoss", "net_income"),
)
_BALANCE = (
    ("Cash and cash equivalents", "us-gaap:CashAndCashEquivalentsAtCarryingValue", "cash"),
    ("Other assets", "us-gaap:OtherAssets", "other_assets"),
    ("Total assets", "us-gaap:Assets", "assets"),
    ("Total liabilities", "us-gaap:Liabilities", "liabilities"),
    ("Stockholders' equity", "us-gaap:StockholdersEquity", "equity"),
)
_CASH_FLOW = (
    ("Net income", "us-gaap:NetIncomeLoss", "net_income"),
    (
        "Cash provided by operating activities",
        "us-gaap:NetCashProvidedByUsedInOperatingActivities",
        "operating_cash_flow",
    ),
    ("Capital expenditures", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", "capital_expenditure"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """One column of a statement: `start` to `end`, both included."""

    start: date
    end: date
    figures: Figures


def periods(accounts: Accounts, end: date, *, quarters: int) -> tuple[Period, Period]:
    """Return the period of so many quarters that ends on `end`, and the same one a year earlier."""
    return _period(accounts, end, quarters), _period(accounts, _months_before(end, 12), quarters)


def income_statement(columns: Sequence[Period], facts: Facts) -> str:
    """Return the income statement of these periods."""
    return _statement(_INCOME, columns, facts, instant=False)


def balance_sheet(columns: Sequence[Period], facts: Facts) -> str:
    """Return the balance sheet at the ends of these periods."""
    return _statement(_BALANCE, columns, facts, instant=True)


def cash_flow_statement(columns: Sequence[Period], facts: Facts) -> str:
    """Return the cash flow statement of these periods."""
    return _statement(_CASH_FLOW, columns, facts, instant=False)


def highlights(columns: Sequence[Period], layout: Layout) -> str:
    """Return the untagged table of a press release, thousands of USD."""
    rows = [("In thousands of dollars", *(long_date(column.end) for column in columns))]
    rows += [(label, *(f"{getattr(column.figures, name):,}" for column in columns)) for label, _, name in _INCOME]
    return layout.subhead("Summary of operating results") + "\n" + table(rows)


def _statement(lines: Sequence[tuple[str, str, str]], columns: Sequence[Period], facts: Facts, *, instant: bool) -> str:
    contexts = [facts.context(None if instant else column.start, column.end) for column in columns]
    rows = [("In thousands of dollars", *(long_date(column.end) for column in columns))]
    for label, concept, name in lines:
        values = (getattr(column.figures, name) for column in columns)
        rows.append(
            (
                label,
                *(facts.thousands(concept, value, context) for value, context in zip(values, contexts, strict=True)),
            )
        )
    return table(rows)


def _period(accounts: Accounts, end: date, quarters: int) -> Period:
    start = _months_before(end, 3 * quarters) + timedelta(days=1)
    return Period(start, end, accounts.quarters(end, quarters))


def _months_before(end: date, months: int) -> date:
    """Return the last day of the month so many months before the month of `end`."""
    year, month = divmod(12 * end.year + end.month - 1 - months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])
