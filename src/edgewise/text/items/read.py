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
from typing import TYPE_CHECKING

from edgewise.text.furniture import Furniture
from edgewise.text.items.candidates import Candidate, labelled, parts
from edgewise.text.items.confidence import judged
from edgewise.text.items.contents import has_body, listed, mark_contents, mark_returns
from edgewise.text.items.ends import signatures
from edgewise.text.items.item import Item
from edgewise.text.items.labels import SearchedText
from edgewise.text.items.reference import NOTHING_TO_SAY, reference
from edgewise.text.items.sequence import Choice, choose
from edgewise.text.items.titled import Entry, entries, titled

if TYPE_CHECKING:
    from datetime import date

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import Form, ItemKind


# With this many items in an index for each that has a heading, the index takes the place of headings.
_AN_INDEX = 0.5
# Heads that some filings print on every page: a part, or the items of the page.
_PAGE_HEAD = re.compile(
    r"\W*part\s+[ivx]{1,3}\W*(?:\(?con[\w\u2019'.]*\)?)?\W*|\W*items?(?:[\s,&]|and|\d{1,2}[a-c]?)++\W*", re.IGNORECASE
)


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
    kinds = form.possible(filed)
    furniture = Furniture(document).numbers
    candidates = _candidates(document, form, filed, furniture)
    mark_contents(document, candidates, kinds)
    mark_returns(document, candidates, furniture)
    choices = _chosen(document, form, kinds, candidates)
    omitted = {kind.key for candidate in candidates if candidate.omitted for kind in candidate.kinds}
    looked_for = ({kind.key for kind in form.required(filed)} | listed(candidates)) - omitted
    unfound = _missing(kinds, choices)
    missing = tuple(kind for kind in unfound if kind.key in looked_for)
    index = entries(document, missing) if missing else {}
    if _is_index(index, len(choices)):
        index = entries(document, unfound)
        looked_for |= set(index)
        missing = tuple(kind for kind in unfound if kind.key in looked_for)
    if missing and (more := titled(document, missing, index, furniture)):
        candidates = sorted([*candidates, *more], key=lambda candidate: candidate.begin)
        choices = _chosen(document, form, kinds, candidates)
    heads = furniture | {candidate.number for candidate in candidates if candidate.continued}
    absent = {kind.key for kind in form.expected(filed)} if form.required(filed) else set()
    items = _in_order(document, kinds, absent, _found(document, choices, heads), index)
    return judged(document, items, {kind.key: kind for kind in kinds}, choices, candidates, looked_for=looked_for)


def _candidates(document: Document, form: Form, filed: date, furniture: frozenset[int]) -> list[Candidate]:
    searched = SearchedText(document.text)
    found = labelled(document, form, filed, searched, furniture)
    marks = [*parts(document, form, searched), *signatures(document, form, searched)]
    return sorted([*found, *marks], key=lambda candidate: candidate.begin)


def _chosen(document: Document, form: Form, kinds: tuple[ItemKind, ...], candidates: list[Candidate]) -> list[Choice]:
    begins = [candidate.begin for candidate in candidates] + [len(document.text)]
    bodies = {c.begin: has_body(document, c, begins[n + 1]) for n, c in enumerate(candidates) if c.labels}
    return choose(form, kinds, candidates, bodies)


def _is_index(index: dict[tuple[str, str], Entry], headings: int) -> bool:
    """Return whether an index takes the place of headings."""
    return len(index) >= _AN_INDEX * max(headings, 1)


def _missing(wanted: tuple[ItemKind, ...], choices: list[Choice]) -> tuple[ItemKind, ...]:
    """Return the items that should be there and no heading was chosen for."""
    chosen = {choice.kind.key for choice in choices if choice.kind}
    chosen |= {kind.key for choice in choices for kinds in choice.candidate.more for kind in kinds}
    return tuple(kind for kind in wanted if kind.key not in chosen)


def _found(document: Document, choices: list[Choice], heads: frozenset[int]) -> dict[tuple[str, str], Item]:
    items: dict[tuple[str, str], Item] = {}
    for place, choice in enumerate(choices):
        if choice.kind is not None:
            until = choices[place + 1].candidate.begin if place + 1 < len(choices) else len(document.text)
            for item in _items(document, choice, until, heads):
                items.setdefault(item.key, item)
    return items


def _in_order(
    document: Document,
    kinds: tuple[ItemKind, ...],
    expected: set[tuple[str, str]],
    items: dict[tuple[str, str], Item],
    index: dict[tuple[str, str], Entry],
) -> list[Item]:
    """Return the items in the form's order: found, mapped to pages by an index, or absent though expected.

    A form that demands no item, such as an 8-K or an amendment, expects none: it has those that it has.
    """
    ordered: dict[tuple[str, str], Item] = {}
    for kind in kinds:
        if kind.key in ordered:
            continue
        if kind.key in items:
            ordered[kind.key] = items[kind.key]
        elif kind.key in index and _is_index(index, len(items)):
            ordered[kind.key] = _indexed(document, index[kind.key])
        elif kind.key in expected:
            ordered[kind.key] = Item(kind.part, kind.item, kind.title, "", "absent")
    return list(ordered.values())


def _indexed(document: Document, entry: Entry) -> Item:
    """Return an item that stands only in an index: by reference to the pages it names."""
    block = document.block(entry.number)
    nothing = NOTHING_TO_SAY.search(block.text) is not None
    return Item(
        part=entry.kind.part,
        item=entry.kind.item,
        title=entry.kind.title,
        heading=block.text,
        status="ok" if nothing else "by_reference",
        target="" if nothing else f"pages {entry.pages}" if entry.pages else "the index's notes",
        begin=block.begin,
        heading_end=block.end,
        end=block.end,
        raw_begin=block.raw_begin,
        raw_end=block.raw_end,
        first_block=block.number,
        last_block=block.number + 1,
    )


def _items(document: Document, choice: Choice, until: int, heads: frozenset[int]) -> list[Item]:
    """Return the item of a heading, and those combined with it."""
    candidate, kind = choice.candidate, choice.kind
    assert kind is not None
    end, last = _end(document, candidate.number, until, heads)
    heading_end = min(candidate.heading_end, end)
    body = document.text[heading_end:end]
    target, share = reference(body, kind.item)
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
            reference_share=share,
        )
        for one in keys
    ]


def _same_part(kinds: tuple[ItemKind, ...], kind: ItemKind) -> ItemKind:
    return next((other for other in kinds if other.part == kind.part), kinds[0])


def _end(document: Document, first: int, until: int, heads: frozenset[int]) -> tuple[int, int]:
    """Return where an item ends, and its last block (exclusive): before `until`, without page furniture."""
    last = document.number_at(until) - 1 if until < len(document.text) else len(document) - 1
    last = max(last, first)
    while last > first and (last in heads or _PAGE_HEAD.fullmatch(document.lines[last])):
        last -= 1
    end = document.begins[last] + len(document.lines[last])
    return min(end, until) if last == first else end, last + 1
