"""When calls are held, how strongly they touch the themes, and when which copy of the transcript is there.

A company holds a call after its results 8-K: before the market if it reports before the market, else in the afternoon
or on the next morning. Copies of the transcript follow hours to weeks later, each with fewer faults than the one
before. A theme's strength for a firm is a curve over time, shared by all, times what the theme means for its sector,
times what it means for the firm, with some noise from call to call; always from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core import clock
from edgewise.core.table import Instant
from edgewise.simulate.calls.subjects import THEMES
from edgewise.simulate.days import business_days_later
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np

    from edgewise.simulate.company import Company
    from edgewise.simulate.fiscal import FiscalQuarter
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

RESULTS = "2.02"
_FIRST_CALL, _CALLS_PER_COMPANY = 90_000_001, 1_000
_TONE_SHARE = 0.75
_ELSEWHERE = 0.25
_MORNING_ENDS, _EVENING_BEGINS = time(9, 30), time(16)
_WITHOUT_QUESTIONS, _OPERATOR_ONLY = 0.07, 0.015


class Copy(Enum):
    """The copies of a transcript, in the order in which they come: Capital IQ's number and name of each."""

    SPELLCHECKED = 7, "Spellchecked Copy"
    EDITED = 2, "Edited Copy"
    PROOFED = 1, "Proofed Copy"
    AUDITED = 8, "Audited Copy"


class Part(Enum):
    """How much of a call there is."""

    WHOLE = "whole"
    WITHOUT_QUESTIONS = "without_questions"
    OPERATOR_ONLY = "operator_only"


@dataclass(frozen=True, slots=True)
class Call:
    """One earnings call.

    company:  as it was called on that day.
    number:   among the company's calls, from 0.
    quarter:  the fiscal quarter it is about.
    begins:   UTC instant.
    copies:   the copies of its transcript and the UTC instants at which they were made, the earliest first.
    tone:     latent, standard normal; three quarters of it are the tone of the results 8-K.
    themes:   strength of each of THEMES, from 0 to 1.
    """

    company: Company
    number: int
    quarter: FiscalQuarter
    begins: datetime
    copies: tuple[tuple[Copy, datetime], ...]
    tone: float
    themes: tuple[float, ...]
    part: Part
    results: Filing

    @property
    def call_id(self) -> int:
        """The number by which the call is known; 90,000,001 and more."""
        return _FIRST_CALL + self.company.index * _CALLS_PER_COMPANY + self.number

    @property
    def known_at(self) -> datetime:
        """The UTC instant of the first copy of its transcript."""
        return self.copies[0][1]

    @property
    def day(self) -> date:
        """The New York date on which it is held."""
        return self.begins.astimezone(clock.NEW_YORK).date()

    @property
    def title(self) -> str:
        """What the call is called: `Quorane Corp, Q3 2024 Earnings Call, Oct 24, 2024`."""
        when = f"{self.day:%b} {self.day.day:02d}, {self.day.year}"
        return f"{self.company.name}, Q{self.quarter.number} {self.quarter.fiscal_year} Earnings Call, {when}"


def results_by_company(filings: Iterable[Filing]) -> dict[int, list[Filing]]:
    """Return each company's results 8-Ks in order of acceptance, by its index."""
    found: dict[int, list[Filing]] = {}
    for filing in filings:
        if filing.form == "8-K" and filing.items[:1] == (RESULTS,):
            found.setdefault(filing.companies[0].index, []).append(filing)
    return found


def company_calls(plan: Plan, results: list[Filing]) -> list[Call]:
    """Return the calls of one company, given its results 8-Ks; not those whose transcript is made after the end."""
    return list(_calls(plan, results)) if results else []


def _calls(plan: Plan, results: list[Filing]) -> Iterator[Call]:
    company = results[0].companies[0]
    draws = Draws(plan.stream(Purpose.CALLS, 1 + company.index))
    firm = plan.stream(Purpose.THEMES, 1 + company.index)
    loadings = firm.uniform(0.2, 1.0, len(THEMES))
    last = datetime.combine(plan.end + timedelta(days=1), time(), tzinfo=clock.NEW_YORK)
    for number, filing in enumerate(results):
        begins = _begins(filing, draws)
        quarter = company.calendar.quarter_ended_before(filing.period_end)
        wobble = firm.normal(1.0, 0.2, len(THEMES))
        tone = _TONE_SHARE * (filing.tone or 0.0) + (1 - _TONE_SHARE**2) ** 0.5 * draws.normal()
        part = _part(draws)
        copies = tuple(copy for copy in _copies(begins, draws) if copy[1] < last)
        if copies:
            strengths = _strengths(plan, company, begins.date(), loadings * wobble)
            yield Call(filing.companies[0], number, quarter, begins, copies, tone, strengths, part, filing)


def _part(draws: Draws) -> Part:
    if draws.chance(_OPERATOR_ONLY):
        return Part.OPERATOR_ONLY
    return Part.WITHOUT_QUESTIONS if draws.chance(_WITHOUT_QUESTIONS) else Part.WHOLE


def _begins(results: Filing, draws: Draws) -> datetime:
    """Return when the call begins, at a half hour, at least half an hour after the public could read the results."""
    told = results.published_at.astimezone(clock.NEW_YORK).replace(tzinfo=None)
    day, earliest = told.date(), told + timedelta(minutes=30)
    morning = datetime.combine(day, draws.pick((time(8), time(8, 30), time(9), time(10), time(11))))
    evening = datetime.combine(day, draws.pick((time(16, 30), time(17))))
    if told.time() < _MORNING_ENDS and earliest <= morning:
        begins = morning
    elif earliest <= evening:
        begins = evening
    else:
        begins = datetime.combine(business_days_later(day + timedelta(days=1), 0), draws.pick((time(8), time(8, 30))))
    return clock.utc_from_eastern(begins)


def _copies(begins: datetime, draws: Draws) -> Iterator[tuple[Copy, datetime]]:
    """Yield one to four copies; the first two hours to a night after the call begins."""
    made = begins
    hours = ((2, 9), (6, 20), (24, 96), (240, 900))
    for copy, (least, most) in list(zip(Copy, hours, strict=True))[: draws.pick((1, 2, 2, 3, 3, 3, 4))]:
        made += timedelta(hours=draws.between(least, most), minutes=draws.below(60), seconds=draws.below(60))
        yield copy, made


def _strengths(
    plan: Plan, company: Company, day: date, own: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[float, ...]:
    sector = company.industry.sector
    return tuple(
        round(min(1.0, max(0.0, wave * (1.0 if sector in theme.sectors else _ELSEWHERE) * firm)), 4)
        for theme, wave, firm in zip(THEMES, waves(plan, day), own.tolist(), strict=True)
    )


def waves(plan: Plan, day: date) -> list[float]:
    """Return how much each of THEMES is spoken of on `day` by the firms that speak of it most, from 0 to 1."""
    passed = (day - plan.start).days
    return [exp(-0.5 * ((passed - peak) / width) ** 2) for peak, width in _humps(plan)]


@lru_cache(maxsize=4)
def _humps(plan: Plan) -> tuple[tuple[float, float], ...]:
    """Return each theme's day of greatest strength, and its width in days, one to three quarters."""
    stream = plan.stream(Purpose.THEMES)
    days = (plan.end - plan.start).days
    peaks = (stream.permutation(len(THEMES)) + stream.uniform(0.2, 0.8, len(THEMES))) / len(THEMES) * days
    widths = stream.uniform(110, 260, len(THEMES))
    return tuple(zip(peaks.tolist(), widths.tolist(), strict=True))


def theme_events(plan: Plan, filings: Iterable[Filing]) -> pl.DataFrame:
    """Return what each call says of the themes, good less bad, as events from which the transcript can be acted on.

    Columns: company (index), tradable_session (of the first copy of the transcript), value (sum over the themes of
    their direction times their strength, so that speaking of nothing is 0).
    """
    by_company = sorted(results_by_company(filings).items())
    calls = [call for _, own in by_company for call in company_calls(plan, own)]
    directions = [theme.direction for theme in THEMES]
    return pl.DataFrame(
        {
            "company": pl.Series([call.company.index for call in calls], dtype=pl.Int64),
            "tradable_session": clock.tradable_sessions(pl.Series([call.known_at for call in calls], dtype=Instant)),
            "value": pl.Series(
                [sum(d * s for d, s in zip(directions, call.themes, strict=True)) for call in calls], dtype=pl.Float64
            ),
        }
    )
