"""Who stands on a submission, and as what: companies that file, issuers, the persons who own their shares, managers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from edgewise.core.identifiers import Cik


class PartyRole(StrEnum):
    """What a registrant is to a submission; the first filer is the filer, further ones are co-registrants."""

    FILER = "filer"
    CO_REGISTRANT = "co_registrant"
    ISSUER = "issuer"
    OWNER = "reporting_owner"
    FILED_BY = "filed_by"

    @property
    def in_feed(self) -> str:
        """The word in brackets after the name in the feed of latest filings."""
        return _IN_FEED[self]


_IN_FEED = {
    PartyRole.FILER: "Filer",
    PartyRole.CO_REGISTRANT: "Filer",
    PartyRole.ISSUER: "Issuer",
    PartyRole.OWNER: "Reporting",
    PartyRole.FILED_BY: "Filed by",
}


class Registrant(Protocol):
    """Anybody with a CIK: a company, a person or a manager."""

    @property
    def cik(self) -> Cik:
        """Its number."""
        ...

    @property
    def name(self) -> str:
        """Its name as EDGAR prints it."""
        ...

    @property
    def street(self) -> str:
        """First line of its address."""
        ...

    @property
    def city(self) -> str:
        """Its city."""
        ...

    @property
    def state(self) -> str:
        """Two letters."""
        ...

    @property
    def zip_code(self) -> str:
        """Five digits."""
        ...

    @property
    def phone(self) -> str:
        """Its telephone number, '' where none is given."""
        ...


@dataclass(frozen=True, slots=True)
class Party:
    """One registrant in one role."""

    role: PartyRole
    registrant: Registrant
