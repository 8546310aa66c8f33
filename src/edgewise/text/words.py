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
_BORDER = re.compile(_END)
_WORD = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]+)?")
_SENTENCE_END = re.compile(_END, re.IGNORECASE)
_MAY_END = re.compile(r"[.!?;\n]")
# Of text in lower case, as the bytes of Latin-1: letters and apostrophes stay, all else is a space.
_LETTERS_ONLY = bytes(code if code == ord("'") or _WORD.fullmatch(chr(code)) else ord(" ") for code in range(256))

BORDERS = frozenset(".!?;\n")


def tokens(text: str) -> list[str]:
    """Return words in lower case and sentence borders (one of `.!?;` or a line end), in order.

    >>> tokens("Sales didn't fall. U.S. profit rose 4%")
    ['sales', "didn't", 'fall', '.', 'u', 's', 'profit', 'rose']
    """
    lowered = text.lower().replace("\u2019", "'")
    letters = _letters_only(lowered)
    found: list[str] = []
    begin = 0
    for place in _places(_BORDER, lowered):
        found += _words(letters[begin:place])
        found.append(lowered[place])
        begin = place + 1
    return found + _words(letters[begin:])


def word_count(text: str) -> int:
    """Return how many words the text has."""
    return len(_words(_letters_only(text.lower().replace("\u2019", "'"))))


def _letters_only(lowered: str) -> str:
    """Return a text in which all but letters and apostrophes are spaces, character by character."""
    return lowered.encode("latin-1", "replace").translate(_LETTERS_ONLY).decode("latin-1")


def _words(letters: str) -> list[str]:
    """Return the words of a text of letters, apostrophes and spaces; few of its runs have an apostrophe."""
    runs = letters.split()
    if "'" not in letters:
        return runs
    return [word for run in runs for word in (_WORD.findall(run) if "'" in run else (run,))]


def _places(ends: re.Pattern[str], text: str) -> list[int]:
    """Return where sentences end: looking at their signs only takes a third of the time."""
    return [match.start() for match in _MAY_END.finditer(text) if ends.match(text, match.start())]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text as they are written, in order, none of them blank."""
    ends = [place + 1 for place in _places(_SENTENCE_END, text)]
    pieces = (text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return [piece for piece in pieces if piece]
