"""The 8-K and its press release, exhibit 99.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.cover import cover_page, signatures
from edgewise.simulate.documents.inline import Facts
from edgewise.simulate.documents.page import LAYOUTS, inline_page, long_date, plain_page
from edgewise.simulate.documents.statements import highlights, periods

if TYPE_CHECKING:
    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.schedule import Filing

# Titles as Form 8-K gives them, and as submission headers and feeds repeat them.
ITEM_TITLES: dict[str, str] = {
    "1.01": "Entry into a Material Definitive Agreement",
    "2.02": "Results of Operations and Financial Condition",
    "2.05": "Cost Associated with Exit or Disposal Activities",
    "5.02": (
        "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers: "
        "Compensatory Arrangements of Certain Officers"
    ),
    "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits",
}


def current_report(filing: Filing, narrator: Narrator, *, file_stem: str) -> str:
    """Return the body of an 8-K as an inline XBRL page."""
    company, layout = filing.companies[0], LAYOUTS[filing.companies[0].layout]
    facts = Facts(company.cik, start=filing.period_end, end=filing.period_end)
    event, *_ = filing.items
    body = "\n".join(
        (
            cover_page(company, "8-K", filing.period_end, facts, layout),
            layout.head(ITEM_TITLES[event], label=f"Item {event}", anchor=f"item{event}"),
            layout.text(
                f"On {long_date(filing.period_end)}, {_together(filing)} issued a press release, exhibit 99.1."
            ),
            layout.texts(narrator.paragraphs(8)),
            layout.head(ITEM_TITLES["9.01"], label="Item 9.01", anchor="item9.01"),
            layout.text("(d) Exhibits. 99.1 Press release. 104 Cover page interactive data file."),
            signatures(company, filing.filed_date, layout),
        )
    )
    return inline_page(file_stem, header=facts.header(f"{file_stem}.xsd"), body=body, year=filing.filed_date.year)


def press_release(filing: Filing, accounts: Accounts, narrator: Narrator) -> str:
    """Return exhibit 99.1; with the results of a quarter it shows their figures."""
    company, layout = filing.companies[0], LAYOUTS[filing.companies[0].layout]
    parts = [
        layout.head(f"{company.name} Reports on Its Business"),
        layout.text(f"{company.city}, {company.state}, {long_date(filing.period_end)} (Simulated Newswire)"),
        layout.texts(narrator.paragraphs(20)),
    ]
    if "2.02" in filing.items:
        parts.append(highlights(periods(accounts, company.quarter_ended_before(filing.period_end), quarters=1), layout))
    parts += [layout.subhead("Forward-Looking Statements"), layout.text(narrator.safe_harbor())]
    return plain_page("Press release", "\n".join(parts))


def _together(filing: Filing) -> str:
    return " and ".join(company.name for company in filing.companies)
