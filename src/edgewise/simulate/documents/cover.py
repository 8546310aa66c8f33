"""The cover page and the signatures, which the forms share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import long_date, table

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.documents.inline import Facts
    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.documents.typewriter import Typewriter

DATE_FORMAT = "ixt:date-monthname-day-year-en"
_ACT = "PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934"
_REPORT_LINES = {
    "10-K": f"ANNUAL REPORT {_ACT}",
    "10-Q": f"QUARTERLY REPORT {_ACT}",
    "10-KT": f"TRANSITION REPORT {_ACT}",
    "10-QT": f"TRANSITION REPORT {_ACT}",
    "8-K": f"CURRENT REPORT {_ACT}",
}


def cover_page(company: Company, form: str, period_end: date, facts: Facts, layout: Layout) -> str:
    """Return the cover page of `form` for a period, or for the date of the event reported, with its dei facts."""
    original = form.removesuffix("/A")
    before = "Date of Report (Date of earliest event reported):" if original == "8-K" else "For the period ended"
    shown = facts.cover("DocumentPeriodEndDate", long_date(period_end), transformation=DATE_FORMAT)
    amended = "" if form == original else "AMENDMENT NO. 1 TO THE "
    lines = (
        "UNITED STATES",
        "SECURITIES AND EXCHANGE COMMISSION",
        "Washington, D.C. 20549",
        f"FORM {facts.cover('DocumentType', form)}",
        amended + _REPORT_LINES[original],
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
    shell = layout.block.format("Indicate by check mark whether the registrant is a shell company. Yes [ ] No [X]")
    return "\n".join((*(layout.block.format(line) for line in lines), securities, shell))


def signatures(company: Company, signed: date, layout: Layout | Typewriter) -> tuple[str, ...]:
    """Return the blocks of the signature page."""
    return (
        layout.middle("SIGNATURES"),
        layout.text(
            "Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has duly caused "
            "this report to be signed on its behalf by the undersigned, thereunto duly authorized."
        ),
        layout.text(company.name),
        layout.text(f"Date: {long_date(signed)}"),
        layout.text("By: /s/ Simulated Officer, Chief Financial Officer"),
    )
