"""A market whose last day is extremely busy, to see whether a pipeline keeps up.

The year before that day has prices and no filings; on the day itself as many submissions are accepted as are asked for,
half of them forms of insiders, a third 8-Ks, the rest periodic reports and 13Fs, and half of all within the two bursts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.core.errors import InvalidInput
from edgewise.simulate.archive import Simulated, write_market
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.days import moment_between, moment_in_a_burst
from edgewise.simulate.draws import Draws
from edgewise.simulate.ownership.holdings import holdings_reports
from edgewise.simulate.ownership.managers import invent_managers
from edgewise.simulate.ownership.reports import insider_reports
from edgewise.simulate.plan import LIMITS, Plan, Purpose
from edgewise.simulate.schedule import Draft, event_draft, insider_draft, manager_draft, number_drafts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgewise.simulate.company import Company

BUSIEST = date(2024, 5, 15)
_FILINGS_PER_COMPANY = 4
_FEWEST, _MOST = 40, 20_000
# Shares of all submissions; what is left over are the forms of insiders.
_REPORTS, _EVENTS = 0.17, 0.30
_IN_BURSTS = 0.5
_QUARTER_AGE = timedelta(days=30)


def write_busy_day(folder: Path, filings: int = 8_000, day: date = BUSIEST, *, seed: int = 7) -> Simulated:
    """Write a market whose last business day, `day`, has this many submissions, and no other day has any.

    folder: created if it is not there.
    day:    New York date of acceptance and of filing of all of them.
    Raises: InvalidInput, if the folder holds anything, if EDGAR does not work on `day`, or if `filings` is not from 40
            to 20,000.
    """
    if not clock.is_business_day(day):
        raise InvalidInput(f"EDGAR does not work on {day}", advice="Give a business day.")
    if not _FEWEST <= filings <= _MOST:
        raise InvalidInput(f"{filings} filings cannot be written", advice=f"Ask for {_FEWEST} to {_MOST:,}.")
    fewest, most = (int(limit) for limit in LIMITS["companies"])
    plan = Plan(companies=min(most, max(fewest, filings // _FILINGS_PER_COMPANY)), years=1, end=day, seed=seed)
    companies = invent_companies(plan)
    drafts = list(islice(_drafts(plan, companies, filings), filings))
    return write_market(folder, plan, companies, number_drafts(plan, drafts))


def _drafts(plan: Plan, companies: list[Company], filings: int) -> Iterator[Draft]:
    """Yield drafts of the day without end: reports, 13Fs, events in their share, insiders' forms, then events."""
    draws = Draws(plan.stream(Purpose.LOAD))
    reports = islice(_reports(plan, companies, draws), int(_REPORTS * filings))
    events = islice(_events(plan, companies, draws), int(_EVENTS * filings))
    yield from chain(reports, _holdings(plan, draws), events, _insiders(plan, companies, draws))
    yield from _events(plan, companies, draws)


def _reports(plan: Plan, companies: list[Company], draws: Draws) -> Iterator[Draft]:
    for company in draws.shuffled(companies):
        quarter = company.calendar.quarter_ended_before(plan.end - _QUARTER_AGE)
        yield Draft(quarter.form, (company,), _moment(plan.end, draws), quarter.end)


def _events(plan: Plan, companies: list[Company], draws: Draws) -> Iterator[Draft]:
    while True:
        for company in draws.shuffled(companies):
            yield event_draft((company,), _moment(plan.end, draws), draws.pick(("1.01", "5.02", "7.01", "8.01")))


def _holdings(plan: Plan, draws: Draws) -> Iterator[Draft]:
    for manager in invent_managers(plan):
        for place, report in list(enumerate(holdings_reports(plan, manager)))[-1:]:
            yield manager_draft(report, place, _moment(plan.end, draws))


def _insiders(plan: Plan, companies: list[Company], draws: Draws) -> Iterator[Draft]:
    """Yield the latest originals of every company's insiders, as many of each as a busy day has."""
    for company in companies:
        originals = [
            (report.period, place, report)
            for place, report in enumerate(insider_reports(plan, company, companies))
            if report.amends is None and report.period < plan.end
        ]
        for _, place, report in sorted(originals, key=lambda one: one[:2])[-_FILINGS_PER_COMPANY:]:
            yield insider_draft(company, report, place, _moment(plan.end, draws, ends=time(21, 59, 59)))


def _moment(day: date, draws: Draws, *, ends: time = time(17, 29, 59)) -> datetime:
    if draws.chance(_IN_BURSTS):
        return moment_in_a_burst(day, draws)
    return moment_between(day, time(6), ends, draws)
