"""Reading the cover facts of XBRL documents, inline or instance, without parsing the document.

A 10-K has a few dozen `dei:` facts among megabytes. They are found by name with bytes.find, so that a large filing
costs milliseconds; only what stands inside a found fact is looked at.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik, Ticker
from edgewise.sources.edgar.cover_words import parse_date
from edgewise.sources.edgar.header import decode_text
from edgewise.sources.edgar.records import Cover, CoverSecurity, Party, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_LONGEST_TAG = 4_096
_LONGEST_FACT = 8_192
_MAX_FACTS = 200

_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(r"<[^<>]*>")
_TRUE = re.compile(r"true\b|fixed-true|booleantrue", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Fact:
    """One fact: its context, its format ('' if none) and its text."""

    context: str
    format: str
    text: str


def has_cover_facts(body: bytes) -> bool:
    """Return whether the document tags its own form type."""
    return next(_facts(body, "DocumentType"), None) is not None


def read_cover_facts(body: bytes) -> Cover:
    """Return the cover that `dei:` facts give.

    The first CIK is the issuer, further ones are co-registrants. An amendment flag makes the form an /A.
    Complaints: `period_unreadable`, `cik_unreadable`.
    """
    complaints: list[str] = []
    form = next((fact.text for fact in _facts(body, "DocumentType") if fact.text), None)
    if form and not form.endswith("/A") and any(_is_true(fact) for fact in _facts(body, "AmendmentFlag")):
        form += "/A"
    return Cover(
        form=form,
        document_type="EX-101.INS" if _is_instance(body) else None,
        period_end=_period(body, complaints),
        parties=tuple(_parties(body, complaints)),
        securities=tuple(_securities(body)),
        complaints=tuple(complaints),
    )


def _facts(body: bytes, name: str) -> Iterator[_Fact]:
    """Yield the facts `dei:<name>` in document order, at most `_MAX_FACTS`."""
    wanted = f"dei:{name}".encode()
    position = body.find(wanted)
    for _ in range(_MAX_FACTS):
        if position == -1:
            return
        fact = _fact_at(body, position, len(wanted))
        if fact is not None:
            yield fact
        position = body.find(wanted, position + len(wanted))


def _fact_at(body: bytes, position: int, length: int) -> _Fact | None:
    """Return the fact whose name stands at `position`: the value of a name attribute, or an element's own name."""
    before, after = body[position - 1 : position], body[position + length : position + length + 1]
    inline = before in (b'"', b"'") and after == before
    element = before == b"<" and (after.isspace() or after == b">")
    opens = body.rfind(b"<", max(0, position - _LONGEST_TAG), position)
    closes = body.find(b">", position, position + _LONGEST_TAG)
    if opens == -1 or closes == -1 or not (inline or element):
        return None
    tag = decode_text(body[opens : closes + 1])
    attributes = {match[1]: match[2] or match[3] or "" for match in _ATTRIBUTE.finditer(tag)}
    text = "" if tag.endswith("/>") else _inside(body, tag.split(maxsplit=1)[0][1:].rstrip(">"), closes + 1)
    return _Fact(attributes.get("contextRef", ""), attributes.get("format", ""), text)


def _inside(body: bytes, element: str, start: int) -> str:
    """Return the words between `start` and the end of `element`, whose own kind may be nested in it."""
    window = decode_text(body[start : start + _LONGEST_FACT])
    depth = 1
    for match in re.finditer(rf"<(/?){re.escape(element)}\b[^<>]*>", window):
        depth += -1 if match[1] else 1
        if depth == 0:
            return " ".join(html.unescape(_TAG.sub("", window[: match.start()])).split())
    return ""


def _is_true(fact: _Fact) -> bool:
    return bool(_TRUE.search(fact.format) if "fixed" in fact.format else _TRUE.match(fact.text))


def _is_instance(body: bytes) -> bool:
    return b"<dei:DocumentType" in body


def _period(body: bytes, complaints: list[str]) -> date | None:
    texts = [fact.text for fact in _facts(body, "DocumentPeriodEndDate") if fact.text]
    day = next((found for text in texts if (found := parse_date(text))), None)
    if texts and day is None:
        complaints.append("period_unreadable")
    return day


def _parties(body: bytes, complaints: list[str]) -> Iterator[Party]:
    names: dict[str, str] = {}
    for fact in _facts(body, "EntityRegistrantName"):
        names.setdefault(fact.context, fact.text)
    seen: set[Cik] = set()
    for fact in _facts(body, "EntityCentralIndexKey"):
        try:
            cik = Cik(fact.text)
        except InvalidInput:
            complaints.append("cik_unreadable")
            continue
        if cik not in seen:
            role = Role.CO_REGISTRANT if seen else Role.ISSUER
            seen.add(cik)
            yield Party(cik, role, names.get(fact.context) or None)


def _securities(body: bytes) -> Iterator[CoverSecurity]:
    """Yield each symbol once with the exchange and title of its context; words such as "None" are no symbol."""
    titles = {fact.context: fact.text for fact in _facts(body, "Security12bTitle") if fact.text}
    exchanges = {fact.context: fact.text for fact in _facts(body, "SecurityExchangeName") if fact.text}
    seen: set[Ticker] = set()
    for fact in _facts(body, "TradingSymbol"):
        ticker = _ticker(fact.text)
        if ticker and ticker not in seen:
            seen.add(ticker)
            yield CoverSecurity(ticker, exchanges.get(fact.context), titles.get(fact.context))


def _ticker(text: str) -> Ticker | None:
    if text.upper() in {"", "NONE", "N/A", "NA"}:
        return None
    try:
        return Ticker(text)
    except InvalidInput:
        return None
