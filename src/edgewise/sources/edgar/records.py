"""What EDGAR's submissions say, once read: frozen records that cross module borders.

Times: `accepted_at` and `KnownAt.instant` are UTC instants; `filed_date` and `period_end` are New York calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from edgewise.core.identifiers import Accession, Cik, Ticker


class Role(StrEnum):
    """What a registrant is to a submission."""

    ISSUER = "issuer"
    CO_REGISTRANT = "co_registrant"
    OWNER = "owner"
    FILED_BY = "filed_by"
    AGENT = "agent"


class KnownAtSource(StrEnum):
    """What a `KnownAt` rests on, from the strongest evidence to the weakest.

    submissions:              the JSON stamp, and it really was UTC
    submissions_eastern:      the JSON stamp, and it was Eastern time under a false "Z"
    submissions_later_of_two: the JSON stamp, undecided: the later of both readings, so that nothing is known too early
    filing_date:              only a date: 22:00 Eastern of that day
    dissemination_date:       the day the submission was made public, which was after it was filed: 22:00 Eastern of it
    """

    HEADER = "header"
    INDEX_PAGE = "index_page"
    FEED = "feed"
    SUBMISSIONS = "submissions"
    SUBMISSIONS_EASTERN = "submissions_eastern"
    SUBMISSIONS_LATER_OF_TWO = "submissions_later_of_two"
    FILING_DATE = "filing_date"
    DISSEMINATION_DATE = "dissemination_date"


@dataclass(frozen=True, slots=True)
class KnownAt:
    """The UTC instant from which the public could know a filing, and what that rests on."""

    instant: datetime
    source: KnownAtSource


@dataclass(frozen=True, slots=True)
class Party:
    """One registrant a submission names. `sic` is the industry code as of this submission."""

    cik: Cik
    role: Role
    name: str | None = None
    sic: int | None = None


@dataclass(frozen=True, slots=True)
class SubmissionHeader:
    """Who filed what, and when.

    form:           as EDGAR prints it, with /A for amendments.
    also_forms:     other forms it counts as for some party: one accession may be an SC TO-T/A and an SC 13D/A.
    accepted_at:    UTC instant of acceptance; None where the header is silent (before 2000, feed files).
    filed_date:     the date EDGAR printed on it; None if not given.
    period_end:     conformed period of report; None if the form has none.
    items:          8-K item lines as given: descriptions in .txt headers, numbers such as "5.02" in feed files.
    parties:        in the order of the header; the agent, who is not in the header, last.
    document_count: public documents the header announces; None if not given.
    notices:        what EDGAR says about the submission itself: private_to_public, deletion, correction, paper,
                    confirming_copy.
    disseminated_date: New York day on which EDGAR made it public, from the first lines of the submission; None where
                    they are missing (feed files, header JSON, index pages).
    """

    accession: Accession
    form: str
    accepted_at: datetime | None = None
    filed_date: date | None = None
    period_end: date | None = None
    items: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    document_count: int | None = None
    also_forms: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    disseminated_date: date | None = None

    @property
    def was_private(self) -> bool:
        """Whether EDGAR says that it was accepted in confidence and made public later."""
        return "private_to_public" in self.notices

    @property
    def is_amendment(self) -> bool:
        """Whether it amends an earlier filing: a 10-K/A may hold Part III only and is never "the latest 10-K"."""
        return self.form.endswith("/A")

    @property
    def issuer(self) -> Party | None:
        """The registrant the submission is about; None where nobody is named as such."""
        return next((party for party in self.parties if party.role is Role.ISSUER), None)


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document as an index page or a header lists it: everything but its bytes."""

    sequence: int
    document_type: str
    file_name: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class SubmissionDocument:
    """One document of a submission.

    sequence:  place in the submission, from 1.
    file_name: name at the SEC; None before about 2000, when documents had none.
    body:      the bytes inside <TEXT>, without EDGAR's own <XML>, <XBRL>, <PDF> lines, uuencoded content decoded.
    """

    sequence: int
    document_type: str
    file_name: str | None
    description: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission taken apart. `complaints` are the reason codes of oddities that were tolerated, each once."""

    header: SubmissionHeader
    documents: tuple[SubmissionDocument, ...]
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverSecurity:
    """A listed security as a cover names it; exchange and title as printed, None where the cover does not say."""

    ticker: Ticker
    exchange: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """What a document says about itself, where no header does. None is "it does not say".

    form:          with /A where the cover calls itself an amendment.
    document_type: what the document is in its submission, where that is not the form: INFORMATION TABLE, EX-101.INS.
    parties:       registrants with the roles that the document itself gives them.
    """

    form: str | None = None
    document_type: str | None = None
    period_end: date | None = None
    parties: tuple[Party, ...] = ()
    securities: tuple[CoverSecurity, ...] = ()
    complaints: tuple[str, ...] = ()

    @property
    def is_amendment(self) -> bool:
        """Whether the cover calls itself an amendment."""
        return self.form is not None and self.form.endswith("/A")
