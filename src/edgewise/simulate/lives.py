"""What becomes of the companies: they list, change their names, symbols and issuers, and some of them end.

`Plan.lives` says how often; at 0 every company is listed under one symbol throughout. Otherwise each of these happens
to at least one company, and beyond that at `lives` times the usual rate:

    late listing    listed within the market; some take a symbol that another company gave up
    acquisition     announced at a premium; trades near the price offered until it is paid
    bankruptcy      announced; most of the price is lost at once, and most of the rest with the delisting
    going dark      delisted by its own decision, at some loss
    renaming        a new name and a new symbol on one day
    share classes   a second class beside the first, under a symbol built on the first's
    reorganisation  a successor issuer, with a CIK of its own, takes over the registration and the symbol

A `Company` is who it is at the end: its name, symbol and CIK are the last ones. `as_of` gives it as it was on a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import exp
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.core.identifiers import Cik, InstrumentId, Ticker
from edgewise.simulate.company import Ending, EndingKind, Life, Listing
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

_FIRST_SUCCESSOR = 9_810_010_001
# Usual rates, per company and year; the second class per company.
_LATE_LISTINGS, _RENAMINGS, _SECOND_CLASSES, _REORGANISATIONS = 0.03, 0.02, 0.03, 0.001
# No symbol is taken up again sooner, and nothing else happens to a company so soon after it was listed.
_REST = 20
_SHORTEST_LIFE = 80
_MOST = 0.6
_DEREGISTERED_AFTER = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class _Manner:
    """What an ending is like: yearly rate, sessions from the news to the last, ranges of two returns (fractions)."""

    rate: float
    notice: tuple[int, int]
    jump: tuple[float, float]
    delisting_return: tuple[float, float]


_MANNERS = {
    EndingKind.ACQUIRED: _Manner(0.025, (25, 55), (0.20, 0.45), (-0.002, 0.01)),
    EndingKind.BANKRUPT: _Manner(0.008, (2, 6), (-0.75, -0.5), (-0.97, -0.83)),
    EndingKind.WENT_DARK: _Manner(0.008, (8, 15), (-0.2, -0.1), (-0.25, -0.05)),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A filing that a company's life demands on a day; 8-Ks have items. News comes after the close."""

    day: date
    form: str
    items: tuple[str, ...] = ()


def alive(company: Company, day: date) -> bool:
    """Return whether the company reports on `day`: listed, from its first day to its last session."""
    ending = company.life.ending
    return company.life.begins <= day and (ending is None or day <= ending.last_session)


def last_filing_day(company: Company) -> date | None:
    """Return the day on which it ends its registration, after which it files nothing; None if it does not end."""
    ending = company.life.ending
    return _business_day(ending.last_session + _DEREGISTERED_AFTER) if ending else None


def names_at(company: Company, day: date) -> tuple[tuple[date, str], ...]:
    """Return the names it had up to `day`, each with its first day, the one of that day last."""
    return tuple(spell for spell in company.life.names if spell[0] <= day) or company.life.names[:1]


def tickers_at(company: Company, day: date) -> tuple[Ticker, ...]:
    """Return its symbols on `day`, one per share class; none before it lists and after it is delisted."""
    return tuple(listing.ticker for listing in company.life.listings if listing.covers(day))


def as_of(company: Company, day: date) -> Company:
    """Return the company as it was on `day`: its name, its CIK and, before and after all listings too, its symbol."""
    life = company.life
    own = [listing for listing in life.listings if listing.share_class == 1]
    ticker = next((one.ticker for one in reversed(own) if one.first_session <= day), own[0].ticker)
    cik = next((cik for since, cik in reversed(life.ciks) if since <= day), life.first_cik)
    sender = cik if company.sender == company.cik else company.sender
    return replace(company, name=names_at(company, day)[-1][1], ticker=ticker, cik=cik, sender=sender)


def listings(companies: Sequence[Company]) -> list[Listing]:
    """Return the listings of all companies, by ticker and first session."""
    every = (listing for company in companies for listing in company.life.listings)
    return sorted(every, key=lambda listing: (listing.ticker, listing.first_session))


def instrument_id(companies: Sequence[Company], listing: Listing) -> InstrumentId:
    """Return the security that a listing names: it stays the same through renamings and reorganisations."""
    return InstrumentId.mint(companies[listing.company].life.first_cik, listing.share_class)


def notices(company: Company) -> Iterator[Notice]:
    """Yield the filings that its life demands, in order of their days for each event."""
    life = company.life
    for since, _ in life.names[1:]:
        yield Notice(since, "8-K", ("5.03", "9.01"))
    for since, _ in life.ciks[1:]:
        yield Notice(since, "8-K", ("3.03", "9.01"))
    if life.ending is None:
        return
    told = {EndingKind.ACQUIRED: "1.01", EndingKind.BANKRUPT: "1.03", EndingKind.WENT_DARK: "3.01"}
    yield Notice(life.ending.announced_on, "8-K", (told[life.ending.kind], "9.01"))
    last = ("2.01", "3.01") if life.ending.kind is EndingKind.ACQUIRED else ("3.01",)
    yield Notice(life.ending.last_session, "8-K", (*last, "9.01"))
    yield Notice(life.ending.last_session, "25-NSE")
    yield Notice(_business_day(life.ending.last_session + _DEREGISTERED_AFTER), "15-12G")


def live(plan: Plan, companies: Sequence[Company], rename: Callable[[int], tuple[str, Ticker]]) -> list[Company]:
    """Return the companies with the lives the plan gives them, as they are at the end.

    rename: from 0, 1, 2, ... to names and symbols that no company has.
    """
    sessions = clock.sessions(plan.start, plan.end)
    if not plan.lives:
        return [_lived(plan, company, sessions, _Fate()) for company in companies]
    fates = _fates(plan, companies, len(sessions), rename)
    return [_lived(plan, company, sessions, fate) for company, fate in zip(companies, fates, strict=True)]


@dataclass(slots=True)
class _Fate:
    """What is drawn for one company; numbers of sessions from the first, 0."""

    listed: int = 0
    symbol: Ticker | None = None
    renamed: tuple[int, str, Ticker] | None = None
    reorganised: int | None = None
    two_classes: bool = False
    ending: tuple[EndingKind, int] | None = None
    notice: int = 0
    jump: float = 0.0
    delisting_return: float = 0.0


def _fates(
    plan: Plan, companies: Sequence[Company], sessions: int, rename: Callable[[int], tuple[str, Ticker]]
) -> list[_Fate]:
    draws = Draws(plan.stream(Purpose.LIVES))
    fates = [_Fate() for _ in companies]
    late, ending, changing = (draws.shuffled(fates) for _ in range(3))
    late = late[: _count(plan, len(fates), _LATE_LISTINGS)]
    for place, fate in enumerate(late):
        fate.listed = draws.between(int((0.1 if place else 0.55) * sessions), int(0.6 * sessions))
    # The first to end does so early, and the first to list late does so late: a symbol that can be taken up again.
    early = next(fate for fate in ending if not fate.listed)
    _end(plan, [early, *(fate for fate in ending if fate is not early)], sessions, draws)
    lasting = [fate for fate in changing if fate.ending is None]
    for fate in lasting[: max(1, round(plan.lives * _REORGANISATIONS * len(fates) * plan.years))]:
        fate.reorganised = draws.between(fate.listed + _REST, sessions - 2)
    for fate in lasting[::-1][: max(1, round(_SECOND_CLASSES * len(fates)))]:
        fate.two_classes = True
    steady = [fate for fate in changing if fate.reorganised is None]
    for number, fate in enumerate(steady[: _count(plan, len(fates), _RENAMINGS)]):
        latest = sessions - 2 if fate.ending is None else fate.ending[1] - fate.notice - 1
        fate.renamed = (draws.between(min(fate.listed + _REST, latest), latest), *rename(number))
    _take_up_symbols(companies, fates, late, draws)
    return fates


def _count(plan: Plan, companies: int, rate: float, *, least: int = 1) -> int:
    """Return how many of the companies something of this yearly rate happens to: `least` or more, not nearly all."""
    return max(least, round(companies * min(_MOST, 1 - exp(-rate * plan.lives * plan.years))))


def _end(plan: Plan, candidates: list[_Fate], sessions: int, draws: Draws) -> None:
    """Give the first of `candidates` an ending, the very first an early one; every kind occurs."""
    kinds = list(_MANNERS)
    often = [kind for kind in kinds for _ in range(round(1_000 * _MANNERS[kind].rate))]
    count = _count(plan, len(candidates), sum(manner.rate for manner in _MANNERS.values()), least=len(kinds))
    for place, fate in enumerate(candidates[:count]):
        kind = kinds[place] if place < len(kinds) else draws.pick(often)
        manner = _MANNERS[kind]
        earliest, latest = (int(0.25 * sessions), int(0.4 * sessions)) if place == 0 else (0, sessions - 5)
        fate.ending = kind, draws.between(max(earliest, fate.listed + _SHORTEST_LIFE), latest)
        fate.notice = draws.between(*manner.notice)
        fate.jump = _uniform(draws, *manner.jump)
        fate.delisting_return = _uniform(draws, *manner.delisting_return)


def _uniform(draws: Draws, low: float, high: float) -> float:
    return round(low + (high - low) * draws.below(1_000) / 1_000, 4)


def _take_up_symbols(companies: Sequence[Company], fates: list[_Fate], late: list[_Fate], draws: Draws) -> None:
    """Give late listings symbols that were given up before; each symbol has two companies at most."""
    given_up: list[tuple[int, Ticker]] = []
    for company, fate in zip(companies, fates, strict=True):
        if fate.listed or fate.two_classes:
            continue
        if fate.renamed or fate.ending:
            given_up.append((fate.renamed[0] if fate.renamed else fate.ending[1] if fate.ending else 0, company.ticker))
    for place, fate in enumerate(late):
        free = [one for one in given_up if one[0] + _REST < fate.listed]
        if free and (place == 0 or draws.chance(0.5)):
            taken = draws.pick(free)
            given_up.remove(taken)
            fate.symbol = taken[1]


def _lived(plan: Plan, company: Company, sessions: list[date], fate: _Fate) -> Company:
    """Return the company at the end of such a life."""
    begins = sessions[fate.listed] if fate.listed else plan.start
    names, ciks = [(begins, company.name)], [(begins, company.cik)]
    symbols = [(fate.listed, fate.symbol or company.ticker)]
    if fate.renamed:
        number, name, ticker = fate.renamed
        names.append((sessions[number], name))
        symbols.append((number, ticker))
    if fate.reorganised is not None:
        ciks.append((sessions[fate.reorganised], Cik(_FIRST_SUCCESSOR + company.index)))
    life = Life(begins, _listings(company, sessions, fate, symbols), tuple(names), tuple(ciks), _ending(fate, sessions))
    sender = ciks[-1][1] if company.sender == company.cik else company.sender
    return replace(company, name=names[-1][1], ticker=symbols[-1][1], cik=ciks[-1][1], sender=sender, life=life)


def _listings(
    company: Company, sessions: list[date], fate: _Fate, symbols: list[tuple[int, Ticker]]
) -> tuple[Listing, ...]:
    lasts = [sessions[number - 1] for number, _ in symbols[1:]]
    ends = [*lasts, sessions[fate.ending[1]] if fate.ending else None]
    return tuple(
        Listing(
            Ticker(f"{ticker}{_suffix(company, share_class)}"),
            *(company.exchange, sessions[number], end, share_class, company.index),
        )
        for (number, ticker), end in zip(symbols, ends, strict=True)
        for share_class in ((1, 2) if fate.two_classes else (1,))
    )


def _suffix(company: Company, share_class: int) -> str:
    """Return what a symbol adds for its class: nothing for the first; for the other a letter, some with a dash."""
    if share_class == 1:
        return ""
    return "L" if company.index % 2 else "-B"


def _ending(fate: _Fate, sessions: list[date]) -> Ending | None:
    if fate.ending is None:
        return None
    kind, last = fate.ending
    return Ending(kind, sessions[last - fate.notice], fate.jump, sessions[last], fate.delisting_return)


def _business_day(day: date) -> date:
    while not clock.is_business_day(day):
        day += timedelta(days=1)
    return day
