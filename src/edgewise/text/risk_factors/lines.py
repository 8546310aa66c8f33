"""The lines of an item without what belongs to the page: numbers, running heads, links back to the contents."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.text.document import IS_LIST_ITEM, IS_ROW, IS_RULE, IS_SOFT

if TYPE_CHECKING:
    from edgewise.text.document import Document

_LONGEST_RUNNING_HEAD = 120
_NEAR_A_BREAK = 3
_TIMES_REPEATED = 2

_PAGE_NUMBER = re.compile(
    r"[\s\-\u2013\u2014\[(|]*(?:page\s+)?(?:[a-z]{1,2}-)?(?:\d{1,4}|[ivxl]{1,6})[\s\-\u2013\u2014\])|]*", re.IGNORECASE
)
_BACK_LINK = re.compile(
    r"(?:return\s+to\s+|back\s+to\s+)?(?:table\s+of\s+contents?|contents|index|top)(?:\s*\(continued\))?"
    r"|(?:part\s+[iv]+\W*)?(?:item\s*1a\W*)?(?:risk\s+factors\s*)?\(?continued\)?\W*"
    r"|part\s+i{1,2}\W*(?:item\s*1a\W*)?(?:risk\s+factors)?|item\s*1a\W*(?:risk\s+factors\W*)?(?:\(?continued\)?)?",
    re.IGNORECASE,
)
_REPORT = re.compile(r"\b(?:form\s+(?:10-[kq]|20-f)|annual\s+report|quarterly\s+report)\b", re.IGNORECASE)
_DIGITS = re.compile(r"[\W\d_]+")
BULLET = re.compile(
    r"(?:[\u2022\u25aa\u25cf\u25cb\u25e6\u2023\u2043\u2219\u00b7\uf0b7\u25a0\u27a2\u2756*]|[-\u2013o](?=\s))\s*"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One block that belongs to the text.

    number: of the block. begin, end: offsets into the document's text, without a bullet at the start.
    text:   between them. listed: whether it is an item of a list. soft: whether it only began a new line.
    row:    whether it is a table row of several cells.
    """

    number: int
    begin: int
    end: int
    text: str
    listed: bool
    soft: bool
    row: bool


def text_lines(document: Document, first: int, last: int) -> list[Line]:
    """Return the lines from block `first` to before `last` that are no page furniture."""
    furniture = _furniture(document, first, last)
    return [_line(document, number) for number in range(first, last) if number not in furniture]


def _line(document: Document, number: int) -> Line:
    text, begin, flags = document.lines[number], document.begins[number], document.flags[number]
    bullet = BULLET.match(text)
    skipped = bullet.end() if bullet else 0
    rest = text[skipped:]
    return Line(
        number=number,
        begin=begin + skipped,
        end=begin + len(text),
        text=rest,
        listed=bool(bullet) or bool(flags & IS_LIST_ITEM),
        soft=bool(flags & IS_SOFT),
        row=bool(flags & IS_ROW) and "\t" in rest,
    )


def _furniture(document: Document, first: int, last: int) -> set[int]:
    """Return the numbers of the blocks that are rules, empty, page numbers or running heads."""
    lines, flags = document.lines, document.flags
    furniture, breaks = set(), []
    for number in range(first, last):
        text = lines[number]
        if not (flags[number] & IS_RULE or not text.strip() or is_furniture(text)):
            continue
        furniture.add(number)
        if text or flags[number] & IS_RULE:
            breaks.append(number)
    return furniture | _running_heads(lines, furniture, breaks, first, last)


def is_furniture(text: str) -> bool:
    """Return whether a line belongs to the page whatever stands around it: a number, a link back to the contents."""
    if len(text) > _LONGEST_RUNNING_HEAD:
        return False
    return _PAGE_NUMBER.fullmatch(text) is not None or _BACK_LINK.fullmatch(text) is not None


def _running_heads(lines: list[str], furniture: set[int], breaks: list[int], first: int, last: int) -> set[int]:
    """Return the blocks near page breaks that say the same at several of them."""
    near = {
        number
        for place in breaks
        for number in range(max(place - _NEAR_A_BREAK, first), min(place + _NEAR_A_BREAK + 1, last))
        if number not in furniture and len(lines[number]) <= _LONGEST_RUNNING_HEAD
    }
    keys = {number: _DIGITS.sub("", lines[number]).lower() for number in near}
    times = Counter(keys.values())
    return {
        number
        for number, key in keys.items()
        if times[key] > _TIMES_REPEATED or (_REPORT.search(lines[number]) and len(lines[number].split()) <= _FEW_WORDS)
    }


_FEW_WORDS = 9
