"""Which documents a filing consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.annual import annual_report, part_three_amendment
from edgewise.simulate.documents.current import current_report, press_release
from edgewise.simulate.documents.others import certification, late_notice
from edgewise.simulate.documents.quarterly import quarterly_report
from edgewise.simulate.plan import Purpose
from edgewise.simulate.prose import Narrator
from edgewise.simulate.submission import Document

if TYPE_CHECKING:
    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing


def write_documents(plan: Plan, filing: Filing, accounts: Accounts, *, number: int) -> list[Document]:
    """Return the documents of a filing, the primary one first; `number` is its place among all filings."""
    company = filing.companies[0]
    period = "the fiscal year" if filing.form.startswith("10-K") else "the quarter"
    narrator = Narrator(plan.stream(Purpose.PROSE, 1 + number), company.industry, filing.tone, period)
    stem = f"{company.ticker.lower()}-{filing.period_end:%Y%m%d}"
    primary = _primary(filing, accounts, narrator, stem)
    return [primary, *_exhibits(filing, accounts, narrator, stem)]


def _primary(filing: Filing, accounts: Accounts, narrator: Narrator, stem: str) -> Document:
    match filing.form:
        case "10-K" | "10-KT":
            content = annual_report(filing, accounts, narrator, file_stem=stem)
        case "10-Q" | "10-QT":
            content = quarterly_report(filing, accounts, narrator, file_stem=stem)
        case "10-K/A":
            content = part_three_amendment(filing, narrator, file_stem=stem)
        case "8-K":
            content = current_report(filing, narrator, file_stem=stem)
        case _:
            content = late_notice(filing)
    inline = not filing.form.startswith("NT")
    return Document(filing.form, primary_document_name(filing), filing.form, content, inline)


def primary_document_name(filing: Filing) -> str:
    """Return the file name of a filing's primary document."""
    return f"{filing.companies[0].ticker.lower()}-{filing.period_end:%Y%m%d}.htm"


def _exhibits(filing: Filing, accounts: Accounts, narrator: Narrator, stem: str) -> list[Document]:
    if filing.form == "8-K":
        return [
            Document("EX-99.1", f"{stem}_ex991.htm", "EX-99.1", press_release(filing, accounts, narrator), inline=False)
        ]
    if filing.form in {"10-K", "10-KT", "10-Q", "10-QT"}:
        return [Document("EX-31.1", f"{stem}_ex311.htm", "EX-31.1", certification(filing), inline=False)]
    return []
