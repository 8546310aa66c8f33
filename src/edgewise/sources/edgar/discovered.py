"""What discovery finds: a submission that exists, before it is fetched, and what could not be read on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.ports import FilingWork

if TYPE_CHECKING:
    from datetime import date, datetime

    from edgewise.core.identifiers import Accession, Cik
    from edgewise.sources.edgar.records import Party


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line, entry or row that could not be read: a code to count, and the text itself, cut to 200 characters."""

    reason: str
    detail: str

    @classmethod
    def of(cls, reason: str, text: str) -> Rejected:
        """Return the rejection of `text`."""
        return cls(reason, " ".join(text.split())[:200])


@dataclass(frozen=True, slots=True)
class Discovered:
    """One submission, once, however often and under however many registrants a source names it.

    cik:         a registrant in whose folder it stands; the issuer, where the source tells.
    ciks:        every registrant the source names, in ascending order.
    location:    URL of its folder or of its whole text.
    forms:       form types in alphabetical order: nearly always one, two where EDGAR lists it under both.
    parties:     registrants with roles; empty where the source tells no roles. A feed does not tell the principal
                 from the co-registrants: all are issuers until the header is read.
    accepted_at: UTC instant of acceptance; None if the source does not tell.
    filed_date:  New York date EDGAR printed; None if the source does not tell.
    """

    accession: Accession
    cik: Cik
    ciks: tuple[Cik, ...]
    location: str
    forms: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    accepted_at: datetime | None = None
    filed_date: date | None = None

    @property
    def form(self) -> str:
        """The first form type; '' if none is known."""
        return self.forms[0] if self.forms else ""

    def work(self) -> FilingWork:
        """Return it as work to be done."""
        return FilingWork(
            accession=self.accession,
            location=self.location,
            cik=self.cik,
            form=self.form,
            filed_date=self.filed_date,
            accepted_at=self.accepted_at,
        )
