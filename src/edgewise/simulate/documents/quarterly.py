"""The 10-Q: its Part I and Part II both have an Item 1 and an Item 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.report import Report, begin
from edgewise.simulate.documents.standing import CONTROLS, PROCEEDINGS, notes
from edgewise.simulate.documents.statements import financial_statements, report_start
from edgewise.simulate.documents.vocabulary import QUARTERLY_PARTS, is_reserved, quarterly_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.risks import RiskRegister
    from edgewise.simulate.schedule import Filing

# Items of Part II that every other filer leaves out when there is nothing to say.
_OPTIONAL = frozenset({"3", "4", "5"})
_NOTES = 5


def quarterly_report(
    filing: Filing, accounts: Accounts, narrator: Narrator, register: Callable[[], RiskRegister], *, file_name: str
) -> Report:
    """Return a 10-Q: statements, discussion, Part II, signatures. `register` is that of its own fiscal year."""
    start = report_start(filing, accounts)
    report = begin(filing, narrator, register, file_name=file_name, start=start)
    report.open()
    statements = financial_statements(filing, accounts, report.facts)
    part = ""
    for (belongs_to, number), title in quarterly_items(filing.filed_date).items():
        if belongs_to == "II" and number in _OPTIONAL and report.company.index % 2:
            continue
        if belongs_to != part:
            part = belongs_to
            report.page.part(part, QUARTERLY_PARTS[part])
        _item(report, part, number, title, statements)
    report.sign()
    return report


def vocabulary(filing: Filing) -> Iterator[tuple[str, str]]:
    """Yield (part, number) of every item that a 10-Q of that day can have."""
    yield from quarterly_items(filing.filed_date)


def _item(report: Report, part: str, number: str, title: str, statements: str) -> None:
    page, narrator = report.page, report.narrator
    if is_reserved(title):
        page.item(number, title, reserved=True, acceptable=("ok", "absent"))
        return
    page.item(number, title)
    match part, number:
        case "I", "1":
            page.foreign(statements)
            page.texts(narrator.plain(8))
            page.texts(list(notes()[:_NOTES]))
        case "I", "2":
            page.text(narrator.safe_harbor())
            page.texts(narrator.paragraphs(34))
        case "I", "3":
            page.texts(narrator.plain(2))
        case "I", "4":
            page.text(CONTROLS)
        case "II", "1":
            page.text(PROCEEDINGS)
        case "II", "1A":
            _write_new_risk_factors(report)
        case "II", "2":
            page.texts(narrator.plain(1))
        case "II", "6":
            page.text("31.1 Certification of the Chief Financial Officer.")
        case _:
            page.text("None.")


def _write_new_risk_factors(report: Report) -> None:
    """Write that nothing changed, or, in the third quarter of every third filer, what the next annual report adds."""
    third = report.company.fiscal_quarter(report.filing.period_end) == 3  # noqa: PLR2004 - a fiscal quarter
    tells = third and report.company.index % 3 == 0
    new = [factor for factor in report.page.warn(report.register()) if factor.change == "new"] if tells else []
    if not new:
        report.page.text("There have been no material changes to the risk factors in our annual report.")
        return
    report.page.text("In addition to the risk factors in Item 1A of our annual report, we describe the following.")
    for factor in new:
        report.page.factor(factor)
