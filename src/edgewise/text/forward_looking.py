"""Whether a sentence speaks of the future, by two lists of phrases: `lexicon/forward_looking.txt` and its exceptions.

At each word the longest phrase of either list that starts there counts, and what it covers is not looked at again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from edgewise.text.lexicon.lists import entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgewise.text.lexicon.lists import Phrase


def is_forward_looking(words: Sequence[str]) -> bool:
    """Return whether a sentence speaks of the future.

    words: the tokens of one sentence in lower case, as `words.tokens` gives them.
    """
    known = _phrases()
    after = 0
    for place, word in enumerate(words):
        if place >= after and word in known:
            for phrase, future in known[word]:
                if tuple(words[place : place + len(phrase)]) == phrase:
                    if future:
                        return True
                    after = place + len(phrase)
                    break
    return False


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, tuple[tuple[Phrase, bool], ...]]:
    """Return the phrases by their first word, the longest first, each with whether it speaks of the future."""
    lists = (("not_forward_looking", False), ("forward_looking", True))
    told = {phrase: future for name, future in lists for phrase in entries(name)}
    by_word: dict[str, list[tuple[Phrase, bool]]] = {}
    for phrase, future in told.items():
        by_word.setdefault(phrase[0], []).append((phrase, future))
    return {word: tuple(sorted(some, key=lambda one: -len(one[0]))) for word, some in by_word.items()}
