"""Write `src/edgewise/core/new_york_days.toml`: days on which the exchange or the SEC is shut, by two libraries.

Run it after either library was updated, and look at what changed. A test compares the file with them.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import exchange_calendars
from pandas.tseries.holiday import USFederalHolidayCalendar

from edgewise.core.clock import FIRST_SESSION, LAST_SESSION, NEW_YORK, USUAL_CLOSE

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).resolve().parents[1] / "src" / "edgewise" / "core" / "new_york_days.toml"
_HEAD = """# Days of New York that are not as others, {first} to {last}; weekends are told nowhere.
# Made by scripts/new_york_days.py from exchange_calendars (XNYS) and pandas (USFederalHolidayCalendar), which take most
# of a second to say it.
"""


def closes() -> dict[date, str]:
    """Return the hour and minute at which each session closes, New York's."""
    calendar = exchange_calendars.get_calendar("XNYS", start=str(FIRST_SESSION), end=str(LAST_SESSION))
    return {day.date(): f"{at.tz_convert(NEW_YORK):%H:%M}" for day, at in calendar.closes.items()}


def federal_holidays() -> list[date]:
    """Return the federal holidays that are weekdays."""
    days = USFederalHolidayCalendar().holidays(start=str(FIRST_SESSION), end=str(LAST_SESSION))
    return [day.date() for day in days if day.weekday() < 5]  # noqa: PLR2004 - Saturday is 5


def weekdays() -> list[date]:
    """Return every Monday to Friday of the calendar."""
    days = (FIRST_SESSION + timedelta(days=number) for number in range((LAST_SESSION - FIRST_SESSION).days + 1))
    return [day for day in days if day.weekday() < 5]  # noqa: PLR2004 - as above


def text() -> str:
    """Return the whole file."""
    told = closes()
    usual = f"{USUAL_CLOSE:%H:%M}"
    early = [f'"{day}" = "{at}"' for day, at in told.items() if at != usual]
    parts = [
        _HEAD.format(first=FIRST_SESSION, last=LAST_SESSION),
        _array("exchange_shut", (day for day in weekdays() if day not in told)),
        _array("federal_holidays", federal_holidays()),
        "# Sessions that do not close at four in the afternoon.\n[closes]\n" + "\n".join(early) + "\n",
    ]
    return "\n".join(parts)


def _array(name: str, days: Iterable[date]) -> str:
    by_year: dict[int, list[str]] = {}
    for day in days:
        by_year.setdefault(day.year, []).append(f'"{day}"')
    lines = "\n".join(f"  {', '.join(of_year)}," for of_year in by_year.values())
    return f"{name} = [\n{lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="ascii")
