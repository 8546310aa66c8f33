"""What the SEC says about companies: the ticker files, and each registrant's submissions as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.simulate.company import Company
from edgewise.simulate.documents.written import is_inline, primary_document_name
from edgewise.simulate.ownership import form4, form13f
from edgewise.simulate.parties import PartyRole
from edgewise.simulate.submission import file_number, film_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.core.identifiers import Cik
    from edgewise.simulate.company import Listing
    from edgewise.simulate.parties import Registrant
    from edgewise.simulate.schedule import Filing

# The columns of a registrant's recent filings, in the SEC's order.
_RECENT = (
    *("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "act", "form", "fileNumber", "filmNumber"),
    *("items", "core_type", "size", "isXBRL", "isInlineXBRL", "isXBRLNumeric", "primaryDocument"),
    "primaryDocDescription",
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing as written: its size in bytes."""

    filing: Filing
    size: int


def ticker_files(companies: list[Company]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the two files that give each ticker's CIK: the symbols in use when the market ends."""
    in_use = [(company, listing) for company in companies for listing in _in_use(company)]
    titles = {
        str(number): {"cik_str": int(company.cik), "ticker": listing.ticker, "title": company.name}
        for number, (company, listing) in enumerate(in_use)
    }
    rows = [[int(company.cik), company.name, listing.ticker, listing.exchange] for company, listing in in_use]
    yield "www.sec.gov/files/company_tickers.json", _dump(titles)
    yield (
        "www.sec.gov/files/company_tickers_exchange.json",
        _dump({"fields": ["cik", "name", "ticker", "exchange"], "data": rows}),
    )


def _in_use(company: Company) -> list[Listing]:
    """Return the listings that last beyond the market; none for the registrant that a successor has replaced."""
    replaced = company.cik != company.life.ciks[-1][1]
    return [] if replaced else [listing for listing in company.life.listings if listing.last_session is None]


def submissions_files(companies: list[Company], filed: list[Filed]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the submissions of every company, person and manager; `filed` in order of acceptance.

    A submission is listed with each of its parties: a Form 4 with its issuer and with its owners.
    """
    listed: dict[Cik, tuple[Registrant, list[Filed]]] = {company.cik: (company, []) for company in companies}
    for one in filed:
        for registrant in {party.registrant.cik: party.registrant for party in one.filing.parties}.values():
            listed.setdefault(registrant.cik, (registrant, []))[1].append(one)
    for registrant, own in listed.values():
        yield submissions_file(registrant, own)


def submissions_file(registrant: Registrant, filed: list[Filed]) -> tuple[str, str]:
    """Return path and text of a registrant's submissions; `filed` is in order of acceptance, the file newest first."""
    address = _address(registrant)
    content = {
        "cik": registrant.cik.padded,
        **_kind(registrant),
        "insiderTransactionForOwnerExists": int(_appears_as(PartyRole.OWNER, registrant, filed)),
        "insiderTransactionForIssuerExists": int(_appears_as(PartyRole.ISSUER, registrant, filed)),
        "name": registrant.name,
        **_listing(registrant),
        "addresses": {"mailing": address, "business": address},
        "phone": registrant.phone,
        "flags": "",
        "formerNames": _former_names(registrant),
        "filings": {"recent": _columns(registrant, filed[::-1]), "files": []},
    }
    return f"data.sec.gov/submissions/CIK{registrant.cik.padded}.json", _dump(content)


def _kind(registrant: Registrant) -> dict[str, object]:
    if not isinstance(registrant, Company):
        return {"entityType": "other", "sic": "", "sicDescription": "", "ownerOrg": ""}
    industry = registrant.industry
    return {
        "entityType": "operating",
        "sic": str(industry.sic),
        "sicDescription": industry.title,
        "ownerOrg": industry.office,
    }


def _listing(registrant: Registrant) -> dict[str, object]:
    """Return tickers, numbers and places; persons and managers have none."""
    company = registrant if isinstance(registrant, Company) else None
    return {
        "tickers": [listing.ticker for listing in _in_use(company)] if company else [],
        "exchanges": [listing.exchange for listing in _in_use(company)] if company else [],
        "ein": company.employer_number if company else None,
        "lei": None,
        "description": "",
        "website": "",
        "investorWebsite": "",
        "category": "Large accelerated filer" if company else "",
        "fiscalYearEnd": company.fiscal_year_end if company else None,
        "stateOfIncorporation": company.state if company else "",
        "stateOfIncorporationDescription": company.state if company else "",
    }


def _former_names(registrant: Registrant) -> list[dict[str, str]]:
    """Return the names it had, newest first, each with its first and last day."""
    if not isinstance(registrant, Company):
        return []
    spells = pairwise(registrant.life.names)
    told = [
        {"name": name, "from": f"{since}T00:00:00.000Z", "to": f"{until}T00:00:00.000Z"}
        for (since, name), (until, _) in spells
        if name != registrant.name
    ]
    return told[::-1]


def _appears_as(role: PartyRole, registrant: Registrant, filed: list[Filed]) -> bool:
    return any(
        party.role is role and party.registrant.cik == registrant.cik for one in filed for party in one.filing.parties
    )


def _columns(registrant: Registrant, filed: list[Filed]) -> dict[str, list[object]]:
    rows = [_row(registrant, one) for one in filed]
    return {name: [row[name] for row in rows] for name in _RECENT}


def _row(registrant: Registrant, filed: Filed) -> dict[str, object]:
    filing = filed.filing
    inline = bool(filing.companies) and is_inline(filing)
    return {
        "accessionNumber": filing.accession,
        "filingDate": filing.filed_date.isoformat(),
        "reportDate": filing.period_end.isoformat(),
        "acceptanceDateTime": _stamp(registrant, filing),
        "act": "34",
        "form": filing.form,
        "fileNumber": file_number(filing, registrant),
        "filmNumber": film_number(filing, registrant),
        "items": ",".join(filing.items),
        "core_type": "XBRL" if inline else filing.form,
        "size": filed.size,
        "isXBRL": int(inline),
        "isInlineXBRL": int(inline),
        "isXBRLNumeric": int(filing.form in {"10-K", "10-KT", "10-Q", "10-QT"}),
        "primaryDocument": _primary_document(filing),
        "primaryDocDescription": filing.form,
    }


def _primary_document(filing: Filing) -> str:
    """Return the name of the primary document; of XML the SEC names the page it makes of it."""
    if filing.companies:
        return primary_document_name(filing)
    if filing.form.startswith("13F"):
        return f"xslForm13F_X02/{form13f.PRIMARY}"
    return f"xslF345X05/{form4.FILE_NAME}"


def _stamp(registrant: Registrant, filing: Filing) -> str:
    """Return the acceptance time as the JSON gives it: for some companies Eastern, and always with a "Z"."""
    zone = NEW_YORK if isinstance(registrant, Company) and registrant.eastern_z else UTC
    return f"{filing.accepted_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}.000Z"


def _address(registrant: Registrant) -> dict[str, object]:
    return {
        "street1": registrant.street,
        "street2": None,
        "city": registrant.city,
        "stateOrCountry": registrant.state,
        "zipCode": registrant.zip_code,
        "stateOrCountryDescription": registrant.state,
        "isForeignLocation": 0,
        "foreignStateTerritory": None,
        "country": None,
        "countryCode": None,
    }


def _dump(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))
