"""When the public could know a filing: which of EDGAR's acceptance times to believe.

The header, the index page and the feed tell the truth. The submissions JSON ends its stamps in "Z", but a file of it
may hold Eastern wall times instead: the whole file for about one filer in four, and the last few days of any file,
until the service corrects them. A wrong belief costs hours of look-ahead, so a stamp is decided in this order:
1. *The rules of EDGAR.* It accepts from 6:00 to 22:00 Eastern on business days, and the filing date follows from the
   acceptance time. Often only one of the two readings, UTC or Eastern, agrees with the printed filing date.
2. *The habit of the file*, learnt from its other rows that rule 1 decides. It does not hold for the last few days.
3. Where the two contradict each other, or neither decides, the later reading is taken.

Stamps of midnight mean that nobody recorded a time (before 2002): only days are known. EDGAR made those filings public
on the day of dissemination, which was as a rule after the filing date; the later of both counts.

What is accepted in the evening and dated with the next business day is public at 6:00 Eastern of that day, not before:
in the recorded feeds none of 339 such entries appears on the evening it was accepted, and all 532 ownership reports of
those evenings, which keep the day's date, do.

Letters between the SEC and a filer, and draft registrations, are accepted in confidence. The header marks them
<PRIVATE-TO-PUBLIC> and keeps the acceptance time and filing date of old; indexes, index pages and submissions files
give these too. The first lines of the submission alone tell the day, weeks or months later, on which it became public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core.clock import (
    EDGAR_OPENS,
    NEW_YORK,
    filing_date,
    is_business_day,
    latest_known_at,
    published_at,
    utc_from_eastern,
)
from edgewise.core.errors import NoKnownAt, Unparsable
from edgewise.sources.edgar.records import KnownAt, KnownAtSource

if TYPE_CHECKING:
    from collections.abc import Iterable

EDGAR_SHUTS = time(22, 0)
# Never public when accepted: staff letters and answers, draft registration and offering statements and their letters.
CONFIDENTIAL_FORMS = frozenset({"CORRESP", "DOS", "DOSLTR", "DRS", "DRSLTR", "UPLOAD"})

# Measured on the archive's submissions files: of the rows that rule 1 decides, a UTC file has at least 99 % read as
# UTC, an Eastern file at least 87 % as Eastern (the rest are dated by an exception to the 17:30 rule). A file taken for
# UTC by mistake would look ahead, hence the stricter share on that side.
_ENOUGH_ROWS = 4
_UTC_SHARE = 0.97
_EASTERN_SHARE = 0.80
_SETTLES_AFTER = timedelta(days=3)


class Reading(StrEnum):
    """What the clock time in a JSON stamp really is."""

    UTC = "utc"
    EASTERN = "eastern"


_SOURCES = {Reading.UTC: KnownAtSource.SUBMISSIONS, Reading.EASTERN: KnownAtSource.SUBMISSIONS_EASTERN}


@dataclass(frozen=True, slots=True)
class Habit:
    """How one submissions file writes its stamps.

    utc, eastern: settled rows that could only be the one or the other.
    newest_filed_date: the newest filing date in the file; None for a file without rows.
    """

    utc: int
    eastern: int
    newest_filed_date: date | None

    @property
    def reading(self) -> Reading | None:
        """How its stamps are to be read; None where too few rows tell, or they disagree."""
        rows = self.utc + self.eastern
        if rows < _ENOUGH_ROWS:
            return None
        if self.utc >= _UTC_SHARE * rows:
            return Reading.UTC
        return Reading.EASTERN if self.eastern >= _EASTERN_SHARE * rows else None

    def covers(self, filed_date: date | None) -> bool:
        """Return whether a row of that filing date is old enough to be written like the rest of the file."""
        if filed_date is None or self.newest_filed_date is None:
            return False
        return filed_date < self.newest_filed_date - _SETTLES_AFTER


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A JSON stamp read both ways, as UTC instants."""

    utc: datetime
    eastern: datetime

    @classmethod
    def parse(cls, text: str) -> _Stamp:
        """Return both readings of 2025-05-01T16:21:59.000Z. Raises Unparsable for other text."""
        try:
            wall = datetime.fromisoformat(text.strip().removesuffix("Z"))
        except ValueError as error:
            raise Unparsable(
                f"{text!r} is not an acceptance time", advice="Expected 2025-05-01T16:21:59.000Z."
            ) from error
        if wall.tzinfo is not None:
            raise Unparsable(f"{text!r} has an offset", advice="Pass an instant with an offset as feed_accepted.")
        return cls(wall.replace(tzinfo=UTC), utc_from_eastern(wall))

    def instant(self, reading: Reading) -> datetime:
        """Return the instant under one reading."""
        return self.utc if reading is Reading.UTC else self.eastern

    @property
    def later(self) -> datetime:
        """The later of both, at which it was public in either case."""
        return max(self.utc, self.eastern)

    @property
    def midnight(self) -> Reading | None:
        """The reading under which it is midnight in New York, EDGAR's sign for "no time recorded"."""
        return next((reading for reading in Reading if _eastern(self.instant(reading)).time() == time()), None)

    def only(self, form: str, filed_date: date | None) -> Reading | None:
        """Return the one reading that agrees with EDGAR's rules; None where both do, or neither."""
        agree = [reading for reading in Reading if _agrees(self.instant(reading), form, filed_date)]
        return agree[0] if len(agree) == 1 else None


def true_known_at(
    *,
    form: str,
    header_accepted: datetime | None = None,
    index_page_accepted: datetime | None = None,
    feed_accepted: datetime | None = None,
    json_stamp: str | None = None,
    filer_habit: Habit | None = None,
    filed_date: date | None = None,
    disseminated_date: date | None = None,
    was_private: bool = False,
) -> KnownAt:
    """Return from when the public could know a filing, from the best evidence there is.

    header_accepted, index_page_accepted, feed_accepted: UTC instants.
    json_stamp:  the submissions file's acceptanceDateTime as it stands there.
    filer_habit: of the file that `json_stamp` comes from; None decides by EDGAR's rules alone.
    filed_date:  the date EDGAR printed. Alone, it gives 22:00 Eastern of that day.
    disseminated_date: the day EDGAR made it public. It gives 22:00 Eastern of that day where the filing was private, or
                 where there is no acceptance time and it is after `filed_date`.
    was_private: whether its header says that it was accepted in confidence; some forms always are.
    Raises NoKnownAt where nothing is given, and for a private filing without `disseminated_date`; Unparsable for a
    stamp that is none.
    """
    if was_private or form.removesuffix("/A") in CONFIDENTIAL_FORMS:
        return _made_public(form, disseminated_date, header_accepted or index_page_accepted or feed_accepted)
    for instant, source in (
        (header_accepted, KnownAtSource.HEADER),
        (index_page_accepted, KnownAtSource.INDEX_PAGE),
        (feed_accepted, KnownAtSource.FEED),
    ):
        if instant is not None:
            return _published(KnownAt(instant, source), form, filed_date)
    stamp = _Stamp.parse(json_stamp) if json_stamp else None
    if stamp is not None and (stamp.midnight is None or filed_date is None):
        return _published(_from_stamp(stamp, form, filed_date, filer_habit), form, filed_date)
    if disseminated_date is not None and (filed_date is None or disseminated_date > filed_date):
        return KnownAt(latest_known_at(disseminated_date), KnownAtSource.DISSEMINATION_DATE)
    if filed_date is not None:
        return KnownAt(latest_known_at(filed_date), KnownAtSource.FILING_DATE)
    raise NoKnownAt(
        f"a filing of form {form or 'unknown'} has neither acceptance time nor filing date",
        advice="Give its header, index page, feed entry, submissions row or filing date.",
    )


def _published(accepted: KnownAt, form: str, filed_date: date | None) -> KnownAt:
    """Return when a filing that was never private became public: at its acceptance, or the next morning."""
    printed = filed_date or filing_date(accepted.instant, form)
    return KnownAt(published_at(accepted.instant, printed), accepted.source)


def _made_public(form: str, disseminated_date: date | None, accepted_at: datetime | None) -> KnownAt:
    """Return when a filing that was private became public, never before it was accepted."""
    if disseminated_date is None:
        raise NoKnownAt(
            f"a filing of form {form or 'unknown'} was private at first, and nothing tells when it was made public",
            advice="Fetch the full submission text (.txt): its first line ends in the day of dissemination.",
        )
    made_public = latest_known_at(disseminated_date)
    return KnownAt(max(made_public, accepted_at or made_public), KnownAtSource.DISSEMINATION_DATE)


def filer_habit(rows: Iterable[tuple[str, str, date]]) -> Habit:
    """Return how a submissions file writes its stamps, from all its rows: (form, stamp, filing date).

    Rows without a stamp say nothing. Raises Unparsable for a stamp that is none.
    """
    listed = [(form, stamp, filed) for form, stamp, filed in rows if stamp]
    newest = max((filed for _, _, filed in listed), default=None)
    habit = Habit(0, 0, newest)
    told = [_told(form, _Stamp.parse(stamp), filed) for form, stamp, filed in listed if habit.covers(filed)]
    return Habit(told.count(Reading.UTC), told.count(Reading.EASTERN), newest)


def _told(form: str, stamp: _Stamp, filed_date: date) -> Reading | None:
    """Return what a row tells about its file: midnight in New York is telling too."""
    return stamp.midnight or stamp.only(form, filed_date)


def _from_stamp(stamp: _Stamp, form: str, filed_date: date | None, habit: Habit | None) -> KnownAt:
    by_rule = stamp.only(form, filed_date)
    by_habit = habit.reading if habit else None
    if by_rule and by_habit and by_rule is not by_habit:
        return KnownAt(stamp.later, KnownAtSource.SUBMISSIONS_LATER_OF_TWO)
    reading = by_rule or (by_habit if habit and habit.covers(filed_date) else None)
    if reading is None:
        return KnownAt(stamp.later, KnownAtSource.SUBMISSIONS_LATER_OF_TWO)
    return KnownAt(stamp.instant(reading), _SOURCES[reading])


def _agrees(instant: datetime, form: str, filed_date: date | None) -> bool:
    """Return whether EDGAR could have accepted at `instant` and printed `filed_date`."""
    wall = _eastern(instant)
    open_then = is_business_day(wall.date()) and EDGAR_OPENS <= wall.time() <= EDGAR_SHUTS
    return open_then and (filed_date is None or filing_date(instant, form) == filed_date)


def _eastern(instant: datetime) -> datetime:
    return instant.astimezone(NEW_YORK)
