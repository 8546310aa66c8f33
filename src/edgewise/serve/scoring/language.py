"""Whether a text is English, by its function words: a model that reads English says nothing about other languages.

In English prose, two words of five are among those below; in other languages that use the Latin script, one of twenty
or fewer. A table of names and figures has few of any, so a text needs some words before it is judged.
"""

from __future__ import annotations

import re

FUNCTION_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "it",
        "as",
        "was",
        "with",
        "be",
        "by",
        "on",
        "not",
        "he",
        "his",
        "but",
        "at",
        "are",
        "this",
        "have",
        "from",
        "or",
        "had",
        "an",
        "they",
        "which",
        "you",
        "were",
        "her",
        "all",
        "she",
        "there",
        "would",
        "their",
        "we",
        "him",
        "been",
        "has",
        "when",
        "who",
        "will",
        "more",
        "no",
        "if",
        "out",
        "so",
        "said",
        "what",
        "up",
        "its",
        "about",
        "into",
        "than",
        "them",
        "can",
        "only",
        "other",
        "new",
        "some",
        "could",
        "time",
        "these",
        "two",
        "may",
        "then",
        "do",
        "first",
        "any",
        "my",
        "now",
        "such",
        "like",
        "our",
        "over",
        "me",
        "under",
        "between",
        "during",
        "through",
        "each",
        "both",
        "us",
        "per",
    ]
)
LEAST_WORDS = 20
LEAST_SHARE = 0.15
LEAST_LETTERS = 40
_LOOKED_AT = 4_000
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND_LATIN = re.compile(r"[^\x00-\xff]+")
_LETTERS_ONLY = bytes(code if _WORD.fullmatch(chr(code)) else ord(" ") for code in range(256))


def is_english(text: str) -> bool:
    """Return whether a text is English, or too short to tell.

    >>> is_english("Umsatz und Ergebnis sind im dritten Quartal gegenueber dem Vorjahr deutlich gestiegen, " * 3)
    False
    >>> is_english("Sales and earnings rose in the third quarter over those of the year before, to our delight. " * 3)
    True
    """
    words = _words(text[:_LOOKED_AT].lower())
    letters = sum(map(len, words))
    latin = sum(map(len, filter(str.isascii, words)))
    if letters >= LEAST_LETTERS and latin < letters / 2:
        return False
    known = sum(map(FUNCTION_WORDS.__contains__, words))
    return len(words) < LEAST_WORDS or known >= LEAST_SHARE * len(words)


def _words(text: str) -> list[str]:
    """Return the runs of letters of any script; ten times sooner where all of them are Latin-1, as in most filings."""
    if any(map(_WORD.search, _BEYOND_LATIN.findall(text))):
        return _WORD.findall(text)
    known = text.encode("latin-1", "replace")  # quotes and dashes become question marks
    return known.translate(_LETTERS_ONLY).decode("latin-1").split()
