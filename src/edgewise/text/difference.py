"""What changed between two texts, word by word, for people to read.

1. A text is cut into words, numbers and marks, each with the white space before it. Two are the same if their
   characters are, whatever the white space and the kind of quotes and dashes.
2. Whole sentences that stand in both texts in the same order are the same; between them, words that do
   (`alignment.common_runs`). So a near-equal text costs little more than reading it.
3. What is the same in a few words only, between changes at least as large, goes to the changes: a rewritten sentence is
   shown as one removed and one added, not as a mesh of single words.

The pieces say all of both texts: `same` and `added` joined are the new text, `same` and `removed` the old one, but for
white space, quotes and dashes, which `same` takes from the new one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from edgewise.text.alignment import Run, common_runs, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# More words than this in a row are always shown as the same.
LEGIBLE = 6

Op = Literal["same", "added", "removed", "skipped"]

_TOKEN = re.compile(r"(\s*)([$\u00a3\u20ac]?\d+(?:[.,]\d+)*%?|\w+(?:['-]\w+)*|[^\w\s])")
_ENDS_SENTENCE = frozenset(".!?;")
_ALIKE = tuple(zip("\u2018\u2019\u201c\u201d\u2010\u2011\u2012\u2013\u2014", "''\"\"-----", strict=True))
_TAGS = {"added": "ins", "removed": "del"}


class Piece(NamedTuple):
    """A piece of a difference: `same`, `added` or `removed`; `skipped` for same text that was left out."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as words and marks.

    shown, compared: each as it stands, with the white space before it, and as it is compared.
    sentences:       where each sentence begins, and the end of the last.
    counted:         how many words and numbers, not marks, stand before each place and before the end.
    """

    shown: list[str]
    compared: list[str]
    sentences: list[int]
    counted: list[int]

    @classmethod
    def of(cls, text: str) -> _Text:
        plain = text
        for mark, alike in _ALIKE:
            plain = plain.replace(mark, alike)
        found = list(_TOKEN.finditer(plain))
        compared = [match[2] for match in found]
        begins = [
            place
            for place, (token, match) in enumerate(zip(compared, found[1:], strict=False), 1)
            if (space := match[1]) and (token in _ENDS_SENTENCE or "\n" in space)
        ]
        shown = [text[match.start() : match.end()] for match in found]
        sentences = [0, *begins, len(found)] if found else [0]
        counted = accumulate((len(token) > 1 or token.isalnum() for token in compared), initial=0)
        return cls(shown, compared, sentences, list(counted))

    def by_sentence(self) -> list[tuple[str, ...]]:
        return [tuple(self.compared[begin:end]) for begin, end in pairwise(self.sentences)]

    def words(self, begin: int, end: int) -> int:
        return self.counted[end] - self.counted[begin]

    def text(self, begin: int, end: int) -> str:
        return "".join(self.shown[begin:end])


def difference(old: str, new: str) -> list[Piece]:
    """Return the pieces of the difference of two texts, in order: same, removed, added; none is empty.

    No two neighbours have the same op, and what was removed stands before what was added in its place. [] of two texts
    without words.
    """
    before, after = _Text.of(old), _Text.of(new)
    pieces: list[Piece] = []
    end = Run(len(before.shown), len(after.shown), 0)
    first = second = 0
    for run in [*_legible(before, after, _same(before, after)), end]:
        pieces += [
            Piece("removed", before.text(first, run.old)),
            Piece("added", after.text(second, run.new)),
            Piece("same", after.text(run.new, run.new + run.length)),
        ]
        first, second = run.old + run.length, run.new + run.length
    return [piece for piece in pieces if piece.text]


def shortened(pieces: Sequence[Piece], *, context: int = 12) -> list[Piece]:
    """Return the pieces with same text cut to `context` words beside a change, and `skipped` where some was left out.

    Without a change, everything is skipped.
    """
    short: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.op == "same":
            before, after = context if place else 0, context if place < len(pieces) - 1 else 0
            short += _cut(piece, before, after)
        else:
            short.append(piece)
    return short


def to_html(pieces: Sequence[Piece]) -> str:
    """Return a difference as HTML: added text in `ins`, removed in `del`, line ends as `br`, everything escaped."""
    return "".join(_tagged(piece) for piece in pieces)


def _tagged(piece: Piece) -> str:
    text = escape(piece.text).replace("\n", "<br>\n")
    tag = _TAGS.get(piece.op)
    return f"<{tag}>{text}</{tag}>" if tag else text


def _cut(piece: Piece, before: int, after: int) -> Iterator[Piece]:
    """Yield the first and last words of a piece and a mark for what was between."""
    words = re.findall(r"\s*\S+", piece.text)
    if len(words) <= before + after + 1:
        yield piece
        return
    if before:
        yield Piece("same", "".join(words[:before]))
    yield Piece("skipped", " \u2026")
    if after:
        yield Piece("same", "".join(words[-after:]))


def _same(before: _Text, after: _Text) -> list[Run]:
    """Return the stretches of words that are the same: those of whole sentences, and between them those of words."""
    runs: list[Run] = []
    first = second = 0
    for run in _same_sentences(before, after):
        words = numbered(before.compared[first : run.old], after.compared[second : run.new])
        runs += [Run(first + found.old, second + found.new, found.length) for found in common_runs(*words)]
        if run.length:
            runs.append(run)
        first, second = run.old + run.length, run.new + run.length
    return _joined(runs)


def _same_sentences(before: _Text, after: _Text) -> Iterator[Run]:
    """Yield the stretches of whole sentences that are the same, counted in words; an empty one at the ends."""
    for run in common_runs(*numbered(before.by_sentence(), after.by_sentence())):
        begin, end = before.sentences[run.old], before.sentences[run.old + run.length]
        yield Run(begin, after.sentences[run.new], end - begin)
    yield Run(len(before.shown), len(after.shown), 0)


def _joined(runs: list[Run]) -> list[Run]:
    """Return runs with those joined that touch in both texts."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and last.old + last.length == run.old and last.new + last.length == run.new:
            joined[-1] = last._replace(length=last.length + run.length)
        else:
            joined.append(run)
    return joined


def _legible(before: _Text, after: _Text, runs: list[Run]) -> list[Run]:
    """Return the runs without those that are short beside the changes around them.

    A run goes if it has no more words than the larger side of the change before it, than that of the change after it,
    and than `LEGIBLE`. The change it leaves behind is larger, so the run before it is looked at again.
    """
    end = Run(len(before.shown), len(after.shown), 0)
    kept: list[Run] = []

    def change(place: int, following: Run) -> int:
        """Return the words of the larger side of the change after the kept run at `place`, -1 for the beginning."""
        last = kept[place] if place >= 0 else Run(0, 0, 0)
        removed = before.words(last.old + last.length, following.old)
        return max(removed, after.words(last.new + last.length, following.new))

    for run in [*runs, end]:
        while kept:
            words = after.words(kept[-1].new, kept[-1].new + kept[-1].length)
            if words > min(LEGIBLE, change(len(kept) - 2, kept[-1]), change(len(kept) - 1, run)):
                break
            kept.pop()
        kept.append(run)
    return kept[:-1]
