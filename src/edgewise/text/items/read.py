"""The items of a filing's document: where each begins and ends, and whether to trust it.

1. `candidates.labelled` finds every line that opens like an item of the form; `candidates.parts` and `ends.signatures`
   the headings of parts and the end.
2. `contents.mark_contents` tells entries of a table of contents, and what they point to.
3. `sequence.choose` picks the best consistent sequence over the whole document.
4. An item runs from its heading to the next chosen one, without the page furniture at its end (`furniture`).
5. `reference.reference` tells an item that only points elsewhere; `confidence.judge` says how sure we are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.text.furniture import Furniture
from edgewise.text.items.candidates import labelled, narrowed, parts
from edgewise.text.items.contents import has_body, mark_contents, mark_returns
from edgewise.text.items.ends import signatures
from edgewise.text.items.reference import reference
from edgewise.text.items.sequence import Choice, choose

if TYPE_CHECKING:
    from datetime import date

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import Form, ItemKind


# Heads that some filings print on every page: a part, or the items of the page.
_PAGE_HEAD = re.compile(r"\W*part\s+[ivx]{1,3}\W*(?:\(?con[\w\u2019'.]*\)?)?\W*|\W*items?(?:[\s,&]|and|\d{1,2}[a-c]?)+\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a filing.

    part, item:    as the form numbers it: "II", "7A"; part is '' where the form has none.
    title:         the form's own. heading: as displayed; '' where it was not found.
    status:        ok; suspect, with reasons; by_reference, with a target; absent.
    combined_with: keys of other items under the same heading.
    confidence:    calibrated probability that status and both ends are right.
    begin, end:    offsets into Document.text; heading_end: where its heading ends. -1 where it was not found.
    raw_begin, raw_end: offsets into the bytes; -1 where it was not found.
    first_block, last_block: its blocks, the last exclusive; -1 where it was not found.
    """

    part: str
    item: str
    title: str
    heading: str
    status: str
    reasons: tuple[str, ...] = ()
    target: str = ""
    combined_with: tuple[str, ...] = ()
    confidence: float = 1.0
    begin: int = -1
    heading_end: int = -1
    end: int = -1
    raw_begin: int = -1
    raw_end: int = -1
    first_block: int = -1
    last_block: int = -1

    @property
    def key(self) -> tuple[str, str]:
        """Part and item."""
        return self.part, self.item


def item_text(document: Document, item: Item, furniture: Furniture) -> str:
    """Return the text of an item from its heading on, without page furniture; '' where it was not found."""
    if item.begin < 0:
        return ""
    pages = furniture.numbers
    first = document.text[item.begin : document.begins[item.first_block] + len(document.lines[item.first_block])]
    rest = (document.lines[n] for n in range(item.first_block + 1, item.last_block) if n not in pages)
    return "\n".join([first, *rest])


def read_items(document: Document, form: Form, filed: date) -> list[Item]:
    """Return the items that the form expects on a filing date and those found beside them, in the form's order."""
    text = narrowed(document)
    kinds = form.possible(filed)
    furniture = Furniture(document)
    found = labelled(document, form, filed, text, furniture)
    marks = [*parts(document, form, text), *signatures(document, form, text)]
    candidates = sorted([*found, *marks], key=lambda candidate: candidate.begin)
    mark_contents(document, candidates, kinds)
    mark_returns(document, candidates, furniture.numbers)
    begins = [candidate.begin for candidate in candidates] + [len(text)]
    bodies = {c.begin: has_body(document, c, begins[n + 1]) for n, c in enumerate(candidates) if c.labels}
    choices = choose(form, kinds, candidates, bodies)
    heads = furniture.numbers | {candidate.number for candidate in candidates if candidate.continued}
    items: dict[tuple[str, str], Item] = {}
    for place, choice in enumerate(choices):
        if choice.kind is None:
            continue
        until = choices[place + 1].candidate.begin if place + 1 < len(choices) else len(text)
        for item in _items(document, choice, until, heads):
            items.setdefault(item.key, item)
    ordered = []
    for kind in kinds:
        if kind.key in items:
            ordered.append(items.pop(kind.key))
        elif kind.expected_on(filed) and not any(item.key == kind.key for item in ordered):
            ordered.append(Item(kind.part, kind.item, kind.title, "", "absent"))
    return ordered


def _items(document: Document, choice: Choice, until: int, heads: frozenset[int]) -> list[Item]:
    """Return the item of a heading, and those combined with it."""
    candidate, kind = choice.candidate, choice.kind
    assert kind is not None
    end, last = _end(document, candidate.number, candidate.begin, until, heads)
    heading_end = min(candidate.heading_end, end)
    body = document.text[heading_end:end]
    target = reference(body, kind.item)
    others = [_same_part(kinds, kind) for kinds in candidate.more]
    keys = [kind, *(other for other in others if other.key != kind.key)]
    return [
        Item(
            part=one.part,
            item=one.item,
            title=one.title,
            heading=candidate.heading,
            status="ok" if target is None else "by_reference",
            target=target or "",
            combined_with=tuple(other.item for other in keys if other.key != one.key),
            begin=candidate.begin,
            heading_end=heading_end,
            end=end,
            raw_begin=document.raw_offset(candidate.begin),
            raw_end=document.block(last - 1).raw_end,
            first_block=candidate.number,
            last_block=last,
        )
        for one in keys
    ]


def _same_part(kinds: tuple[ItemKind, ...], kind: ItemKind) -> ItemKind:
    return next((other for other in kinds if other.part == kind.part), kinds[0])


def _end(document: Document, first: int, begin: int, until: int, heads: frozenset[int]) -> tuple[int, int]:
    """Return where an item ends, and its last block (exclusive): before `until`, without page furniture."""
    last = document.number_at(until - 1) if until > begin else first
    if last > first and document.begins[last] >= until:
        last -= 1
    while last > first and (last in heads or _PAGE_HEAD.fullmatch(document.lines[last])):
        last -= 1
    end = document.begins[last] + len(document.lines[last])
    return min(end, until) if last == first else end, last + 1
