"""How a company keeps its books: units, tags, and the restatements that make one period have several values.

Each habit is dealt to companies by their index, so that a market of two dozen companies has every one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from edgewise.simulate.company import Company
    from edgewise.simulate.fiscal import FiscalQuarter
    from edgewise.simulate.plan import Plan

# Streams of one purpose are numbered by company; these are beyond any company of the figures themselves.
_HABITS = 10_000_000
# ASC 606 made filers drop `Revenues` with their first quarter of 2018.
_NEW_REVENUE_STANDARD = date(2018, 1, 1)
_LATE = timedelta(days=400)
_SOON = timedelta(days=150)


@dataclass(frozen=True, slots=True)
class Correction:
    """An error in one fiscal year, put right by a 10-K/A with full financial statements.

    year_end: the last quarter of the year with the error.
    filed_on: New York date of the amendment; filings accepted from then on show the corrected year.
    share:    by which revenue was overstated, a fraction of the true one.
    """

    year_end: FiscalQuarter
    filed_on: date
    share: float


@dataclass(frozen=True, slots=True)
class Disposal:
    """A business sold: reports for quarters from `quarter` on show earlier periods without it.

    share: of the continuing business, which it was as large as.
    """

    quarter: FiscalQuarter
    share: float


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """The habits of one company.

    scale:            dollars in one unit of its statements: 1, 1,000 or 1,000,000.
    years_shown:      how many years a 10-K shows of flows.
    minority:         share of the consolidated equity that belongs to others; 0 for most.
    only_total_equity: whether it tags equity only together with what belongs to others.
    restricted_cash:  whether it tags cash only together with restricted cash.
    revenue_switch:   from periods that end on this day on, revenue has the tag of the new standard; None: never.
    capital_switch:   the same for capital expenditure and `PaymentsToAcquireProductiveAssets`.
    loses_sign:       whether third-quarter reports repeat last year's investing cash flow without its minus sign.
    """

    scale: int
    years_shown: int
    minority: float
    only_total_equity: bool
    restricted_cash: bool
    revenue_switch: date | None
    capital_switch: date | None
    loses_sign: bool
    correction: Correction | None
    disposal: Disposal | None

    @property
    def share_scale(self) -> int:
        """Shares in one unit of its statements; millions of dollars go with thousands of shares."""
        return min(self.scale, 1_000)


def bookkeeping(plan: Plan, company: Company) -> Bookkeeping:
    """Return the habits of a company; the same plan gives the same."""
    draws = Draws(plan.stream(Purpose.ACCOUNTS, _HABITS + company.index))
    within = plan.start + timedelta(days=30 + draws.below(max(1, (plan.end - plan.start).days - 90)))

    def dealt(every: int, turn: int) -> bool:
        return company.index % every == turn

    return Bookkeeping(
        scale=1_000_000 if dealt(5, 1) else 1 if dealt(20, 9) else 1_000,
        years_shown=3 if dealt(3, 1) else 2,
        minority=0.03 + 0.02 * draws.below(4) if dealt(5, 0) else 0.0,
        only_total_equity=dealt(10, 5),
        restricted_cash=dealt(8, 2),
        revenue_switch=(_NEW_REVENUE_STANDARD, within, None)[company.index % 3],
        capital_switch=within if dealt(6, 4) else None,
        loses_sign=dealt(12, 7),
        correction=_correction(plan, company, draws) if dealt(14, 3) else None,
        disposal=_disposal(company, within, draws) if dealt(12, 4) else None,
    )


def _correction(plan: Plan, company: Company, draws: Draws) -> Correction:
    filed_on = plan.start + timedelta(days=30 + draws.below((plan.end - plan.start).days - 40))
    while not clock.is_business_day(filed_on):
        filed_on += timedelta(days=1)
    # Every other one comes after the next annual report: the old year is restated when it is no longer the newest.
    last = company.calendar.quarter_ended_before(filed_on - (_LATE if company.index // 14 % 2 == 0 else _SOON))
    while last.form not in {"10-K", "10-KT"}:
        last = company.calendar.quarter(last.month.plus(-3))
    return Correction(last, filed_on, 0.03 + 0.01 * draws.below(4))


def _disposal(company: Company, day: date, draws: Draws) -> Disposal:
    return Disposal(company.calendar.quarter_ended_before(day), 0.2 + 0.1 * draws.below(5))
