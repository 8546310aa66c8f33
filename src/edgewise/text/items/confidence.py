"""How sure we are of an item, and why not more.

    confidence = _SURE * product over doubts of (1 - how often an item with that doubt is wrong)

The shares were set on hand-read filings and on filings damaged on purpose (headings removed, labels removed, styles
removed), where the right answer stays known; `make evaluate ONLY=items` prints how well they hold. An item below
`SUSPECT_BELOW` is suspect, and its doubts are the reasons.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
}
_WEAK = 2.3
_FIT = 0.5
_MARGIN = 0.4
_UNCLEAR = (0.45, 0.7)
_SHORT = 900


def judged(
    document: Document,
    items: list[Item],
    kinds: dict[tuple[str, str], ItemKind],
    choices: list[Choice],
    candidates: list[Candidate],
    looked_for: set[tuple[str, str]],
) -> list[Item]:
    """Return the items with their confidence; those in doubt become suspect, with the doubts as reasons.

    kinds:      items possible on the date, by key, in the form's order.
    looked_for: items that the form demands or the table of contents lists.
    """
    by_begin = {choice.candidate.begin: choice for choice in choices if choice.kind}
    found = {item.key for item in items if item.status != "absent"}
    missing = looked_for - found
    after = {one.candidate.begin: other for one, other in zip(choices, choices[1:], strict=False)}
    order = list(kinds)
    result = []
    for item in items:
        choice = by_begin.get(item.begin)
        doubts = list(_doubts(document, item, kinds[item.key], choice, choices, candidates))
        if item.key in missing:
            doubts.append("not_found")
        elif item.begin >= 0 and _follows_missing(item, order, missing, found):
            doubts.append("neighbour_missing")
        if item.begin in after and _is_doubtful(after[item.begin]):
            doubts.append("next_doubtful")
        result.append(_with(item, tuple(dict.fromkeys(doubts))))
    return result


def _with(item: Item, doubts: tuple[str, ...]) -> Item:
    confidence = _SURE
    for doubt in doubts:
        confidence *= 1 - DOUBTS[doubt]
    confidence = round(confidence, 3)
    if confidence >= SUSPECT_BELOW:
        return replace(item, confidence=confidence)
    return replace(item, confidence=confidence, status="suspect", reasons=doubts)


def _doubts(
    document: Document,
    item: Item,
    kind: ItemKind,
    choice: Choice | None,
    choices: list[Choice],
    candidates: list[Candidate],
) -> Iterator[str]:
    """Yield the reasons to doubt an item that was found."""
    if document.status == "suspect":
        yield "document_suspect"
    if item.begin < 0:
        return
    if choice is None:
        yield "index_only"
        return
    yield from _of_heading(item, choice)
    if any(_rivals(choice, other) for other in candidates):
        yield "rival"
    if any(_inside(item, choice, other, choices) for other in candidates):
        yield "heading_inside"
    if choice is choices[-1]:
        yield "no_end"
    yield from _of_text(document, item, kind)


def _is_doubtful(choice: Choice) -> bool:
    """Return whether a heading may not be one; the item before it would end elsewhere."""
    return choice.kind is not None and (choice.weight < _WEAK or choice.candidate.titled or not choice.in_order)


def _of_heading(item: Item, choice: Choice) -> Iterator[str]:
    candidate = choice.candidate
    fit = candidate.fits[candidate.kinds.index(choice.kind)] if choice.kind in candidate.kinds else 0.0
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


def _rivals(choice: Choice, other: Candidate) -> bool:
    """Return whether another place could be this item's heading just as well."""
    if other is choice.candidate or other.labels[:1] != choice.candidate.labels[:1] or not other.labels:
        return False
    if other.contents or other.continued or other.running or other.page or choice.kind not in other.kinds:
        return False
    if other.begin > choice.candidate.begin:  # one further down is a cross-reference or a running head
        return False
    fit, own = (c.fits[c.kinds.index(choice.kind)] if choice.kind in c.kinds else 0 for c in (other, choice.candidate))
    return fit >= own and fit > 0 and other.look >= choice.candidate.look - _MARGIN


def _inside(item: Item, choice: Choice, other: Candidate, choices: list[Choice]) -> bool:
    """Return whether a heading that was not chosen stands inside the item."""
    if not other.labels or other.contents or other.continued or other.running or other.page or other.titled:
        return False
    if not item.begin < other.begin < item.end or other.labels == choice.candidate.labels:
        return False
    return max(other.fits, default=0) >= _FIT and all(other is not chosen.candidate for chosen in choices)


def _follows_missing(
    item: Item, order: list[tuple[str, str]], missing: set[tuple[str, str]], found: set[tuple[str, str]]
) -> bool:
    """Return whether an item that the form demands and nobody found comes right after this one in the form."""
    for key in order[order.index(item.key) + 1 :]:
        if key in missing:
            return True
        if key in found:
            return False
    return False
