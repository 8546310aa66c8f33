"""The 10-K, its amendments, and the annual report to shareholders, exhibit 13, that some 10-Ks refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from edgewise.simulate.documents.manuscript import Manuscript
from edgewise.simulate.documents.report import Report, begin, exhibit_layout_of, write_risk_factors
from edgewise.simulate.documents.standing import CONTROLS, PROCEEDINGS, notes
from edgewise.simulate.documents.statements import financial_statements, report_start
from edgewise.simulate.documents.styles import house_style
from edgewise.simulate.documents.vocabulary import (
    ANNUAL_PARTS,
    PART_III,
    annual_items,
    is_reserved,
    small_filer_controls,
)
from edgewise.simulate.reported import reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.documents.inline import Facts
    from edgewise.simulate.prose import Narrator
    from edgewise.simulate.risks import RiskRegister
    from edgewise.simulate.schedule import Filing

AmendmentKind = Literal["part_three", "full", "exhibits"]
_AMENDMENTS: tuple[AmendmentKind, ...] = ("part_three", "part_three", "exhibits")
_PROXY = "our definitive proxy statement for the annual meeting"
_SHAREHOLDERS = "our annual report to shareholders, Exhibit 13"
_REASONS: dict[AmendmentKind, str] = {
    "part_three": "This amendment adds the information required by Part III. It changes no other part of the report.",
    "full": "This amendment restates the report in full to correct clerical mistakes in the original filing.",
    "exhibits": "This amendment is filed only to furnish an exhibit. It changes no other part of the report.",
}
# What reports with a cross-reference index call their sections, in the order in which they stand.
_SECTIONS = {
    "1": "Who We Are and What We Do",
    "2": "Where We Work",
    "7": "Management's Discussion",
    "7A": "Managing Market Risk",
    "1A": "Risk Factors",
    "1C": "Managing Cybersecurity",
    "9A": "Disclosure Controls",
    "8": "Consolidated Statements and Notes",
    "3": "Legal Matters",
    "5": "Our Shares and Their Holders",
    "15": "Exhibits",
}
_SMALL_FILERS_OF_FOUR = 2


def annual_report(
    filing: Filing, accounts: Accounts, narrator: Narrator, register: Callable[[], RiskRegister], *, file_name: str
) -> Report:
    """Return a 10-K: cover, contents, the items of its day in the filer's order and manner, signatures."""
    start = report_start(filing, accounts)
    report = begin(filing, narrator, register, file_name=file_name, start=start)
    report.open()
    if filing.form.endswith("/A"):
        _explain(report, "full")
    statements = financial_statements(filing, accounts, report.facts)
    items = _present(report)
    if report.style.cross_reference:
        _sections(report, items, statements)
    else:
        for number in _order(report, items):
            _item(report, number, items, statements)
    report.sign()
    return report


def amendment(
    filing: Filing, accounts: Accounts, narrator: Narrator, register: Callable[[], RiskRegister], *, file_name: str
) -> Report:
    """Return a 10-K/A: only Part III, only exhibits, or the whole report again."""
    kind = amendment_kind(filing, accounts)
    if kind == "full":
        return annual_report(filing, accounts, narrator, register, file_name=file_name)
    report = begin(filing, narrator, register, file_name=file_name)
    report.open()
    _explain(report, kind)
    items = annual_items(filing.period_end, filing.filed_date)
    numbers, part = (PART_III, "III") if kind == "part_three" else (("15",), "IV")
    report.page.part(part)
    for number in numbers:
        report.page.item(number, items[number])
        if kind == "part_three":
            report.page.texts(narrator.plain(3))
        else:
            _exhibits(report)
    report.sign()
    return report


def amendment_kind(filing: Filing, accounts: Accounts) -> AmendmentKind:
    """Return what a 10-K/A contains."""
    if reports(filing, accounts):
        return "full"
    return _AMENDMENTS[(filing.companies[0].index + filing.period_end.year) % len(_AMENDMENTS)]


def vocabulary(filing: Filing) -> Iterator[tuple[str, str]]:
    """Yield (part, number) of every item that a 10-K of that day can have."""
    for number in annual_items(filing.period_end, filing.filed_date):
        yield part_of(number), number


def part_of(number: str) -> str:
    """Return the part of a 10-K that an item belongs to."""
    digits = int(number.rstrip("ABC"))
    return next(part for first, part in reversed(ANNUAL_PARTS.items()) if digits >= int(first))


def report_to_shareholders(filing: Filing, accounts: Accounts, narrator: Narrator, facts: Facts) -> str | None:
    """Return exhibit 13, the discussion and the statements, or None where the 10-K holds them itself."""
    style = house_style(filing.companies[0], filing.filed_date)
    if not style.exhibit_13:
        return None
    page = Manuscript(style, exhibit_layout_of(filing))
    page.free(page.layout.middle("Annual Report to Shareholders"))
    _write_discussion(page, narrator)
    page.subhead("Consolidated Financial Statements")
    page.foreign(financial_statements(filing, accounts, facts))
    return page.layout.document("Annual report to shareholders", page.body())


def _explain(report: Report, kind: AmendmentKind) -> None:
    report.page.free(report.page.layout.middle("EXPLANATORY NOTE"))
    report.page.free(report.page.layout.text(_REASONS[kind]))


def _present(report: Report) -> dict[str, str]:
    items = annual_items(report.filing.period_end, report.filing.filed_date)
    return {number: title for number, title in items.items() if number not in report.style.omits}


def _order(report: Report, items: dict[str, str]) -> list[str]:
    """Return the numbers of the items in the filer's order; item 2 is not among them where it is combined with 1."""
    moved, order = report.style.moved, []
    for number in items:
        if number not in moved and not (report.style.combined and number == "2"):
            order += [number, *(late for late, after in moved.items() if after == number and late in items)]
    return order


def _item(report: Report, number: str, items: dict[str, str], statements: str) -> None:
    page, title = report.page, items[number]
    if number in ANNUAL_PARTS:
        page.part(ANNUAL_PARTS[number])
    part = part_of(number)
    if number == "1" and report.style.combined:
        label = report.style.item_label("1 and 2").replace("Item", "Items").replace("ITEM", "ITEMS")
        page.item("1", "Business and Properties", label=label, part=part, also=("2",))
    elif number == "9A" and _is_small(report):
        page.item("9A", title, label=report.style.item_label("9A(T)"), part=part, note="labelled 9A(T)")
    elif is_reserved(title):
        page.item(number, title, part=part, reserved=True, acceptable=("ok", "absent"))
        return
    elif target := _elsewhere(report, number):
        page.item(number, title, part=part, status="by_reference", target=target)
        page.text(f"The information required by this item is incorporated by reference to {target}.")
        return
    else:
        page.item(number, title, part=part)
    _write_body(report, number, statements)


def _is_small(report: Report) -> bool:
    return report.company.index % 4 == _SMALL_FILERS_OF_FOUR and small_filer_controls(report.filing.filed_date)


def _elsewhere(report: Report, number: str) -> str:
    """Return from where the item is incorporated by reference, '' if it is in the report."""
    if number in PART_III and not report.style.part_three:
        return _PROXY
    return _SHAREHOLDERS if number in {"7", "8"} and report.style.exhibit_13 else ""


def _write_body(report: Report, number: str, statements: str) -> None:
    if number == "8":
        report.page.foreign(statements)
        report.page.subhead("Notes")
        report.page.texts(report.narrator.plain(20))
        report.page.texts(list(notes()))
    elif write := _BODIES.get(number):
        write(report)
    else:
        report.page.text("None." if number in {"1B", "6", "9", "9B", "16"} else "Not applicable.")


def _business(report: Report) -> None:
    report.page.texts(report.narrator.paragraphs(24))
    report.page.text(report.narrator.cross_reference("7", "Management's Discussion and Analysis"))
    if report.style.combined:
        report.page.subhead("Properties")
        report.page.texts(report.narrator.plain(3))


def _plain(count: int) -> Callable[[Report], None]:
    return lambda report: report.page.texts(report.narrator.plain(count))


def _proceedings(report: Report) -> None:
    report.page.text(PROCEEDINGS)


def _controls(report: Report) -> None:
    report.page.text(CONTROLS)


def _discussion(report: Report) -> None:
    _write_discussion(report.page, report.narrator)


def _write_discussion(page: Manuscript, narrator: Narrator) -> None:
    page.text(narrator.safe_harbor())
    page.subhead("Overview")
    page.text(narrator.cross_reference("1A", "Risk Factors"))
    page.texts(narrator.paragraphs(28))
    page.subhead("Results of Operations")
    page.texts(narrator.paragraphs(36))
    page.text(narrator.cross_reference("8", "Financial Statements and Supplementary Data"))
    page.subhead("Liquidity and Capital Resources")
    page.texts(narrator.paragraphs(20))


def _exhibits(report: Report) -> None:
    report.page.text("The following exhibits are part of this report.")
    report.page.rows(
        (("3.1", "Certificate of incorporation"), ("31.1", "Certification of the Chief Financial Officer"))
    )


_BODIES: dict[str, Callable[[Report], None]] = {
    "1": _business,
    "1A": write_risk_factors,
    "1C": _plain(2),
    "2": _plain(3),
    "3": _proceedings,
    "5": _plain(3),
    "7": _discussion,
    "7A": _plain(3),
    "9A": _controls,
    **dict.fromkeys(PART_III, _plain(2)),
    "15": _exhibits,
}


def _sections(report: Report, items: dict[str, str], statements: str) -> None:
    """Write the sections of a report that has no item headings, then the index from items to pages."""
    page = report.page
    for number, title in _SECTIONS.items():
        if number in items:
            page.section(number, title, part=part_of(number), acceptable=("ok", "by_reference"))
            _write_body(report, number, statements)
    page.close()
    page.free(page.layout.middle("FORM 10-K CROSS-REFERENCE INDEX"))
    places = {item.number: item for item in page.items}
    rows = []
    for number, title in items.items():
        if item := places.get(number):
            pages = str(item.page) if item.page == item.last_page else f"{item.page}-{item.last_page}"
            item.target = f"pages {pages}"
            rows.append((report.style.item_label(number), title, pages))
        else:
            rows.append((report.style.item_label(number), title, _indexed(report, number, title)))
    page.free(page.layout.rows(rows))


def _indexed(report: Report, number: str, title: str) -> str:
    """Return what the index says of an item that has no pages, and keep it as all there is of the item."""
    target = "Proxy statement" if number in PART_III else ""
    words = target or ("Not applicable" if number in {"1B", "9", "9C", "4"} else "None")
    report.page.indexed(number, part_of(number), title, words, target=target, reserved=is_reserved(title))
    return words
