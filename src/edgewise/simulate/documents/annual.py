"""The 10-K, and the 10-K/A that contains only Part III."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.cover import cover_page, signatures
from edgewise.simulate.documents.inline import Facts
from edgewise.simulate.documents.page import LAYOUTS, inline_page, table
from edgewise.simulate.documents.statements import balance_sheet, cash_flow_statement, income_statement, periods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.schedule import Filing

_ITEMS = {
    "1": "Business",
    "1A": "Risk Factors",
    "1B": "Unresolved Staff Comments",
    "1C": "Cybersecurity",
    "2": "Properties",
    "3": "Legal Proceedings",
    "4": "Mine Safety Disclosures",
    "5": "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
    "6": "[Reserved]",
    "7": "Management's Discussion and Analysis of Financial Condition and Results of Operations",
    "7A": "Quantitative and Qualitative Disclosures About Market Risk",
    "8": "Financial Statements and Supplementary Data",
    "9": "Changes in and Disagreements With Accountants on Accounting and Financial Disclosure",
    "9A": "Controls and Procedures",
    "9B": "Other Information",
    "10": "Directors, Executive Officers and Corporate Governance",
    "11": "Executive Compensation",
    "12": "Security Ownership of Certain Beneficial Owners and Management",
    "13": "Certain Relationships and Related Transactions, and Director Independence",
    "14": "Principal Accountant Fees and Services",
    "15": "Exhibits and Financial Statement Schedules",
}
_PARTS = {"1": "PART I", "5": "PART II", "10": "PART III", "15": "PART IV"}
_PART_III = ("10", "11", "12", "13", "14")
_RISK_FACTORS = 16


def annual_report(filing: Filing, accounts: Accounts, narrator: Narrator, *, file_stem: str) -> str:
    """Return a 10-K as an inline XBRL page: cover, contents, every item in order, signatures."""
    company, layout = filing.companies[0], LAYOUTS[filing.companies[0].layout]
    columns = periods(accounts, filing.period_end, quarters=4)
    facts = Facts(company.cik, start=columns[0].start, end=filing.period_end)
    cover = cover_page(company, filing.form, filing.period_end, facts, layout)
    statements = "\n".join(
        (income_statement(columns, facts), balance_sheet(columns, facts), cash_flow_statement(columns, facts))
    )
    bodies = _bodies(narrator, layout, statements)
    body = "\n".join((cover, _contents(), *_sections(bodies, layout), signatures(company, filing.filed_date, layout)))
    return inline_page(f"{file_stem}", header=facts.header(f"{file_stem}.xsd"), body=body, year=filing.filed_date.year)


def part_three_amendment(filing: Filing, narrator: Narrator, *, file_stem: str) -> str:
    """Return a 10-K/A that adds Part III and repeats nothing else of the annual report."""
    company, layout = filing.companies[0], LAYOUTS[filing.companies[0].layout]
    facts = Facts(company.cik, start=filing.period_end, end=filing.period_end)
    sections = (
        layout.head(_ITEMS[item], label=f"Item {item}.", anchor=f"item{item}") + "\n" + layout.texts(narrator.plain(3))
        for item in _PART_III
    )
    body = "\n".join(
        (
            cover_page(company, "10-K/A", filing.period_end, facts, layout),
            layout.head("EXPLANATORY NOTE"),
            layout.text(
                "This amendment adds the information required by Part III. It changes no other part of the report."
            ),
            layout.head("PART III"),
            *sections,
            signatures(company, filing.filed_date, layout),
        )
    )
    return inline_page(file_stem, header=facts.header(f"{file_stem}.xsd"), body=body, year=filing.filed_date.year)


def _contents() -> str:
    rows = ((f'<a href="#item{item}">Item {item}.</a>', title) for item, title in _ITEMS.items())
    return table(rows)


def _sections(bodies: dict[str, str], layout: Layout) -> Iterator[str]:
    for item, title in _ITEMS.items():
        if item in _PARTS:
            yield layout.head(_PARTS[item])
        yield layout.head(title, label=f"Item {item}.", anchor=f"item{item}")
        yield bodies.get(item) or layout.text(_short(item))


def _short(item: str) -> str:
    if item in _PART_III:
        return "The information required by this item is incorporated by reference to our proxy statement."
    return "None." if item in {"1B", "6", "9", "9B"} else "Not applicable."


def _bodies(narrator: Narrator, layout: Layout, statements: str) -> dict[str, str]:
    risks = "\n".join(f"{layout.subhead(head)}\n{layout.text(body)}" for head, body in narrator.risks(_RISK_FACTORS))
    return {
        "1": layout.texts(narrator.paragraphs(24)),
        "1A": risks,
        "1C": layout.texts(narrator.plain(2)),
        "2": layout.texts(narrator.plain(3)),
        "3": layout.text("We are involved in matters in the ordinary course of business that we consider immaterial."),
        "5": layout.texts(narrator.plain(3)),
        "7": "\n".join(
            (
                layout.text(narrator.safe_harbor()),
                layout.subhead("Overview"),
                layout.texts(narrator.paragraphs(28)),
                layout.subhead("Results of Operations"),
                layout.texts(narrator.paragraphs(36)),
                layout.subhead("Liquidity and Capital Resources"),
                layout.texts(narrator.paragraphs(20)),
            )
        ),
        "7A": layout.texts(narrator.plain(3)),
        "8": statements + "\n" + layout.subhead("Notes") + "\n" + layout.texts(narrator.plain(20)),
        "9A": layout.text("Management concluded that disclosure controls and procedures were effective."),
        "15": layout.text("The exhibits are listed in the index that precedes the signatures."),
    }
