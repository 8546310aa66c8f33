"""The cover page and the signatures, which the forms share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import long_date, table

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.companies import Company
    from edgewise.simulate.documents.inline import Facts
    from edgewise.simulate.documents.page import Layout

DATE_FORMAT = "ixt:date-monthname-day-year-en"
_REPORT_LINES = {
    "10-K": "ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "10-K/A": "AMENDMENT NO. 1 TO THE ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)",
    "10-Q": "QUARTERLY REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "10-KT": "TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "10-QT": "TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "8-K": "CURRENT REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
}


def cover_page(company: Company, form: str, period_end: date, facts: Facts, layout: Layout) -> str:
    """Return the cover page of `form` for a period, or for the date of the event reported, with its dei facts."""
    before = "Date of Report (Date of earliest event reported):" if form == "8-K" else "For the period ended"
    shown = facts.cover("DocumentPeriodEndDate", long_date(period_end), transformation=DATE_FORMAT)
    lines = (
        "UNITED STATES",
        "SECURITIES AND EXCHANGE COMMISSION",
        "Washington, D.C. 20549",
        f"FORM {facts.cover('DocumentType', form)}",
        _REPORT_LINES[form],
        f"{before} {shown}",
        facts.cover("EntityRegistrantName", company.name),
        "(Exact name of registrant as specified in its charter)",
        (
            f"{facts.cover('EntityAddressAddressLine1', company.street)}, "
            f"{facts.cover('EntityAddressCityOrTown', company.city)}, {company.state} {company.zip_code}"
        ),
    )
    securities = table(
        (
            ("Title of each class", "Trading Symbol(s)", "Name of each exchange on which registered"),
            (
                facts.cover("Security12bTitle", "Common Stock, $0.01 par value"),
                facts.cover("TradingSymbol", company.ticker),
                facts.exchange(company.exchange),
            ),
        )
    )
    return "\n".join((*(layout.paragraph.format(line) for line in lines), securities))


def signatures(company: Company, signed: date, layout: Layout) -> str:
    """Return the signature page."""
    return "\n".join(
        (
            layout.head("SIGNATURES"),
            layout.text(
                "Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has duly caused "
                "this report to be signed on its behalf by the undersigned, thereunto duly authorized."
            ),
            layout.text(company.name),
            layout.text(f"Date: {long_date(signed)}"),
            layout.text("By: /s/ Simulated Officer, Chief Financial Officer"),
        )
    )
