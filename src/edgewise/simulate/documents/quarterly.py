"""The 10-Q: its Part I and Part II both have an Item 1 and an Item 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.cover import cover_page, signatures
from edgewise.simulate.documents.inline import Facts
from edgewise.simulate.documents.page import LAYOUTS, inline_page
from edgewise.simulate.documents.statements import balance_sheet, cash_flow_statement, income_statement, periods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.schedule import Filing


def quarterly_report(filing: Filing, accounts: Accounts, narrator: Narrator, *, file_stem: str) -> str:
    """Return a 10-Q as an inline XBRL page: statements, discussion, Part II, signatures."""
    company, layout = filing.companies[0], LAYOUTS[filing.companies[0].layout]
    quarter = periods(accounts, filing.period_end, quarters=1)
    year_to_date = periods(accounts, filing.period_end, quarters=company.fiscal_quarter(filing.period_end))
    facts = Facts(company.cik, start=year_to_date[0].start, end=filing.period_end)
    cover = cover_page(company, filing.form, filing.period_end, facts, layout)
    statements = "\n".join(
        (
            income_statement(quarter, facts),
            balance_sheet(quarter, facts),
            cash_flow_statement(year_to_date, facts),
        )
    )
    sections = (*_part_one(narrator, layout, statements), *_part_two(narrator, layout))
    body = "\n".join((cover, *sections, signatures(company, filing.filed_date, layout)))
    return inline_page(file_stem, header=facts.header(f"{file_stem}.xsd"), body=body, year=filing.filed_date.year)


def _part_one(narrator: Narrator, layout: Layout, statements: str) -> Iterator[str]:
    yield layout.head("PART I - FINANCIAL INFORMATION")
    yield layout.head("Financial Statements", label="Item 1.", anchor="part1item1")
    yield statements
    yield layout.texts(narrator.plain(8))
    yield layout.head(
        "Management's Discussion and Analysis of Financial Condition and Results of Operations",
        label="Item 2.",
        anchor="part1item2",
    )
    yield layout.text(narrator.safe_harbor())
    yield layout.texts(narrator.paragraphs(34))
    yield layout.head(
        "Quantitative and Qualitative Disclosures About Market Risk", label="Item 3.", anchor="part1item3"
    )
    yield layout.texts(narrator.plain(2))
    yield layout.head("Controls and Procedures", label="Item 4.", anchor="part1item4")
    yield layout.text("Management concluded that disclosure controls and procedures were effective.")


def _part_two(narrator: Narrator, layout: Layout) -> Iterator[str]:
    yield layout.head("PART II - OTHER INFORMATION")
    yield layout.head("Legal Proceedings", label="Item 1.", anchor="part2item1")
    yield layout.text("We are involved in matters in the ordinary course of business that we consider immaterial.")
    yield layout.head("Risk Factors", label="Item 1A.", anchor="part2item1a")
    yield layout.text("There have been no material changes to the risk factors in our annual report.")
    yield layout.head(
        "Unregistered Sales of Equity Securities and Use of Proceeds", label="Item 2.", anchor="part2item2"
    )
    yield layout.texts(narrator.plain(1))
    yield layout.head("Exhibits", label="Item 6.", anchor="part2item6")
    yield layout.text("31.1 Certification of the Chief Financial Officer.")
