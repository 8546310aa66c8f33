"""Which documents a filing consists of, and what is true about their text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edgewise.simulate.documents import annual, quarterly
from edgewise.simulate.documents.current import current_report, press_release
from edgewise.simulate.documents.others import certification, delisting_notice, end_of_registration, late_notice
from edgewise.simulate.documents.styles import house_style, markup
from edgewise.simulate.fiscal import nominal_month
from edgewise.simulate.plan import Purpose
from edgewise.simulate.prose import Narrator
from edgewise.simulate.risks import RiskRegister, risk_register
from edgewise.simulate.submission import Document

if TYPE_CHECKING:
    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.documents.report import Report
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.truth.text import ItemTruth, RiskFactorTruth

_SHORT_FORMS = {
    "NT 10-K": late_notice,
    "NT 10-Q": late_notice,
    "25-NSE": delisting_notice,
    "15-12G": end_of_registration,
}
_PERIODIC = frozenset({"10-K", "10-KT", "10-Q", "10-QT"})


@dataclass(frozen=True, slots=True)
class Written:
    """A filing that was written.

    documents:    the primary one first.
    items, risk_factors: the truth about the primary document's text, in its order; see `truth.text`.
    """

    documents: list[Document]
    items: list[ItemTruth]
    risk_factors: list[RiskFactorTruth]


def write_documents(plan: Plan, filing: Filing, accounts: Accounts, *, number: int) -> list[Document]:
    """Return the documents of a filing, the primary one first; `number` is its place among all filings."""
    return write_filing(plan, filing, accounts, number=number).documents


def write_filing(plan: Plan, filing: Filing, accounts: Accounts, *, number: int) -> Written:
    """Return the documents of a filing and the truth about their text; `number` is its place among all filings."""
    company = filing.companies[0]
    period = "the fiscal year" if filing.form.startswith("10-K") else "the quarter"
    narrator = Narrator(plan.stream(Purpose.PROSE, 1 + number), company.industry, filing.tone, period)
    name = primary_document_name(filing)
    if short := _SHORT_FORMS.get(filing.form):
        return Written([Document(filing.form, name, filing.form, short(filing), inline=False)], [], [])
    report = _report(plan, filing, accounts, narrator, name)
    primary = Document(filing.form, name, filing.form, report.content(), is_inline(filing))
    page = report.page
    return Written(
        [primary, *_exhibits(filing, accounts, narrator, report)],
        [*page.item_truths(filing, name), *page.absent(filing, name, _vocabulary(filing))],
        list(page.factor_truths(filing, name)),
    )


def primary_document_name(filing: Filing) -> str:
    """Return the file name of a filing's primary document."""
    return f"{_stem(filing)}.{_ending(filing)}"


def is_inline(filing: Filing) -> bool:
    """Return whether a filing's primary document is an inline XBRL page; short forms and early filings are not."""
    company = filing.companies[0]
    kind = markup(house_style(company, filing.filed_date), filing.filed_date)
    return kind == "inline" and filing.form not in _SHORT_FORMS


def _report(plan: Plan, filing: Filing, accounts: Accounts, narrator: Narrator, name: str) -> Report:
    register = partial(_register, plan, filing)
    match filing.form:
        case "10-K" | "10-KT":
            return annual.annual_report(filing, accounts, narrator, register, file_name=name)
        case "10-K/A":
            return annual.amendment(filing, accounts, narrator, register, file_name=name)
        case "10-Q" | "10-QT" | "10-Q/A":
            return quarterly.quarterly_report(filing, accounts, narrator, register, file_name=name)
        case "8-K" | "8-K/A":
            return current_report(filing, narrator, register, file_name=name)
        case _:
            raise ValueError(f"no document is known for form {filing.form}")


def _register(plan: Plan, filing: Filing) -> RiskRegister:
    """Return the risk factors of the fiscal year that a report falls into, named by the year in which it ends."""
    company, month = filing.companies[0], nominal_month(filing.period_end)
    after = month.month > company.calendar.year_end_month(filing.period_end) and not filing.form.startswith("10-K")
    return risk_register(plan, company, month.year + after)


def _vocabulary(filing: Filing) -> list[tuple[str, str]]:
    if filing.form.startswith("10-K"):
        return list(annual.vocabulary(filing))
    return list(quarterly.vocabulary(filing)) if filing.form.startswith("10-Q") else []


def _exhibits(filing: Filing, accounts: Accounts, narrator: Narrator, report: Report) -> list[Document]:
    if filing.form.startswith("8-K"):
        return [_exhibit(filing, "EX-99.1", press_release(filing, accounts, narrator))]
    exhibits = []
    if filing.form in {"10-K", "10-KT"} and (
        content := annual.report_to_shareholders(filing, accounts, narrator, report.facts)
    ):
        exhibits.append(_exhibit(filing, "EX-13", content))
    if filing.form in _PERIODIC:
        exhibits.append(_exhibit(filing, "EX-31.1", certification(filing)))
    return exhibits


def _exhibit(filing: Filing, kind: str, content: str) -> Document:
    name = f"{_stem(filing)}_{kind.lower().replace('-', '').replace('.', '')}.{_ending(filing)}"
    return Document(kind, name, kind, content, inline=False)


def _stem(filing: Filing) -> str:
    return f"{filing.companies[0].ticker.lower()}-{filing.period_end:%Y%m%d}"


def _ending(filing: Filing) -> str:
    style = house_style(filing.companies[0], filing.filed_date)
    return "txt" if markup(style, filing.filed_date) == "plain_text" else "htm"
