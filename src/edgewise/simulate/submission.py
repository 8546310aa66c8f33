"""A full submission as EDGAR disseminates it: an SGML header and the documents, in one text file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.simulate.documents.current import ITEM_TITLES

if TYPE_CHECKING:
    from edgewise.simulate.companies import Company
    from edgewise.simulate.schedule import Filing


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a submission; `inline` marks an inline XBRL page, which EDGAR wraps in its own tag."""

    document_type: str
    file_name: str
    description: str
    content: str
    inline: bool


def submission_text(filing: Filing, documents: list[Document]) -> str:
    """Return the submission as it stands in the archive, ASCII; its first document is the primary one."""
    number = filing.accession
    header = "\n".join(
        (
            f"<SEC-DOCUMENT>{number}.txt : {filing.filed_date:%Y%m%d}",
            f"<SEC-HEADER>{number}.hdr.sgml : {filing.filed_date:%Y%m%d}",
            f"<ACCEPTANCE-DATETIME>{filing.accepted_at.astimezone(NEW_YORK):%Y%m%d%H%M%S}",
            f"ACCESSION NUMBER:\t\t{number}",
            f"CONFORMED SUBMISSION TYPE:\t{filing.form}",
            f"PUBLIC DOCUMENT COUNT:\t\t{len(documents)}",
            f"CONFORMED PERIOD OF REPORT:\t{filing.period_end:%Y%m%d}",
            *(f"ITEM INFORMATION:\t\t{ITEM_TITLES[item]}" for item in filing.items),
            f"FILED AS OF DATE:\t\t{filing.filed_date:%Y%m%d}",
            f"DATE AS OF CHANGE:\t\t{filing.filed_date:%Y%m%d}",
            *(_filer(company, filing, place) for place, company in enumerate(filing.companies)),
            "</SEC-HEADER>",
        )
    )
    body = "".join(_document(document, sequence) for sequence, document in enumerate(documents, start=1))
    return f"{header}\n{body}</SEC-DOCUMENT>\n"


def film_number(filing: Filing, place: int) -> str:
    """Return the film number of the filing for the registrant at this place: unique, and of no meaning, as in life."""
    return f"{filing.filed_date:%y}{int(filing.accession[-6:]):04d}{filing.companies[place].index % 1000:03d}"


def _filer(company: Company, filing: Filing, place: int) -> str:
    industry = company.industry
    address = (
        f"\t\tSTREET 1:\t\t{company.street}\n\t\tCITY:\t\t\t{company.city}\n"
        f"\t\tSTATE:\t\t\t{company.state}\n\t\tZIP:\t\t\t{company.zip_code}"
    )
    return (
        "\nFILER:\n\n\tCOMPANY DATA:\t\n"
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{company.name}\n"
        f"\t\tCENTRAL INDEX KEY:\t\t\t{company.cik.padded}\n"
        f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{industry.title.upper()} [{industry.sic}]\n"
        f"\t\tORGANIZATION NAME:           \t{industry.office}\n"
        f"\t\tEIN:\t\t\t\t{company.employer_number}\n"
        f"\t\tSTATE OF INCORPORATION:\t\t\t{company.state}\n"
        f"\t\tFISCAL YEAR END:\t\t\t{company.fiscal_year_end}\n"
        f"\n\tFILING VALUES:\n\t\tFORM TYPE:\t\t{filing.form}\n\t\tSEC ACT:\t\t1934 Act\n"
        f"\t\tSEC FILE NUMBER:\t{company.file_number}\n\t\tFILM NUMBER:\t\t{film_number(filing, place)}\n"
        f"\n\tBUSINESS ADDRESS:\t\n{address}\n\t\tBUSINESS PHONE:\t\t{company.phone}\n"
        f"\n\tMAIL ADDRESS:\t\n{address}"
    )


def _document(document: Document, sequence: int) -> str:
    opening, closing = ("<XBRL>\n", "</XBRL>\n") if document.inline else ("", "")
    return (
        f"<DOCUMENT>\n<TYPE>{document.document_type}\n<SEQUENCE>{sequence}\n<FILENAME>{document.file_name}\n"
        f"<DESCRIPTION>{document.description}\n<TEXT>\n{opening}{document.content}{closing}</TEXT>\n</DOCUMENT>\n"
    )
