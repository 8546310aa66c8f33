"""Places in a text counted in letters and digits, and short fingerprints found in it.

Two parsers of one document differ in spaces, line ends and punctuation, hardly ever in letters and digits. So truth and
answers are compared as numbers of letters: place 17 is before the eighteenth letter or digit of the document.

A fingerprint is looked for in all letters, then without page furniture (it may run over a page break), then by a part
of it. Of several spans that begin and end as the truth says, the one of the truth's length is meant; headings without a
text of their own also stand in contents tables, and there the neighbours decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PARTS = (60, 40, 24)
# An end is looked for this far from where the truth's length puts it, before it is looked for anywhere.
_SLACK_SHARE = 0.2
_SLACK = 600
# Two lengths that differ by less than this are the same: white space and furniture are counted in various ways.
_SAME_SHARE = 0.001
_SAME = 4
_FAR = 10**9


class Letters:
    """The letters and digits of a text in lower case, and where each stands in the text."""

    def __init__(self, text: str) -> None:
        codes = codes_of(text)
        lower = _lower()
        kept = lower[np.minimum(codes, len(lower) - 1)]
        self.offsets = np.flatnonzero(kept)
        self.letters: str = kept[self.offsets].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")

    def places(self, offsets: Iterable[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return how many letters stand before each offset of the text."""
        return np.searchsorted(self.offsets, np.fromiter(offsets, dtype=np.int64))

    def place(self, offset: int) -> int:
        """Return how many letters stand before an offset of the text."""
        return int(np.searchsorted(self.offsets, offset))


@dataclass(frozen=True, slots=True)
class Sought:
    """A span as the truth describes it: how it begins and ends, in letters, and how many characters it has."""

    first: str
    last: str  # "" where it is nothing but its beginning
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A span that may be meant, in places; `off` is by how many characters its length differs."""

    begin: int
    end: int
    off: int


class Page:
    """A document's text to look for fingerprints in.

    text:      as the reader under test shows it; its own offsets are offsets into it.
    furniture: begin and end of each line that the reader takes for page furniture, in order.
    """

    def __init__(self, text: str, furniture: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.all = Letters(text)
        bounds = self.all.places(offset for pair in furniture for offset in pair).reshape(-1, 2)
        self._furniture = bounds[bounds[:, 0] < bounds[:, 1]]
        self._begin_of = {int(end): int(begin) for begin, end in self._furniture}

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the places of a span of offsets, without furniture at its end; (-1, -1) where there is none."""
        if begin < 0 or end < begin:
            return -1, -1
        first, last = self.all.place(begin), self.all.place(end)
        while self._begin_of.get(last, first) > first:
            last = self._begin_of[last]
        return first, last

    def line_starts(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the place at which each line of the text begins."""
        breaks = np.flatnonzero(codes_of(self.text) == ord("\n"))
        return self.all.places(np.append(0, breaks + 1))

    def excerpt(self, place: int, letters: int) -> str:
        """Return the text that begins at a place, or that ends there where `letters` is negative; in one line."""
        first, last = sorted((place, place + letters))
        inside = self.all.offsets[max(first, 0) : last]
        return " ".join(self.text[inside[0] : inside[-1] + 1].split()) if len(inside) else ""

    def options(self, sought: Sought) -> list[Option]:
        """Return the spans that begin and end as it says and whose length is nearest to it; none where none does."""
        found = [
            Option(begin, end, min(abs(self._characters(begin, end) - length) for length in sought.lengths))
            for begin in self.beginnings(sought.first)
            for end in self._ends(sought, begin)
        ]
        least = min((one.off for one in found), default=0)
        return [one for one in found if one.off <= least + _SAME + _SAME_SHARE * max(sought.lengths)]

    def beginnings(self, wanted: str, begin: int = 0, end: int | None = None) -> list[int]:
        """Return the places where letters stand, all of them or a first part, anywhere or between two places."""
        parts = [wanted[:length] for length in _PARTS if len(wanted) > length]
        tries = [(wanted, *searched) for searched in self._searched()] + [(part, *self._bare) for part in parts]
        for letters_sought, letters, places in tries:
            found = [places(at) for at in _hits(letters, letters_sought)]
            if found := [at for at in found if begin <= at and (end is None or at < end)]:
                return found
        return []

    def endings(self, wanted: str, begin: int, end: int) -> list[int]:
        """Return the places just after letters, all of them or a last part, that are between two places."""
        for letters, places in self._searched():
            if found := _endings(letters, wanted, begin, end, places):
                return found
        letters, places = self._bare
        for length in _PARTS:
            if len(wanted) > length and (found := _endings(letters, wanted[-length:], begin, end, places)):
                return found
        return []

    def _ends(self, sought: Sought, begin: int) -> list[int]:
        """Return where a span that begins here may end: near its length, else anywhere after its beginning."""
        if not sought.last:
            return [begin + len(sought.first)]
        longest = max(sought.lengths)
        slack = _SLACK + _SLACK_SHARE * longest
        seen = int(self._seen[self._offset(begin)])
        wished = np.searchsorted(self._seen, (seen + min(sought.lengths) - slack, seen + longest + slack))
        first, last = (self.all.place(int(offset)) for offset in wished)
        within = self.endings(sought.last, max(begin + 1, first), last + 1)
        return within or self.endings(sought.last, begin + 1, len(self.all.letters) + 1)

    def _offset(self, place: int) -> int:
        offsets = self.all.offsets
        return int(offsets[place]) if place < len(offsets) else len(self.text)

    def _characters(self, begin: int, end: int) -> int:
        return int(self._seen[self._offset(end - 1) + 1] - self._seen[self._offset(begin)])

    @cached_property
    def _bare(self) -> tuple[str, _Places]:
        """The letters without furniture, and the place of each among all letters."""
        kept = np.ones(len(self.all.letters), dtype=bool)
        for begin, end in self._furniture:
            kept[begin:end] = False
        codes = codes_of(self.all.letters)[kept]
        return str(codes.tobytes().decode("utf-32-le", "surrogatepass")), _Places(np.flatnonzero(kept))

    @cached_property
    def _seen(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How many characters stand before each offset, a run of white space counted as one."""
        space = np.isin(codes_of(self.text), [ord(character) for character in " \t\n\r\xa0"])
        counted = ~space
        counted[1:] |= space[1:] & ~space[:-1]
        return np.append(0, np.cumsum(counted))

    def _searched(self) -> Iterator[tuple[str, _Places]]:
        yield self.all.letters, _Places(None)
        if len(self._furniture):
            yield self._bare


class _Places:
    """Turns places among some letters into places among all of them, and back."""

    def __init__(self, kept: np.ndarray[Any, np.dtype[np.int64]] | None) -> None:
        self._kept = kept

    def __call__(self, at: int) -> int:
        return at if self._kept is None else int(self._kept[at])

    def back(self, place: int) -> int:
        return place if self._kept is None else int(np.searchsorted(self._kept, place))


def codes_of(text: str) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def letters_of(text: str) -> str:
    r"""Return the letters and digits of a short text in lower case, as `Letters` has them.

    >>> letters_of("ITEM 1A.\xa0Risk\u200b Factors")
    'item1ariskfactors'
    """
    return Letters(text).letters


def chosen(options: Sequence[Sequence[Option]]) -> list[Option | None]:
    """Return one option for each span of a document, spans in their order; None where a span has no option.

    Where a span has several, the one that fits best between the nearest spans before and after it that have only one.
    """
    certain = [one[0] if len(one) == 1 else None for one in options]
    picked: list[Option | None] = []
    for number, some in enumerate(options):
        before = next((one.end for one in reversed(picked) if one is not None), 0)
        after = next((one.begin for one in certain[number + 1 :] if one is not None), None)
        picked.append(min(some, key=lambda one: _gap(one, before, after), default=None))
    return picked


def _gap(one: Option, before: int, after: int | None) -> int:
    """Return how far a span is from its neighbours; overlapping them is worse than any distance."""
    gaps = [one.begin - before, *([] if after is None else [after - one.end])]
    return sum(gap if gap >= 0 else _FAR - gap for gap in gaps)


def _hits(letters: str, wanted: str, begin: int = 0, end: int | None = None) -> list[int]:
    found: list[int] = []
    at = letters.find(wanted, begin, end) if wanted else -1
    while at >= 0:
        found.append(at)
        at = letters.find(wanted, at + 1, end)
    return found


def _endings(letters: str, wanted: str, begin: int, end: int, places: _Places) -> list[int]:
    """Return the places just after `wanted` that are in [begin, end) of all letters."""
    size = len(wanted)
    first = max(places.back(begin) - size, 0)
    found = [places(at + size - 1) + 1 for at in _hits(letters, wanted, first, places.back(end))]
    return [place for place in found if begin <= place < end]


@lru_cache(maxsize=1)
def _lower() -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the lower case of each code point, 0 for what is no letter or digit; the last is for all above it."""
    table = np.zeros(0x10001, dtype=np.uint32)
    for code in range(0x10000):
        character = chr(code)
        if character.isalnum():
            low = character.lower()
            table[code] = ord(low) if len(low) == 1 else code
    return table
