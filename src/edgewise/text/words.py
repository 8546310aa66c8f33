"""Words and sentences: the one tokenizer of tone.

A word is a run of Latin letters, with what follows an apostrophe (`don't`, `company's`); numbers are not words and
hyphenated words are several. A sentence ends at `.`, `!`, `?` or `;` before white space, and at a line end, but not
after an initial, `U.S.` or `Inc.`
"""

from __future__ import annotations

import re

_LETTER = "a-z\u00df-\u00f6\u00f8-\u00ff"
_ABBREVIATIONS = ("inc", "corp", "ltd", "co", "mr", "mrs", "ms", "dr", "vs", "approx", "st")
_NOT_AFTER = "".join(rf"(?<!\b{abbreviation}\.)" for abbreviation in _ABBREVIATIONS)
_FULL_STOP = rf"\.(?<![\s.][a-z]\.)(?<!^[a-z]\.){_NOT_AFTER}"
_END = rf"(?:{_FULL_STOP}|[!?;])(?=[\s\"')\]\u201d]|$)|\n"
_TOKEN = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]+)?|{_END}")
_WORD = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]+)?")
_SENTENCE_END = re.compile(_END, re.IGNORECASE)

BORDERS = frozenset(".!?;\n")


def tokens(text: str) -> list[str]:
    """Return words in lower case and sentence borders (one of `.!?;` or a line end), in order.

    >>> tokens("Sales didn't fall. U.S. profit rose 4%")
    ['sales', "didn't", 'fall', '.', 'u', 's', 'profit', 'rose']
    """
    return _TOKEN.findall(text.lower().replace("\u2019", "'"))


def word_count(text: str) -> int:
    """Return how many words the text has."""
    return len(_WORD.findall(text.lower().replace("\u2019", "'")))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text as they are written, in order, none of them blank."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    pieces = (text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return [piece for piece in pieces if piece]
