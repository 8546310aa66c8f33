"""The short documents: notices of late filing, of delisting and of the end of registration, and certifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import long_date
from edgewise.simulate.documents.report import exhibit_layout_of

if TYPE_CHECKING:
    from edgewise.simulate.schedule import Filing


def late_notice(filing: Filing) -> str:
    """Return a Form 12b-25, which EDGAR calls NT 10-K or NT 10-Q."""
    company, layout = filing.companies[0], exhibit_layout_of(filing)
    report = filing.form.removeprefix("NT ")
    lines = (
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
        "FORM 12b-25 NOTIFICATION OF LATE FILING",
        f"Form {report} for the period ended {long_date(filing.period_end)}",
        company.name,
        f"The registrant needs more time to complete its Form {report} and will file it when it is complete.",
        f"Date: {long_date(filing.filed_date)}. By: /s/ Simulated Officer, Chief Financial Officer",
    )
    return layout.document(filing.form, layout.texts(lines))


def delisting_notice(filing: Filing) -> str:
    """Return a Form 25, by which an exchange removes a class of securities; EDGAR calls the exchange's own 25-NSE."""
    company, layout = filing.companies[0], exhibit_layout_of(filing)
    lines = (
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
        "FORM 25 NOTIFICATION OF REMOVAL FROM LISTING AND/OR REGISTRATION UNDER SECTION 12(b)",
        f"Issuer: {company.name}. Exchange: {company.exchange}.",
        "Description of class of securities: Common Stock, $0.01 par value",
        f"Date: {long_date(filing.filed_date)}. By: /s/ Simulated Officer, {company.exchange}",
    )
    return layout.document(filing.form, layout.texts(lines))


def end_of_registration(filing: Filing) -> str:
    """Return a Form 15, by which a company ends its duty to report; EDGAR calls it 15-12G under section 12(g)."""
    company, layout = filing.companies[0], exhibit_layout_of(filing)
    lines = (
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
        "FORM 15 CERTIFICATION AND NOTICE OF TERMINATION OF REGISTRATION UNDER SECTION 12(g)",
        company.name,
        "Titles of all other classes of securities for which a duty to file reports remains: None",
        f"Date: {long_date(filing.filed_date)}. By: /s/ Simulated Officer, Chief Financial Officer",
    )
    return layout.document(filing.form, layout.texts(lines))


def certification(filing: Filing) -> str:
    """Return exhibit 31.1, the officer's certification of a periodic report."""
    company, layout = filing.companies[0], exhibit_layout_of(filing)
    lines = (
        "CERTIFICATION",
        f"I certify that I have reviewed this report on Form {filing.form} of {company.name}.",
        (
            "Based on my knowledge, the financial information in this report fairly presents the financial condition "
            "of the registrant for the periods presented."
        ),
        f"Date: {long_date(filing.filed_date)}. /s/ Simulated Officer, Chief Financial Officer",
    )
    return layout.document("Certification", layout.texts(lines))
