"""Forms 3, 4 and 5 as insiders file them since 2003: who, in which company, and every line of both tables.

The issuer is the one the form names: the same form stands in the lists of its owners, too. A number that stands in a
footnote is None, and `notes` says which footnote stands for it. Lines are numbered in this order: transactions of table
I, transactions of table II, holdings of table I, holdings of table II; the SEC's data sets can be brought into it, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from edgewise.core.errors import InvalidInput, TooLarge, Unparsable
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.ownership_xml import ownership_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_LINES = 10_000
FORMS = ("3", "4", "5")
_TABLES = {"nonDerivativeTable": False, "derivativeTable": True}
_KINDS = {
    "nonDerivativeTransaction": "transaction",
    "derivativeTransaction": "transaction",
    "nonDerivativeHolding": "holding",
    "derivativeHolding": "holding",
}
_ORDER = (("transaction", False), ("transaction", True), ("holding", False), ("holding", True))
_ROLES = (
    ("isDirector", "director"),
    ("isOfficer", "officer"),
    ("isTenPercentOwner", "ten_percent"),
    ("isOther", "other"),
)
_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\$?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_LARGEST_NUMBER = 1e15


@dataclass(frozen=True, slots=True)
class Owner:
    """One of those who report together. roles: of director, officer, ten_percent, other. title: '' if none."""

    cik: Cik
    name: str
    roles: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form, numbered from 1.

    kind:       transaction or holding.
    values:     what the form gives, by column of `insider_trades`; a missing column was not given.
    notes:      by column, the footnotes it refers to.
    complaints: number_unreadable, date_unreadable, choice_unreadable.
    """

    number: int
    kind: str
    derivative: bool
    values: Mapping[str, Any]
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnershipForm:
    """A form 3, 4 or 5.

    plan:      the box that says whether Rule 10b5-1 stands behind it; None where the form has none.
    footnotes: texts by id. remarks: '' if none.
    mended:    what had to be mended to read the XML, as `ownership_root` tells.
    """

    form: str
    issuer: Cik
    issuer_name: str | None
    ticker: str | None
    owners: tuple[Owner, ...]
    period_end: date | None
    original_filed_date: date | None
    plan: bool | None
    lines: tuple[Line, ...]
    footnotes: Mapping[str, str]
    remarks: str = ""
    mended: tuple[str, ...] = ()


def parse_ownership_form(body: bytes) -> OwnershipForm:
    """Return the form that the bytes hold: the document, or a whole submission around it.

    Raises what `ownership_root` raises; Unparsable with the reason `form_unknown`, `issuer_missing` or `owner_missing`
    where the form does not tell what it is or who is concerned; TooLarge for more than 10,000 lines.
    """
    root, mended = ownership_root(body)
    parts = _parts(root)
    head = {child.tag: child.text for child in reversed(root) if child.text and not child.text.isspace()}
    form = head.get("documentType", "").strip().upper()
    if form.removesuffix("/A") not in FORMS:
        raise Unparsable(f"the form calls itself {form!r}, not 3, 4 or 5", reason="form_unknown")
    issuer = _texts(parts["issuer"][0]) if "issuer" in parts else {}
    return OwnershipForm(
        form=form,
        issuer=_cik(issuer.get("issuerCik", ""), "issuer_missing"),
        issuer_name=_spaced(issuer.get("issuerName", "")) or None,
        ticker=_spaced(issuer.get("issuerTradingSymbol", "")) or None,
        owners=_owners(parts.get("reportingOwner", [])),
        period_end=parse_day(head.get("periodOfReport", "")),
        original_filed_date=parse_day(head.get("dateOfOriginalSubmission", "")),
        plan=parse_flag(head.get("aff10b5One", "")),
        lines=tuple(_lines(parts)),
        footnotes={note.get("id", ""): _words(note) for block in parts.get("footnotes", []) for note in block},
        remarks=_spaced(head.get("remarks", "")),
        mended=mended,
    )


def parse_number(text: str) -> float | None:
    """Return a number as forms write it, '$1,234.50' too; None where it is none or beyond all reason.

    >>> parse_number("1,234.50")
    1234.5
    """
    text = text.strip()
    if _PLAIN_NUMBER.fullmatch(text) is None:
        if _NUMBER.fullmatch(text) is None or not any(map(str.isdigit, text)):
            return None
        text = text.replace(",", "").replace("$", "")
    number = float(text)
    return number if abs(number) < _LARGEST_NUMBER else None


def parse_day(text: str) -> date | None:
    """Return a day of XML, which may carry a zone: '2010-05-04-05:00'; None where it is none."""
    match = _DAY.fullmatch(text.strip())
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def parse_flag(text: str) -> bool | None:
    """Return what a box of the form says, which writes 1 or true; None where it says nothing."""
    return _BOOLEANS.get(text.strip().lower())


# Texts by the name of their field, and by column the footnotes it refers to.
_Fields: TypeAlias = tuple[dict[str, str], dict[str, tuple[str, ...]]]


def _spaced(text: str) -> str:
    return " ".join(text.split())


# What the form calls our columns, how it is read, and what to complain of where it cannot be.
_READ: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "securityTitle": ("security", _spaced, ""),
    "transactionCode": ("code", _spaced, ""),
    "transactionTimeliness": ("timeliness", _spaced, ""),
    "natureOfOwnership": ("nature", _spaced, ""),
    "underlyingSecurityTitle": ("underlying", _spaced, ""),
    "transactionShares": ("shares", parse_number, "number_unreadable"),
    "transactionPricePerShare": ("price", parse_number, "number_unreadable"),
    "transactionTotalValue": ("value", parse_number, "number_unreadable"),
    "sharesOwnedFollowingTransaction": ("owned_after", parse_number, "number_unreadable"),
    "valueOwnedFollowingTransaction": ("value_owned_after", parse_number, "number_unreadable"),
    "conversionOrExercisePrice": ("exercise_price", parse_number, "number_unreadable"),
    "underlyingSecurityShares": ("underlying_shares", parse_number, "number_unreadable"),
    "transactionDate": ("transaction_date", parse_day, "date_unreadable"),
    "deemedExecutionDate": ("deemed_date", parse_day, "date_unreadable"),
    "exerciseDate": ("exercise_date", parse_day, "date_unreadable"),
    "expirationDate": ("expiration_date", parse_day, "date_unreadable"),
    "equitySwapInvolved": ("equity_swap", parse_flag, "choice_unreadable"),
    "transactionAcquiredDisposedCode": ("acquired", {"A": True, "D": False}.get, "choice_unreadable"),
    "directOrIndirectOwnership": ("direct", {"D": True, "I": False}.get, "choice_unreadable"),
}


# Fields hold their text in a <value>; the coding of a transaction holds it directly.
_OF_A_TABLE = ("value", "footnoteId", "transactionCode", "equitySwapInvolved", *_KINDS)


def _parts(root: Any) -> dict[str, list[Any]]:
    """Return the children of the form by their name, namespaces forgotten."""
    for element in root.iter() if root.nsmap else ():
        element.tag = element.tag.rpartition("}")[2]
    parts: dict[str, list[Any]] = {}
    for child in root:
        parts.setdefault(child.tag, []).append(child)
    return parts


def _lines(parts: Mapping[str, list[Any]]) -> Iterator[Line]:
    found: dict[tuple[str, bool], list[_Fields]] = {place: [] for place in _ORDER}
    for name, derivative in _TABLES.items():
        for table in parts.get(name, []):
            for kind, fields in _of_table(table):
                found[kind, derivative].append(fields)
    lines = [(*place, fields) for place, ones in found.items() for fields in ones]
    if len(lines) > MOST_LINES:
        raise TooLarge(f"the form has {len(lines):,} lines, at most {MOST_LINES:,} are read")
    known: dict[tuple[str, str], tuple[str, Any, str]] = {}
    for number, (kind, derivative, (texts, notes)) in enumerate(lines, start=1):
        values, complaints = _values(texts, known)
        yield Line(number, kind, derivative, values, notes, complaints)


def _of_table(table: Any) -> list[tuple[str, _Fields]]:
    """Return kind and fields of each line of a table.

    One flat walk that the parser itself makes and filters: to step from element to element, line by line, took most of
    the time of reading a form.
    """
    lines: list[tuple[str, _Fields]] = []
    fields: _Fields = ({}, {})
    for each in table.iter(*_OF_A_TABLE):
        if each.tag in _KINDS:
            fields = ({}, {})
            lines.append((_KINDS[each.tag], fields))
        else:
            _take(each, *fields)
    return lines


def _texts(element: Any) -> dict[str, str]:
    """Return, by the name of each field below `element`, its text."""
    fields: _Fields = ({}, {})
    for each in element.iter():
        _take(each, *fields)
    return fields[0]


def _take(each: Any, texts: dict[str, str], notes: dict[str, tuple[str, ...]]) -> None:
    """Add an element to the texts by the name of their field, or to the footnotes by column."""
    tag, text = each.tag, each.text
    if tag == "value":
        texts.setdefault(each.getparent().tag, text or "")
    elif tag == "footnoteId":
        above = each.getparent().tag
        column = "code" if above == "transactionCoding" else _READ.get(above, (above,))[0]
        notes[column] = (*notes.get(column, ()), each.get("id", ""))
    elif text and not text.isspace():
        texts.setdefault(tag, text)


def _values(
    texts: Mapping[str, str], known: dict[tuple[str, str], tuple[str, Any, str]]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return typed values by column and what could not be read.

    known: what was read of this form before; its lines share their day, code and title.
    """
    values: dict[str, Any] = {}
    complaints: set[str] = set()
    for told in texts.items():
        if told not in known:
            known[told] = _value(*told)
        name, value, complaint = known[told]
        if value is not None:
            values[name] = value
        elif complaint:
            complaints.add(complaint)
    return values, tuple(sorted(complaints))


def _value(tag: str, text: str) -> tuple[str, Any, str]:
    """Return column, value and complaint of a field; no value and no complaint where there is nothing to read."""
    stripped = text.strip()
    if tag not in _READ or not stripped:
        return "", None, ""
    name, read, complaint = _READ[tag]
    value = read(stripped)
    return name, value, complaint if value is None else ""


def _owners(elements: list[Any]) -> tuple[Owner, ...]:
    owners = tuple(_owner(_texts(element)) for element in elements)
    if not owners:
        raise Unparsable("the form names no reporting owner", reason="owner_missing")
    return owners


def _owner(texts: Mapping[str, str]) -> Owner:
    roles = tuple(role for tag, role in _ROLES if parse_flag(texts.get(tag, "")))
    title = _spaced(texts.get("officerTitle", "")) or _spaced(texts.get("otherText", ""))
    return Owner(
        _cik(texts.get("rptOwnerCik", ""), "owner_missing"), _spaced(texts.get("rptOwnerName", "")), roles, title
    )


def _cik(text: str, reason: str) -> Cik:
    try:
        return Cik(text)
    except InvalidInput as error:
        raise Unparsable(f"{text!r} is no CIK", reason=reason) from error


def _words(element: Any) -> str:
    return _spaced("".join(element.itertext()) if len(element) else element.text or "")
