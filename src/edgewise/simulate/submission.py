"""A full submission as EDGAR disseminates it: an SGML header and the documents, in one text file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput
from edgewise.simulate.company import Company
from edgewise.simulate.documents.current import ITEM_TITLES
from edgewise.simulate.ownership.managers import Manager
from edgewise.simulate.parties import PartyRole

if TYPE_CHECKING:
    from edgewise.simulate.parties import Party, Registrant
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
            *(_party(party, filing) for party in filing.parties),
            "</SEC-HEADER>",
        )
    )
    body = "".join(_document(document, sequence) for sequence, document in enumerate(documents, start=1))
    return f"{header}\n{body}</SEC-DOCUMENT>\n"


def film_number(filing: Filing, registrant: Registrant) -> str:
    """Return the film number of the filing for this registrant: of no meaning, as in life."""
    return f"{filing.filed_date:%y}{int(filing.accession[-6:]):04d}{registrant.cik % 1000:03d}"


def file_number(filing: Filing, registrant: Registrant) -> str:
    """Return the number under which the SEC keeps the filing of this registrant: an owner's is the issuer's."""
    for one in (registrant, *(party.registrant for party in reversed(filing.parties))):
        if isinstance(one, Company | Manager):
            return one.file_number
    raise InvalidInput(f"{filing.accession} has neither a company nor a manager", advice="Give it its issuer.")


def _party(party: Party, filing: Filing) -> str:
    if party.role is PartyRole.OWNER:
        return _owner(party.registrant, filing)
    block = {PartyRole.ISSUER: "ISSUER", PartyRole.FILED_BY: "FILED BY"}.get(party.role, "FILER")
    values = "" if party.role is PartyRole.ISSUER else f"\n{_filing_values(filing, party.registrant)}\n"
    return f"\n{block}:\n\n{_company_data(party.registrant)}\n{values}{_addresses(party.registrant)}"


def _owner(owner: Registrant, filing: Filing) -> str:
    return (
        "\nREPORTING-OWNER:\n\n\tOWNER DATA:\n"
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{owner.name}\n\t\tCENTRAL INDEX KEY:\t\t\t{owner.cik.padded}\n"
        f"\n{_filing_values(filing, owner)}\n\n\tMAIL ADDRESS:\n{_address(owner)}"
    )


def _company_data(registrant: Registrant) -> str:
    lines = [
        f"COMPANY CONFORMED NAME:\t\t\t{registrant.name}",
        f"CENTRAL INDEX KEY:\t\t\t{registrant.cik.padded}",
    ]
    if isinstance(registrant, Company):
        industry = registrant.industry
        lines += [
            f"STANDARD INDUSTRIAL CLASSIFICATION:\t{industry.title.upper()} [{industry.sic}]",
            f"ORGANIZATION NAME:           \t{industry.office}",
            f"EIN:\t\t\t\t{registrant.employer_number}",
        ]
    lines.append(f"STATE OF INCORPORATION:\t\t\t{registrant.state}")
    year_end = registrant.fiscal_year_end if isinstance(registrant, Company) else "1231"
    lines.append(f"FISCAL YEAR END:\t\t\t{year_end}")
    return "\tCOMPANY DATA:\t\n" + "".join(f"\t\t{line}\n" for line in lines).rstrip("\n")


def _filing_values(filing: Filing, registrant: Registrant) -> str:
    return (
        f"\tFILING VALUES:\n\t\tFORM TYPE:\t\t{filing.form}\n\t\tSEC ACT:\t\t1934 Act\n"
        f"\t\tSEC FILE NUMBER:\t{file_number(filing, registrant)}\n"
        f"\t\tFILM NUMBER:\t\t{film_number(filing, registrant)}"
    )


def _addresses(registrant: Registrant) -> str:
    return (
        f"\n\tBUSINESS ADDRESS:\t\n{_address(registrant)}\n\t\tBUSINESS PHONE:\t\t{registrant.phone}\n"
        f"\n\tMAIL ADDRESS:\t\n{_address(registrant)}"
    )


def _address(registrant: Registrant) -> str:
    return (
        f"\t\tSTREET 1:\t\t{registrant.street}\n\t\tCITY:\t\t\t{registrant.city}\n"
        f"\t\tSTATE:\t\t\t{registrant.state}\n\t\tZIP:\t\t\t{registrant.zip_code}"
    )


def _document(document: Document, sequence: int) -> str:
    opening, closing = ("<XBRL>\n", "</XBRL>\n") if document.inline else ("", "")
    return (
        f"<DOCUMENT>\n<TYPE>{document.document_type}\n<SEQUENCE>{sequence}\n<FILENAME>{document.file_name}\n"
        f"<DESCRIPTION>{document.description}\n<TEXT>\n{opening}{document.content}{closing}</TEXT>\n</DOCUMENT>\n"
    )
