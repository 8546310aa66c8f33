"""One security on one session, and one thing that a number of it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.clock import session_close

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """Whose metric, and when."""

    instrument_id: str
    cik: int
    session: date

    @property
    def close(self) -> datetime:
        """Return the UTC instant up to which anything counts."""
        return session_close(self.session)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a metric rests on.

    what:       for people: "revenue of twelve months to 2019-03-31: 258,490,000,000 USD".
    known_at:   UTC instant from which it was public.
    accessions: the filings that tell it; none of prices, ratings and news.
    source:     where else it was read from, a URL or a provider's number; None where the filings say it all.
    doubt:      reason codes, '' for none.
    filer:      CIK under which those filings are found where it is another than the company's.
    """

    what: str
    known_at: datetime | None
    accessions: tuple[str, ...] = ()
    source: str | None = None
    doubt: str = ""
    filer: int | None = None
