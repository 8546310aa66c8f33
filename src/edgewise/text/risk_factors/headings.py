"""What might be a heading: lines set off by their look, and leads set off from the rest of their paragraph."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from edgewise.text.risk_factors.wording import Wording, ends_sentence, is_unfinished, wording

if TYPE_CHECKING:
    from edgewise.text.document import Block, Document
    from edgewise.text.risk_factors.lines import Line

_LONGEST = 1_200
_MOST_LINES = 8
# Far more than any filing has; what holds more is no list of risk factors, and is not to take long.
MOST = 5_000
_LONGEST_CAPITALS = 400
_MOSTLY = 0.85
_HALF = 0.5
_LARGER = 0.9
# What a reader sees where nothing says how large the text is.
_UNSAID_SIZE = 12.0
_SHORTEST_LEAD = 8
# What stands between a heading and the text that it begins.
_BETWEEN = " \t-\u2013\u2014:"
_WORD = re.compile(r"[^\W\d_]{2,}")


class Look(NamedTuple):
    """What sets a heading off."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    capitals: bool = False
    larger: bool = False
    centered: bool = False
    listed: bool = False
    run_in: bool = False

    @property
    def rank(self) -> float:
        """How high such a heading stands: larger, bold, bold italic, underlined or capitals, italic, none."""
        slanted = self.italic * (-0.5 if self.bold else 1)
        return 8 * self.larger + 4 * self.bold + 2 * (self.underlined or self.capitals) + slanted


@dataclass(frozen=True, slots=True)
class Heading:
    """What might be a heading.

    first, last: places of its first line and after its last one. text: of it. look: what sets it off.
    says:        what its words say.
    begin, end:  offsets into the document's text.
    """

    first: int
    last: int
    begin: int
    end: int
    text: str
    look: Look
    says: Wording

    def moved(self, places: int) -> Heading:
        """Return it with its places that many further on."""
        return replace(self, first=self.first + places, last=self.last + places)


def find_headings(document: Document, lines: list[Line]) -> list[Heading]:
    """Return what might be headings among the lines, in their order; neighbours that are one heading as one.

    No more than the first five thousand.
    """
    size = _body_size(document, lines)
    found: list[Heading] = []
    for place, line in enumerate(lines):
        heading = _heading(document, line, place, size)
        if heading and found and _continues(found[-1], heading, soft=line.soft):
            heading = _joined(found.pop(), heading)
        if heading:
            found.append(heading)
        if len(found) >= MOST:
            break
    return found


def _body_size(document: Document, lines: list[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[document.style(line.number).size] += len(line.text)
    return (sizes.most_common(1)[0][0] if sizes else 0.0) or _UNSAID_SIZE


def _heading(document: Document, line: Line, place: int, size: float) -> Heading | None:
    if not _WORD.search(line.text):
        return None
    style = document.style(line.number)
    short = len(line.text) <= _LONGEST and not line.row
    larger = short and style.size >= size + _LARGER
    capitals = short and len(line.text) <= _LONGEST_CAPITALS and line.text.isupper()
    set_off = style.bold or style.italic or style.underlined or larger or capitals
    if not set_off and not line.listed:
        return None
    if document.raw_offset(document.begins[line.number]) == document.raw_offset(line.end - 1):
        look = Look(style.bold, style.italic, style.underlined, capitals, larger, style.centered, line.listed)
        return _whole(line, place, look) if set_off and short else None
    block = document.block(line.number)
    if short and (larger or capitals or max(block.bold, block.italic, block.underlined) >= _MOSTLY):
        bold, italic, underlined = (share >= _HALF for share in (block.bold, block.italic, block.underlined))
        return _whole(line, place, Look(bold, italic, underlined, capitals, larger, block.centered, line.listed))
    return _run_in(document, block, line, place)


def _whole(line: Line, place: int, look: Look) -> Heading:
    return Heading(place, place + 1, line.begin, line.end, line.text, look, wording(line.text))


def _run_in(document: Document, block: Block, line: Line, place: int) -> Heading | None:
    end = block.begin + block.lead
    text = document.text[line.begin : end].rstrip(_BETWEEN)
    rest = document.text[line.begin + len(text) : line.end].lstrip(" ")
    if not _SHORTEST_LEAD <= len(text) <= _LONGEST or not _WORD.search(document.text, end, line.end):
        return None
    if not ends_sentence(text) and not rest.startswith(tuple(_BETWEEN.strip(" ") + ".")):
        return None
    look = _lead_look(document, block)._replace(capitals=text.isupper(), listed=line.listed, run_in=True)
    return Heading(place, place + 1, line.begin, line.begin + len(text), text, look, wording(text))


def _lead_look(document: Document, block: Block) -> Look:
    style = document.style(block.number)
    if style.bold or style.italic or style.underlined:
        return Look(style.bold, style.italic, style.underlined)
    return Look(block.bold > 0, block.italic > 0 and not block.bold, block.underlined > 0 and not block.bold)


def _continues(before: Heading, after: Heading, *, soft: bool) -> bool:
    """Return whether two neighbours are one heading: broken by a page, or over several lines."""
    if before.last != after.first or before.look.run_in or (after.look.listed and not before.look.listed):
        return False
    if before.last - before.first >= _MOST_LINES:
        return False
    if before.look[:3] != after.look[:3] or ends_sentence(before.text):
        return False
    if after.text[:1].islower() or is_unfinished(before.text):
        return True
    return soft and before.look == after.look and not after.says.sentence and not before.says.sentence


def _joined(before: Heading, after: Heading) -> Heading:
    text = f"{before.text} {after.text}"
    return Heading(
        before.first,
        after.last,
        before.begin,
        after.end,
        text,
        before.look._replace(run_in=after.look.run_in),
        wording(text),
    )
