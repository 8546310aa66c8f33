"""Headings that give an item's title without its number, for items that no labelled heading was found for.

Some companies print no item numbers at all, and map them to pages in an index (failure case 5); others leave out one.
A title counts as a heading only if the line is the title and little else, looks like a heading, and has text below;
where the table of contents or the index links to it, that is enough.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from edgewise.text.items.candidates import Candidate, look_of, most
from edgewise.text.items.titles import title_fit, title_only_fit, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import ItemKind

_SHORTEST, _LONGEST = 4, 200
_OPENING = 60
_IS_TITLE = 0.85
_LINKED_TITLE = 0.4
_LOOK = 0.5
_NEAR = 400
_BLOCKS_NEAR = 6
_ENTRY = re.compile(
    r"(?:[^\w\n]{0,4}items?\s*)?\(?(?P<item>\d{1,2}[A-C]?)[.):]?\)?\s+(?P<title>[A-Z\u201c\[(][^\n]{4,240})",
    re.IGNORECASE,
)
_COLUMNS = re.compile(
    r"(?P<title>[A-Z][^\t\n]{4,200})\t(?:part\s*)?(?P<part>IV|I{1,3})\t(?:items?\s*)?(?P<item>\d{1,2}[A-C]?)\b",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"(?:pages?\s*)?((?:[A-Z]-)?\d{1,3}(?:\s*[-\u2013,&]\s*(?:and\s*)?(?:[A-Z]-)?\d{1,3})*)\s*(?:,?\s*\(\w\))?\s*$"
)
_FIT = 0.6


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an index that maps an item to pages.

    number: its block. pages: "4-36, 121"; '' where it names none. target: offset its link points to; -1 without one.
    """

    kind: ItemKind
    number: int
    pages: str
    target: int


def entries(document: Document, kinds: tuple[ItemKind, ...]) -> dict[tuple[str, str], Entry]:
    """Return the entries of an index or a table of contents by item; of several the first."""
    known: dict[str, list[ItemKind]] = {}
    for kind in kinds:
        known.setdefault(kind.item, []).append(kind)
    found: dict[tuple[str, str], Entry] = {}
    for number, item, title in islice(_rows(document), most(document)):
        for kind in known.get(item, ()):
            if kind.key not in found and title_fit(title, kind.titles) >= _FIT:
                pages = _PAGES.search(document.lines[number])
                found[kind.key] = Entry(kind, number, pages[1] if pages else "", _target(document, number))
                break
    return found


def _rows(document: Document) -> Iterator[tuple[int, str, str]]:
    """Yield number, item and title of the lines that look like entries."""
    for number, line in enumerate(document.lines):
        if 0 < len(line) <= _LONGEST * 2 and (match := _COLUMNS.match(line) or _ENTRY.match(line)):
            yield number, match["item"].upper(), match["title"]


def titled(
    document: Document, missing: tuple[ItemKind, ...], index: dict[tuple[str, str], Entry], furniture: frozenset[int]
) -> list[Candidate]:
    """Return the places that look like headings of the missing items, in order of the text, at most `most` of them."""
    found = [
        linked
        for kind in missing
        if (entry := index.get(kind.key)) and (linked := _at_target(document, kind, entry)) is not None
    ]
    linked_to = {(candidate.begin, candidate.labels) for candidate in found}
    unseen = furniture | {entry.number for entry in index.values()}
    others = [c for c in _by_words(document, missing, unseen) if (c.begin, c.labels) not in linked_to]
    return sorted([*found, *others], key=lambda candidate: candidate.begin)


def _by_words(document: Document, missing: tuple[ItemKind, ...], unseen: frozenset[int]) -> Iterator[Candidate]:
    """Yield the lines, but those unseen, that are a title of a missing item, nothing more, and look like a heading."""
    for number, kind, fit in islice(_title_lines(document, missing, unseen), most(document)):
        if (look := look_of(document, number, document.lines[number])) >= _LOOK:
            yield _candidate(document, kind, number, fit, look)


def _title_lines(
    document: Document, missing: tuple[ItemKind, ...], unseen: frozenset[int]
) -> Iterator[tuple[int, ItemKind, float]]:
    """Yield number, item and fit of the lines, but those unseen, that are a title of a missing item, nothing more."""
    firsts: dict[str, list[ItemKind]] = {}
    for kind in missing:
        for first in {said[0] for said in map(words, kind.titles) if said}:
            firsts.setdefault(first, []).append(kind)
    for number, line in enumerate(document.lines):
        if not _SHORTEST <= len(line) <= _LONGEST or number in unseen or "\t" in line.strip():
            continue
        said = words(line[:_OPENING])
        for kind in firsts.get(said[0], ()) if said else ():
            if (fit := title_only_fit(line, kind.titles)) >= _IS_TITLE:
                yield number, kind, fit


def _target(document: Document, number: int) -> int:
    """Return the offset that a link in this block points to further down; -1 without one."""
    begin, end = document.begins[number], document.begins[number] + len(document.lines[number])
    for link_begin, _, target in document.links[bisect_left(document.links, (begin,)) :]:
        if link_begin >= end:
            break
        there = document.anchors.get(target.removeprefix(b"#"), -1) if target.startswith(b"#") else -1
        if there > end:
            return there
    return -1


def _at_target(document: Document, kind: ItemKind, entry: Entry) -> Candidate | None:
    """Return the heading at the place an index links to: the first block there with words of the title."""
    if entry.target < 0:
        return None
    first = max(document.number_at(entry.target), 0)
    for number in range(first, min(first + _BLOCKS_NEAR, len(document))):
        line = document.lines[number]
        if document.begins[number] > entry.target + _NEAR:
            break
        if document.begins[number] + len(line) < entry.target or not _SHORTEST <= len(line) <= _LONGEST:
            continue
        fit = max(title_only_fit(line, kind.titles), title_fit(line, kind.titles) * 0.8)
        if fit >= _LINKED_TITLE:
            candidate = _candidate(document, kind, number, fit, look_of(document, number, line))
            candidate.target = True
            return candidate
    return None


def _candidate(document: Document, kind: ItemKind, number: int, fit: float, look: float) -> Candidate:
    begin, line = document.begins[number], document.lines[number]
    return Candidate(
        number=number, begin=begin, labels=(kind.item,), part=kind.part, kinds=(kind,), more=(), heading=line,
        heading_end=begin + len(line), fits=(fit,), look=look, titled=True,
    )  # fmt: skip
