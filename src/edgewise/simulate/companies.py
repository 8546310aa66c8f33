"""The invented companies: who they are, how they file. No name, number or symbol is a real one.

Names end with "/SIM/" in the manner of EDGAR's own suffixes ("/DE/"); CIKs start with 98 and have ten digits, beyond
any the SEC has given out; tickers start with ZQ and have five letters (more for a second share class).
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from edgewise.core.identifiers import Cik, Ticker
from edgewise.simulate.company import Company, Life
from edgewise.simulate.draws import Draws
from edgewise.simulate.fiscal import SUNDAY, FiscalCalendar, Month, YearEnd
from edgewise.simulate.industries import INDUSTRIES, SECTORS, Industry
from edgewise.simulate.lives import live
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from edgewise.simulate.plan import Plan

_FIRST_COMPANY = 9_810_000_001
_FIRST_AGENT = 9_800_000_001
_AGENTS = 4
_LETTERS = len(ascii_uppercase)
_TENS, _ONES = ("", "X"), ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
# After a root's first use the company says which it is: Quorane II. With all renamings at most 8,000 names are needed.
_NUMERALS = ("", *[f" {ten}{one}" for ten in _TENS for one in _ONES][2:])

_STEMS = (
    *("Quor", "Velm", "Zand", "Brix", "Ondr", "Tarv", "Elyq", "Kesp", "Morv", "Fenz", "Hulv", "Jarq"),
    *("Ruvv", "Sylq", "Drox", "Axym", "Pelz", "Wynv", "Calq", "Nivv", "Ustr", "Ghel", "Ibyq", "Yorv"),
)
_ENDINGS = (
    *("ane", "moor", "dale", "icor", "ethra", "andia", "ulon", "essa", "ford", "axis", "ingo", "ora", "umbra"),
    *("tide", "elle", "wick", "arra", "holt", "osta", "eon", "avix", "unda", "imar", "olis", "etto"),
)
_LEGAL = ("Corp", "Inc", "Holdings Inc", "Group Inc", "Co")
_PLACES = (
    ("100 SIMULATION WAY", "DOVER", "DE", "19901", "302"),
    ("22 EXAMPLE STREET", "CARSON CITY", "NV", "89701", "775"),
    ("7 SPECIMEN PLAZA", "AUSTIN", "TX", "78701", "512"),
    ("450 INVENTED AVENUE", "ALBANY", "NY", "12207", "518"),
    ("9 PATTERN ROAD", "SACRAMENTO", "CA", "95814", "916"),
    ("31 MODEL BOULEVARD", "COLUMBUS", "OH", "43215", "614"),
)
_EXCHANGES = ("NYSE", "Nasdaq")
# Six in ten close their books in December; the rest are spread over the year. Three in ten count in weeks.
_CALENDARS = (
    *[FiscalCalendar(12)] * 10,
    FiscalCalendar(12, YearEnd.NEAREST, SUNDAY),
    FiscalCalendar(12, YearEnd.LAST),
    FiscalCalendar(6),
    FiscalCalendar(6, YearEnd.LAST),
    FiscalCalendar(9),
    FiscalCalendar(9, YearEnd.LAST, long_quarter=1),
    FiscalCalendar(1),
    FiscalCalendar(1, YearEnd.LAST, SUNDAY),
    FiscalCalendar(1, YearEnd.NEAREST, named_after_start=True),
    FiscalCalendar(3),
)
# One company in so many moves the end of its fiscal year within the plan, in turn to one of these months.
_MOVERS, _MOVER, _MOVES = 33, 17, (6, 3, 9)


def invent_companies(plan: Plan) -> list[Company]:
    """Return the plan's companies, dealt over the sectors in turn, so that sectors differ by at most one."""
    roots = Draws(plan.stream(Purpose.COMPANY)).shuffled([stem + ending for stem in _STEMS for ending in _ENDINGS])
    named = [_invent(plan, index, roots) for index in range(plan.companies)]

    def rename(number: int) -> tuple[str, Ticker]:
        fresh = plan.companies + number
        draws = Draws(plan.stream(Purpose.LIVES, 1 + number))
        return _name(fresh, roots, draws.pick(INDUSTRIES), draws), _ticker(fresh)

    return live(plan, named, rename)


def _invent(plan: Plan, index: int, roots: list[str]) -> Company:
    draws = Draws(plan.stream(Purpose.COMPANY, 1 + index))
    choices = [industry for industry in INDUSTRIES if industry.sector == SECTORS[index % len(SECTORS)]]
    industry = choices[index // len(SECTORS) % len(choices)]
    street, city, state, zip_code, area = draws.pick(_PLACES)
    cik = Cik(_FIRST_COMPANY + index)
    name = _name(index, roots, industry, draws)
    return Company(
        index=index,
        cik=cik,
        name=name,
        ticker=_ticker(index),
        exchange=draws.pick(_EXCHANGES),
        industry=industry,
        calendar=_calendar(plan, index, draws.pick(_CALENDARS)),
        street=street,
        city=city,
        state=state,
        zip_code=zip_code,
        phone=f"{area}-555-{draws.between(100, 199):04d}",
        sender=Cik(_FIRST_AGENT + draws.below(_AGENTS)) if draws.chance(0.4) else cik,
        lag_days=draws.between(24, 38),
        habit=draws.below(4),
        eastern_z=index % 4 == 1,
        layout=index % 3,
        life=Life(plan.start, (), ((plan.start, name),), ((plan.start, cik),)),
    )


def _calendar(plan: Plan, index: int, drawn: FiscalCalendar) -> FiscalCalendar:
    if index % _MOVERS != _MOVER:
        return drawn
    last_old = Month(plan.start.year - 1 + plan.years // 2, 12)
    return FiscalCalendar(12, moved=(last_old, _MOVES[index // _MOVERS % len(_MOVES)]))


def _name(index: int, roots: list[str], industry: Industry, draws: Draws) -> str:
    generation, place = divmod(index, len(roots))
    return f"{roots[place]}{_NUMERALS[generation]} {draws.pick(industry.trade)} {draws.pick(_LEGAL)} /SIM/"


def _ticker(index: int) -> Ticker:
    high, low = divmod(index, _LETTERS)
    first, second = divmod(high, _LETTERS)
    return Ticker("ZQ" + "".join(ascii_uppercase[place] for place in (first, second, low)))
