"""The invented companies: who they are, how they file. No name, number or symbol is a real one.

Names end with "/SIM/" in the manner of EDGAR's own suffixes ("/DE/"); CIKs start with 98 and have ten digits, beyond
any the SEC has given out; tickers start with ZQ and have five letters.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase
from typing import TYPE_CHECKING

from edgewise.core.identifiers import Cik, Ticker
from edgewise.simulate.draws import Draws
from edgewise.simulate.industries import INDUSTRIES, SECTORS, Industry
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from edgewise.simulate.plan import Plan

_FIRST_COMPANY = 9_810_000_001
_FIRST_AGENT = 9_800_000_001
_AGENTS = 4
_LETTERS = len(ascii_uppercase)

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
# Six in ten close their books in December; the rest are spread over the year.
_FISCAL_YEAR_ENDS = (12, 12, 12, 12, 12, 12, 6, 9, 1, 3)


@dataclass(frozen=True, slots=True)
class Company:
    """One registrant.

    sender:     CIK that stands first in its accession numbers: its own, or a filing agent's.
    fiscal_year_end_month: the fiscal year ends on the last day of this month.
    lag_days:   days from the end of a quarter to its 10-Q; a 10-K takes twenty more.
    habit:      the part of the day in which it mostly files, an index into the schedule's hours.
    eastern_z:  whether the submissions JSON gives its acceptance times in Eastern time though they end in "Z".
    layout:     which house style its documents have, an index.
    """

    index: int
    cik: Cik
    name: str
    ticker: Ticker
    exchange: str
    industry: Industry
    fiscal_year_end_month: int
    street: str
    city: str
    state: str
    zip_code: str
    phone: str
    sender: Cik
    lag_days: int
    habit: int
    eastern_z: bool
    layout: int

    @property
    def sector_index(self) -> int:
        """The place of its sector in SECTORS."""
        return SECTORS.index(self.industry.sector)

    @property
    def employer_number(self) -> str:
        """Its employer identification number; no real one starts with 00."""
        return f"00{self.index:07d}"

    @property
    def file_number(self) -> str:
        """Its Exchange Act file number, from a range that is not in use."""
        return f"001-9{self.index:04d}"

    @property
    def fiscal_year_end(self) -> str:
        """Month and day of the fiscal year end as headers give it: 1231."""
        return f"{self.fiscal_year_end_month:02d}{monthrange(2023, self.fiscal_year_end_month)[1]}"

    def fiscal_quarter(self, month: int) -> int:
        """Return which fiscal quarter, 1 to 4, ends in this month; meant for months in which one does."""
        return ((month - self.fiscal_year_end_month) % 12) // 3 or 4

    def quarter_ended_before(self, day: date) -> date:
        """Return the last day of the latest fiscal quarter that ended before `day`."""
        first = day.replace(day=1)
        while True:
            end = first - timedelta(days=1)
            if (end.month - self.fiscal_year_end_month) % 3 == 0:
                return end
            first = end.replace(day=1)


def invent_companies(plan: Plan) -> list[Company]:
    """Return the plan's companies, dealt over the sectors in turn, so that sectors differ by at most one."""
    roots = Draws(plan.stream(Purpose.COMPANY)).shuffled([stem + ending for stem in _STEMS for ending in _ENDINGS])
    return [_invent(plan, index, roots) for index in range(plan.companies)]


def _invent(plan: Plan, index: int, roots: list[str]) -> Company:
    draws = Draws(plan.stream(Purpose.COMPANY, 1 + index))
    choices = [industry for industry in INDUSTRIES if industry.sector == SECTORS[index % len(SECTORS)]]
    industry = choices[index // len(SECTORS) % len(choices)]
    street, city, state, zip_code, area = draws.pick(_PLACES)
    cik = Cik(_FIRST_COMPANY + index)
    return Company(
        index=index,
        cik=cik,
        name=_name(index, roots, industry, draws),
        ticker=_ticker(index),
        exchange=draws.pick(_EXCHANGES),
        industry=industry,
        fiscal_year_end_month=draws.pick(_FISCAL_YEAR_ENDS),
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
    )


def _name(index: int, roots: list[str], industry: Industry, draws: Draws) -> str:
    generation, place = divmod(index, len(roots))
    numeral = ("", " II", " III", " IV", " V", " VI", " VII", " VIII", " IX")[generation]
    return f"{roots[place]}{numeral} {draws.pick(industry.trade)} {draws.pick(_LEGAL)} /SIM/"


def _ticker(index: int) -> Ticker:
    high, low = divmod(index, _LETTERS)
    first, second = divmod(high, _LETTERS)
    return Ticker("ZQ" + "".join(ascii_uppercase[place] for place in (first, second, low)))
