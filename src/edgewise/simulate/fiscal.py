"""Fiscal calendars as declarations: month ends, years of 52 or 53 weeks, and years whose end is moved.

A quarter is named by the month it nominally ends with: the quarter that ends on 2023-07-02 is that of June 2023. A week
year's end is moved to a weekday; its quarters have 13 weeks, and in a year of 53 weeks the first or the fourth has 14.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = 12
_QUARTER = timedelta(weeks=13)
# Every calendar here ends its quarters from 8 days before a month's end to 5 days after it.
_INTO_THE_MONTH = timedelta(days=15)
SATURDAY, SUNDAY = 5, 6


class Month(NamedTuple):
    """A calendar month, the nominal end of a fiscal quarter."""

    year: int
    month: int

    def plus(self, months: int) -> Month:
        """Return the month so many months later."""
        year, month = divmod(_MONTHS * self.year + self.month - 1 + months, _MONTHS)
        return Month(year, month + 1)

    def since(self, other: Month) -> int:
        """Return how many months this one comes after the other."""
        return _MONTHS * (self.year - other.year) + self.month - other.month

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


class YearEnd(Enum):
    """The day on which a fiscal year ends, for the month it is declared with."""

    MONTH_END = "the last day of the month"
    LAST = "the last such weekday of the month"
    NEAREST = "the such weekday nearest to the last day of the month"


@dataclass(frozen=True, slots=True)
class FiscalQuarter:
    """One quarter as its company counts it; both days are included.

    month:       the month it nominally ends with.
    number:      1 to 4 within its year or transition period.
    fiscal_year: the year's label.
    closes:      whether its fiscal year, or transition period, ends with it.
    transition:  whether it lies between an old fiscal year and a new one.
    """

    month: Month
    start: date
    end: date
    number: int
    fiscal_year: int
    closes: bool
    transition: bool

    @property
    def form(self) -> str:
        """The form that reports on it; a transition period of one quarter may be reported unaudited, on a 10-QT."""
        if not self.closes:
            return "10-Q"
        if not self.transition:
            return "10-K"
        return "10-KT" if self.number > 1 else "10-QT"

    @property
    def annual(self) -> bool:
        """Whether its report is an annual one, whose statements cover everything since the last fiscal year."""
        return self.form in {"10-K", "10-KT"}

    @property
    def focus(self) -> str:
        """The fiscal period of its report: FY, or Q1 to Q3."""
        return "FY" if self.annual else f"Q{self.number}"


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """When a company's fiscal quarters end.

    month:       the month in or near the end of which the fiscal year ends.
    year_end:    on which day; `weekday` (Monday is 0) where that is a weekday.
    long_quarter: which quarter, 1 or 4, takes the 53rd week.
    named_after_start: whether a year is labelled with the calendar year before the one it ends in ("fiscal 2023" of a
                 retailer ends in January 2024).
    moved:       the last fiscal year end of the old calendar and the month of the new one; month ends only, and both
                 calendars end quarters in the same months.
    """

    month: int
    year_end: YearEnd = YearEnd.MONTH_END
    weekday: int = SATURDAY
    long_quarter: int = 4
    named_after_start: bool = False
    moved: tuple[Month, int] | None = None

    def quarter(self, month: Month) -> FiscalQuarter:
        """Return the quarter that nominally ends with `month`. Raises InvalidInput if none does."""
        return _quarter(self, month)

    def _computed(self, month: Month) -> FiscalQuarter:
        if (month.month - self.month) % 3:
            raise InvalidInput(
                f"no fiscal quarter ends with {month.year}-{month.month:02d} here",
                advice=f"Quarters end every third month, counted from month {self.month}.",
            )
        last_year, next_year, transition = self._year_around(month)
        return FiscalQuarter(
            month=month,
            start=self._end(month.plus(-3)) + timedelta(days=1),
            end=self._end(month),
            number=month.since(last_year) // 3,
            fiscal_year=next_year.year - self.named_after_start,
            closes=month == next_year,
            transition=transition,
        )

    def quarter_ending(self, end: date) -> FiscalQuarter:
        """Return the quarter whose last day is `end`. Raises InvalidInput if none is."""
        quarter = self.quarter(nominal_month(end))
        if quarter.end != end:
            raise InvalidInput(f"no fiscal quarter ends on {end}", advice=f"The nearest ends on {quarter.end}.")
        return quarter

    def quarters(self, first: date, last: date) -> Iterator[FiscalQuarter]:
        """Yield the quarters that end from `first` to `last`, both included, in order."""
        month = Month(first.year, first.month).plus(-1)
        month = month.plus((self.month - month.month) % 3)
        while (quarter := self.quarter(month)).end <= last:
            if quarter.end >= first:
                yield quarter
            month = month.plus(3)

    def quarter_ended_before(self, day: date) -> FiscalQuarter:
        """Return the latest quarter that ended before `day`."""
        month = Month(day.year, day.month)
        month = month.plus((self.month - month.month) % 3)
        while (quarter := self.quarter(month)).end >= day:
            month = month.plus(-3)
        return quarter

    def year_end_month(self, day: date) -> int:
        """Return the month the fiscal year ends with, as the company counts on `day`."""
        return self.moved[1] if self.moved is not None and day > self.moved[0].last_day else self.month

    def _year_around(self, month: Month) -> tuple[Month, Month, bool]:
        """Return the fiscal year ends before and from `month` on, and whether a transition period lies between."""
        if self.moved is None or month <= self.moved[0]:
            following = month.plus((self.month - month.month) % _MONTHS)
            return following.plus(-_MONTHS), following, False
        last_old, new = self.moved
        first_new = last_old.plus((new - last_old.month) % _MONTHS)
        if month <= first_new:
            return last_old, first_new, True
        following = month.plus((new - month.month) % _MONTHS)
        return following.plus(-_MONTHS), following, False

    def _end(self, month: Month) -> date:
        if self.year_end is YearEnd.MONTH_END:
            return month.last_day
        following = month.plus((self.month - month.month) % _MONTHS)
        if month == following:
            return self._week_year_end(month)
        after = following.since(month) // 3
        if self.long_quarter == 1:
            return self._week_year_end(following) - after * _QUARTER
        return self._week_year_end(following.plus(-_MONTHS)) + (4 - after) * _QUARTER

    def _week_year_end(self, month: Month) -> date:
        latest = month.last_day + timedelta(days=3 if self.year_end is YearEnd.NEAREST else 0)
        return latest - timedelta(days=(latest.weekday() - self.weekday) % 7)


@lru_cache(maxsize=8_192)
def _quarter(calendar: FiscalCalendar, month: Month) -> FiscalQuarter:
    """Return a quarter; the few calendars of a market are asked for the same quarters over and over."""
    return calendar._computed(month)  # noqa: SLF001 - the other half of a method


def nominal_month(end: date) -> Month:
    """Return the month that the quarter with the last day `end` nominally ends with."""
    inside = end - _INTO_THE_MONTH
    return Month(inside.year, inside.month)
