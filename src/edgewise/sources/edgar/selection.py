"""Which filings are wanted, and from which of EDGAR's lists they are to be learnt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.forms import checked_form

if TYPE_CHECKING:
    from edgewise.sources.edgar.discovered import Discovered

EDGAR_BEGINS = date(1993, 1, 1)


class Origin(StrEnum):
    """Where it is learnt that filings exist.

    feed:        the pages of latest filings: minutes old, reaching back a few days.
    index:       daily and quarterly indexes: everything since 1993, published at the end of the day.
    submissions: the list of each registrant asked for, complete and minutes old.
    walk:        what stands in an archive, listed or not.
    """

    FEED = "feed"
    INDEX = "index"
    SUBMISSIONS = "submissions"
    WALK = "walk"


@dataclass(frozen=True)
class Selection:
    """Which filings: all filters must fit, and an empty one fits everything.

    forms:  form types, in any case; '10-K' means originals only, ask for '10-K/A' as well to have amendments.
    ciks:   registrants, in whichever role they are named.
    since, until: first and last filing date (New York), both inclusive.
    origin: 'feed', 'index', 'submissions' or 'walk'; an index needs `since`, submissions need `ciks`.
    Raises InvalidInput for unknown forms, origins and CIKs, for days before EDGAR began, and for days in disorder.
    """

    forms: tuple[str, ...] = ()
    ciks: tuple[Cik, ...] = ()
    since: date | None = None
    until: date | None = None
    origin: Origin = Origin.FEED

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", tuple(checked_form(form) for form in self.forms))
        object.__setattr__(self, "ciks", tuple(Cik(cik) for cik in self.ciks))
        object.__setattr__(self, "origin", _checked_origin(self.origin))
        for day in (self.since, self.until):
            _check_day(day)
        if self.since and self.until and self.until < self.since:
            raise InvalidInput(f"the last day {self.until} is before the first {self.since}", advice="Swap them.")
        if self.origin is Origin.INDEX and not self.since:
            raise InvalidInput("indexes are read from a first day on", advice="Say since when.")
        if self.origin is Origin.SUBMISSIONS and not self.ciks:
            raise InvalidInput("lists of submissions are read registrant by registrant", advice="Name the CIKs.")

    def takes(self, found: Discovered) -> bool:
        """Return whether `found` is wanted. A form or filing date that the source does not tell rules nothing out.

        Days are not looked at where an index of those days was read: it also lists what was filed earlier and made
        public that day, such as correspondence with the SEC's staff.
        """
        return (
            (not self.forms or not found.forms or not set(self.forms).isdisjoint(found.forms))
            and (not self.ciks or not set(self.ciks).isdisjoint(found.ciks))
            and (self.origin is Origin.INDEX or found.filed_date is None or self._spans(found.filed_date))
        )

    def needs_more_of(self, found: Discovered) -> bool:
        """Return whether a filter asks for what the source does not tell of `found`."""
        return bool(self.forms and not found.forms) or bool((self.since or self.until) and not found.filed_date)

    def _spans(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def _checked_origin(origin: str) -> Origin:
    try:
        return Origin(origin)
    except ValueError as error:
        raise InvalidInput(f"{origin!r} is no origin of filings", advice=f"Known are {', '.join(Origin)}.") from error


def _check_day(day: date | None) -> None:
    if day is None:
        return
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput(f"{day!r} is not a day", advice="Pass a date.")
    if day < EDGAR_BEGINS:
        raise InvalidInput(f"{day} is before EDGAR began", advice=f"Begin at {EDGAR_BEGINS} or later.")
