"""What a heading says before its title: `PART II`, `Item 7A.`, `ITEMS 1 and 2`, `Item No. 9A(T):`.

A label is found at the start of a line, or after a part in the same line. Which labels are items at all is the form's
closed vocabulary, not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Full-width letters, digits and stops as they stand in filings from Asia; each is one character, so offsets stay.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# The first two bytes of each of them in UTF-8; other characters share them, and are left as they are.
_FIRST_BYTES = (b"\xef\xbc", b"\xef\xbd")

_GAP = r"[^\S\n]*+"
# A letter belongs to the number if it touches it, stands in brackets, or is set off and followed by a stop.
_LETTER = (
    r"(?:\s?\([A-K]\)|[A-K](?=T?(?![A-Za-z]))|\s[A-K](?=\s?[.:)\u2013\u2014\t-])|[a-k](?=[.:)\s]))?"
    r"(?:\s?\(?T\)?(?=[.:)\s\u2014-]))?"
)
_ONE = rf"(?:\d{{4}}(?:\([a-z]\))?(?:\(\d\))?(?=\s+of\s+reg)|\d{{1,2}}\.\d\d|\d{{1,2}}(?!\d){_LETTER})"
_MORE = rf"(?:[.:]?(?:{_GAP}(?:,|and|&|/|through|to|-|\u2013))++{_GAP}(?:items?{_GAP})?{_ONE}){{0,40}}"
_PART = rf"part{_GAP}(?P<part>iv|i{{1,3}}|[1-4])(?![\w'\u2019])"
_STOP = r"(?:[^\S\n]|[.:;,)\u2013\u2014\u2015\u2022|/-])*+"
_ITEM = re.compile(
    rf"[^\w\n(\"\u201c]{{0,6}}(?:{_PART}{_STOP})?(?P<word>items?)\s*+(?:(?:no|number|nos)\b\.?|\#)?{_GAP}[.:-]?{_GAP}"
    rf"(?P<first>{_ONE})(?P<more>{_MORE})(?!\.?\d|%|[A-Za-z](?![A-Za-z]))(?:{_GAP}of\s+regulation\s+ab\b)?(?P<stop>{_STOP})",
    re.IGNORECASE | re.MULTILINE,
)
_PART_HEADING = re.compile(
    rf"[^\w\n(\"\u201c]{{0,6}}{_PART}(?P<rest>[^\n]{{0,80}})$",
    re.IGNORECASE | re.MULTILINE,
)
_EACH = re.compile(_ONE, re.IGNORECASE)
_THROUGH = re.compile(r"through|\bto\b|-|\u2013", re.IGNORECASE)
# A label stands this near to the start of its line, a part before it included.
_REACH = 24
_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


@dataclass(frozen=True, slots=True)
class Label:
    """A label of one or more items at the start of a line.

    begin, end: offsets of the label, from the line's first character to where the title begins.
    items:      upper case without spaces or brackets that are no part of it: ("1A",), ("1", "2").
    part:       the part named in the same line, or ''.
    stop:       the punctuation between number and title.
    """

    begin: int
    end: int
    items: tuple[str, ...]
    part: str
    stop: str


class SearchedText:
    """A text in which labels are looked for. text: with full-width characters made narrow; offsets stay."""

    def __init__(self, text: str) -> None:
        encoded = text.encode("utf-8", "surrogatepass")
        if any(first in encoded for first in _FIRST_BYTES):
            text = text.translate(_FULL_WIDTH)
            encoded = text.encode("utf-8", "surrogatepass")
        self.text = text
        self._lowered = encoded.lower().decode("utf-8", "surrogatepass")

    def line_starts(self, word: str) -> Iterator[int]:
        """Yield the starts of lines that have a word of lower-case ASCII letters near their start, in any case.

        Looking for the word first, and then at its line, is ten times as quick as a pattern tried at each line.
        """
        last = -1
        place = self._lowered.find(word)
        while place >= 0:
            start = self.text.rfind("\n", max(place - _REACH, 0), place) + 1
            if (start or place < _REACH) and start != last:
                last = start
                yield start
            place = self._lowered.find(word, place + 1)


def item_labels(searched: SearchedText) -> Iterator[Label]:
    """Yield the item labels at the start of lines, in order."""
    starts = searched.line_starts("item")
    for match in filter(None, (_ITEM.match(searched.text, start) for start in starts)):
        items = _items(match["first"], match["more"])
        yield Label(match.start("word"), match.end(), items, _roman(match["part"]), match["stop"])


def part_labels(searched: SearchedText) -> Iterator[tuple[int, str, str]]:
    """Yield (offset, part, what follows in the line) of lines that begin with a part."""
    starts = searched.line_starts("part")
    for match in filter(None, (_PART_HEADING.match(searched.text, start) for start in starts)):
        yield match.start(), _roman(match["part"]), match["rest"]


def _items(first: str, more: str) -> tuple[str, ...]:
    """Return every item a label names; `1 through 4` names all four."""
    found = [_plain(first)]
    after = 0
    for match in _EACH.finditer(more):
        item = _plain(match[0])
        if _THROUGH.search(more, after, match.start()) and found[-1].isdecimal() and item.isdecimal():
            found += [str(number) for number in range(int(found[-1]) + 1, int(item))]
        found.append(item)
        after = match.end()
    return tuple(dict.fromkeys(found))


def _plain(label: str) -> str:
    return "".join(letter for letter in label.upper() if letter.isalnum() or letter == ".")


def _roman(part: str | None) -> str:
    return _ROMAN.get(part, part.upper()) if part else ""
