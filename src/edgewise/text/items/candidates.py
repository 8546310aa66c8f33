"""Places where an item may begin: every line that a label opens, with what speaks for and against a heading there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.text.items.labels import ascii_width, item_labels, part_labels
from edgewise.text.items.titles import end_of_title, title_fit, words

if TYPE_CHECKING:
    from datetime import date

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import Form, ItemKind

_PAGE_NUMBER = r"(?:page\s*)?(?:[A-Z]{1,2}-)?\d{1,3}(?:\s*(?:-|\u2013|to|,|and|&)\s*(?:[A-Z]-)?\d{1,3})*"
_TAIL = 24
_ENDS_WITH_PAGE = re.compile(rf"(?:[\t.\u2026_]|\s{{2,}}|[a-z)\]]\s)\s*{_PAGE_NUMBER}\s*$", re.IGNORECASE)
_ONLY_PAGE = re.compile(rf"[\s\-\u2013\u2014(]*(?:{_PAGE_NUMBER}|[ivxl]{{1,5}}|n/?a|\*+|\u2014)[\s\-\u2013\u2014)]*", re.IGNORECASE)
_CONTINUED = re.compile(r"\(?\bcont(?:inued|\u2019d|'d|\.)?\)?[.\s]*$", re.IGNORECASE)
# What follows a label in running text: `Item 7 of this report`, `Item 1A, Risk Factors, and`, `Item 8 (Note 5)`.
_RUNNING = re.compile(r"(?:of|and|or|in|to|for|above|below|herein|hereof|as|is|was|are|were|under|on|through|which|that|shall)\b|[a-z]{2,}\s+[a-z]", re.UNICODE)
_NOTHING_TO_SAY = re.compile(r"\W*(?:none|not applicable|n/a|omitted|reserved|removed and reserved|not required)\b", re.IGNORECASE)
_LONG_HEADING = 260
_PROSE = 70
_NEXT_LINES = 3


@dataclass(slots=True)
class Candidate:
    """A place where an item, a part or the signatures may begin.

    number, begin: block and offset into the text. end: offset where the label ends and the title begins.
    labels:   of the items, upper case; () for a part or an end.
    part:     said in the same line, or the part itself; '' if nothing says it.
    kinds:    items of the form that the first label can mean. more: further items of a combined heading.
    heading:  the words of the heading as displayed, label and title.
    fits:     of each kind, how well the title fits, 0 to 1.
    look:     how much it looks like a heading, 0 to 1.
    contents: whether it is an entry of a table of contents. omitted: of a list of items left out.
    target:   whether a table of contents points here.
    running:  whether it reads like running text.
    page:     whether it ends with a page number. continued: whether a page only repeats it.
    titled:   whether it gives the title of an item without its number.
    """

    number: int
    begin: int
    end: int
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


def labelled(document: Document, form: Form, filed: date, text: str, furniture: frozenset[int]) -> list[Candidate]:
    """Return the lines that open with the label of an item that the form has, in order."""
    known = {_bare(label): kinds for label, kinds in form.labels(filed).items()}
    found = []
    for label in item_labels(text):
        kinds = known.get(label.items[0], ())
        if not kinds or document.number_at(label.begin) in furniture:
            continue
        more = tuple(known[item] for item in label.items[1:] if item in known)
        found.append(_candidate(document, text, label.begin, label.end, label.items, label.part, kinds, more, label.stop))
    return found


def _candidate(
    document: Document,
    text: str,
    begin: int,
    end: int,
    labels: tuple[str, ...],
    part: str,
    kinds: tuple[ItemKind, ...],
    more: tuple[tuple[ItemKind, ...], ...],
    stop: str,
) -> Candidate:
    number = document.number_at(begin)
    line_end = text.find("\n", begin)
    line_end = len(text) if line_end < 0 else line_end
    begin = _first_letter(text, begin)
    heading_end, title = _title(document, text, number, min(end, line_end), line_end, kinds)
    fits = tuple(max((title_fit(title, kind.titles) if title else 0.0), 0.0) for kind in kinds)
    rest = text[min(end, line_end) : line_end]
    return Candidate(
        number=number,
        begin=begin,
        end=end,
        labels=labels,
        part=part,
        kinds=kinds,
        more=more,
        heading=" ".join(text[begin:heading_end].split()),
        heading_end=heading_end,
        fits=fits,
        look=look_of(document, number, text[begin:line_end]),
        bare=not rest.strip(),
        page=_ENDS_WITH_PAGE.search(rest[-_TAIL:]) is not None and line_end - begin < _LONG_HEADING,
        running=_is_running(rest, stop, max(fits, default=0.0)),
        continued=_CONTINUED.search(title) is not None,
    )


def _title(
    document: Document, text: str, number: int, after: int, line_end: int, kinds: tuple[ItemKind, ...]
) -> tuple[int, str]:
    """Return where the heading ends and its title: the rest of the line, or the next lines where that is empty."""
    rest = text[after:line_end]
    if rest.strip():
        block = document.block(number)
        lead = block.begin + block.lead
        if block.lead and after < lead < line_end:
            return lead, text[after:lead]
        stop = end_of_title(rest, kinds[0].titles if len(kinds) == 1 else tuple(t for kind in kinds for t in kind.titles))
        return after + stop, rest[:stop]
    for following in range(number + 1, min(number + 1 + _NEXT_LINES, len(document))):
        line = document.lines[following]
        if not line or _ONLY_PAGE.fullmatch(line):
            continue
        if len(line) <= _LONG_HEADING and max(title_fit(line, kind.titles) for kind in kinds) >= 0.5:
            return document.begins[following] + len(line), line
        break
    return line_end, ""


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
    look = 0.45 * emphasis + 0.3 * (capitals > 0.7) + 0.1 * block.centered + 0.2 * short
    return min(1.0, look + 0.5 * block.heading)


def _is_running(rest: str, stop: str, fit: float) -> bool:
    """Return whether what follows a label goes on like a sentence about the item rather than with its title."""
    rest = rest.strip()
    if not rest:
        return False
    if fit >= 0.75 and len(rest) <= _LONG_HEADING:
        return rest.endswith((",", "\u201d")) or (rest[0].islower() and not stop.strip())
    return _RUNNING.match(rest) is not None or (rest[0] in "(\u201d\"" and fit < 0.5) or ("," in stop and fit < 0.75)


def parts(document: Document, form: Form, text: str) -> list[Candidate]:
    """Return the headings of parts, in order; a part in front of an item in the same line is the item's."""
    known = {part.id: part.headings for part in form.parts if part.id}
    found = []
    for begin, part, rest in part_labels(text):
        if part not in known or len(rest) > 80:
            continue
        if re.match(r"[\W]*items?\b", rest, re.IGNORECASE):
            continue
        titles = known[part]
        fit = title_fit(rest, titles) if titles and words(rest) else 0.0
        if words(rest) and fit < 0.5 and not _CONTINUED.search(rest) and not _ENDS_WITH_PAGE.search(rest[-_TAIL:]):
            continue
        number = document.number_at(begin)
        found.append(
            Candidate(
                number=number, begin=_first_letter(text, begin), end=begin, labels=(), part=part, kinds=(), more=(),
                heading=document.lines[number], heading_end=begin + len(document.lines[number]), fits=(fit,),
                look=look_of(document, number, document.lines[number]), page=_ENDS_WITH_PAGE.search(rest[-_TAIL:]) is not None,
                continued=_CONTINUED.search(rest) is not None,
            )
        )  # fmt: skip
    return found


def _bare(label: str) -> str:
    return "".join(letter for letter in label.upper() if letter.isalnum() or letter == ".")


def narrowed(document: Document) -> str:
    """Return the text in which labels are looked for; same offsets."""
    return ascii_width(document.text)
