"""A company: who it is, how it files, and what its life holds. Records only; `companies` invents, `lives` lets live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.simulate.fiscal import Month
from edgewise.simulate.industries import SECTORS

if TYPE_CHECKING:
    from datetime import date

    from edgewise.core.identifiers import Cik, Ticker
    from edgewise.simulate.fiscal import FiscalCalendar
    from edgewise.simulate.industries import Industry


class EndingKind(StrEnum):
    """How a company leaves the exchange."""

    ACQUIRED = "acquired"
    BANKRUPT = "bankrupt"
    WENT_DARK = "went_dark"


@dataclass(frozen=True, slots=True)
class Listing:
    """A symbol and the sessions, both inclusive, on which it named one class of a company's shares.

    last_session: None while it still does when the market ends.
    share_class:  1, or 2 for a second class.
    company:      index.
    """

    ticker: Ticker
    exchange: str
    first_session: date
    last_session: date | None
    share_class: int
    company: int

    def covers(self, day: date) -> bool:
        """Return whether the symbol named it on `day`."""
        return self.first_session <= day and (self.last_session is None or day <= self.last_session)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a listing ends.

    announced_on: session after whose close the company tells it, in an 8-K.
    jump:         return at the next open, a fraction.
    last_session: the last one with a price.
    delisting_return: from the last close to what a holder finally gets, a fraction.
    """

    kind: EndingKind
    announced_on: date
    jump: float
    last_session: date
    delisting_return: float


@dataclass(frozen=True, slots=True)
class Life:
    """A company's listings in order, its names and CIKs with the first day of each, and how it ends, if it does.

    begins: the first day on which it files; the market's first unless it lists late.
    """

    begins: date
    listings: tuple[Listing, ...]
    names: tuple[tuple[date, str], ...]
    ciks: tuple[tuple[date, Cik], ...]
    ending: Ending | None = None

    @property
    def first_cik(self) -> Cik:
        """The issuer that first listed it, after which its securities are known for good."""
        return self.ciks[0][1]


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """One registrant, as it is at the end or, from `lives.as_of`, on a day; equal to itself at any other time.

    sender:     CIK that stands first in its accession numbers: its own, or a filing agent's.
    calendar:   when its fiscal quarters end.
    lag_days:   days from the end of a quarter to its 10-Q; a 10-K takes twenty more.
    habit:      the part of the day in which it mostly files, an index into the schedule's hours.
    eastern_z:  whether the submissions JSON gives its acceptance times in Eastern time though they end in "Z".
    layout:     which house style its documents have, an index.
    life:       its listings, names and CIKs over time, and how it ends; see `lives`.
    """

    index: int
    cik: Cik
    name: str
    ticker: Ticker
    exchange: str
    industry: Industry
    calendar: FiscalCalendar
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
    life: Life

    def __eq__(self, other: object) -> bool:
        """Return whether the other is the same company, whatever either is called."""
        return isinstance(other, Company) and self.index == other.index

    def __hash__(self) -> int:
        """Return the index, which never changes."""
        return self.index

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
    def fiscal_year_end_month(self) -> int:
        """The month with which its fiscal year ends; the newer one, if that was moved."""
        return self.calendar.month if self.calendar.moved is None else self.calendar.moved[1]

    @property
    def fiscal_year_end(self) -> str:
        """Month and day of the fiscal year end as headers give it: 1231. Week years give the end of their month."""
        return f"{Month(2023, self.fiscal_year_end_month).last_day:%m%d}"

    def fiscal_quarter(self, period_end: date) -> int:
        """Return which fiscal quarter, 1 to 4, ends on `period_end`. Raises InvalidInput if none does."""
        return self.calendar.quarter_ending(period_end).number

    def quarter_ended_before(self, day: date) -> date:
        """Return the last day of the latest fiscal quarter that ended before `day`."""
        return self.calendar.quarter_ended_before(day).end
