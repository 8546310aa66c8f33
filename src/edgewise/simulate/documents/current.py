"""The 8-K and its press release, exhibit 99.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import long_date
from edgewise.simulate.documents.report import Report, begin, exhibit_layout_of, html_of
from edgewise.simulate.documents.statements import highlights

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.risks import RiskRegister
    from edgewise.simulate.schedule import Filing

# Titles as Form 8-K gives them, and as submission headers and feeds repeat them.
ITEM_TITLES: dict[str, str] = {
    "1.01": "Entry into a Material Definitive Agreement",
    "1.02": "Termination of a Material Definitive Agreement",
    "1.03": "Bankruptcy or Receivership",
    "1.05": "Material Cybersecurity Incidents",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": (
        "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement "
        "of a Registrant"
    ),
    "2.05": "Cost Associated with Exit or Disposal Activities",
    "2.06": "Material Impairments",
    "3.01": "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing",
    "3.03": "Material Modifications to Rights of Security Holders",
    "4.01": "Changes in Registrant's Certifying Accountant",
    "4.02": (
        "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report or Completed Interim Review"
    ),
    "5.01": "Changes in Control of Registrant",
    "5.02": (
        "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers: "
        "Compensatory Arrangements of Certain Officers"
    ),
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.07": "Submission of Matters to a Vote of Security Holders",
    "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits",
}
_FURNISHED = frozenset({"2.02", "7.01"})


def current_report(
    filing: Filing, narrator: Narrator, register: Callable[[], RiskRegister], *, file_name: str
) -> Report:
    """Return an 8-K or its amendment: each of its items, the news in the first, the exhibits in the last."""
    report = begin(filing, narrator, register, file_name=file_name)
    page = report.page
    report.open()
    if filing.form.endswith("/A"):
        page.free(page.layout.middle("EXPLANATORY NOTE"))
        page.free(page.layout.text("This amendment supplements the current report that we filed on the same event."))
    for place, number in enumerate(filing.items):
        page.item(number, ITEM_TITLES[number])
        if number == "9.01":
            page.text("(d) Exhibits.")
            page.rows((("99.1", "Press release"), ("104", "Cover page interactive data file")))
        elif place == 0:
            page.text(f"On {long_date(filing.period_end)}, {_together(filing)} issued a press release, exhibit 99.1.")
            page.texts(narrator.paragraphs(8))
        else:
            page.texts(narrator.plain(2))
        if number in _FURNISHED:
            page.text(f"The information in this Item {number} is furnished and shall not be deemed to be filed.")
    report.sign()
    return report


def press_release(filing: Filing, accounts: Accounts, narrator: Narrator) -> str:
    """Return exhibit 99.1; with the results of a quarter it shows their figures."""
    company, layout = filing.companies[0], exhibit_layout_of(filing)
    parts = [
        layout.middle(f"{company.name} Reports on Its Business"),
        layout.text(f"{company.city}, {company.state}, {long_date(filing.period_end)} (Simulated Newswire)"),
        layout.texts(narrator.paragraphs(20)),
    ]
    if "2.02" in filing.items:
        ended = company.quarter_ended_before(filing.period_end)
        parts.append(layout.foreign(highlights(filing, accounts, ended, html_of(layout))))
    parts += [layout.subhead("Forward-Looking Statements"), layout.text(narrator.safe_harbor())]
    return layout.document("Press release", "\n".join(parts))


def _together(filing: Filing) -> str:
    return " and ".join(company.name for company in filing.companies)
