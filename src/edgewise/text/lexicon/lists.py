"""Reading the word lists: every file once, phrases with their groups filled in, each word with what it can mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from edgewise.core.errors import Unparsable
from edgewise.text.words import BORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Phrase = tuple[str, ...]

_GROUP = re.compile(r"<(\w+)>")
_ENTRY = re.compile(r"[a-z<>']+(?: [a-z<>']+)*")


class Meaning(IntFlag):
    """What a token can mean. A word may be negative and uncertain; NONE is what neutral phrases mean."""

    NONE = 0
    POSITIVE = 1
    NEGATIVE = 2
    UNCERTAIN = 4
    NEGATOR = 8
    BORDER = 16
    OPENS_PHRASE = 32


_LISTS = {
    "positive": Meaning.POSITIVE,
    "negative": Meaning.NEGATIVE,
    "uncertain": Meaning.UNCERTAIN,
    "negators": Meaning.NEGATOR,
    "neutral": Meaning.NONE,
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All lists in the form that scoring needs.

    words:   token -> its Meaning flags; OPENS_PHRASE where a phrase starts with it.
    phrases: phrase -> its Meaning; NONE for a phrase that is neutral though its words are not.
    lengths: first two words of phrases -> their lengths in words, longest first.
    """

    words: Mapping[str, int]
    phrases: Mapping[Phrase, int]
    lengths: Mapping[Phrase, tuple[int, ...]]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon. Raises Unparsable if an entry of a list is malformed or contradicts another list."""
    known: dict[Phrase, int] = {}
    for name, meaning in _LISTS.items():
        for phrase in entries(name):
            known[phrase] = _joined(known.get(phrase), meaning, phrase)
    words = {phrase[0]: meaning for phrase, meaning in known.items() if len(phrase) == 1}
    phrases = {phrase: meaning for phrase, meaning in known.items() if len(phrase) > 1}
    lengths: dict[Phrase, set[int]] = {}
    for phrase in phrases:
        words[phrase[0]] = words.get(phrase[0], 0) | Meaning.OPENS_PHRASE
        lengths.setdefault(phrase[:2], set()).add(len(phrase))
    words |= dict.fromkeys(BORDERS, int(Meaning.BORDER))
    return Lexicon(words, phrases, {pair: tuple(sorted(some, reverse=True)) for pair, some in lengths.items()})


def entries(name: str) -> Iterator[Phrase]:
    """Yield the entries of one list as tuples of words, groups filled in. Raises Unparsable for a malformed entry."""
    groups = _groups()
    for line in _lines(name):
        if not _ENTRY.fullmatch(line):
            raise Unparsable(f"list {name}: {line!r} is not words in lower case", advice="Write hyphens as spaces.")
        parts = _GROUP.split(line)
        choices = [groups[part] if place % 2 else (part,) for place, part in enumerate(parts)]
        for choice in product(*choices):
            yield tuple("".join(choice).split())


def _joined(known: int | None, meaning: Meaning, phrase: Phrase) -> int:
    """Return what an entry of two lists means; only negative and uncertain go together."""
    if known is None or known == meaning:
        return meaning
    if {known, meaning} == {Meaning.NEGATIVE, Meaning.UNCERTAIN}:
        return known | meaning
    raise Unparsable(f"{' '.join(phrase)!r} stands in lists that contradict each other", advice="Keep it in one list.")


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[str, ...]]:
    """Return the expressions each group stands for."""
    pairs = (line.split(": ", 1) for line in _lines("groups"))
    return {name: tuple(members.split(", ")) for name, members in pairs}


def _lines(name: str) -> list[str]:
    text = files("edgewise.text.lexicon").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
