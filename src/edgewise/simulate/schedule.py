"""Who files what, and at which second: periodic reports, results, events, and the occasions on which clocks go wrong.

The page in five steps.
1. Every company reports each of its quarters: a results 8-K, then the 10-Q or 10-K; sometimes a notice of late filing
   first, sometimes nothing at all after it, sometimes a 10-K/A that contains only Part III.
2. Every company has a few events a year.
3. Some pairs of companies file one 8-K together each year.
4. On occasions (half days, days around a change of daylight saving time, Good Friday, the last two business days) some
   companies file at telling seconds: at the close itself, just after 17:30, in bursts.
5. All are put in order of acceptance, numbered by their senders, and given their latent tones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from math import sqrt
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core import clock
from edgewise.core.identifiers import Accession
from edgewise.core.table import Instant
from edgewise.simulate.draws import Draws
from edgewise.simulate.industries import SECTORS
from edgewise.simulate.parties import Party, PartyRole
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.simulate.companies import Company
    from edgewise.simulate.fiscal import FiscalQuarter
    from edgewise.simulate.parties import Registrant
    from edgewise.simulate.plan import Plan

# Forms without news; a perfect reader takes no tone from them.
TONELESS = frozenset({"10-K/A", "NT 10-K", "NT 10-Q"})

# Parts of EDGAR's day, Eastern wall time, in which companies file: before the open, in trading hours, after the close
# of a full day, and after 17:30, when the filing date moves on.
_HOURS = (
    (time(6, 1), time(9, 29, 59)),
    (time(9, 30), time(15, 59, 59)),
    (time(16, 0), time(17, 29, 59)),
    (time(17, 30, 1), time(21, 59, 59)),
)
_EVENTS = ("1.01", "2.05", "5.02", "7.01", "8.01")
_TONE_PERSISTENCE = 0.8
_TONE_COMMON = 0.6


@dataclass(frozen=True, slots=True)
class Filing:
    """One submission.

    companies:   the companies that file it; the documents speak of the first. None on ownership forms.
    accepted_at: UTC instant of acceptance, whole seconds.
    filed_date:  the New York date EDGAR prints on it.
    tradable_session: first session in which a reader could act on it.
    period_end:  conformed period of report.
    items:       8-K item numbers.
    tone:        latent tone, standard normal; None for a form without news.
    placebo:     standard normal, independent of everything; None on ownership forms.
    others:      where its parties are not simply the companies that file it: all of them, each in its role.
    report:      ownership forms: the place of its content among the reports of its issuer or manager.
    """

    accession: Accession
    form: str
    companies: tuple[Company, ...]
    accepted_at: datetime
    filed_date: date
    tradable_session: date
    period_end: date
    items: tuple[str, ...]
    tone: float | None
    placebo: float | None
    others: tuple[Party, ...] = ()
    report: int = 0

    @property
    def parties(self) -> tuple[Party, ...]:
        """All registrants in the order of the header, each in its role."""
        return self.others or tuple(
            Party(PartyRole.CO_REGISTRANT if place else PartyRole.FILER, company)
            for place, company in enumerate(self.companies)
        )

    @property
    def published_at(self) -> datetime:
        """The UTC instant from which the public could read it."""
        return clock.published_at(self.accepted_at, self.filed_date)

    def path(self, registrant: Registrant) -> str:
        """Return where the submission stands below the archive's root, in the folder of this registrant."""
        number = self.accession
        return f"www.sec.gov/Archives/edgar/data/{int(registrant.cik)}/{number.dashless}/{number}.txt"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A submission before it is numbered; `accepted` is the Eastern wall time, without a zone."""

    form: str
    companies: tuple[Company, ...]
    accepted: datetime
    period_end: date
    items: tuple[str, ...] = ()


def schedule_filings(plan: Plan, companies: list[Company]) -> list[Filing]:
    """Return all submissions accepted from the plan's start to its end, in order of acceptance."""
    drafts = chain(
        chain.from_iterable(_own_drafts(plan, company) for company in companies),
        _joint_drafts(plan, companies),
        _occasion_drafts(plan, companies),
    )
    within = [draft for draft in drafts if plan.start <= draft.accepted.date() <= plan.end]
    within.sort(key=lambda draft: (draft.accepted, draft.companies[0].index, draft.form))
    return _number(plan, within)


def _own_drafts(plan: Plan, company: Company) -> Iterator[_Draft]:
    draws = Draws(plan.stream(Purpose.SCHEDULE, 1 + company.index))
    # The reports of quarters that ended up to half a year earlier can fall into the plan.
    for quarter in company.calendar.quarters(plan.start - timedelta(days=180), plan.end):
        yield from _report_drafts(company, quarter, draws)
    for _ in range(sum(draws.between(0, 4) for _ in range(plan.years))):
        day = _business_day(plan.start + timedelta(days=draws.below((plan.end - plan.start).days + 1)))
        yield _event_draft((company,), _moment(day, company, draws), draws.pick(_EVENTS))


def _report_drafts(company: Company, quarter: FiscalQuarter, draws: Draws) -> Iterator[_Draft]:
    annual, quarter_end, form = quarter.annual, quarter.end, quarter.form
    deadline = 60 if annual else 40
    lag = company.lag_days + (20 if annual else 0) + draws.between(-2, 2)
    results = _business_day(quarter_end + timedelta(days=lag - draws.pick((0, 0, 1, 2, 5, 8))))
    report = _business_day(quarter_end + timedelta(days=lag))
    yield _Draft("8-K", (company,), _moment(results, company, draws), results, ("2.02", "9.01"))
    if draws.chance(0.04):
        notice = _business_day(quarter_end + timedelta(days=deadline + 1))
        yield _Draft(f"NT {form[:4]}", (company,), _moment(notice, company, draws), quarter_end)
        if draws.chance(0.5):
            return  # the report is never filed
        report = _business_day(notice + timedelta(days=draws.between(5, 40)))
    yield _Draft(form, (company,), _moment(report, company, draws), quarter_end)
    if annual and draws.chance(0.2):
        amended = _business_day(quarter_end + timedelta(days=draws.between(105, 119)))
        yield _Draft("10-K/A", (company,), _moment(amended, company, draws), quarter_end)


def _joint_drafts(plan: Plan, companies: list[Company]) -> Iterator[_Draft]:
    draws = Draws(plan.stream(Purpose.SCHEDULE))
    partners = {company.index: companies[company.index + len(SECTORS)] for company in companies[: -len(SECTORS)]}
    for first in draws.shuffled(companies[: -len(SECTORS)])[: 1 + len(companies) // 40]:
        for year in range(plan.years):
            day = _business_day(plan.start + timedelta(days=365 * year + draws.below(360)))
            yield _event_draft((first, partners[first.index]), _moment(day, first, draws), "1.01")


def _occasion_drafts(plan: Plan, companies: list[Company]) -> Iterator[_Draft]:
    draws = Draws(plan.stream(Purpose.OCCASIONS))
    for day, moments in _occasions(plan, len(companies)):
        for moment, company in zip(moments, draws.spread(companies, len(moments)), strict=True):
            yield _event_draft((company,), datetime.combine(day, moment), draws.pick(_EVENTS))


def _occasions(plan: Plan, companies: int) -> Iterator[tuple[date, list[time]]]:
    """Yield the days on which something about the clock is special, with the Eastern times to file at."""
    days = [plan.start + timedelta(days=number) for number in range((plan.end - plan.start).days + 1)]
    business_days = [day for day in days if clock.is_business_day(day)]
    sessions = set(clock.sessions(plan.start, plan.end))
    for day in business_days:
        if day not in sessions:  # Good Friday: EDGAR is open, the exchange is not
            yield day, [time(11, 0)]
        elif clock.session_close(day).astimezone(clock.NEW_YORK).hour < 16:  # noqa: PLR2004 - the usual hour of the close
            yield day, [time(12, 59, 59), time(13, 0, 0), time(14, 30)]
        elif day.weekday() == 0 and _offset(day) != _offset(day - timedelta(days=3)):
            yield day - timedelta(days=3), [time(17, 45)]
            yield day, [time(15, 59, 59), time(16, 0, 0), time(17, 30, 0), time(17, 30, 1)]
    for day in business_days[-2:]:
        yield day, list(_bursts(max(4, companies // 6)))


def _bursts(count: int) -> Iterator[time]:
    """Yield `count` times a few seconds apart, half from 16:05 on and half from 17:25 on, the two busiest of a day."""
    for number in range(count):
        start = datetime(2000, 1, 1, *((16, 5), (17, 25))[number % 2])  # noqa: DTZ001 - a wall time; the day is not used
        yield (start + timedelta(seconds=3 + 7 * (number // 2) % 280)).time()


def _offset(day: date) -> timedelta | None:
    return datetime.combine(day, time(12), tzinfo=clock.NEW_YORK).utcoffset()


def _event_draft(companies: tuple[Company, ...], accepted: datetime, item: str) -> _Draft:
    return _Draft("8-K", companies, accepted, accepted.date(), (item, "9.01"))


def _moment(day: date, company: Company, draws: Draws) -> datetime:
    """Return the Eastern wall time at which a company files on `day`: mostly at its usual hours."""
    begins, ends = _HOURS[company.habit if draws.chance(0.7) else draws.below(len(_HOURS))]
    first, last = datetime.combine(day, begins), datetime.combine(day, ends)
    return first + timedelta(seconds=draws.below(int((last - first).total_seconds()) + 1))


def _business_day(day: date) -> date:
    while not clock.is_business_day(day):
        day += timedelta(days=1)
    return day


def _number(plan: Plan, drafts: list[_Draft]) -> list[Filing]:
    """Return the drafts, which stand in order of acceptance, as filings."""
    instants = [clock.utc_from_eastern(draft.accepted) for draft in drafts]
    filed = [clock.filing_date(instant, draft.form) for instant, draft in zip(instants, drafts, strict=True)]
    published = [clock.published_at(instant, day) for instant, day in zip(instants, filed, strict=True)]
    tradable = clock.tradable_sessions(pl.Series(published, dtype=Instant)).to_list()
    tones = _tones(plan, drafts)
    placebos = plan.stream(Purpose.PLACEBO).standard_normal(len(drafts)).tolist()
    return [
        Filing(
            accession=accession,
            form=draft.form,
            companies=draft.companies,
            accepted_at=instant,
            filed_date=day,
            tradable_session=session,
            period_end=draft.period_end,
            items=draft.items,
            tone=tone,
            placebo=placebo,
        )
        for draft, accession, instant, day, session, tone, placebo in zip(
            drafts, _accessions(drafts), instants, filed, tradable, tones, placebos, strict=True
        )
    ]


def _accessions(drafts: Iterable[_Draft]) -> Iterator[Accession]:
    """Yield accession numbers: each sender counts from 1 in each year."""
    counted: defaultdict[tuple[int, int], int] = defaultdict(int)
    for draft in drafts:
        sender, year = draft.companies[0].sender, draft.accepted.year
        counted[sender, year] += 1
        yield Accession(f"{sender.padded}-{year % 100:02d}-{counted[sender, year]:06d}")


def _tones(plan: Plan, drafts: list[_Draft]) -> list[float | None]:
    """Return the latent tone of each draft: part of it lasts from one filing of the company to the next."""
    streams: dict[int, Iterator[float]] = {}
    tones: list[float | None] = []
    for draft in drafts:
        speaker = draft.companies[0].index
        if speaker not in streams:
            streams[speaker] = _tone_path(plan, speaker)
        tones.append(None if draft.form in TONELESS else next(streams[speaker]))
    return tones


def _tone_path(plan: Plan, company: int) -> Iterator[float]:
    """Yield standard normal tones: a share of their variance persists (AR(1)), the rest is each filing's own."""
    stream = plan.stream(Purpose.TONE, 1 + company)
    lasting = stream.standard_normal()
    while True:
        yield sqrt(_TONE_COMMON) * lasting + sqrt(1 - _TONE_COMMON) * stream.standard_normal()
        lasting = _TONE_PERSISTENCE * lasting + sqrt(1 - _TONE_PERSISTENCE**2) * stream.standard_normal()
