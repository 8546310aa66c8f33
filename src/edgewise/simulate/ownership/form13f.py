"""Form 13F as XML: the cover with its summary, and the information table."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html import escape
from math import isnan
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.ownership.cusips import cusip_of
from edgewise.simulate.ownership.holdings import NEW_HOLDINGS
from edgewise.simulate.submission import Document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgewise.simulate.company import Company
    from edgewise.simulate.ownership.form4 import PriceOf
    from edgewise.simulate.ownership.holdings import HoldingsReport, Position

PRIMARY, TABLE = "primary_doc.xml", "infotable.xml"
# Filed before this day, values are in thousands of dollars, from it on in dollars (Release 34-95148).
DOLLARS_SINCE = date(2023, 1, 3)
_KINDS = {"13F-HR": "13F HOLDINGS REPORT", "13F-HR/A": "13F HOLDINGS REPORT", "13F-NT": "13F NOTICE"}


def holdings_documents(
    report: HoldingsReport, companies: list[Company], filed_date: date, price_of: PriceOf
) -> list[Document]:
    """Return the cover and, unless it is a notice, the information table.

    price_of: closes as traded; a position is valued at the last one of the quarter.
    """
    held = traded_positions(report.positions, report.period_end, price_of)
    valued = [(one, _as_written(value_usd(one, report.period_end, price_of), report, filed_date)) for one in held]
    cover = Document(
        report.form, PRIMARY, "PRIMARY DOCUMENT", _wrapped(_cover(report, filed_date, valued)), inline=False
    )
    if report.form == "13F-NT":
        return [cover]
    table = _wrapped(_table(valued, companies))
    return [cover, Document("INFORMATION TABLE", TABLE, "INFORMATION TABLE", table, inline=False)]


def value_usd(position: Position, period_end: date, price_of: PriceOf) -> int:
    """Return the value of a position at the last close of the quarter, whole USD."""
    return round(position.shares * price_of(position.company, _last_session(period_end)))


def traded_positions(positions: Iterable[Position], period_end: date, price_of: PriceOf) -> list[Position]:
    """Return the positions in companies that had a price at the end of the quarter: nobody holds what is not listed."""
    session = _last_session(period_end)
    return [one for one in positions if not isnan(price_of(one.company, session))]


@lru_cache(maxsize=256)
def _last_session(period_end: date) -> date:
    return clock.sessions(period_end.replace(day=1), period_end)[-1]


def _as_written(value: int, report: HoldingsReport, filed_date: date) -> int:
    """Return the value in the unit of the day, or of the other one for a manager who is wrong about it."""
    dollars = (filed_date >= DOLLARS_SINCE) != report.manager.off_by_unit
    return value if dollars else round(value / 1000)


def _wrapped(content: str) -> str:
    return f'<XML>\n<?xml version="1.0" encoding="UTF-8"?>\n<!-- {NOTICE} -->\n{content}\n</XML>\n'


def _cover(report: HoldingsReport, filed_date: date, valued: list[tuple[Position, int]]) -> str:
    manager, quarter = report.manager, f"{report.period_end:%m-%d-%Y}"
    return f"""<edgarSubmission xmlns="http://www.sec.gov/edgar/thirteenffiler" xmlns:com="http://www.sec.gov/edgar/common">
<schemaVersion>X0202</schemaVersion>
<headerData>
<submissionType>{report.form}</submissionType>
<filerInfo>
<liveTestFlag>LIVE</liveTestFlag>
<filer><credentials><cik>{manager.cik.padded}</cik><ccc>XXXXXXXX</ccc></credentials></filer>
<periodOfReport>{quarter}</periodOfReport>
</filerInfo>
</headerData>
<formData>
<coverPage>
<reportCalendarOrQuarter>{quarter}</reportCalendarOrQuarter>
{_amendment(report, filed_date)}
<filingManager>
<name>{escape(manager.name)}</name>
<address>
<com:street1>{manager.street}</com:street1>
<com:city>{manager.city}</com:city>
<com:stateOrCountry>{manager.state}</com:stateOrCountry>
<com:zipCode>{manager.zip_code}</com:zipCode>
</address>
</filingManager>
<reportType>{_KINDS[report.form]}</reportType>
<form13FFileNumber>{manager.file_number}</form13FFileNumber>
<provideInfoForInstruction5>N</provideInfoForInstruction5>
</coverPage>
<signatureBlock>
<name>Simulated Officer</name>
<title>Chief Compliance Officer</title>
<phone>{manager.phone}</phone>
<signature>/s/ Simulated Officer</signature>
<city>{manager.city}</city>
<stateOrCountry>{manager.state}</stateOrCountry>
<signatureDate>{filed_date:%m-%d-%Y}</signatureDate>
</signatureBlock>
{_summary(report, valued)}</formData>
</edgarSubmission>"""


def _amendment(report: HoldingsReport, filed_date: date) -> str:
    if report.reported is None:
        return "<isAmendment>false</isAmendment>"
    disclosed = (
        f"<confDeniedExpired>true</confDeniedExpired>\n<dateDeniedExpired>{filed_date:%m-%d-%Y}</dateDeniedExpired>\n"
        f"<dateReported>{report.reported:%m-%d-%Y}</dateReported>\n"
        "<reasonForNonConfidentiality>Confidential Treatment Expired</reasonForNonConfidentiality>\n"
    )
    return (
        f"<isAmendment>true</isAmendment>\n<amendmentNo>{report.number}</amendmentNo>\n<amendmentInfo>\n"
        f"<amendmentType>{report.amendment}</amendmentType>\n"
        f"{disclosed if report.amendment == NEW_HOLDINGS else ''}</amendmentInfo>"
    )


def _summary(report: HoldingsReport, valued: list[tuple[Position, int]]) -> str:
    if report.form == "13F-NT":
        return ""
    return (
        "<summaryPage>\n<otherIncludedManagersCount>0</otherIncludedManagersCount>\n"
        f"<tableEntryTotal>{len(valued)}</tableEntryTotal>\n"
        f"<tableValueTotal>{sum(value for _, value in valued)}</tableValueTotal>\n"
        f"<isConfidentialOmitted>{str(report.confidential).lower()}</isConfidentialOmitted>\n</summaryPage>\n"
    )


def _table(valued: list[tuple[Position, int]], companies: list[Company]) -> str:
    lines = "\n".join(_line(companies[one.company], one, value) for one, value in valued)
    space = "http://www.sec.gov/edgar/document/thirteenf/informationtable"
    return f'<informationTable xmlns="{space}">\n{lines}\n</informationTable>'


def _line(company: Company, position: Position, value: int) -> str:
    put_call = f"\n<putCall>{position.put_call}</putCall>" if position.put_call else ""
    return (
        f"<infoTable>\n<nameOfIssuer>{escape(company.name.removesuffix(' /SIM/').upper())}</nameOfIssuer>\n"
        f"<titleOfClass>COM</titleOfClass>\n<cusip>{cusip_of(company)}</cusip>\n<value>{value}</value>\n"
        f"<shrsOrPrnAmt>\n<sshPrnamt>{position.shares}</sshPrnamt>\n<sshPrnamtType>SH</sshPrnamtType>\n</shrsOrPrnAmt>"
        f"{put_call}\n<investmentDiscretion>SOLE</investmentDiscretion>\n<votingAuthority>\n"
        f"<Sole>{position.shares}</Sole>\n<Shared>0</Shared>\n<None>0</None>\n</votingAuthority>\n</infoTable>"
    )
