"""Page furniture: what is printed on every page beside the text. Numbers, links to the contents, running heads.

A running head is a short line without the look of a sentence that returns on several pages, each time beside a page
break, a page number or another head. Page numbers in it may differ from page to page.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.text.document import Document

_PAGE_NUMBER = re.compile(
    r"[\s\-\u2013\u2014(|.]*(?:page\s*)?(?:[a-z]{1,2}\s?-\s?)?(?:\d{1,3}|[ivx]{1,6})(?:\s*of\s*\d{1,3})?[\s\-\u2013\u2014)|.]*",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\W*(?:back\s+to\s+|return\s+to\s+)?(?:table\s+of\s+contents?|index|top)\W*(?:\d{1,3})?\W*", re.IGNORECASE
)
_REST_OF_PAGE = re.compile(
    r"\W*(?:(?:the\s+)?(?:remainder|rest)\s+of\s+(?:this\s+)?page|"
    r"(?:this\s+)?(?:page\s+)?intentionally\s+(?:left\s+)?blank)",
    re.IGNORECASE,
)
_DIGITS = str.maketrans("", "", "0123456789")
_LONGEST = 110
_SHORT = 24
_TIMES = 4
_MAY_OPEN = frozenset("TtBbRrIi(\u2190[<*")
_STOPS = ".!?;:,"
_ABBREVIATIONS = ("inc.", "corp.", "ltd.", "co.", "cont\u2019d.", "cont'd.")
_NOTHING_TO_SAY = re.compile(r"\W*(?:none|not\s+applicable|n/a|omitted|reserved|unchanged)\b", re.IGNORECASE)
_MONTH = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE
)
_FORM = re.compile(r"(?:19|20)\d\d|10-[kq]\b|\bform\b", re.IGNORECASE)
_MOST_DIGITS = 4
_NEAR = 2


class Furniture:
    """The blocks of a document that are page furniture: `numbers`."""

    def __init__(self, document: Document) -> None:
        self._lines = document.lines

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Numbers of the blocks that are page furniture; rules among them."""
        edges = self._edges()
        return frozenset(edges | self._heads(edges))

    def _edges(self) -> set[int]:
        """Return the blocks that are furniture by themselves: rules, page numbers, links to the contents."""
        found, columns = set(), []
        for number, line in enumerate(self._lines):
            length = len(line)
            if length == 0:
                found.add(number)
            elif length < _SHORT and _PAGE_NUMBER.fullmatch(line):
                if self._in_column(number):
                    columns.append(number)
                else:
                    found.add(number)
            elif length <= _LONGEST and (
                (line[0] in _MAY_OPEN and (_BACK.fullmatch(line) or _REST_OF_PAGE.match(line)))
                or (length < _SHORT and not any(map(str.isalnum, line)))
            ):
                found.add(number)
        pages = {self._lines[number].strip() for number in found}
        return found | {number for number in columns if self._goes_on(number, pages)}

    def _goes_on(self, number: int, pages: set[str]) -> bool:
        """Return whether a number below other numbers is that of the page after, or before, one that has been found."""
        said = self._lines[number].strip()
        return said.isdecimal() and (str(int(said) - 1) in pages or str(int(said) + 1) in pages)

    def _in_column(self, number: int) -> bool:
        """Return whether a number stands below another: cells of a table, one to a line."""
        before = self._lines[number - 1] if number else ""
        return 0 < len(before) < _SHORT and not any(map(str.isalpha, before))

    def _heads(self, edges: set[int]) -> set[int]:
        """Return the running heads: lines beside edges that return on several pages."""
        near = {number + step for number in edges for step in (-1, 1)} - edges
        near |= {number + step for number in near for step in (-1, 1)} - edges
        lines = {number: self._lines[number] for number in near if 0 <= number < len(self._lines)}
        heads = {number: line.translate(_DIGITS).strip() for number, line in lines.items() if _may_head(line)}
        counts = Counter(heads.values())
        return {number for number, head in heads.items() if counts[head] >= _TIMES}


def _is_sentence(line: str) -> bool:
    """Return whether a line ends like a sentence or a part of one."""
    end = line.rstrip(' "\u201d\t')
    return end[-1:] in _STOPS and not end.lower().endswith(_ABBREVIATIONS)


def _may_head(line: str) -> bool:
    """Return whether a line could stand at the head or foot of pages."""
    if not 0 < len(line) <= _LONGEST or _is_sentence(line) or _NOTHING_TO_SAY.match(line) or _MONTH.search(line):
        return False
    digits = sum(map(str.isdigit, _FORM.sub("", line)))
    return digits <= _MOST_DIGITS and any(map(str.isalpha, line)) and "$" not in line
