"""Variants of sentences, for a teacher to judge: words exchanged for others that stood between the same neighbours.

"Profit rose to" has seen "profit fell to" and "profit amounted to", so a variant may mean the opposite of its original
or little at all. It has no label: what a student learns from it is what its teacher says of it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Places = Mapping[tuple[str, str], Sequence[str]]

EXCHANGED = 0.25  # of the words of a sentence, at most, and at least one
_BORDER = ""


def variants(originals: Sequence[str], corpus: Iterable[str], *, each: int, seed: int) -> list[tuple[int, str]]:
    """Return (place of the original, variant): at most `each` different ones of every original.

    corpus: sentences from which is learned what may stand between two words.
    """
    chance = random.Random(seed)  # noqa: S311 - sentences, no secrets
    places = _places(corpus)
    made: dict[str, int] = {}
    for number, original in enumerate(originals):
        words = original.split()
        for _ in range(each):
            variant = _variant(words, places, chance)
            if variant != original:
                made.setdefault(variant, number)
    return [(number, variant) for variant, number in made.items()]


def _variant(words: Sequence[str], places: Places, chance: random.Random) -> str:
    """Return the words with some of them exchanged; as they are where nothing fits."""
    new = list(words)
    for place in chance.sample(range(len(words)), max(1, int(EXCHANGED * len(words)))):
        between = _neighbours(new, place)
        if others := places.get(between):
            new[place] = chance.choice(others)
    return " ".join(new)


def _places(corpus: Iterable[str]) -> Places:
    """Return what stood between each two words, as often as it did; only where there is a choice."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sentence in corpus:
        words = sentence.split()
        for place, word in enumerate(words):
            seen[_neighbours(words, place)].append(word)
    return {between: words for between, words in seen.items() if len(set(words)) > 1}


def _neighbours(words: Sequence[str], place: int) -> tuple[str, str]:
    """Return the words before and after a place, in lower case; a border where there is none."""
    before = words[place - 1].lower() if place else _BORDER
    after = words[place + 1].lower() if place + 1 < len(words) else _BORDER
    return before, after
