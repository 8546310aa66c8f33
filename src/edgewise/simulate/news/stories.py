"""What is in the news: stories that follow filings, and stories that say nothing about any company.

A story about a filing appears minutes to days after the public could read it, and its tone is mostly the filing's: news
repeats what was said and never runs ahead of it. Rounds-ups name several companies and have no tone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.days import moment_between
from edgewise.simulate.draws import Draws
from edgewise.simulate.lives import alive, as_of, tickers_at
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

_STORIES_PER_COMPANY = 100_000
_TONE_SHARE = 0.8
_ROUND_UP_SIZE = (3, 7)
_RESULTS = "2.02"


class Kind(StrEnum):
    """What a story is about."""

    RESULTS = "results"
    REPORT = "report"
    EVENT = "event"
    ROUND_UP = "round_up"
    LIST = "list"
    WEATHER = "weather"


class Provider(StrEnum):
    """Who prints it."""

    BENZINGA = "benzinga"
    POLYGON = "polygon"
    ALPHA_VANTAGE = "alpha_vantage"


@dataclass(frozen=True, slots=True)
class Story:
    """One story, before anybody prints it.

    number:    its own.
    about:     the companies, as they were called on the day; the first is the one it is really about.
    at:        UTC instant from which it could be read anywhere.
    tone:      latent, standard normal; None for stories without news.
    source:    accession of the filing it follows; '' for none.
    printed:   who prints it, each with the seconds by which it is later there.
    again:     providers that print it a second time under another number.
    written_before_s: seconds by which it was written, and dated, before it was let out; 0 for most.
    corrected_after_s: seconds after which its headline is corrected; 0 for most.
    """

    number: int
    kind: Kind
    about: tuple[Company, ...]
    at: datetime
    tone: float | None
    source: str
    printed: tuple[tuple[Provider, int], ...]
    again: tuple[Provider, ...]
    written_before_s: int
    corrected_after_s: int


def company_stories(plan: Plan, company: Company, filings: Sequence[Filing]) -> Iterator[Story]:
    """Yield the stories that follow one company's filings, which stand in order of acceptance."""
    draws = Draws(plan.stream(Purpose.NEWS, 1 + company.index))
    number = company.index * _STORIES_PER_COMPANY
    for filing in filings:
        for kind, (soonest, latest) in _told(filing, draws):
            at = filing.published_at + timedelta(seconds=draws.between(soonest, latest))
            noise = draws.normal()
            day = at.astimezone(clock.NEW_YORK).date()
            if filing.tone is None or day > plan.end or not alive(company, day):
                continue
            tone = _TONE_SHARE * filing.tone + (1 - _TONE_SHARE**2) ** 0.5 * noise
            about = (company, *filing.companies[1:])
            named = tuple(as_of(one, day) for one in about if tickers_at(one, day))
            if named:
                yield _printed(number, kind, named, at, tone, str(filing.accession), draws)
                number += 1


def idle_stories(plan: Plan, companies: Sequence[Company]) -> Iterator[Story]:
    """Yield the stories of every session that say nothing about anybody, in order of their days."""
    draws = Draws(plan.stream(Purpose.NEWS))
    number = len(companies) * _STORIES_PER_COMPANY
    for day in clock.sessions(plan.start, plan.end):
        for kind in (Kind.ROUND_UP, Kind.LIST, Kind.WEATHER):
            if kind is not Kind.ROUND_UP and draws.chance(0.7):
                continue
            at = clock.utc_from_eastern(moment_between(day, time(6, 30), time(18), draws))
            yield _printed(number, kind, _several(companies, day, kind, draws), at, None, "", draws)
            number += 1


def _several(companies: Sequence[Company], day: date, kind: Kind, draws: Draws) -> tuple[Company, ...]:
    if kind is Kind.WEATHER:
        return ()
    drawn = dict.fromkeys(draws.pick(companies) for _ in range(draws.between(*_ROUND_UP_SIZE)))
    return tuple(as_of(one, day) for one in drawn if tickers_at(one, day))


def _told(filing: Filing, draws: Draws) -> list[tuple[Kind, tuple[int, int]]]:
    """Return the stories that follow a filing: their kinds, and the seconds within which they appear."""
    if filing.form == "8-K" and filing.items[:1] == (_RESULTS,):
        told = [(Kind.RESULTS, (60, 5_400))]
        return told + [(Kind.RESULTS, (5_400, 60_000))] * draws.chance(0.35)
    if filing.form[:4] in {"10-K", "10-Q"} and filing.tone is not None:
        return [(Kind.REPORT, (1_800, 150_000))] * draws.chance(0.4)
    if filing.form == "8-K":
        return [(Kind.EVENT, (120, 20_000))] * draws.chance(0.7)
    return []


def _printed(  # noqa: PLR0917 - the fields of a story in their order
    number: int, kind: Kind, about: tuple[Company, ...], at: datetime, tone: float | None, source: str, draws: Draws
) -> Story:
    who = [one for one in Provider if draws.chance(0.75)] or [draws.pick(tuple(Provider))]
    printed = tuple(
        (one, 0 if place == 0 else draws.between(5, 4_000)) for place, one in enumerate(draws.shuffled(who))
    )
    return Story(
        number,
        kind,
        about,
        at.replace(microsecond=0),
        tone,
        source,
        printed,
        tuple(one for one in who if draws.chance(0.04)),
        draws.between(600, 14_400) if draws.chance(0.05) else 0,
        draws.between(60, 80_000) if draws.chance(0.06) else 0,
    )
