"""What the SEC says about companies: the ticker files, and each registrant's submissions as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.simulate.documents.written import primary_document_name
from edgewise.simulate.submission import film_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.companies import Company
    from edgewise.simulate.schedule import Filing


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing as written: its size in bytes."""

    filing: Filing
    size: int


def ticker_files(companies: list[Company]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the two files that give each ticker's CIK."""
    titles = {
        str(number): {"cik_str": int(company.cik), "ticker": company.ticker, "title": company.name}
        for number, company in enumerate(companies)
    }
    rows = [[int(company.cik), company.name, company.ticker, company.exchange] for company in companies]
    yield "www.sec.gov/files/company_tickers.json", _dump(titles)
    yield (
        "www.sec.gov/files/company_tickers_exchange.json",
        _dump({"fields": ["cik", "name", "ticker", "exchange"], "data": rows}),
    )


def submissions_file(company: Company, filed: list[Filed]) -> tuple[str, str]:
    """Return path and text of a company's submissions; `filed` is in order of acceptance, the file newest first."""
    address = _address(company)
    content = {
        "cik": company.cik.padded,
        "entityType": "operating",
        "sic": str(company.industry.sic),
        "sicDescription": company.industry.title,
        "ownerOrg": company.industry.office,
        "insiderTransactionForOwnerExists": 0,
        "insiderTransactionForIssuerExists": 0,
        "name": company.name,
        "tickers": [company.ticker],
        "exchanges": [company.exchange],
        "ein": company.employer_number,
        "lei": None,
        "description": "",
        "website": "",
        "investorWebsite": "",
        "category": "Large accelerated filer",
        "fiscalYearEnd": company.fiscal_year_end,
        "stateOfIncorporation": company.state,
        "stateOfIncorporationDescription": company.state,
        "addresses": {"mailing": address, "business": address},
        "phone": company.phone,
        "flags": "",
        "formerNames": [],
        "filings": {"recent": _columns(company, filed[::-1]), "files": []},
    }
    return f"data.sec.gov/submissions/CIK{company.cik.padded}.json", _dump(content)


def _columns(company: Company, filed: list[Filed]) -> dict[str, list[object]]:
    """Return the filings by column; every company files, so there is a first row to take the names from."""
    rows = [_row(company, one) for one in filed]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _row(company: Company, filed: Filed) -> dict[str, object]:
    filing = filed.filing
    inline = not filing.form.startswith("NT")
    return {
        "accessionNumber": filing.accession,
        "filingDate": filing.filed_date.isoformat(),
        "reportDate": filing.period_end.isoformat(),
        "acceptanceDateTime": _stamp(company, filing),
        "act": "34",
        "form": filing.form,
        "fileNumber": company.file_number,
        "filmNumber": film_number(filing, filing.companies.index(company)),
        "items": ",".join(filing.items),
        "core_type": "XBRL" if inline else filing.form,
        "size": filed.size,
        "isXBRL": int(inline),
        "isInlineXBRL": int(inline),
        "isXBRLNumeric": int(filing.form in {"10-K", "10-KT", "10-Q", "10-QT"}),
        "primaryDocument": primary_document_name(filing),
        "primaryDocDescription": filing.form,
    }


def _stamp(company: Company, filing: Filing) -> str:
    """Return the acceptance time as the JSON gives it: for some companies Eastern, and always with a "Z"."""
    zone = NEW_YORK if company.eastern_z else UTC
    return f"{filing.accepted_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}.000Z"


def _address(company: Company) -> dict[str, object]:
    return {
        "street1": company.street,
        "street2": None,
        "city": company.city,
        "stateOrCountry": company.state,
        "zipCode": company.zip_code,
        "stateOrCountryDescription": company.state,
        "isForeignLocation": 0,
        "foreignStateTerritory": None,
        "country": None,
        "countryCode": None,
    }


def _dump(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))
