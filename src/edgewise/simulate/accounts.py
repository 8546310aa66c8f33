"""The figures of an invented company, quarter by quarter, and as each filing showed them.

The order of events, for one company.
1. Balances other than equity and debt follow revenue, smoothed; equity and debt are slowly moving shares of the assets.
2. The income statement comes from revenue and the ratios of the trade.
3. Cash flows follow: whatever the balances need and the income does not give was borrowed, paid out, or raised. So the
   balance sheet balances, and the cash flow statement explains the change in cash, to the unit.
4. What was later sold, or later corrected, is kept apart and added to what filings before that day show.

The figures say nothing about the latent tone: a reader of figures learns nothing about that effect here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from edgewise.core import clock
from edgewise.simulate.bookkeeping import bookkeeping
from edgewise.simulate.fiscal import Month, YearEnd, nominal_month
from edgewise.simulate.plan import EARLIEST, LATEST, Purpose
from edgewise.simulate.trades import trade_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from edgewise.simulate.actions import Action
    from edgewise.simulate.bookkeeping import Bookkeeping, Correction, Disposal
    from edgewise.simulate.company import Company
    from edgewise.simulate.fiscal import FiscalCalendar
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.trades import Range, Trade

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Splits = Mapping[int, Sequence[tuple[date, float]]]

# A correction may concern the year before last, and a 10-K shows the two years before its own.
_YEARS_BEFORE = 6
_FIRST_YEAR = EARLIEST.year - _YEARS_BEFORE
_QUARTERS = 4 * (LATEST.year - _FIRST_YEAR + 2)
_TAX_RATE = 0.21
_SMOOTHING = 0.15
_USUAL_DAYS = 91
# Capital expenditure beside depreciation: more, so that what depreciates does not run out.
_INVESTMENT = (1.04, 1.4)


@dataclass(frozen=True, slots=True)
class Figures:
    """One period of one company, in units of its statements; balances stand at the end of the period.

    Expenses, taxes, capital expenditure, dividends and repurchases are positive. What a trade does not have is 0.

    minority_income, minority_interest: what belongs to the other owners of subsidiaries.
    discontinued: income after tax of a business that was sold.
    working_capital: cash that changes in operating balances brought in.
    investments_bought: net of those sold; `lent` and `owed` are loans and deposits, or an insurer's investments and
                  obligations.
    shares_basic, shares_with_options: the average of the period; shares_outstanding at its end; in units for shares.
    """

    revenue: int
    cost_of_revenue: int
    research_and_development: int
    selling_general_administrative: int
    shown_depreciation: int
    interest_expense: int
    income_tax: int
    discontinued: int
    minority_income: int
    depreciation: int
    working_capital: int
    capital_expenditure: int
    investments_bought: int
    net_borrowing: int
    dividends_paid: int
    share_repurchases: int
    shares_issued: int
    minority_distributions: int
    shares_basic: int
    shares_with_options: int
    cash_and_equivalents: int
    short_term_investments: int
    receivables: int
    inventory: int
    property_and_equipment: int
    lent: int
    other_assets: int
    payables: int
    short_term_debt: int
    owed: int
    long_term_debt: int
    other_liabilities: int
    minority_interest: int
    equity: int
    shares_outstanding: int

    @property
    def gross_profit(self) -> int:
        """Revenue less its cost."""
        return self.revenue - self.cost_of_revenue

    @property
    def operating_income(self) -> int:
        """Gross profit less the costs of running the business."""
        running = self.research_and_development + self.selling_general_administrative + self.shown_depreciation
        return self.gross_profit - running

    @property
    def pretax_income(self) -> int:
        """Operating income after interest."""
        return self.operating_income - self.interest_expense

    @property
    def net_income_total(self) -> int:
        """Income after tax of the whole group, with what belongs to other owners."""
        return self.pretax_income - self.income_tax + self.discontinued

    @property
    def net_income(self) -> int:
        """Income after tax that belongs to the company's own holders."""
        return self.net_income_total - self.minority_income

    @property
    def shares_diluted(self) -> int:
        """The diluted share count: options count only where there is income, for they would lessen a loss."""
        return self.shares_with_options if self.net_income > 0 else self.shares_basic

    @property
    def operating_capital_increase(self) -> int:
        """Cash that changes in operating balances took."""
        return -self.working_capital

    @property
    def operating_cash_flow(self) -> int:
        """Cash from operating activities."""
        return self.net_income_total + self.depreciation + self.working_capital

    @property
    def investing_cash_flow(self) -> int:
        """Cash from investing activities; negative where cash was spent."""
        return -self.capital_expenditure - self.investments_bought

    @property
    def financing_cash_flow(self) -> int:
        """Cash from financing activities."""
        paid = self.dividends_paid + self.share_repurchases + self.minority_distributions
        return self.net_borrowing + self.shares_issued - paid

    @property
    def change_in_cash(self) -> int:
        """The sum of the three."""
        return self.operating_cash_flow + self.investing_cash_flow + self.financing_cash_flow

    @property
    def current_assets(self) -> int:
        """Cash and what becomes cash within a year."""
        return self.cash_and_equivalents + self.short_term_investments + self.receivables + self.inventory

    @property
    def total_assets(self) -> int:
        """Everything owned."""
        return self.current_assets + self.property_and_equipment + self.lent + self.other_assets

    @property
    def current_liabilities(self) -> int:
        """What is due within a year."""
        return self.payables + self.short_term_debt

    @property
    def total_liabilities(self) -> int:
        """Everything owed."""
        return self.current_liabilities + self.owed + self.long_term_debt + self.other_liabilities

    @property
    def equity_total(self) -> int:
        """What is left to all owners."""
        return self.equity + self.minority_interest

    @property
    def liabilities_and_equity(self) -> int:
        """The other side of the balance sheet."""
        return self.total_liabilities + self.equity_total


_NAMES = tuple(field.name for field in fields(Figures))
_ROW = {name: row for row, name in enumerate(_NAMES)}
_FIRST_BALANCE = _ROW["cash_and_equivalents"]
_AVERAGES = (_ROW["shares_basic"], _ROW["shares_with_options"])
_OUTSTANDING = _ROW["shares_outstanding"]


class Books:
    """The figures as filings of one moment show them: with what was known, sold and split by then."""

    def __init__(self, quarters: Whole, share_factor: float) -> None:
        self._quarters = quarters
        self._share_factor = share_factor

    def period(self, first: int, count: int) -> Figures:
        """Return the `count` quarters from column `first` on as one: flows add up, balances are the last's."""
        block = self._quarters[:, first : first + count]
        values = block[:, -1].copy()
        values[:_FIRST_BALANCE] = block[:_FIRST_BALANCE].sum(axis=1)
        for row in _AVERAGES:
            values[row] = round(int(values[row]) / count * self._share_factor)
        values[_OUTSTANDING] = round(int(values[_OUTSTANDING]) * self._share_factor)
        return Figures(*values.tolist())


class Accounts:
    """All quarters of one company that filings of the plan can show.

    splits: (session, new shares for one old) of the company; filings from that day on give all share counts after it.
    """

    def __init__(self, plan: Plan, company: Company, splits: Sequence[tuple[date, float]] = ()) -> None:
        self.company = company
        self.habits = bookkeeping(plan, company)
        self.trade = trade_of(company.industry)
        self._splits = tuple(splits)
        years = (plan.start.year - _YEARS_BEFORE, plan.end.year + 1)
        self._first = 4 * (years[0] - _FIRST_YEAR)
        inside = slice(self._first, 4 * (years[1] - _FIRST_YEAR + 1))
        stream = plan.stream(Purpose.ACCOUNTS, 1 + company.index)
        continuing, sold = _quarters(stream, company, self.trade, self.habits)
        self._quarters = continuing[:, inside].copy()
        self._sold = None if sold is None else sold[:, inside].copy()
        correction = self.correction
        self._error = None if correction is None else self._overstatement(correction)

    @property
    def correction(self) -> Correction | None:
        """The error the company puts right, if it does."""
        return self.habits.correction

    @property
    def disposal(self) -> Disposal | None:
        """The business the company sells, if it does."""
        return self.habits.disposal

    def quarters(self, end: date, count: int, *, filing: Filing | None = None) -> Figures:
        """Return the `count` quarters to `end` as one period: as `filing` shows them, or as the last filing would."""
        last = self._column(nominal_month(end))
        return self._books(filing).period(last - count + 1, count)

    def share_factor(self, day: date) -> float:
        """Return how many shares of `day` one share before all splits has become."""
        return prod(ratio for session, ratio in self._splits if session <= day)

    def corrects(self, filing: Filing) -> bool:
        """Return whether a 10-K/A is the one that repeats the financial statements, corrected."""
        found = self.correction
        if found is None or filing.form != "10-K/A" or filing.period_end != found.year_end.end:
            return False
        return accepted_on(filing) == found.filed_on

    def represents(self, period_end: date) -> bool:
        """Return whether reports for a quarter show a business that was sold as discontinued."""
        return self.disposal is not None and period_end >= self.disposal.quarter.end

    def _books(self, filing: Filing | None) -> Books:
        if filing is None:
            return Books(self._quarters, prod(ratio for _, ratio in self._splits))
        quarters, day = self._quarters, accepted_on(filing)
        if self._sold is not None and not self.represents(filing.period_end):
            quarters = quarters + self._sold
        if self._error is not None and self.correction is not None and day < self.correction.filed_on:
            quarters = quarters + self._error
        return Books(quarters, self.share_factor(day))

    def _column(self, month: Month) -> int:
        return _ordinal(month) - self._first

    def _overstatement(self, correction: Correction) -> Whole:
        """Return what the erroneous filings show above the truth: revenue never earned, still to be collected."""
        error = np.zeros_like(self._quarters)
        last = self._column(correction.year_end.month)
        year = slice(last - correction.year_end.number + 1, last + 1)
        error[_ROW["revenue"], year] = (correction.share * self._quarters[_ROW["revenue"], year]).astype(np.int64)
        revenue = error[_ROW["revenue"]]
        tax = (_TAX_RATE * revenue).astype(np.int64)
        error[_ROW["income_tax"]] = tax
        error[_ROW["working_capital"]] = tax - revenue
        error[_ROW["receivables" if self.trade.lent is None else "other_assets"]] = np.cumsum(revenue)
        error[_ROW["payables"]] = np.cumsum(tax)
        error[_ROW["equity"]] = np.cumsum(revenue - tax)
        return error


def splits_of(actions: Iterable[Action]) -> Splits:
    """Return the share splits among corporate actions, by index of the company and in order of their ex sessions."""
    found: dict[int, list[tuple[date, float]]] = {}
    for action in sorted(actions, key=lambda one: one.ex_session):
        if action.ratio != 1:
            found.setdefault(action.company, []).append((action.ex_session, action.ratio))
    return found


def accepted_on(filing: Filing) -> date:
    """Return the New York date on which a filing was accepted."""
    return filing.accepted_at.astimezone(clock.NEW_YORK).date()


def _ordinal(month: Month) -> int:
    """Return the running number of the quarter that nominally ends with `month`."""
    return (12 * (month.year - _FIRST_YEAR) + month.month - 1) // 3


def _quarters(
    stream: np.random.Generator, company: Company, trade: Trade, habits: Bookkeeping
) -> tuple[Whole, Whole | None]:
    """Return all figures, one row per name and one column per quarter, and what a business sold later added to them."""
    scale, minority, disposal = habits.scale, habits.minority, habits.disposal
    steps = 0.01 + 0.03 * stream.standard_normal(_QUARTERS)
    size = stream.uniform(20.5, 24.5) if scale == 1_000_000 else stream.uniform(17.5, 21.5)  # noqa: PLR2004 - dollars
    path = size + np.cumsum(steps) - 0.01 * _QUARTERS / 2
    season = 1 + 0.06 * stream.uniform(-1, 1, size=4)[np.arange(_QUARTERS) % 4]
    revenue = np.exp(path) * season * _length(company.calendar) / scale
    ratios = _Ratios(stream, revenue, np.exp(_smooth(path)) / scale)
    lines = _balances(ratios, trade, minority)
    lines |= _income(ratios, trade, lines)
    sold = None if disposal is None else _segment(lines, disposal)
    if sold is not None:
        lines["discontinued"] = -sold["discontinued"]
    lines |= _flows(lines, minority, payout=stream.uniform(0.0, 0.03) * ratios.trend)
    lines |= _shares(stream, ratios.revenue * (scale // habits.share_scale))
    blank = np.zeros(_QUARTERS, dtype=np.int64)
    stacked = np.array([lines.get(name, blank) for name in _NAMES], dtype=np.int64)
    if sold is None:
        return stacked, None
    return stacked, np.array([sold.get(name, blank) for name in _NAMES], dtype=np.int64)


class _Ratios:
    """Lines as shares of revenue, or of its trend, that move a little from quarter to quarter."""

    def __init__(self, stream: np.random.Generator, revenue: Floats, trend: Floats) -> None:
        self._stream = stream
        self.revenue = revenue.astype(np.int64)
        self.trend = trend

    def of(self, base: Floats | Whole, share: Range | None, wobble: float) -> Whole:
        """Return a share of `base`, drawn from its range, with a relative standard deviation of `wobble`."""
        if share is None:
            return np.zeros(_QUARTERS, dtype=np.int64)
        moves = 1 + wobble * self._stream.standard_normal(_QUARTERS)
        return (self._stream.uniform(*share) * moves * base).astype(np.int64)


def _balances(ratios: _Ratios, trade: Trade, minority: float) -> dict[str, Whole]:
    trend, revenue = ratios.trend, ratios.revenue
    depreciation = ratios.of(revenue, trade.depreciation, 0.01)
    investment = ratios.of(depreciation, _INVESTMENT, 0.05)
    assets = {
        "property_and_equipment": ratios.of(trend[:1], trade.property, 0.0)[0] + np.cumsum(investment - depreciation),
        "cash_and_equivalents": ratios.of(trend, (0.3, 1.2), 0.05),
        "short_term_investments": ratios.of(trend, (0.1, 0.8) if trade.classified else None, 0.05),
        "receivables": ratios.of(revenue, trade.receivables if trade.lent is None else None, 0.03),
        "inventory": ratios.of(trend, trade.inventory, 0.03),
        "lent": ratios.of(trend, trade.lent, 0.002),
        "other_assets": ratios.of(trend, trade.other, 0.01),
    }
    total = np.sum(list(assets.values()), axis=0)
    owed = ratios.of(assets["lent"], trade.owed, 0.0)
    debt = ratios.of(total, trade.debt, 0.005)
    equity = ratios.of(total, trade.equity, 0.005)
    rest = total - owed - debt - equity
    others = (minority * equity).astype(np.int64)
    return assets | {
        "depreciation": depreciation,
        "capital_expenditure": investment,
        "owed": owed,
        "short_term_debt": debt // 8,
        "long_term_debt": debt - debt // 8,
        "payables": rest - rest // 3,
        "other_liabilities": rest // 3,
        "minority_interest": others,
        "equity": equity - others,
    }


def _income(ratios: _Ratios, trade: Trade, lines: dict[str, Whole]) -> dict[str, Whole]:
    revenue = ratios.revenue
    income = {
        "revenue": revenue,
        "cost_of_revenue": ratios.of(revenue, trade.cost, 0.015),
        "research_and_development": ratios.of(revenue, trade.research, 0.03),
        "selling_general_administrative": ratios.of(revenue, trade.selling, 0.02),
        "shown_depreciation": lines["depreciation"] * trade.shows_depreciation,
        "interest_expense": (trade.rate * (lines["short_term_debt"] + lines["long_term_debt"])).astype(np.int64),
    }
    costs = np.sum([amount for name, amount in income.items() if name != "revenue"], axis=0)
    return income | {"income_tax": (_TAX_RATE * (revenue - costs)).astype(np.int64)}


def _segment(lines: dict[str, Whole], disposal: Disposal) -> dict[str, Whole]:
    """Return what reports before a sale add to the continuing business: its lines, no longer shown as discontinued."""
    before = np.arange(_QUARTERS) < _ordinal(disposal.quarter.month)
    running = ("revenue", "cost_of_revenue", "research_and_development", "selling_general_administrative")
    sold = {name: (disposal.share * lines[name]).astype(np.int64) * before for name in running}
    pretax = sold["revenue"] - np.sum([sold[name] for name in running[1:]], axis=0)
    tax = (_TAX_RATE * pretax).astype(np.int64)
    return sold | {"income_tax": tax, "discontinued": tax - pretax}


def _flows(lines: dict[str, Whole], minority: float, payout: Floats) -> dict[str, Whole]:
    """Return the cash flows that lead from each balance sheet to the next, and the income of other owners."""
    costs = ("cost_of_revenue", "research_and_development", "selling_general_administrative", "shown_depreciation")
    income = lines["revenue"] - np.sum([lines[name] for name in (*costs, "interest_expense", "income_tax")], axis=0)
    income = income + lines.get("discontinued", 0)
    others = (minority * income).astype(np.int64)

    def change(*names: str) -> Whole:
        total: Whole = np.sum([lines[name] for name in names], axis=0)
        moved: Whole = np.diff(total, prepend=total[:1])
        return moved

    paid_out = income - others - change("equity")
    dividends = payout.astype(np.int64)
    return {
        "minority_income": others,
        "minority_distributions": others - change("minority_interest"),
        "working_capital": change("payables", "other_liabilities") - change("receivables", "inventory", "other_assets"),
        "investments_bought": change("short_term_investments", "lent") - change("owed"),
        "net_borrowing": change("short_term_debt", "long_term_debt"),
        "dividends_paid": dividends,
        "share_repurchases": np.maximum(paid_out - dividends, 0),
        "shares_issued": np.maximum(dividends - paid_out, 0),
    }


def _shares(stream: np.random.Generator, revenue: Whole) -> dict[str, Whole]:
    """Return share counts before all splits, for revenue of 2.50 to 20 dollars a share in an early quarter."""
    start = float(revenue[_QUARTERS // 4]) * stream.uniform(0.05, 0.4)
    outstanding = (start * np.exp(np.cumsum(0.003 * stream.standard_normal(_QUARTERS) - 0.001))).astype(np.int64)
    average = (outstanding + np.roll(outstanding, 1)) // 2
    average[0] = outstanding[0]
    return {"shares_outstanding": outstanding, "shares_basic": average, "shares_with_options": average + average // 60}


def _length(calendar: FiscalCalendar) -> Floats:
    """Return the lengths of all quarters beside the usual one; only a 53rd week counts."""
    if calendar.year_end is YearEnd.MONTH_END:
        return np.ones(_QUARTERS)
    first = Month(_FIRST_YEAR, 1 + (calendar.month - 1) % 3)
    days = [calendar.quarter(first.plus(3 * number)) for number in range(_QUARTERS)]
    lengths = np.array([(quarter.end - quarter.start).days + 1 for quarter in days])
    longer: Floats = np.where(lengths > _USUAL_DAYS + 2, lengths / _USUAL_DAYS, 1.0)
    return longer


def _smooth(path: Floats) -> Floats:
    smoothed = path.copy()
    for quarter in range(1, len(path)):
        smoothed[quarter] = smoothed[quarter - 1] + _SMOOTHING * (path[quarter] - smoothed[quarter - 1])
    return smoothed
