"""New York sessions and EDGAR's hours: the one owner of "when could somebody have acted on this?".

Four rules live here and nowhere else.
1. *Tradable session.* A filing accepted before the close of session S can be acted on in S; at or after the close of S
   it belongs to the session after S. Half days close at 13:00 Eastern.
2. *Filing date.* EDGAR dates a submission with the business day on which it was accepted, until 17:30 Eastern; later
   ones get the next business day. Ownership reports keep the same day until 22:00 (Regulation S-T, Rule 13(a)).
   EDGAR's business days are federal ones: open on Good Friday, shut on Columbus Day, unlike the exchange.
3. *Publication.* What belongs to the day of its acceptance is public at once. What is accepted in the evening and dated
   with the next business day is published then, when EDGAR opens at 6:00 Eastern; recorded feeds show none earlier.
4. *Only a filing date is known.* Then the public knew it at the latest at 22:00 Eastern of that day, when EDGAR shuts.

Instants are timezone-aware UTC datetimes; a session is the `date` of a trading day of the New York exchange.
Nothing here asks what time it is: `Clock` is a port, and only `app` holds the real one.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEW_YORK = ZoneInfo("America/New_York")
FIRST_SESSION = date(1990, 1, 2)
LAST_SESSION = date(2035, 12, 31)
USUAL_CLOSE = time(16, 0)
_MINUTES_TO_CLOSE = np.timedelta64(USUAL_CLOSE.hour * 60 + USUAL_CLOSE.minute, "m")
EDGAR_OPENS = time(6, 0)
FILING_DAY_ENDS = time(17, 30)
OWNERSHIP_DAY_ENDS = time(22, 0)

# Forms whose filing day ends at 22:00 Eastern, and since when (Regulation S-T, Rule 13(a)(4) and its amendments).
LATE_FORMS: dict[str, date] = {
    "3": date(2003, 6, 30),
    "4": date(2003, 6, 30),
    "5": date(2003, 6, 30),
    "144": date(2023, 4, 13),
    "SC 13D": date(2024, 2, 5),
    "SC 13G": date(2024, 2, 5),
    "SCHEDULE 13D": date(2024, 2, 5),
    "SCHEDULE 13G": date(2024, 2, 5),
    "SC 14N": date(2010, 11, 15),
}


class Clock(Protocol):
    """Tells the time. The real one lives in `app`; tests and replays pass their own."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        ...


def utc_from_eastern(wall: datetime) -> datetime:
    """Return the UTC instant of an Eastern wall-clock time without a zone.

    In the repeated hour of autumn the first pass is meant; EDGAR is shut then.
    Raises InvalidInput if `wall` has a zone.
    """
    if wall.tzinfo is not None:
        raise InvalidInput(f"{wall} already has a zone", advice="Pass the Eastern wall-clock time as EDGAR prints it.")
    try:
        return wall.replace(tzinfo=NEW_YORK).astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"{wall} lies beyond the calendar", advice="Check the year.") from error


def parse_acceptance(stamp: str) -> datetime:
    """Return the UTC instant of an SGML header's acceptance stamp, 14 digits of Eastern time: 20250501162159."""
    try:
        wall = datetime.strptime(stamp.strip(), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is applied below
    except ValueError as error:
        raise InvalidInput(
            f"{stamp!r} is not an acceptance time", advice="It has 14 digits: YYYYMMDDhhmmss."
        ) from error
    return utc_from_eastern(wall)


def latest_known_at(filed_date: date) -> datetime:
    """Return the instant by which a filing dated `filed_date` was public for certain: 22:00 Eastern, in UTC."""
    return utc_from_eastern(datetime.combine(filed_date, OWNERSHIP_DAY_ENDS))


def published_at(accepted_at: datetime, filed_date: date) -> datetime:
    """Return the UTC instant at which a submission became public, from its acceptance and the date EDGAR printed on it.

    That is its acceptance, unless the printed date is a later day in New York: then 6:00 Eastern of that day.
    """
    if filed_date <= accepted_at.astimezone(NEW_YORK).date():
        return accepted_at
    return utc_from_eastern(datetime.combine(filed_date, EDGAR_OPENS))


def filing_date(accepted_at: datetime, form: str) -> date:
    """Return the date EDGAR prints on a submission of `form` accepted at `accepted_at` (UTC)."""
    wall = accepted_at.astimezone(NEW_YORK)
    late_since = LATE_FORMS.get(form.removesuffix("/A"))
    ends = OWNERSHIP_DAY_ENDS if late_since and wall.date() >= late_since else FILING_DAY_ENDS
    day = wall.date() if wall.time() <= ends else wall.date() + timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def is_business_day(day: date) -> bool:
    """Return whether EDGAR accepts filings on `day`: no weekend and no federal holiday. None is known beyond 2035."""
    return day.weekday() < 5 and day not in _federal_holidays()  # noqa: PLR2004 - Saturday is 5


def sessions(start: date, end: date) -> list[date]:
    """Return the sessions from `start` to `end`, both inclusive, in order; empty where there is none.

    Raises InvalidInput outside 1990 to 2035 and where `end` is before `start`.
    """
    if end < start:
        raise InvalidInput(f"the last day {end} is before the first {start}", advice="Swap them.")
    days = _session_days()
    for day in (start, end):
        _check_covered(day)
    first, last = np.searchsorted(days, np.datetime64(start)), np.searchsorted(days, np.datetime64(end), side="right")
    return [day.item() for day in days[first:last]]


def is_session(day: date) -> bool:
    """Return whether the New York exchange trades on `day`."""
    return bool(sessions(day, day))


def session_close(session: date) -> datetime:
    """Return the UTC instant at which `session` closes: 16:00 Eastern, 13:00 on half days.

    Raises InvalidInput if `session` is not a trading day; the message names the nearest ones.
    """
    return _instant(_closes()[_position(session)])


def session_open(session: date) -> datetime:
    """Return the UTC instant at which `session` opens: 9:30 Eastern. Raises InvalidInput if it is not a trading day."""
    _position(session)
    return utc_from_eastern(datetime.combine(session, time(9, 30)))


def last_opened_session(instant: datetime) -> date:
    """Return the last session that had opened at an aware instant. Raises InvalidInput outside the calendar."""
    today = instant.astimezone(NEW_YORK).date()
    _check_covered(today)
    place = int(np.searchsorted(_session_days(), np.datetime64(today), side="right")) - 1
    if place < 0:
        raise InvalidInput(f"no session had opened at {instant}", advice=f"The calendar begins on {FIRST_SESSION}.")
    day: date = _session_days()[place].item()
    return day if session_open(day) <= instant else shift_session(day, -1)


def shift_session(session: date, by: int) -> date:
    """Return the session `by` trading days after `session` (before, if negative)."""
    position = _position(session) + by
    days = _session_days()
    if not 0 <= position < len(days):
        raise InvalidInput(f"{session} shifted by {by} sessions leaves {FIRST_SESSION} to {LAST_SESSION}")
    shifted: date = days[position].item()
    return shifted


def tradable_session(known_at: datetime) -> date:
    """Return the first session in which somebody who learned something at `known_at` (UTC) could act on it."""
    if known_at.tzinfo is None:
        raise InvalidInput(f"{known_at} has no zone", advice="Pass an aware UTC datetime.")
    return tradable_sessions(pl.Series([known_at], dtype=pl.Datetime("us", "UTC")))[0]  # type: ignore[no-any-return]


def tradable_sessions(known_at: pl.Series) -> pl.Series:
    """Return the tradable session of each instant of a `Datetime("us", "UTC")` series, as dates; null stays null.

    Raises InvalidInput where an instant lies outside 1990 to 2035.
    """
    closes = _closes()
    instants = known_at.drop_nulls().dt.cast_time_unit("us").to_physical().to_numpy()
    positions = np.searchsorted(closes, instants, side="right")
    if len(instants) and (instants.min() < closes[0] - 86_400_000_000 or positions.max() >= len(closes)):
        raise InvalidInput(
            f"an instant lies outside {FIRST_SESSION} to {LAST_SESSION}", advice="Check its unit and zone."
        )
    present = known_at.is_not_null().to_numpy()
    days = np.full(len(known_at), np.datetime64("NaT"), dtype="datetime64[D]")
    days[present] = _session_days()[positions]
    return pl.Series(known_at.name, days).cast(pl.Date)


def session_closes(days: pl.Series) -> pl.Series:
    """Return the closing instant (UTC, microseconds) of each session of a date series; null stays null.

    Raises InvalidInput if a date is not a session.
    """
    wanted = days.drop_nulls().to_numpy().astype("datetime64[D]")
    positions = np.searchsorted(_session_days(), wanted)
    found = _session_days()[np.minimum(positions, len(_session_days()) - 1)]
    if (found != wanted).any():
        stray = wanted[found != wanted][0]
        raise InvalidInput(
            f"{stray} is not a New York session", advice="Use edgewise.core.clock.sessions to list them."
        )
    closes = np.full(len(days), np.iinfo(np.int64).min, dtype=np.int64)
    present = days.is_not_null().to_numpy()
    closes[present] = _closes()[positions]
    series = pl.Series(days.name, closes).cast(pl.Datetime("us", "UTC"))
    return pl.select(pl.when(pl.Series(present)).then(series)).to_series().alias(days.name)


def session_ordinals(days: pl.Series) -> pl.Series:
    """Return each session's running number (0 is 1990-01-02), so that differences count sessions; null stays null."""
    return (
        days.to_frame("day")
        .select(pl.col("day").replace_strict(_ordinal_of(), return_dtype=pl.Int32, default=None))
        .to_series()
        .alias(days.name)
    )


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    """Return what `new_york_days.toml` says: the exchange's and the government's published calendars, as data."""
    return tomllib.loads(files(__package__).joinpath("new_york_days.toml").read_text(encoding="ascii"))


@lru_cache(maxsize=1)
def _schedule() -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return sessions and their closes (UTC microseconds)."""
    every = np.arange(np.datetime64(FIRST_SESSION), np.datetime64(LAST_SESSION) + 1)
    shut = np.array(_declared()["exchange_shut"], dtype="datetime64[D]")
    days = every[np.is_busday(every, holidays=shut)]
    walls = days.astype("datetime64[m]") + _MINUTES_TO_CLOSE
    for day, at in _declared()["closes"].items():
        walls[np.searchsorted(days, np.datetime64(day))] = np.datetime64(f"{day}T{at}")
    closes = pl.Series(walls.astype("datetime64[us]")).dt.replace_time_zone(NEW_YORK.key)
    return days, closes.dt.epoch("us").to_numpy()


def _session_days() -> NDArray[np.datetime64]:
    return _schedule()[0]


def _closes() -> NDArray[np.int64]:
    return _schedule()[1]


@lru_cache(maxsize=1)
def _ordinal_of() -> dict[date, int]:
    return {day.item(): number for number, day in enumerate(_session_days())}


@lru_cache(maxsize=1)
def _federal_holidays() -> frozenset[date]:
    """Return the weekdays on which federal offices, and with them EDGAR, are shut."""
    return frozenset(map(date.fromisoformat, _declared()["federal_holidays"]))


def _check_covered(day: date) -> None:
    if not FIRST_SESSION - timedelta(days=1) <= day <= LAST_SESSION:
        raise InvalidInput(f"{day} lies outside {FIRST_SESSION} to {LAST_SESSION}", advice="Check the year.")


def _position(session: date) -> int:
    _check_covered(session)
    days = _session_days()
    position = int(np.searchsorted(days, np.datetime64(session)))
    if position == len(days) or days[position] != np.datetime64(session):
        nearest = days[max(position - 1, 0) : position + 1]
        around = " and ".join(str(day) for day in nearest)
        raise InvalidInput(f"{session} is not a New York session", advice=f"The nearest are {around}.")
    return position


def _instant(microseconds: np.int64) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
