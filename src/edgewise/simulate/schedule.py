"""Who files what, and at which second: periodic reports, results, events, and the occasions on which clocks go wrong.

The page in six steps.
1. Every company reports each of its quarters: a results 8-K, then the 10-Q or 10-K; sometimes a notice of late filing
   first, sometimes nothing at all after it, sometimes a 10-K/A that contains only Part III.
2. Every company has a few events a year.
3. Some pairs of companies file one 8-K together each year.
4. Insiders report their dealings, managers their holdings; `ownership` says which.
5. On occasions (half days, days around a change of daylight saving time, Good Friday, the last two business days) some
   companies file at telling seconds: at the close itself, just after 17:30, in bursts.
6. All are put in order of acceptance, numbered by their senders, and given their latent tones.
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
from edgewise.simulate.actions import announcements, corporate_actions
from edgewise.simulate.bookkeeping import bookkeeping
from edgewise.simulate.company import Company
from edgewise.simulate.days import business_day, moment_between, moment_in_a_burst
from edgewise.simulate.draws import Draws
from edgewise.simulate.industries import SECTORS
from edgewise.simulate.lives import alive, as_of, last_filing_day, notices
from edgewise.simulate.ownership.holdings import holdings_reports
from edgewise.simulate.ownership.managers import invent_managers
from edgewise.simulate.ownership.reports import insider_reports
from edgewise.simulate.parties import Party, PartyRole
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.core.identifiers import Cik
    from edgewise.simulate.fiscal import FiscalQuarter
    from edgewise.simulate.ownership.holdings import HoldingsReport
    from edgewise.simulate.ownership.managers import Manager
    from edgewise.simulate.ownership.reports import InsiderReport
    from edgewise.simulate.parties import Registrant
    from edgewise.simulate.plan import Plan

# Forms without news; a perfect reader takes no tone from them.
TONELESS = frozenset({"10-K/A", "NT 10-K", "NT 10-Q", "25-NSE", "15-12G"})

# Parts of EDGAR's day, Eastern wall time, in which companies file: before the open, in trading hours, after the close
# of a full day, and after 17:30, when the filing date moves on.
_CLOSE = time(16)
_HOURS = (
    (time(6, 1), time(9, 29, 59)),
    (time(9, 30), time(15, 59, 59)),
    (_CLOSE, time(17, 29, 59)),
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
class Draft:
    """A submission before it is numbered; the fields are those of a Filing.

    accepted: Eastern wall time, without a zone.
    sent_by:  who sends it; None for the sender of its first company.
    final:    part of how a company ends, so that it may come after its last session.
    """

    form: str
    companies: tuple[Company, ...]
    accepted: datetime
    period_end: date
    items: tuple[str, ...] = ()
    others: tuple[Party, ...] = ()
    report: int = 0
    sent_by: Cik | None = None
    final: bool = False

    @property
    def sender(self) -> Cik:
        """Whose number its accession number starts with."""
        return self.sent_by or self.companies[0].sender

    @property
    def order(self) -> tuple[datetime, int, str, int]:
        """What drafts are sorted by; no two have the same."""
        first = self.others[0].registrant if self.others else self.companies[0]
        return self.accepted, first.cik, self.form, self.report


def schedule_filings(plan: Plan, companies: list[Company]) -> list[Filing]:
    """Return all submissions accepted from the plan's start to its end, in order of acceptance."""
    drafts = chain(
        chain.from_iterable(_own_drafts(plan, company) for company in companies),
        _joint_drafts(plan, companies),
        _occasion_drafts(plan, companies),
        chain.from_iterable(_life_drafts(company) for company in companies),
        _action_drafts(plan, companies),
        chain.from_iterable(_insider_drafts(plan, company, companies) for company in companies),
        chain.from_iterable(_manager_drafts(plan, manager) for manager in invent_managers(plan)),
    )
    return number_drafts(
        plan, [draft for draft in drafts if plan.start <= draft.accepted.date() <= plan.end and _possible(draft)]
    )


def _possible(draft: Draft) -> bool:
    """Return whether all companies that file it, or are its issuers, are on EDGAR on that day."""
    day = draft.accepted.date()
    if draft.others:
        issuers = (party.registrant for party in draft.others if party.role is PartyRole.ISSUER)
        return all(on_edgar(issuer, day) for issuer in issuers if isinstance(issuer, Company))
    return all(on_edgar(company, day) if draft.final else alive(company, day) for company in draft.companies)


def on_edgar(company: Company, day: date) -> bool:
    """Return whether the company may still file on `day`: from its first day until it has ended its registration."""
    last = last_filing_day(company)
    return company.life.begins <= day and (last is None or day <= last)


def _own_drafts(plan: Plan, company: Company) -> Iterator[Draft]:
    draws = Draws(plan.stream(Purpose.SCHEDULE, 1 + company.index))
    # The reports of quarters that ended up to half a year earlier can fall into the plan.
    for quarter in company.calendar.quarters(plan.start - timedelta(days=180), plan.end):
        yield from _report_drafts(company, quarter, draws)
    for _ in range(sum(draws.between(0, 4) for _ in range(plan.years))):
        day = business_day(plan.start + timedelta(days=draws.below((plan.end - plan.start).days + 1)))
        yield event_draft((company,), _moment(day, company, draws), draws.pick(_EVENTS))
    # An error put right: the year it concerns may be older than the last annual report.
    correction = bookkeeping(plan, company).correction
    if correction is not None:
        moment = _moment(correction.filed_on, company, draws)
        yield Draft("10-K/A", (company,), moment, correction.year_end.end)


def _report_drafts(company: Company, quarter: FiscalQuarter, draws: Draws) -> Iterator[Draft]:
    annual, quarter_end, form = quarter.annual, quarter.end, quarter.form
    deadline = 60 if annual else 40
    lag = company.lag_days + (20 if annual else 0) + draws.between(-2, 2)
    results = business_day(quarter_end + timedelta(days=lag - draws.pick((0, 0, 1, 2, 5, 8))))
    report = business_day(quarter_end + timedelta(days=lag))
    yield Draft("8-K", (company,), _moment(results, company, draws), results, ("2.02", "9.01"))
    if draws.chance(0.04):
        notice = business_day(quarter_end + timedelta(days=deadline + 1))
        yield Draft(f"NT {form[:4]}", (company,), _moment(notice, company, draws), quarter_end)
        if draws.chance(0.5):
            return  # the report is never filed
        report = business_day(notice + timedelta(days=draws.between(5, 40)))
    yield Draft(form, (company,), _moment(report, company, draws), quarter_end)
    if annual and draws.chance(0.2):
        amended = business_day(quarter_end + timedelta(days=draws.between(105, 119)))
        yield Draft("10-K/A", (company,), _moment(amended, company, draws), quarter_end)


def _life_drafts(company: Company) -> Iterator[Draft]:
    """Yield what the company's life demands: news in the evening of its day, the rest in the morning."""
    for number, notice in enumerate(notices(company)):
        accepted = datetime.combine(notice.day, time(17 if notice.items else 9, number))
        yield Draft(notice.form, (company,), accepted, notice.day, notice.items, final=True)


def _action_drafts(plan: Plan, companies: list[Company]) -> Iterator[Draft]:
    """Yield the announcements of splits and special dividends, after the close of their day."""
    for index, notice in announcements(corporate_actions(plan, companies)):
        accepted = datetime.combine(notice.day, time(16, 45))
        yield Draft(notice.form, (companies[index],), accepted, notice.day, notice.items)


def _insider_drafts(plan: Plan, company: Company, companies: list[Company]) -> Iterator[Draft]:
    for place, report in enumerate(insider_reports(plan, company, companies)):
        yield insider_draft(company, report, place, report.accepted)


def insider_draft(company: Company, report: InsiderReport, place: int, accepted: datetime) -> Draft:
    """Return a form of a company's insiders, the reporting owners before the issuer as in EDGAR's headers.

    place: of the report among those of the company.
    """
    owners = report.insider.owners
    parties = (*(Party(PartyRole.OWNER, owner) for owner in owners), Party(PartyRole.ISSUER, company))
    sender = owners[0].cik if report.insider.seat % 2 else company.sender
    return Draft(report.form, (), accepted, report.period, others=parties, report=place, sent_by=sender)


def _manager_drafts(plan: Plan, manager: Manager) -> Iterator[Draft]:
    for place, report in enumerate(holdings_reports(plan, manager)):
        yield manager_draft(report, place, report.accepted)


def manager_draft(report: HoldingsReport, place: int, accepted: datetime) -> Draft:
    """Return a 13F; `place` is that of the report among those of its manager."""
    manager = report.manager
    party = Party(PartyRole.FILER, manager)
    return Draft(report.form, (), accepted, report.period_end, others=(party,), report=place, sent_by=manager.cik)


def _joint_drafts(plan: Plan, companies: list[Company]) -> Iterator[Draft]:
    draws = Draws(plan.stream(Purpose.SCHEDULE))
    partners = {company.index: companies[company.index + len(SECTORS)] for company in companies[: -len(SECTORS)]}
    for first in draws.shuffled(companies[: -len(SECTORS)])[: 1 + len(companies) // 40]:
        for year in range(plan.years):
            day = business_day(plan.start + timedelta(days=365 * year + draws.below(360)))
            yield event_draft((first, partners[first.index]), _moment(day, first, draws), "1.01")


def _occasion_drafts(plan: Plan, companies: list[Company]) -> Iterator[Draft]:
    draws = Draws(plan.stream(Purpose.OCCASIONS))
    for day, moments in _occasions(plan, len(companies)):
        for moment, company in zip(moments, draws.spread(companies, len(moments)), strict=True):
            yield event_draft((company,), datetime.combine(day, moment), draws.pick(_EVENTS))


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


def event_draft(companies: tuple[Company, ...], accepted: datetime, item: str) -> Draft:
    """Return an 8-K with this item and an exhibit."""
    return Draft("8-K", companies, accepted, accepted.date(), (item, "9.01"))


def _moment(day: date, company: Company, draws: Draws) -> datetime:
    """Return the Eastern wall time at which a company files on `day`: mostly at its usual hours.

    Of what comes after the close, most comes in the two bursts of every day.
    """
    begins, ends = _HOURS[company.habit if draws.chance(0.7) else draws.below(len(_HOURS))]
    if begins == _CLOSE and draws.chance(0.6):
        return moment_in_a_burst(day, draws)
    return moment_between(day, begins, ends, draws)


def number_drafts(plan: Plan, drafts: list[Draft]) -> list[Filing]:
    """Return the drafts as filings, in order of acceptance; `drafts` is put into that order."""
    drafts.sort(key=lambda draft: draft.order)
    instants = [clock.utc_from_eastern(draft.accepted) for draft in drafts]
    filed = [clock.filing_date(instant, draft.form) for instant, draft in zip(instants, drafts, strict=True)]
    published = [clock.published_at(instant, day) for instant, day in zip(instants, filed, strict=True)]
    tradable = clock.tradable_sessions(pl.Series(published, dtype=Instant)).to_list()
    tones = _tones(plan, drafts)
    placebos = _placebos(plan, drafts)
    return [
        Filing(
            accession=accession,
            form=draft.form,
            companies=tuple(_at(company, day) for company in draft.companies),
            accepted_at=instant,
            filed_date=day,
            tradable_session=session,
            period_end=draft.period_end,
            items=draft.items,
            tone=tone,
            placebo=placebo,
            others=_parties_at(draft.others, day),
            report=draft.report,
        )
        for draft, accession, instant, day, session, tone, placebo in zip(
            drafts, _accessions(drafts), instants, filed, tradable, tones, placebos, strict=True
        )
    ]


def _at(company: Company, day: date) -> Company:
    """Return the company as it was on `day`; itself if it never changed, as there are many filings."""
    life = company.life
    changed = len(life.names) > 1 or len(life.ciks) > 1 or len(life.listings) > 1
    return as_of(company, day) if changed else company


def _parties_at(parties: tuple[Party, ...], day: date) -> tuple[Party, ...]:
    """Return the parties as they were on `day`; the same tuple if nobody ever changed, as there are many filings."""
    then = tuple(_party_at(party, day) for party in parties)
    return parties if all(one is other for one, other in zip(then, parties, strict=True)) else then


def _party_at(party: Party, day: date) -> Party:
    one = party.registrant
    if not isinstance(one, Company) or (then := _at(one, day)) is one:
        return party
    return Party(party.role, then)


def _accessions(drafts: Iterable[Draft]) -> Iterator[Accession]:
    """Yield accession numbers: each sender counts from 1 in each year."""
    counted: defaultdict[tuple[int, int], int] = defaultdict(int)
    for draft in drafts:
        sender, year = draft.sender, draft.accepted.year
        counted[sender, year] += 1
        yield Accession(f"{sender.padded}-{year % 100:02d}-{counted[sender, year]:06d}")


def _placebos(plan: Plan, drafts: list[Draft]) -> Iterator[float | None]:
    """Yield a number for each draft of a company, None for the others."""
    stream = plan.stream(Purpose.PLACEBO)
    return (float(stream.standard_normal()) if draft.companies else None for draft in drafts)


def _tones(plan: Plan, drafts: list[Draft]) -> Iterator[float | None]:
    """Yield the latent tone of each draft: part of it lasts from one filing of the company to the next."""
    streams: dict[int, Iterator[float]] = {}
    for draft in drafts:
        if draft.form in TONELESS or not draft.companies:
            yield None
            continue
        speaker = draft.companies[0].index
        if speaker not in streams:
            streams[speaker] = _tone_path(plan, speaker)
        yield next(streams[speaker])


def _tone_path(plan: Plan, company: int) -> Iterator[float]:
    """Yield standard normal tones: a share of their variance persists (AR(1)), the rest is each filing's own."""
    stream = plan.stream(Purpose.TONE, 1 + company)
    lasting = stream.standard_normal()
    while True:
        yield sqrt(_TONE_COMMON) * lasting + sqrt(1 - _TONE_COMMON) * stream.standard_normal()
        lasting = _TONE_PERSISTENCE * lasting + sqrt(1 - _TONE_PERSISTENCE**2) * stream.standard_normal()
