"""Whether EDGAR takes filings and New York trades at an instant, for alerts that must know without a calendar."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from edgewise.core.clock import EDGAR_OPENS, NEW_YORK, is_business_day, is_session, session_close, session_open

if TYPE_CHECKING:
    from datetime import datetime

EDGAR_CLOSES = time(22, 0)


def edgar_is_open(at: datetime) -> bool:
    """Return whether EDGAR accepts and shows filings at `at` (UTC): 6:00 to 22:00 Eastern on a federal business day."""
    wall = at.astimezone(NEW_YORK)
    return is_business_day(wall.date()) and EDGAR_OPENS <= wall.time() < EDGAR_CLOSES


def market_is_open(at: datetime) -> bool:
    """Return whether the New York exchange trades at `at` (UTC); raises InvalidInput outside of the known sessions."""
    day = at.astimezone(NEW_YORK).date()
    return is_session(day) and session_open(day) <= at < session_close(day)
