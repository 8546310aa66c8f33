"""How much of a text stayed: the four similarities of "Lazy Prices" (Cohen, Malloy and Nguyen 2020).

All four lie between 0 (nothing in common) and 1 (the same words in the same order), are the same whichever text is the
old one, and read words as tone does: Latin letters in lower case, no numbers, no punctuation. New amounts and years
alone do not make a text differ.

cosine:       of the two vectors of word counts. Order does not matter.
jaccard:      words that both use, as a fraction of the words that either uses. Order and frequency do not matter.
minimum_edit: 1 - (words added and removed by the shortest edit) / (words of both texts). The edits are the paper's, one
              word added or removed; it counts them, here they are scaled by the most there could be, which is removing
              every old word and adding every new one.
simple:       1 - (words of the sentences that differ) / (words of both texts), the sentences being laid side by side as
              `diff` lays lines: the share of unchanged words in the average length. The paper scales the share of
              changed words by the extremes of its sample; here the extremes are those there can be, so that a value
              depends on its two texts alone.

Texts of up to about 130 thousand words are compared exactly in a second or two; beyond, `minimum_edit` and `simple` are
lower bounds (see `alignment`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt

from edgewise.text.alignment import common_length, numbered
from edgewise.text.words import BORDERS, tokens


@dataclass(frozen=True, slots=True)
class Similarities:
    """The four similarities of two texts, all between 0 and 1, or all null where one of the texts has no words."""

    cosine: float | None
    jaccard: float | None
    minimum_edit: float | None
    simple: float | None


@dataclass(frozen=True, slots=True)
class Edit:
    """The shortest edit of one text into another, in words."""

    kept: int
    removed: int
    added: int

    @property
    def similarity(self) -> float | None:
        """1 - words added and removed / words of both texts; null where there are none."""
        whole = 2 * self.kept + self.removed + self.added
        return 2 * self.kept / whole if whole else None


def similarities(old: str | None, new: str | None) -> Similarities:
    """Return the four similarities of two texts.

    Nulls: all four are null if one of the texts is null or has no words: nothing was compared.
    """
    before, after = tokens(old or ""), tokens(new or "")
    first, second = _words(before), _words(after)
    if not first or not second:
        return Similarities(None, None, None, None)
    return Similarities(
        cosine=_cosine(first, second),
        jaccard=_jaccard(first, second),
        minimum_edit=_share(*numbered(first, second)),
        simple=_simple(_sentences(before), _sentences(after)),
    )


def edit(old: list[str], new: list[str]) -> Edit:
    """Return how many words the shortest edit of one list of words into the other keeps, removes and adds."""
    kept = common_length(*numbered(old, new))
    return Edit(kept=kept, removed=len(old) - kept, added=len(new) - kept)


def _cosine(old: list[str], new: list[str]) -> float:
    before, after = Counter(old), Counter(new)
    product = sum(count * after[word] for word, count in before.items())
    squares = [sum(count * count for count in counts.values()) for counts in (before, after)]
    return min(product / sqrt(squares[0] * squares[1]), 1.0)


def _jaccard(old: list[str], new: list[str]) -> float:
    before, after = set(old), set(new)
    return len(before & after) / len(before | after)


def _share(old: list[int], new: list[int]) -> float:
    """Return what stands in both in the same order, as a fraction of the average length."""
    return 2 * common_length(old, new) / (len(old) + len(new))


def _simple(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> float:
    """Return the share of the words that stand in whole sentences common to both, in the same order.

    Each word is compared as its sentence. Nothing but whole sentences comes of it: equal sentences have equally many
    words, and what is common in part with two of them is no more than what is common with one in whole.
    """
    before, after = numbered(old, new)
    return _share(_weighted(before, old), _weighted(after, new))


def _weighted(numbers: list[int], sentences: list[tuple[str, ...]]) -> list[int]:
    return [number for number, sentence in zip(numbers, sentences, strict=True) for _ in sentence]


def _words(run: list[str]) -> list[str]:
    return [token for token in run if token not in BORDERS]


def _sentences(run: list[str]) -> list[tuple[str, ...]]:
    """Return the sentences as tuples of words, none of them empty."""
    found: list[tuple[str, ...]] = []
    begin = 0
    for place, token in enumerate([*run, "\n"]):
        if token in BORDERS:
            if place > begin:
                found.append(tuple(run[begin:place]))
            begin = place + 1
    return found
