"""Forms 3, 4 and 5 as XML, and the lines in them as rows of the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.submission import Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.simulate.company import Company
    from edgewise.simulate.ownership.insiders import Insider
    from edgewise.simulate.ownership.reports import InsiderReport, Line
    from edgewise.simulate.parties import Registrant

FILE_NAME = "form4.xml"
PriceOf: TypeAlias = "Callable[[int, date], float]"
"""The close of a company, given by its index, in a session: USD per share as traded."""

# Since this day the form says whether a plan of Rule 10b5-1 stands behind it; the schema's number changed with that.
_PLAN_FLAG_SINCE = date(2023, 4, 1)
_AVERAGE = (
    "The price reported is a weighted average price. These shares were traded in multiple transactions within a range "
    "of one dollar."
)
_PLAN = "The transactions were made under a trading plan of Rule 10b5-1."
_CORRECTION = "This amendment corrects the number of shares reported on the original form."


@dataclass(frozen=True, slots=True)
class OwnershipForm:
    """A report on its way into XML.

    filed_date:    New York date of filing.
    original_date: filing date of the report it corrects; None for an original.
    price_of:      closes as traded.
    """

    report: InsiderReport
    issuer: Company
    filed_date: date
    original_date: date | None
    price_of: PriceOf

    @property
    def tells_plan(self) -> bool:
        """Whether the form of that day has the box about a plan of Rule 10b5-1."""
        return self.report.form[0] != "3" and self.filed_date >= _PLAN_FLAG_SINCE

    def price(self, line: Line) -> float:
        """Return the price of a line in USD per share: 0 where nothing was paid, four decimals."""
        return (
            round(self.price_of(self.issuer.index, line.session) * line.price_factor, 4) if line.price_factor else 0.0
        )


def ownership_document(form: OwnershipForm) -> Document:
    """Return the form's only document."""
    return Document(form.report.form, FILE_NAME, "PRIMARY DOCUMENT", f"<XML>\n{_xml(form)}</XML>\n", inline=False)


def _xml(form: OwnershipForm) -> str:
    report = form.report
    notes = footnotes_of(report)
    parts = (
        '<?xml version="1.0"?>',
        f"<!-- {NOTICE} -->",
        "<ownershipDocument>",
        _value("schemaVersion", "X0508" if form.filed_date >= _PLAN_FLAG_SINCE else "X0306"),
        _value("documentType", report.form),
        _value("periodOfReport", report.period.isoformat()),
        "" if form.original_date is None else _value("dateOfOriginalSubmission", form.original_date.isoformat()),
        "" if report.form[0] != "3" else _value("noSecuritiesOwned", int(not report.lines)),
        "" if report.form[0] == "3" else _value("notSubjectToSection16", 0),
        _issuer(form.issuer),
        *(_owner(owner, report.insider) for owner in report.insider.owners),
        _value("aff10b5One", int(report.planned)) if form.tells_plan else "",
        *_tables(form, notes),
        _group(
            "footnotes", *(f'<footnote id="F{n}">{escape(text)}</footnote>' for n, text in enumerate(notes, start=1))
        ),
        _value("remarks", ""),
        *(_signature(owner, form.filed_date) for owner in report.insider.owners),
        "</ownershipDocument>",
    )
    return "\n".join(part for part in parts if part) + "\n"


def footnotes_of(report: InsiderReport) -> list[str]:
    """Return the texts of a report's footnotes, F1 first."""
    averaged = any(line.average for line in report.lines)
    said = ((_AVERAGE, averaged), (_PLAN, report.planned), (_CORRECTION, report.amends is not None))
    return [text for text, holds in said if holds]


def _issuer(company: Company) -> str:
    return _group(
        "issuer",
        _value("issuerCik", company.cik.padded),
        _value("issuerName", company.name),
        _value("issuerTradingSymbol", company.ticker),
    )


def _owner(owner: Registrant, insider: Insider) -> str:
    return _group(
        "reportingOwner",
        _group("reportingOwnerId", _value("rptOwnerCik", owner.cik.padded), _value("rptOwnerName", owner.name)),
        _group(
            "reportingOwnerAddress",
            _value("rptOwnerStreet1", owner.street),
            _value("rptOwnerStreet2", ""),
            _value("rptOwnerCity", owner.city),
            _value("rptOwnerState", owner.state),
            _value("rptOwnerZipCode", owner.zip_code),
            _value("rptOwnerStateDescription", ""),
        ),
        _group(
            "reportingOwnerRelationship",
            _value("isDirector", int(insider.director)),
            _value("isOfficer", int(insider.officer)),
            _value("isTenPercentOwner", int(insider.ten_percent)),
            _value("isOther", 0),
            _value("officerTitle", insider.title) if insider.title else "",
        ),
    )


def _tables(form: OwnershipForm, notes: list[str]) -> list[str]:
    """Return tables I and II; a table without lines is absent."""
    first = [_line(form, line, notes) for line in form.report.lines if not line.derivative]
    second = [_line(form, line, notes) for line in form.report.lines if line.derivative]
    return [_group("nonDerivativeTable", *first), _group("derivativeTable", *second)]


def _line(form: OwnershipForm, line: Line, notes: list[str]) -> str:
    kind = "derivative" if line.derivative else "nonDerivative"
    if not line.code:
        return _group(
            f"{kind}Holding", _title(line), _strike(form, line), _underlying(line), _after(line), _nature(line)
        )
    return _group(
        f"{kind}Transaction",
        _title(line),
        _strike(form, line),
        _group("transactionDate", _value("value", line.session.isoformat())),
        _coding(form.report, line),
        _group("transactionTimeliness", _value("value", "L")) if line.code == "L" else "",
        _amounts(form, line, notes),
        _underlying(line),
        _after(line),
        _nature(line),
    )


def _title(line: Line) -> str:
    return _group("securityTitle", _value("value", line.security))


def _strike(form: OwnershipForm, line: Line) -> str:
    if not line.derivative:
        return ""
    return _group("conversionOrExercisePrice", _value("value", _number(form.price(line))))


def _coding(report: InsiderReport, line: Line) -> str:
    if not line.coded:
        return ""
    return _group(
        "transactionCoding",
        _value("transactionFormType", report.form[0]),
        _value("transactionCode", line.code),
        _value("equitySwapInvolved", 0),
    )


def _amounts(form: OwnershipForm, line: Line, notes: list[str]) -> str:
    note = f'<footnoteId id="F{notes.index(_AVERAGE) + 1}"/>' if line.average else ""
    paid = 0.0 if line.derivative else form.price(line)
    return _group(
        "transactionAmounts",
        _group("transactionShares", _value("value", line.shares)),
        _group("transactionPricePerShare", _value("value", _number(paid)), note),
        _group("transactionAcquiredDisposedCode", _value("value", "A" if line.acquired else "D")),
    )


def _underlying(line: Line) -> str:
    if not line.derivative:
        return ""
    return _group(
        "underlyingSecurity",
        _group("underlyingSecurityTitle", _value("value", "Common Stock")),
        _group("underlyingSecurityShares", _value("value", line.shares or line.owned_after)),
    )


def _after(line: Line) -> str:
    following = _group("sharesOwnedFollowingTransaction", _value("value", line.owned_after))
    return _group("postTransactionAmounts", following)


def _nature(line: Line) -> str:
    return _group(
        "ownershipNature",
        _group("directOrIndirectOwnership", _value("value", "I" if line.nature else "D")),
        _group("natureOfOwnership", _value("value", line.nature)) if line.nature else "",
    )


def _signature(owner: Registrant, filed_date: date) -> str:
    return _group(
        "ownerSignature",
        _value("signatureName", f"/s/ {owner.name}"),
        _value("signatureDate", filed_date.isoformat()),
    )


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _value(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value), quote=False)}</{name}>"


def _group(name: str, *children: str) -> str:
    """Return the element with its children that are not empty, or '' if there are none."""
    inside = "\n".join(child for child in children if child)
    return f"<{name}>\n{inside}\n</{name}>" if inside else ""
