"""Places where an item may begin: every line that a label opens, with what speaks for and against a heading there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from edgewise.text.items.labels import item_labels, part_labels
from edgewise.text.items.titles import end_of_title, title_fit, words

if TYPE_CHECKING:
    from datetime import date

    from edgewise.text.document import Block, Document
    from edgewise.text.forms.declared import Form, ItemKind
    from edgewise.text.items.labels import Label, SearchedText

_PAGE_NUMBER = r"(?:page\s*)?(?:[A-Z]{1,2}-)?\d{1,3}(?:\s*(?:-|\u2013|to|,|and|&)\s*(?:[A-Z]-)?\d{1,3})*"
_TAIL = 24
_ENDS_WITH_PAGE = re.compile(rf"(?:[\t.\u2026_]|\s{{2,}}|[a-z)\]]\s)\s*{_PAGE_NUMBER}\s*$", re.IGNORECASE)
_ONLY_PAGE = re.compile(
    rf"[\s\-\u2013\u2014(]*(?:{_PAGE_NUMBER}|[ivxl]{{1,5}}|n/?a|\*+|\u2014)[\s\-\u2013\u2014)]*", re.IGNORECASE
)
_CONTINUED = re.compile(r"\(?\bcont(?:inued|\u2019d|'d|\.)?\)?[.\s]*$", re.IGNORECASE)
# What follows a label in running text: `Item 7 of this report`, `Item 1A, Risk Factors, and`, `Item 8 (Note 5)`.
_RUNNING = re.compile(
    r"(?:of|and|or|in|to|for|above|below|herein|hereof|as|is|was|are|were|under|on|through|which|that|shall)\b|"
    r"[a-z]{2,}\s+[a-z]"
)
_ITEM_FOLLOWS = re.compile(r"\W*items?\b", re.IGNORECASE)
# Real filings have up to 150 lines that open like an item, two a page: of more than so many the first count, and all
# items are suspect. A small page of nothing but labels costs no more a byte than a large one.
_AT_LEAST, _AT_MOST = 200, 2_000
_CHARACTERS_EACH = 1_000
_LONG_HEADING = 260
_LONG_PART = 80
_NEXT_LINES = 3
_SOME_FIT = 0.5
_GOOD_FIT = 0.75
_MOSTLY = 0.7


@dataclass(slots=True)
class Candidate:
    """A place where an item, a part or the signatures may begin.

    number, begin: block and offset into the text.
    labels:   of the items, upper case; () for a part or an end.
    part:     said in the same line, or the part itself; '' if nothing says it.
    kinds:    items of the form that the first label can mean. more: further items of a combined heading.
    heading:  the words of the heading as displayed, label and title. heading_end: offset where it ends.
    fits:     of each kind, how well the title fits, 0 to 1.
    look:     how much it looks like a heading, 0 to 1. bare: whether nothing follows the label in its line.
    contents: whether it is an entry of a table of contents. omitted: of a list of items left out.
    target:   whether a table of contents points here.
    running:  whether it reads like running text.
    page:     whether it ends with a page number. continued: whether a page only repeats it.
    titled:   whether it gives the title of an item without its number.
    """

    number: int
    begin: int
    labels: tuple[str, ...]
    part: str
    kinds: tuple[ItemKind, ...]
    more: tuple[tuple[ItemKind, ...], ...]
    heading: str
    heading_end: int
    fits: tuple[float, ...]
    look: float
    bare: bool = False
    contents: bool = False
    omitted: bool = False
    target: bool = False
    running: bool = False
    page: bool = False
    continued: bool = False
    titled: bool = False


def labelled(
    document: Document, form: Form, filed: date, searched: SearchedText, furniture: frozenset[int]
) -> list[Candidate]:
    """Return the lines that open with the label of an item that the form has, in order, at most `most` of them."""
    known = {_bare(label): kinds for label, kinds in form.labels(filed).items()}
    items = ((label, known[label.items[0]]) for label in item_labels(searched) if label.items[0] in known)
    repeated = _repeated(document, furniture)
    seen = ((label, kinds) for label, kinds in items if document.number_at(label.begin) not in repeated)
    return [
        _candidate(
            document, searched.text, label, kinds, tuple(known[item] for item in label.items[1:] if item in known)
        )
        for label, kinds in islice(seen, most(document))
    ]


def most(document: Document) -> int:
    """Return how many candidates of a kind a document may have."""
    return min(_AT_LEAST + len(document.text) // _CHARACTERS_EACH, _AT_MOST)


def _repeated(document: Document, furniture: frozenset[int]) -> set[int]:
    """Return the page furniture but the first line of each wording: an item that begins a page may be its own head."""
    first: dict[str, int] = {}
    return {number for number in sorted(furniture) if first.setdefault(document.lines[number], number) != number}


def _candidate(
    document: Document, text: str, label: Label, kinds: tuple[ItemKind, ...], more: tuple[tuple[ItemKind, ...], ...]
) -> Candidate:
    number = document.number_at(label.begin)
    line_end = _line_end(text, label.end)
    heading_end, title = _title(document, text, label.end, kinds)
    fits = tuple(title_fit(title, kind.titles) for kind in kinds)
    rest = text[label.end : line_end]
    return Candidate(
        number=number,
        begin=label.begin,
        labels=label.items,
        part=label.part,
        kinds=kinds,
        more=more,
        heading=" ".join(document.text[label.begin : heading_end].split()),
        heading_end=heading_end,
        fits=fits,
        look=look_of(document, number, text[label.begin : line_end]),
        bare=not rest.strip(),
        page=_ends_with_page(rest) and line_end - label.begin < _LONG_HEADING,
        running=_is_running(rest, label.stop, max(fits)),
        continued=_CONTINUED.search(title) is not None,
    )


def _title(document: Document, text: str, after: int, kinds: tuple[ItemKind, ...]) -> tuple[int, str]:
    """Return where the heading ends and its title: the rest of the label's line, or one below where that is empty."""
    block = document.block(document.number_at(after - 1))
    rest = text[after : block.end]
    if not rest.strip():
        return _title_below(document, block, kinds)
    lead = block.begin + block.lead
    if after < lead < block.end:
        return lead, text[after:lead]
    stop = end_of_title(rest, tuple(title for kind in kinds for title in kind.titles))
    return after + stop, rest[:stop]


def _title_below(document: Document, block: Block, kinds: tuple[ItemKind, ...]) -> tuple[int, str]:
    """Return where the title below a bare label ends, and the title; '' where there is none."""
    for following in range(block.number + 1, min(block.number + 1 + _NEXT_LINES, len(document))):
        line = document.lines[following]
        if not line or _ONLY_PAGE.fullmatch(line):
            continue
        if len(line) <= _LONG_HEADING and max(title_fit(line, kind.titles) for kind in kinds) >= _SOME_FIT:
            return document.begins[following] + len(line), line
        break
    return block.end, ""


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _ends_with_page(text: str) -> bool:
    return _ENDS_WITH_PAGE.search(text[-_TAIL:]) is not None


def _first_letter(text: str, begin: int) -> int:
    while begin < len(text) and not text[begin].isalnum():
        begin += 1
    return begin


def look_of(document: Document, number: int, line: str) -> float:
    """Return how much a block looks like a heading: emphasised, in capitals, centred, short."""
    block = document.block(number)
    letters = [letter for letter in line[:120] if letter.isalpha()]
    capitals = sum(map(str.isupper, letters)) / len(letters) if letters else 0.0
    short = len(block.text) <= _LONG_HEADING
    emphasis = max(block.bold, block.underlined, 0.7 * block.italic) if short else float(block.lead > 0)
    look = 0.45 * emphasis + 0.3 * (capitals > _MOSTLY) + 0.1 * block.centered + 0.2 * short
    return min(1.0, look + 0.5 * block.heading)


def _is_running(rest: str, stop: str, fit: float) -> bool:
    """Return whether what follows a label goes on like a sentence about the item rather than with its title."""
    rest = rest.strip()
    if not rest:
        return False
    if fit >= _GOOD_FIT and len(rest) <= _LONG_HEADING:
        return rest.endswith((",", "\u201d")) or (rest[0].islower() and not stop.strip())
    if _RUNNING.match(rest) or (rest[0] in '(\u201d"' and fit < _SOME_FIT):
        return True
    return "," in stop and fit < _GOOD_FIT


def parts(document: Document, form: Form, searched: SearchedText) -> list[Candidate]:
    """Return the headings of parts, in order; a part in front of an item in the same line is the item's."""
    known = {part.id: part.headings for part in form.parts if part.id}
    found: list[Candidate] = []
    for begin, part, rest in part_labels(searched):
        if part not in known or len(rest) > _LONG_PART or _ITEM_FOLLOWS.match(rest):
            continue
        said = words(rest)
        fit = title_fit(rest, known[part]) if said else 0.0
        if not said or fit >= _SOME_FIT or _CONTINUED.search(rest) or _ends_with_page(rest):
            found.append(_part(document, _first_letter(searched.text, begin), part, rest, fit))
        if len(found) == most(document):
            break
    return found


def _part(document: Document, begin: int, part: str, rest: str, fit: float) -> Candidate:
    number = document.number_at(begin)
    line = document.lines[number]
    return Candidate(
        number=number,
        begin=begin,
        labels=(),
        part=part,
        kinds=(),
        more=(),
        heading=line,
        heading_end=document.begins[number] + len(line),
        fits=(fit,),
        look=look_of(document, number, line),
        page=_ends_with_page(rest),
        continued=_CONTINUED.search(rest) is not None,
    )


def _bare(label: str) -> str:
    return "".join(letter for letter in label.upper() if letter.isalnum() or letter == ".")
