"""Which candidates are the headings: the sequence with the greatest weight over the whole document.

    weight of a candidate as item k = what speaks for it minus what speaks against it (`weight`)
    best sequence                   = heaviest chain of candidates in the order of the form, each item at most once

The chain is found exactly, by dynamic programming over candidates in the order of the text. Items that a company puts
elsewhere are then added where a strong heading of theirs is left over (failure case 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.text.forms.declared import Form, ItemKind
    from edgewise.text.items.candidates import Candidate

_LABEL = 1.0
_FIT = 1.6
_LOOK = 1.0
_TARGET = 1.5
_BODY = 0.8
_CONTENTS = -4.0
_PAGE = -1.5
_RUNNING = -2.5
_CONTINUED = -1.5
_OTHER_SUBJECT = -1.2
_OTHER_PART = -4.0
_LEAST = 0.6
_STRONG = 2.6
_PART_WEIGHT = 0.6
_END_WEIGHT = 1.2
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as one item of the form, or as a part (`kind` None)."""

    candidate: Candidate
    kind: ItemKind | None
    rank: int
    weight: float
    in_order: bool = True


def choose(
    form: Form, kinds: tuple[ItemKind, ...], candidates: list[Candidate], bodies: dict[int, bool]
) -> list[Choice]:
    """Return the chosen candidates in order of the text.

    kinds:  items possible on the date, in the form's order. bodies: by offset, whether something to read follows.
    """
    ranks = _ranks(form, kinds)
    options = [
        option for candidate in candidates for option in _options(candidate, ranks, bodies) if option.weight >= _LEAST
    ]
    chain = _heaviest(options)
    return sorted([*chain, *_left_over(chain, options)], key=lambda choice: choice.candidate.begin)


def _ranks(form: Form, kinds: tuple[ItemKind, ...]) -> dict[tuple[str, str], int]:
    """Return the place of each part heading and item in the form; titles of one item in two eras share one."""
    ranks: dict[tuple[str, str], int] = {}
    for part in form.parts:
        if part.id:
            ranks[part.id, ""] = len(ranks)
        for kind in kinds:
            if kind.part == part.id:
                ranks.setdefault(kind.key, len(ranks))
    ranks["", "end"] = len(ranks)
    return ranks


def _options(candidate: Candidate, ranks: dict[tuple[str, str], int], bodies: dict[int, bool]) -> list[Choice]:
    if candidate.labels:
        body = bodies.get(candidate.begin, False)
        return [
            Choice(candidate, kind, ranks[kind.key], weight(candidate, kind, fit, body=body))
            for kind, fit in zip(candidate.kinds, candidate.fits, strict=True)
        ]
    key = (candidate.part, "") if candidate.part != "end" else ("", "end")
    base = _PART_WEIGHT if candidate.part != "end" else _END_WEIGHT
    value = base + 0.5 * candidate.look + (_CONTENTS if candidate.contents else 0) + (_PAGE if candidate.page else 0)
    return [Choice(candidate, None, ranks[key], value + (_CONTINUED if candidate.continued else 0))]


def weight(candidate: Candidate, kind: ItemKind, fit: float, *, body: bool) -> float:
    """Return what speaks for a candidate as the heading of an item, minus what speaks against it."""
    value = (0.0 if candidate.titled else _LABEL) + _FIT * fit + _LOOK * candidate.look
    value += _TARGET * candidate.target + _BODY * body
    value += _CONTENTS * candidate.contents + _PAGE * candidate.page
    value += _RUNNING * candidate.running + _CONTINUED * candidate.continued
    if fit == 0 and not candidate.bare:
        value += _OTHER_SUBJECT
    if candidate.part and candidate.part != kind.part:
        value += _OTHER_PART
    return value


def _heaviest(options: list[Choice]) -> list[Choice]:
    """Return the heaviest chain with rising ranks; of equals the one that begins earlier.

    options: in order of the text. Takes time in proportion to their number times that of the ranks.
    """
    ends: dict[int, _Chain] = {}
    best: _Chain | None = None
    for _, same_place in groupby(options, key=lambda option: option.candidate.begin):
        chains = [_Chain(option, _heaviest_below(ends, option.rank)) for option in same_place]
        for chain in chains:
            if _beats(chain, ends.get(chain.last.rank)):
                ends[chain.last.rank] = chain
            if _beats(chain, best):
                best = chain
    return list(best.choices())[::-1] if best else []


class _Chain:
    """Choices in order, linked from the last one back. weight: of all of them."""

    __slots__ = ("before", "last", "weight")

    def __init__(self, last: Choice, before: _Chain | None) -> None:
        self.last = last
        self.before = before
        self.weight: float = last.weight + (before.weight if before else 0.0)

    def choices(self) -> Iterator[Choice]:
        """Yield the choices, last first."""
        chain: _Chain | None = self
        while chain is not None:
            yield chain.last
            chain = chain.before


def _heaviest_below(ends: dict[int, _Chain], rank: int) -> _Chain | None:
    best: _Chain | None = None
    for end, chain in ends.items():
        if end < rank and _beats(chain, best):
            best = chain
    return best


def _beats(chain: _Chain, other: _Chain | None) -> bool:
    """Return whether a chain is heavier, by more than rounding."""
    return other is None or chain.weight > other.weight + _ROUNDING


def _left_over(chain: list[Choice], options: list[Choice]) -> list[Choice]:
    """Return strong headings of items that the chain lacks, the strongest of each."""
    taken = {choice.rank for choice in chain}
    used = {choice.candidate.begin for choice in chain}
    found: dict[int, Choice] = {}
    for option in options:
        if option.kind is None or option.rank in taken or option.candidate.begin in used or option.weight < _STRONG:
            continue
        if option.rank not in found or option.weight > found[option.rank].weight:
            found[option.rank] = Choice(option.candidate, option.kind, option.rank, option.weight, in_order=False)
    return list(found.values())
