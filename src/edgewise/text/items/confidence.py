"""How sure we are of an item, and why not more.

    confidence = _SURE * product over doubts of (1 - how often an item with that doubt is wrong)

The shares were set on hand-read filings and on filings damaged on purpose (headings removed, labels removed, styles
removed), where the right answer stays known; `make evaluate ONLY=items` prints how well they hold. An item below
`SUSPECT_BELOW` is suspect, and its doubts are the reasons.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from edgewise.text.items.candidates import most
from edgewise.text.items.reference import NOTHING_TO_SAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import ItemKind
    from edgewise.text.items.candidates import Candidate
    from edgewise.text.items.item import Item
    from edgewise.text.items.sequence import Choice

SUSPECT_BELOW = 0.85
_SURE = 0.998
# How often an item with a doubt is wrong.
DOUBTS = {
    "not_found": 0.60,
    "index_only": 0.40,
    "title_only": 0.20,
    "other_title": 0.14,
    "no_title": 0.08,
    "weak_heading": 0.15,
    "rival": 0.30,
    "out_of_order": 0.30,
    "too_long": 0.20,
    "too_short": 0.20,
    "no_text": 0.40,
    "heading_inside": 0.30,
    "neighbour_missing": 0.35,
    "next_doubtful": 0.16,
    "no_end": 0.12,
    "unclear_reference": 0.12,
    "document_suspect": 0.12,
    "crowded": 0.50,
}
_WEAK = 2.3
_FIT = 0.5
_ANY = 0.01
_MARGIN = 0.4
_UNCLEAR = (0.45, 0.7)
_SHORT = 900


def judged(
    document: Document,
    items: list[Item],
    kinds: dict[tuple[str, str], ItemKind],
    choices: list[Choice],
    candidates: list[Candidate],
    *,
    looked_for: set[tuple[str, str]],
) -> list[Item]:
    """Return the items with their confidence; those in doubt become suspect, with the doubts as reasons.

    kinds:      items possible on the date, by key, in the form's order.
    looked_for: items that the form demands or the table of contents lists.
    """
    by_begin = {choice.candidate.begin: choice for choice in choices if choice.kind}
    found = {item.key for item in items if item.status != "absent"}
    before_missing = _before_missing(list(kinds), looked_for - found, found)
    beside = _Beside(choices, candidates)
    result = []
    for item in items:
        doubts = [*_of_document(document, candidates)]
        if item.begin >= 0:
            doubts += _doubts(document, item, kinds[item.key], by_begin.get(item.begin), beside)
        elif item.key in looked_for:
            doubts.append("not_found")
        if item.begin >= 0 and item.key in before_missing:
            doubts.append("neighbour_missing")
        if beside.next_is_doubtful(item):
            doubts.append("next_doubtful")
        result.append(_with(item, tuple(dict.fromkeys(doubts))))
    return result


def _before_missing(
    order: list[tuple[str, str]], missing: set[tuple[str, str]], found: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the items after which the next of the form, of those found or missing, is missing."""
    known = [key for key in order if key in missing or key in found]
    return {key for key, following in pairwise(known) if following in missing}


def _with(item: Item, doubts: tuple[str, ...]) -> Item:
    confidence = _SURE
    for doubt in doubts:
        confidence *= 1 - DOUBTS[doubt]
    confidence = round(confidence, 3)
    if confidence >= SUSPECT_BELOW:
        return replace(item, confidence=confidence)
    return replace(item, confidence=confidence, status="suspect", reasons=doubts)


def _of_document(document: Document, candidates: list[Candidate]) -> Iterator[str]:
    if document.status == "suspect":
        yield "document_suspect"
    if len(candidates) >= most(document):
        yield "crowded"


def _doubts(document: Document, item: Item, kind: ItemKind, choice: Choice | None, beside: _Beside) -> Iterator[str]:
    """Yield the reasons to doubt an item that was found; without a choice, it is only in an index."""
    if choice is None:
        yield "index_only"
        return
    yield from _of_heading(item, choice)
    if beside.has_rival(choice):
        yield "rival"
    if beside.has_heading_inside(item, choice):
        yield "heading_inside"
    if beside.is_last(choice):
        yield "no_end"
    yield from _of_text(document, item, kind)


def _is_doubtful(choice: Choice) -> bool:
    """Return whether a heading may not be one; the item before it would end elsewhere."""
    return choice.kind is not None and (choice.weight < _WEAK or choice.candidate.titled or not choice.in_order)


def _of_heading(item: Item, choice: Choice) -> Iterator[str]:
    candidate = choice.candidate
    fit = _fit(candidate, choice)
    if candidate.titled and not candidate.target:
        yield "title_only"
    if fit < _FIT and not item.combined_with:
        yield "no_title" if fit == 0 and candidate.bare else "other_title"
    if choice.weight < _WEAK:
        yield "weak_heading"
    if not choice.in_order:
        yield "out_of_order"


def _of_text(document: Document, item: Item, kind: ItemKind) -> Iterator[str]:
    body = document.text[item.heading_end : item.end]
    length = item.end - item.begin
    if item.status == "ok" and not item.combined_with:
        if not any(map(str.isalnum, body)):
            if kind.body_usual and "eserved" not in item.heading:
                yield "no_text"
        elif length > kind.typical[1]:
            yield "too_long"
        elif length < kind.typical[0] and not NOTHING_TO_SAY.match(body):
            yield "too_short"
    if len(body) <= _SHORT and _UNCLEAR[0] <= item.reference_share < _UNCLEAR[1]:
        yield "unclear_reference"


class _Beside:
    """What stands beside the chosen headings of a document: other headings, and which of them comes next."""

    def __init__(self, choices: list[Choice], candidates: list[Candidate]) -> None:
        self._last = choices[-1] if choices else None
        self._next = {one.candidate.begin: other for one, other in pairwise(choices)}
        chosen = {id(choice.candidate) for choice in choices}
        self._others = [c for c in candidates if _could_be_heading(c) and id(c) not in chosen]
        self._alike: dict[tuple[str, ...], list[Candidate]] = {}
        for candidate in filter(_could_be_heading, candidates):
            self._alike.setdefault(candidate.labels[:1], []).append(candidate)

    def is_last(self, choice: Choice) -> bool:
        """Return whether nothing ends the item of a heading but the end of the document."""
        return choice is self._last

    def next_is_doubtful(self, item: Item) -> bool:
        """Return whether the heading that ends an item may not be one."""
        return item.begin in self._next and _is_doubtful(self._next[item.begin])

    def has_rival(self, choice: Choice) -> bool:
        """Return whether another place further up could be this item's heading just as well.

        One further down is a cross-reference or a running head.
        """
        own = choice.candidate
        above = (other for other in self._alike.get(own.labels[:1], ()) if other.begin < own.begin)
        return any(
            _fit(other, choice) >= max(_fit(own, choice), _ANY) and other.look >= own.look - _MARGIN for other in above
        )

    def has_heading_inside(self, item: Item, choice: Choice) -> bool:
        """Return whether a heading that was not chosen stands inside the item."""
        return any(
            item.begin < other.begin < item.end
            and other.labels != choice.candidate.labels
            and not other.titled
            and max(other.fits) >= _FIT
            for other in self._others
        )


def _could_be_heading(candidate: Candidate) -> bool:
    return bool(candidate.labels) and not (
        candidate.contents or candidate.continued or candidate.running or candidate.page
    )


def _fit(candidate: Candidate, choice: Choice) -> float:
    """Return how well the title of a candidate fits the item of a choice."""
    return candidate.fits[candidate.kinds.index(choice.kind)] if choice.kind in candidate.kinds else 0.0
