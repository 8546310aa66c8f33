"""Which candidates are entries of a table of contents, and which headings its links point to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.text.document import Document
    from edgewise.text.forms.declared import ItemKind
    from edgewise.text.items.candidates import Candidate

_PROSE = 70
_NOTHING_TO_SAY = re.compile(
    r"\W*(?:none|not\s+applicable|n/a|omitted|reserved|removed|not\s+required|see|incorporated|no)\b", re.IGNORECASE
)
_TAIL = 24
_PAGES_AT_END = re.compile(r"[\t.\s\u2026]\s*(?:[A-Z]{1,2}-)?\d{1,3}\s*$")
_ENTRIES = 5
# A list of items left out on purpose is no more than a table of contents.
_OMISSION = re.compile(r"\bomit(?:ted|s)?\b[^\n]{0,200}\n?[^\n]{0,120}$", re.IGNORECASE)
_OMITTED = 2
_BEFORE = 400
_SHARE = 0.5
_OF_A_PART = 3
# The contents of a report of two items: so short a list comes before all else, and its very words come again.
_SHORTEST = 2
_NEARLY_ALL = 0.75
_AHEAD = 40
_NEAR = 600


def mark_contents(document: Document, candidates: list[Candidate], kinds: tuple[ItemKind, ...]) -> None:
    """Set `contents` and `target` of candidates, which come in order of the text."""
    _follow_links(document, candidates)
    ranks = {kind.key: rank for rank, kind in reversed(list(enumerate(kinds)))}
    order = _Order(candidates)
    for run in _runs(document, [c for c in candidates if c.labels], ranks):
        omitted = len(run) >= _OMITTED and _OMISSION.search(document.text, max(run[0].begin - _BEFORE, 0), run[0].begin)
        if omitted:
            _without_last(document, run, order)
        if omitted or _is_contents(document, run, order):
            for candidate in run:
                candidate.contents = True
                candidate.omitted = bool(omitted)


def _is_contents(document: Document, run: list[Candidate], order: _Order) -> bool:
    """Return whether a run of headings without text is a list of items: the table of contents, or that of a part."""
    _without_last(document, run, order)
    again = [order.comes_after(candidate, run[-1].begin) for candidate in run]
    if len(run) >= _OF_A_PART and sum(again) >= _NEARLY_ALL * len(run):
        return True
    if len(run) >= _SHORTEST and order.is_first(run[0]) and all(order.said_after(c, run[-1].begin) for c in run):
        return True
    return len(run) >= _ENTRIES and sum(c.page or c.contents for c in run) >= _SHARE * len(run)


def _without_last(document: Document, run: list[Candidate], order: _Order) -> None:
    """Take the last off a list if it is an item of its own: it comes only here, and text follows."""
    last = run[-1]
    again = order.comes_after(last, last.begin)
    if not (again or last.page or last.contents) and has_body(
        document, last, order.next_begin(last, len(document.text))
    ):
        run.pop()


class _Order:
    """Where candidates stand, for questions about what comes after a place."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._begins = [candidate.begin for candidate in candidates]
        self._last = {candidate.labels[:1]: candidate.begin for candidate in candidates if candidate.labels}
        self._last_said = {_said(candidate): candidate.begin for candidate in candidates}

    def comes_after(self, candidate: Candidate, place: int) -> bool:
        """Return whether the label of a candidate comes again after a place."""
        return self._last[candidate.labels[:1]] > place

    def is_first(self, candidate: Candidate) -> bool:
        """Return whether no candidate comes before this one."""
        return self._begins[0] == candidate.begin

    def said_after(self, candidate: Candidate, place: int) -> bool:
        """Return whether the very words of a candidate come again after a place."""
        return self._last_said[_said(candidate)] > place

    def next_begin(self, candidate: Candidate, otherwise: int) -> int:
        """Return where the next candidate begins."""
        following = bisect_right(self._begins, candidate.begin)
        return self._begins[following] if following < len(self._begins) else otherwise


def _follow_links(document: Document, candidates: list[Candidate]) -> None:
    """A heading that links forward is an entry; the candidate of the same label where the link ends is a target."""
    begins = [candidate.begin for candidate in candidates]
    for candidate in candidates:
        for there in _link_ends(document, candidate.number):
            if there > candidate.begin + _AHEAD:
                candidate.contents = True
                _mark_target(candidates, begins, candidate, there)


def _link_ends(document: Document, number: int) -> Iterator[int]:
    """Yield the offsets to which the links of a block point."""
    line_end = document.begins[number] + len(document.lines[number])
    for place in range(bisect_left(document.links, (document.begins[number],)), len(document.links)):
        begin, _, target = document.links[place]
        if begin >= line_end:
            return
        there = document.anchors.get(target[1:]) if target.startswith(b"#") else None
        if there is not None:
            yield there


def _mark_target(candidates: list[Candidate], begins: list[int], entry: Candidate, there: int) -> None:
    """Mark the candidates with the label of an entry near the place it links to; the first may be a running head."""
    for place in range(bisect_left(begins, there - 2), len(begins)):
        other = candidates[place]
        if other.begin > there + _NEAR:
            return
        if other is not entry and other.labels[:1] == entry.labels[:1] and other.labels:
            other.target = True


def _runs(document: Document, candidates: list[Candidate], ranks: dict[tuple[str, str], int]) -> list[list[Candidate]]:
    """Return maximal runs of candidates in the form's order with nothing to read between them."""
    runs: list[list[Candidate]] = []
    for candidate in candidates:
        rank = ranks[_key(candidate)]
        if runs and rank > ranks[_key(runs[-1][-1])] and not has_body(document, runs[-1][-1], candidate.begin):
            runs[-1].append(candidate)
        else:
            runs.append([candidate])
    return runs


def listed(candidates: list[Candidate]) -> set[tuple[str, str]]:
    """Return the items that a table of contents lists."""
    return {
        _key(candidate) for candidate in candidates if candidate.contents and not candidate.omitted and candidate.labels
    }


def _key(candidate: Candidate) -> tuple[str, str]:
    """Return which item a candidate seems to be: the one whose title fits best, of two the one in the part named."""
    best = max(
        range(len(candidate.kinds)), key=lambda n: (candidate.fits[n], candidate.kinds[n].part == candidate.part)
    )
    return candidate.kinds[best].key


def has_body(document: Document, candidate: Candidate, until: int) -> bool:
    """Return whether there is something to read between a heading and `until`: a sentence, or that there is nothing."""
    first = document.number_at(max(candidate.heading_end - 1, candidate.begin))
    rest = document.text[candidate.heading_end : document.begins[first] + len(document.lines[first])]
    if len(rest) >= _PROSE and not _PAGES_AT_END.search(rest[-_TAIL:]):
        return True
    for number in range(first + 1, len(document)):
        if document.begins[number] >= until:
            return False
        line = document.lines[number]
        if _NOTHING_TO_SAY.match(line) or (len(line) >= _PROSE and not _PAGES_AT_END.search(line[-_TAIL:])):
            return True
    return False


def mark_returns(document: Document, candidates: list[Candidate], furniture: frozenset[int]) -> None:
    """Set `continued` of headings that pages repeat at their top: same label and words as one before.

    One at the top of a page that the heading itself follows at once is such a repetition too, and so is a running head
    of an item that has a heading elsewhere.
    """
    seen: set[tuple[tuple[str, ...], str]] = set()
    headings = [c for c in candidates if c.labels and not c.contents and not c.running]
    elsewhere = {candidate.labels for candidate in headings if candidate.number not in furniture}
    for candidate, following in zip_longest(headings, headings[1:]):
        said = _said(candidate)
        at_top = bool(furniture & {candidate.number - 1, candidate.number - 2})
        announced = following and _said(following) == said and not has_body(document, candidate, following.begin)
        is_head = candidate.number in furniture and candidate.labels in elsewhere
        if is_head or (at_top and (said in seen or announced)):
            candidate.continued = True
        else:
            seen.add(said)


def _said(candidate: Candidate) -> tuple[tuple[str, ...], str]:
    return candidate.labels, "".join(filter(str.isalpha, candidate.heading.lower()))
