"""Item 1A into single risk factors.

1. `lines` leaves out what belongs to the page.
2. `headings` finds what might be a heading, by its look.
3. `roles` decides which look is that of this filing's risk factors, and which headings are groups or something else.
4. Where no look tells, `unstyled` goes by words and paragraphs.
5. `spans` divides the lines at the headings; here the factors are made of them, and judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgewise.text.risk_factors.factors import RiskFactor, RiskFactors
from edgewise.text.risk_factors.headings import find_headings
from edgewise.text.risk_factors.lines import text_lines
from edgewise.text.risk_factors.roles import roles_of
from edgewise.text.risk_factors.spans import Outline, outline
from edgewise.text.risk_factors.unstyled import divided_anew, plain_headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.text.document import Document
    from edgewise.text.risk_factors.headings import Heading
    from edgewise.text.risk_factors.lines import Line
    from edgewise.text.risk_factors.spans import Span

# Risk factors have some three thousand characters; where there is one in so many, the looks have told too little.
_CHARACTERS_PER_FACTOR = 15_000
_TIMES_MORE = 3
_LEAST_COVERAGE = 0.7
_FEW, _SEVERAL = 3, 5
_LONGEST_MEAN = 25_000
_LONGEST_SHARE = 0.5
_SHORT_ITEM = 3_000
_AFTER_LEAD = " \t-\u2013\u2014:."

_ELSEWHERE = re.compile(
    r"\bno (?:\w+ ){0,3}(?:changes?|updates?|additions?)\b|\bnot (?:\w+ ){0,4}chang(?:e|ed)\b"
    r"|\bincorporated (?:herein )?by reference|\b(?:see|refer to)\b"
    r"|\b(?:set forth|described|discussed|disclosed|included|contained|detailed|identified|found|appears?)"
    r" (?:in|under|elsewhere|at)\b",
    re.IGNORECASE,
)
_NOT_REQUIRED = re.compile(
    r"\bnot (?:applicable|required)|\bsmaller reporting compan|\bn/a\b|^\W*none\b", re.IGNORECASE
)


def read_risk_factors(document: Document, first_block: int, last_block: int, *, body: bytes = b"") -> RiskFactors:
    """Return the risk factors of an item.

    first_block, last_block: its blocks without its heading line, the last one exclusive. Out of range is cut to it.
    body: the bytes the document was read from; needed only for typewritten text without blank lines.
    Never raises for what the document holds. The same document gives the same answer.

    >>> from edgewise.text.document import read_document
    >>> document = read_document(b"<p><b>We may lose customers.</b><p>Customers leave now and then.")
    >>> [factor.heading for factor in read_risk_factors(document, 0, len(document)).factors]
    ['We may lose customers.']
    """
    first, last = max(first_block, 0), min(last_block, len(document))
    lines = text_lines(document, first, last)
    if not lines:
        return RiskFactors(status="absent", reasons=("empty",))
    headings = find_headings(document, lines)
    found = outline(headings, roles_of(headings, lines), lines)
    if len(found.spans) * _CHARACTERS_PER_FACTOR < _characters(lines):
        plain = _by_words(document, lines, body, first, last)
        if len(plain.spans) >= max(_FEW, _TIMES_MORE * len(found.spans)):
            return _judged(document, plain, "unstyled")
    return _judged(document, found) if found.spans else _without_headings(document, lines)


def _characters(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _by_words(document: Document, lines: Sequence[Line], body: bytes, first: int, last: int) -> Outline:
    """Return the richer of two outlines: of the blocks, and of paragraphs divided anew at the bytes' line ends."""
    outlines = [_plain_outline(lines)]
    if document.typed and body:
        outlines.append(_plain_outline(divided_anew(document, body, first, last)))
    return max(outlines, key=lambda found: len(found.spans))


def _plain_outline(lines: Sequence[Line]) -> Outline:
    found = plain_headings(lines)
    return outline([heading for heading, _ in found], [role for _, role in found], lines)


def _without_headings(document: Document, lines: Sequence[Line]) -> RiskFactors:
    """Return why an item holds no factors; else all of it as one that is suspect."""
    text = " ".join(line.text for line in lines)
    if len(text) <= _SHORT_ITEM:
        if _NOT_REQUIRED.search(text):
            return RiskFactors(status="absent", reasons=("not_required",))
        if _ELSEWHERE.search(text):
            return RiskFactors(status="absent", reasons=("elsewhere",))
    whole = _factor(document, lines, None, 0, len(lines), ordinal=1, group="")
    return RiskFactors(factors=[whole], coverage=1.0, status="suspect", reasons=("no_headings",))


def _judged(document: Document, found: Outline, *reasons: str) -> RiskFactors:
    """Return the factors of an outline and whether to believe it."""
    lines = found.lines
    factors = [_of_span(document, lines, span, ordinal) for ordinal, span in enumerate(found.spans, 1)]
    total = _characters(lines)
    sizes = [len(factor.heading) + len(factor.body) for factor in factors]
    coverage = min(sum(sizes) / total, 1.0)
    few = len(factors) < _FEW
    doubts = {
        "few_factors": few and total > _LONGEST_MEAN * len(factors),
        "long_factor": len(factors) >= _SEVERAL and max(sizes) > _LONGEST_SHARE * total,
        "low_coverage": coverage < _LEAST_COVERAGE,
    }
    reasons += tuple(reason for reason, holds in doubts.items() if holds)
    status = "suspect" if reasons else "ok"
    return RiskFactors(factors, coverage, status, reasons, summary_bullets=found.summary_bullets)


def _of_span(document: Document, lines: Sequence[Line], span: Span, ordinal: int) -> RiskFactor:
    heading = span.heading
    return _factor(document, lines, heading, heading.first, span.last, ordinal=ordinal, group=span.group)


def _factor(
    document: Document,
    lines: Sequence[Line],
    heading: Heading | None,
    first: int,
    last: int,
    *,
    ordinal: int,
    group: str,
) -> RiskFactor:
    body_first = heading.last if heading else first
    texts = [line.text for line in lines[body_first:last]]
    opening, closing = lines[first], lines[max(last, body_first) - 1]
    if heading and heading.look.run_in:
        texts.insert(0, document.text[heading.end : lines[body_first - 1].end].lstrip(_AFTER_LEAD))
    return RiskFactor(
        ordinal=ordinal,
        group=group,
        heading=heading.text if heading else "",
        body="\n".join(texts),
        run_in=heading is not None and heading.look.run_in,
        begin=opening.begin,
        end=closing.end,
        heading_end=heading.end if heading else opening.begin,
        raw_begin=document.raw_offset(opening.begin),
        raw_end=_raw_end(document, closing),
        first_block=opening.number,
        last_block=document.number_at(closing.end - 1) + 1,
    )


def _raw_end(document: Document, closing: Line) -> int:
    """Return where in the bytes the text after a line begins; the end of its own block, if that is the last."""
    number = document.number_at(closing.end - 1)
    if closing.end < document.begins[number] + len(document.lines[number]):
        return document.raw_offset(closing.end)
    for after in range(number + 1, len(document)):
        if document.lines[after]:
            return document.raw_offset(document.begins[after])
    return document.block(number).raw_end
