"""What managers hold at the end of each quarter, and how they report it on Form 13F: late, in parts, with errors.

A quarter's positions are the quarter before's, moved. Of the reports some name a wrong number of shares, which a
RESTATEMENT replaces within weeks; some leave positions out in confidence, which an amendment of NEW HOLDINGS adds
months later. Prices are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from edgewise.simulate.days import business_day, business_days_later, moment_between, moment_in_a_burst
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.ownership.managers import Manager
    from edgewise.simulate.plan import Plan

RESTATEMENT, NEW_HOLDINGS = "RESTATEMENT", "NEW HOLDINGS"
_DUE = 45


@dataclass(frozen=True, slots=True)
class Position:
    """One line of an information table: a company by its index, shares as filed, and "Put", "Call" or ''."""

    company: int
    shares: int
    put_call: str = ""


@dataclass(frozen=True, slots=True)
class HoldingsReport:
    """One 13F.

    accepted:     Eastern wall time, without a zone.
    period_end:   last day of the calendar quarter.
    positions:    as filed.
    amendment:    what an amendment does: RESTATEMENT or NEW HOLDINGS; '' for an original.
    number:       of the amendment among those of the quarter, from 1; 0 for an original.
    confidential: whether positions were left out in confidence.
    reported:     of an amendment: the day on which the original was sent; None for an original.
    """

    form: str
    manager: Manager
    accepted: datetime
    period_end: date
    positions: tuple[Position, ...]
    amendment: str = ""
    number: int = 0
    confidential: bool = False
    reported: date | None = None


def holdings_reports(plan: Plan, manager: Manager) -> list[HoldingsReport]:
    """Return all that a manager reports about the quarters that end within the plan; some after the plan's end.

    The same plan gives the same reports, and no price plays a part.
    """
    draws = Draws(plan.stream(Purpose.MANAGERS, 2 + 2 * manager.index))
    held = _first_positions(plan, manager, draws)
    reports: list[HoldingsReport] = []
    for quarter_end in _quarter_ends(plan):
        held = _moved(held, draws)
        reports += _reports(manager, quarter_end, tuple(held), draws)
    return reports


def _quarter_ends(plan: Plan) -> Iterator[date]:
    for number in range(4 * plan.start.year, 4 * plan.end.year + 4):
        year, month = divmod(3 * number + 3, 12)
        end = date(year, month + 1, 1) - timedelta(days=1)
        if plan.start <= end <= plan.end:
            yield end


def _first_positions(plan: Plan, manager: Manager, draws: Draws) -> list[Position]:
    count = min(manager.positions, max(5, plan.companies // 2))
    held = [Position(company, draws.between(1, 900) * 100) for company in draws.shuffled(range(plan.companies))[:count]]
    options = [replace(held[0], put_call="Put"), replace(held[1], put_call="Call")] if manager.options else []
    return sorted([*held, *options], key=lambda one: (one.company, one.put_call))


def _moved(held: list[Position], draws: Draws) -> list[Position]:
    return [replace(one, shares=max(100, one.shares * draws.between(60, 145) // 100)) for one in held]


def _reports(manager: Manager, quarter_end: date, held: tuple[Position, ...], draws: Draws) -> Iterator[HoldingsReport]:
    accepted = _accepted(quarter_end, draws)
    if manager.silent:
        yield HoldingsReport("13F-NT", manager, accepted, quarter_end, ())
        return
    fate = draws.below(100)
    original = HoldingsReport("13F-HR", manager, accepted, quarter_end, held)
    if fate < 10:  # noqa: PLR2004 - one in ten has a wrong number
        wrong = (replace(held[0], shares=held[0].shares * 10), *held[1:])
        yield replace(original, positions=wrong)
        yield _amended(original, RESTATEMENT, held, draws.between(4, 30), draws)
    elif fate < 18:  # noqa: PLR2004 - another eight in a hundred keep something to themselves
        kept, hidden = held[:-2], held[-2:]
        yield replace(original, positions=kept, confidential=True)
        yield _amended(original, NEW_HOLDINGS, hidden, draws.between(40, 120), draws)
    else:
        yield original


def _amended(
    original: HoldingsReport, amendment: str, positions: tuple[Position, ...], days: int, draws: Draws
) -> HoldingsReport:
    day = business_days_later(original.accepted.date(), days)
    accepted = moment_between(day, time(9), time(17, 29, 59), draws)
    return replace(
        original,
        form="13F-HR/A",
        accepted=accepted,
        positions=positions,
        amendment=amendment,
        number=1,
        reported=original.accepted.date(),
    )


def _accepted(quarter_end: date, draws: Draws) -> datetime:
    """Return when a report comes: four in ten on the last of the 45 days, or the business day after it."""
    days = _DUE if draws.chance(0.4) else draws.between(8, 44)
    day = business_day(quarter_end + timedelta(days=days))
    return moment_in_a_burst(day, draws) if draws.chance(0.5) else moment_between(day, time(8), time(17, 29), draws)


def as_meant(reports: list[HoldingsReport]) -> dict[date, dict[tuple[int, str], int]]:
    """Return, for each quarter end, the shares by (company, put or call) after these reports, given by acceptance."""
    found: dict[date, dict[tuple[int, str], int]] = {}
    for report in sorted(reports, key=lambda one: one.accepted):
        if report.form == "13F-NT":
            continue
        named = {(one.company, one.put_call): one.shares for one in report.positions}
        if report.amendment == NEW_HOLDINGS:
            named = found.get(report.period_end, {}) | named
        found[report.period_end] = named
    return found
