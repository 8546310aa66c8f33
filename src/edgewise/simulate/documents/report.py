"""What the writers of the forms share: the report in the making, and how it begins and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgewise.simulate.documents.cover import cover_page, signatures
from edgewise.simulate.documents.inline import Facts
from edgewise.simulate.documents.manuscript import Manuscript
from edgewise.simulate.documents.page import html_layout
from edgewise.simulate.documents.styles import house_style, markup
from edgewise.simulate.documents.typewriter import Typewriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.documents.styles import HouseStyle
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.risks import RiskRegister
    from edgewise.simulate.schedule import Filing

_SUMMARY_FROM = 2020


@dataclass(frozen=True, slots=True)
class Report:
    """The primary document of a filing while it is written.

    register: gives the risk factors of the fiscal year it falls into, to whoever asks.
    """

    filing: Filing
    narrator: Narrator
    register: Callable[[], RiskRegister]
    facts: Facts
    page: Manuscript
    file_name: str

    @property
    def company(self) -> Company:
        """The company that reports."""
        return self.filing.companies[0]

    @property
    def style(self) -> HouseStyle:
        """Its house style."""
        return self.page.style

    def open(self) -> None:
        """Write the cover and leave room for the contents."""
        layout = self.page.layout
        cover = cover_page(self.company, self.filing.form, self.filing.period_end, self.facts, html_of(layout))
        self.page.free(layout.foreign(cover))
        if not self.filing.form.startswith("8-K"):
            self.page.contents()

    def sign(self) -> None:
        """End the last item and write the signatures."""
        self.page.close()
        for block in signatures(self.company, self.filing.filed_date, self.page.layout):
            self.page.free(block)

    def content(self) -> str:
        """Return the whole document."""
        stem = self.file_name.rpartition(".")[0]
        header = self.facts.header(f"{stem}.xsd")
        return self.page.layout.document(stem, self.page.body(), header=header, year=self.filing.filed_date.year)


def begin(
    filing: Filing,
    narrator: Narrator,
    register: Callable[[], RiskRegister],
    *,
    file_name: str,
    start: date | None = None,
) -> Report:
    """Return a report without a word; `start` is the first day of its period, its end if it has none."""
    company = filing.companies[0]
    facts = Facts(company.cik, start=start or filing.period_end, end=filing.period_end)
    running = f"{company.name} - Form {filing.form}"
    page = Manuscript(house_style(company, filing.filed_date), layout_of(filing), running=running)
    return Report(filing, narrator, register, facts, page, file_name)


def layout_of(filing: Filing) -> Layout | Typewriter:
    """Return the layout of a filing's documents."""
    company = filing.companies[0]
    kind = markup(house_style(company, filing.filed_date), filing.filed_date)
    return Typewriter() if kind == "plain_text" else html_layout(company.layout, kind)


def exhibit_layout_of(filing: Filing) -> Layout | Typewriter:
    """Return the layout of a filing's exhibits, which carry no XBRL."""
    layout = layout_of(filing)
    return layout if isinstance(layout, Typewriter) else replace(layout, inline=False)


def html_of(layout: Layout | Typewriter) -> Layout:
    """Return the HTML layout in which tables and the cover are written, whatever the document becomes."""
    return layout.html if isinstance(layout, Typewriter) else layout


def write_risk_factors(report: Report) -> None:
    """Write the whole section on risk factors into the open item."""
    page, style = report.page, report.style
    factors = page.warn(report.register())
    page.text(report.narrator.risk_preamble())
    if style.summary and report.filing.filed_date.year >= _SUMMARY_FROM:
        page.subhead("Risk Factor Summary")
        page.text("The following summarizes some of the risks described below and should be read together with them.")
        page.bullets([_summarized(factor.heading) for factor in factors[::2]])
    group = ""
    for factor in factors:
        if style.grouped and factor.group != group:
            group = factor.group
            page.group(group)
        page.factor(factor)


def _summarized(heading: str) -> str:
    """Return the heading of a risk factor as it stands in a summary, which is a list and not a factor."""
    return heading[0].lower() + heading[1:].rstrip(".") + ";"
