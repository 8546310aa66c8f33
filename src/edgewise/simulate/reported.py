"""What a filing reports: its statements, line by line, as displayed and as tagged.

Documents, company facts and truth are all written from this, so that they can differ only where a quirk says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from edgewise.simulate.accounts import Accounts, accepted_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgewise.simulate.accounts import Figures, Splits
    from edgewise.simulate.bookkeeping import Bookkeeping
    from edgewise.simulate.company import Company
    from edgewise.simulate.fiscal import FiscalQuarter
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.trades import Trade

USD, SHARES, PER_SHARE = "USD", "shares", "USD/shares"
_RESTRICTED_CASH = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
_PERIODIC = frozenset({"10-K", "10-KT", "10-Q", "10-QT"})
# The cover page counts the shares some days before the report is filed.
_COUNTED_BEFORE = timedelta(days=7)


class Line(NamedTuple):
    """One line of a statement.

    concept: its us-gaap tag.
    name:    attribute of Figures that holds it.
    field:   what truth files call it; empty for lines they do not list.
    outflow: whether the statement shows it with the opposite sign, as money paid is in a cash flow statement.
    """

    label: str
    concept: str
    name: str
    field: str = ""
    unit: str = USD
    outflow: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a statement: `start` to `end`, both included; `start` is None for balances.

    basis: annual, quarter, ytd or instant, as truth files say it.
    """

    start: date | None
    end: date
    basis: str
    quarters: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Statement:
    """An income statement, a balance sheet or a cash flow statement."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


class Fact(NamedTuple):
    """One tagged value: whole dollars or shares, dollars and cents per share. `start` is None for an instant."""

    taxonomy: str
    concept: str
    unit: str
    start: date | None
    end: date
    value: int | float


@dataclass(frozen=True, slots=True)
class Report:
    """The statements of one periodic filing.

    quarter: the fiscal quarter it reports on; scale, share_scale: dollars and shares in one unit as displayed.
    counted_on, shares_outstanding: what the cover page says, shares.
    """

    filing: Filing
    quarter: FiscalQuarter
    scale: int
    share_scale: int
    statements: tuple[Statement, ...]
    counted_on: date
    shares_outstanding: int
    loses_sign: bool

    @property
    def start(self) -> date:
        """The first day of the longest period that ends with the report."""
        return self.statements[-1].columns[0].start or self.quarter.start

    def displayed(self, line: Line, column: Column) -> int | float:
        """Return the value of a line in its statement's units: expenses and payments positive, dollars per share."""
        if line.unit == PER_SHARE:
            return _per_share(column.figures, line.name, self.scale, self.share_scale)
        value: int = getattr(column.figures, line.name)
        return value

    def tagged(self, line: Line, column: Column) -> int | float:
        """Return the value of the tag: whole dollars or shares; without its minus sign where the company loses it."""
        value = self.displayed(line, column)
        if self.sign_is_lost(line, column):
            value = abs(value)
        return value if line.unit == PER_SHARE else int(value) * self.unit_scale(line)

    def sign_is_lost(self, line: Line, column: Column) -> bool:
        """Return whether the tag of this cell has no sign though the cell shows one: a column of the year before."""
        return self.loses_sign and line.name == "investing_cash_flow" and column.end < self.filing.period_end

    def unit_scale(self, line: Line) -> int:
        """Return how many dollars or shares one displayed unit of a line is; 1 for dollars per share."""
        return {USD: self.scale, SHARES: self.share_scale}.get(line.unit, 1)

    def facts(self) -> Iterator[Fact]:
        """Yield the facts that the document tags, each as often as it is tagged."""
        yield Fact("dei", "EntityCommonStockSharesOutstanding", SHARES, None, self.counted_on, self.shares_outstanding)
        for statement in self.statements:
            for line in statement.lines:
                for column in statement.columns:
                    value = self.tagged(line, column)
                    yield Fact("us-gaap", line.concept, line.unit, column.start, column.end, value)


def reports(filing: Filing, accounts: Accounts) -> bool:
    """Return whether a filing carries financial statements: a 10-K/A where it corrects or just repeats them."""
    if filing.form == "10-K/A":
        return accounts.corrects(filing) or (accounts.company.index + filing.period_end.year) % 4 == 1
    return filing.form in _PERIODIC


def reporting(plan: Plan, filings: Iterable[Filing], splits: Splits) -> Iterator[tuple[Accounts, list[Filing]]]:
    """Yield the accounts of each company with its periodic filings, in order; one company's are in memory at a time."""
    by_company: defaultdict[Company, list[Filing]] = defaultdict(list)
    for filing in filings:
        if filing.companies and filing.form in _PERIODIC | {"10-K/A"}:
            by_company[filing.companies[0]].append(filing)
    for company in sorted(by_company, key=lambda one: one.index):
        yield Accounts(plan, company, splits.get(company.index, ())), by_company.pop(company)


def report(filing: Filing, accounts: Accounts) -> Report:
    """Return the statements of a periodic filing."""
    quarter = accounts.company.calendar.quarter_ending(filing.period_end)
    habits = accounts.habits
    draft = _Draft(filing, accounts, quarter)
    now = draft.column(quarter, 0)
    return Report(
        filing=filing,
        quarter=quarter,
        scale=habits.scale,
        share_scale=habits.share_scale,
        statements=(draft.income_statement(), draft.balance_sheet(), draft.cash_flow_statement()),
        counted_on=accepted_on(filing) - _COUNTED_BEFORE,
        shares_outstanding=now.figures.shares_outstanding * habits.share_scale,
        loses_sign=habits.loses_sign and quarter.number == 3,  # noqa: PLR2004 - the third quarter
    )


def quarter_columns(filing: Filing, accounts: Accounts, end: date) -> tuple[Column, Column]:
    """Return the quarter that ends on `end` and the one a year earlier, as `filing` shows them."""
    draft = _Draft(filing, accounts, quarter := accounts.company.calendar.quarter_ending(end))
    return draft.column(quarter, 1), draft.column(draft.year_before(quarter), 1)


def income_lines(accounts: Accounts, period_end: date) -> tuple[Line, ...]:
    """Return the lines of the income statement in a report on a quarter."""
    return tuple(_income_lines(accounts, period_end))


class _Draft:
    """The columns and lines of one filing."""

    def __init__(self, filing: Filing, accounts: Accounts, quarter: FiscalQuarter) -> None:
        self._filing = filing
        self._accounts = accounts
        self._quarter = quarter

    def column(self, quarter: FiscalQuarter, count: int, basis: str = "quarter") -> Column:
        """Return the `count` quarters to `quarter`; 0 gives its balances."""
        figures = self._accounts.quarters(quarter.end, max(count, 1), filing=self._filing)
        if count == 0:
            return Column(None, quarter.end, "instant", 1, figures)
        first = self._calendar_quarter(quarter, 1 - count)
        return Column(first.start, quarter.end, basis, count, figures)

    def year_before(self, quarter: FiscalQuarter, years: int = 1) -> FiscalQuarter:
        """Return the quarter so many years earlier."""
        return self._calendar_quarter(quarter, -4 * years)

    def _calendar_quarter(self, quarter: FiscalQuarter, quarters: int) -> FiscalQuarter:
        return self._accounts.company.calendar.quarter(quarter.month.plus(3 * quarters))

    def _flow_columns(self, spans: Sequence[tuple[int, str]], years: int) -> tuple[Column, ...]:
        return tuple(
            self.column(self.year_before(self._quarter, year), count, basis)
            for count, basis in spans
            for year in range(years)
        )

    def _year(self) -> tuple[int, str]:
        number = self._quarter.number
        if self._quarter.annual:
            return number, "annual" if number == 4 else "ytd"  # noqa: PLR2004 - quarters of a year
        return number, "ytd" if number > 1 else "quarter"

    def _years_shown(self) -> int:
        return self._accounts.habits.years_shown if self._quarter.annual else 2

    def income_statement(self) -> Statement:
        """Return the year, or the quarter and, from the second on, the year to date."""
        year = self._year()
        spans = [year] if self._quarter.annual or year[0] == 1 else [(1, "quarter"), year]
        columns = self._flow_columns(spans, self._years_shown())
        lines = income_lines(self._accounts, self._filing.period_end)
        return Statement("income_statement", "Consolidated Statements of Operations", columns, lines)

    def balance_sheet(self) -> Statement:
        """Return the balances at the end and at the end of the last fiscal year."""
        before = self._calendar_quarter(self._quarter, -self._quarter.number)
        columns = (self.column(self._quarter, 0), self.column(before, 0))
        lines = tuple(_balance_lines(self._accounts.trade, self._accounts.habits))
        return Statement("balance_sheet", "Consolidated Balance Sheets", columns, lines)

    def cash_flow_statement(self) -> Statement:
        """Return the year or the year to date; cash flows of a single later quarter are never filed."""
        count, basis = self._year()
        columns = self._flow_columns([(count, "annual" if basis == "annual" else "ytd")], self._years_shown())
        lines = tuple(_cash_flow_lines(self._accounts, self._filing.period_end))
        return Statement("cash_flow", "Consolidated Statements of Cash Flows", columns, lines)


def _income_lines(accounts: Accounts, period_end: date) -> Iterator[Line]:
    trade, habits = accounts.trade, accounts.habits
    yield Line("Revenue", _revenue_concept(accounts, period_end), "revenue", "revenue")
    if trade.cost is not None:
        usual = trade.cost_line[1] == "CostOfRevenue"
        yield Line(*trade.cost_line, "cost_of_revenue", "cost_of_revenue" if usual else "")
        if usual:
            yield Line("Gross profit", "GrossProfit", "gross_profit", "gross_profit")
    if trade.research is not None:
        name = "research_and_development"
        yield Line("Research and development", "ResearchAndDevelopmentExpense", name, name)
    name = "selling_general_administrative"
    yield Line(*trade.selling_line, name, name if trade.selling_line[1].startswith("Selling") else "")
    if trade.shows_depreciation:
        yield Line("Depreciation and amortization", "DepreciationDepletionAndAmortization", "shown_depreciation")
    if trade.shows_operating_income:
        yield Line("Operating income (loss)", "OperatingIncomeLoss", "operating_income", "operating_income")
    yield Line("Interest expense", "InterestExpense", "interest_expense", "interest_expense")
    yield Line(
        "Income (loss) before income taxes",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        "pretax_income",
    )
    yield Line("Income tax expense (benefit)", "IncomeTaxExpenseBenefit", "income_tax", "income_tax")
    if accounts.represents(period_end):
        concept = "IncomeLossFromDiscontinuedOperationsNetOfTax"
        yield Line("Income from discontinued operations, net of tax", concept, "discontinued")
    yield from _net_income_lines(habits)
    yield Line("Basic earnings (loss) per share", "EarningsPerShareBasic", "eps_basic", "eps_basic", PER_SHARE)
    yield Line("Diluted earnings (loss) per share", "EarningsPerShareDiluted", "eps_diluted", "eps_diluted", PER_SHARE)
    concept = "WeightedAverageNumberOfSharesOutstandingBasic"
    yield Line("Basic weighted average shares", concept, "shares_basic", "shares_basic", SHARES)
    concept = "WeightedAverageNumberOfDilutedSharesOutstanding"
    yield Line("Diluted weighted average shares", concept, "shares_diluted", "shares_diluted", SHARES)


def _net_income_lines(habits: Bookkeeping) -> Iterator[Line]:
    if habits.minority:
        yield Line("Net income (loss)", "ProfitLoss", "net_income_total", "net_income_total")
        concept = "NetIncomeLossAttributableToNoncontrollingInterest"
        yield Line("Less: attributable to noncontrolling interests", concept, "minority_income")
        yield Line("Net income (loss) attributable to the company", "NetIncomeLoss", "net_income", "net_income")
    else:
        yield Line("Net income (loss)", "NetIncomeLoss", "net_income", "net_income")


def _revenue_concept(accounts: Accounts, period_end: date) -> str:
    switch = accounts.habits.revenue_switch
    under_new_standard = accounts.trade.lent is None and switch is not None and period_end >= switch
    return "RevenueFromContractWithCustomerExcludingAssessedTax" if under_new_standard else "Revenues"


def _balance_lines(trade: Trade, habits: Bookkeeping) -> Iterator[Line]:
    yield from _asset_lines(trade, habits)
    yield from _liability_lines(trade)
    yield from _equity_lines(habits)
    yield Line("Total liabilities and equity", "LiabilitiesAndStockholdersEquity", "liabilities_and_equity")


def _asset_lines(trade: Trade, habits: Bookkeeping) -> Iterator[Line]:
    name = "cash_and_equivalents"
    if habits.restricted_cash:
        yield Line("Cash, cash equivalents and restricted cash", _RESTRICTED_CASH, name, name)
    else:
        yield Line("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", name, name)
    if trade.classified:
        name = "short_term_investments"
        yield Line("Short-term investments", "ShortTermInvestments", name, name)
    if trade.lent is None:
        yield Line("Receivables, net", "AccountsReceivableNetCurrent", "receivables", "receivables")
    if trade.inventory is not None:
        label = "Materials and supplies" if trade.inventory_concept != "InventoryNet" else "Inventories"
        yield Line(label, trade.inventory_concept, "inventory", "inventory")
    if trade.classified:
        yield Line("Total current assets", "AssetsCurrent", "current_assets", "current_assets")
    if trade.lent is not None:
        yield Line(*trade.lent_line, "lent")
    yield Line("Property and equipment, net", "PropertyPlantAndEquipmentNet", "property_and_equipment")
    yield Line("Other assets", "OtherAssetsNoncurrent" if trade.classified else "OtherAssets", "other_assets")
    yield Line("Total assets", "Assets", "total_assets", "total_assets")


def _liability_lines(trade: Trade) -> Iterator[Line]:
    if trade.lent is not None:
        yield Line(*trade.owed_line, "owed")
    payable = (
        "AccountsPayableAndAccruedLiabilitiesCurrent" if trade.classified else "AccountsPayableAndAccruedLiabilities"
    )
    yield Line("Accounts payable and accrued liabilities", payable, "payables")
    yield Line(
        "Short-term debt",
        "DebtCurrent" if trade.classified else "ShortTermBorrowings",
        "short_term_debt",
        "short_term_debt",
    )
    if trade.classified:
        yield Line("Total current liabilities", "LiabilitiesCurrent", "current_liabilities", "current_liabilities")
    yield Line(
        "Long-term debt",
        "LongTermDebtNoncurrent" if trade.classified else "LongTermDebt",
        "long_term_debt",
        "long_term_debt",
    )
    yield Line(
        "Other liabilities",
        "OtherLiabilitiesNoncurrent" if trade.classified else "OtherLiabilities",
        "other_liabilities",
    )
    yield Line("Total liabilities", "Liabilities", "total_liabilities", "total_liabilities")


def _equity_lines(habits: Bookkeeping) -> Iterator[Line]:
    total = "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
    if habits.only_total_equity:
        yield Line("Total equity", total, "equity_total", "equity_total")
        return
    yield Line("Total stockholders' equity", "StockholdersEquity", "equity", "equity")
    if habits.minority:
        yield Line("Noncontrolling interests", "MinorityInterest", "minority_interest", "minority_interest")
        yield Line("Total equity", total, "equity_total", "equity_total")


def _cash_flow_lines(accounts: Accounts, period_end: date) -> Iterator[Line]:
    trade, habits = accounts.trade, accounts.habits
    if habits.minority:
        yield Line("Net income (loss)", "ProfitLoss", "net_income_total")
    else:
        yield Line("Net income (loss)", "NetIncomeLoss", "net_income")
    yield Line("Depreciation and amortization", "DepreciationDepletionAndAmortization", "depreciation")
    yield Line(
        "Changes in operating assets and liabilities",
        "IncreaseDecreaseInOperatingCapital",
        "operating_capital_increase",
        outflow=True,
    )
    name = "operating_cash_flow"
    yield Line("Net cash from operating activities", "NetCashProvidedByUsedInOperatingActivities", name, name)
    name = "capital_expenditure"
    yield Line("Capital expenditures", _capital_concept(accounts, period_end), name, name, outflow=True)
    bought = "Purchases of investments, net" if trade.lent is None else "Net change in loans, investments and deposits"
    yield Line(bought, "PaymentsForProceedsFromInvestments", "investments_bought", outflow=True)
    name = "investing_cash_flow"
    yield Line("Net cash from investing activities", "NetCashProvidedByUsedInInvestingActivities", name, name)
    yield Line("Net borrowing", "ProceedsFromRepaymentsOfDebt", "net_borrowing")
    yield Line("Dividends paid", "PaymentsOfDividends", "dividends_paid", "dividends_paid", outflow=True)
    name = "share_repurchases"
    yield Line("Repurchases of common stock", "PaymentsForRepurchaseOfCommonStock", name, name, outflow=True)
    yield Line("Issuance of common stock", "ProceedsFromIssuanceOfCommonStock", "shares_issued")
    if habits.minority:
        concept = "PaymentsToMinorityShareholders"
        yield Line("Distributions to noncontrolling interests", concept, "minority_distributions", outflow=True)
    name = "financing_cash_flow"
    yield Line("Net cash from financing activities", "NetCashProvidedByUsedInFinancingActivities", name, name)
    concept = f"{_RESTRICTED_CASH}PeriodIncreaseDecreaseIncludingExchangeRateEffect"
    yield Line("Net change in cash", concept, "change_in_cash")


def _capital_concept(accounts: Accounts, period_end: date) -> str:
    switch = accounts.habits.capital_switch
    switched = switch is not None and period_end >= switch
    return "PaymentsToAcquireProductiveAssets" if switched else accounts.trade.capital_concept


def _per_share(figures: Figures, name: str, scale: int, share_scale: int) -> float:
    """Return earnings per share, dollars rounded to cents."""
    shares = figures.shares_diluted if name == "eps_diluted" else figures.shares_basic
    return round(100 * figures.net_income * scale / (shares * share_scale)) / 100
