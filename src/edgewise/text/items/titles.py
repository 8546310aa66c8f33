"""How well words of a heading fit the titles of an item.

    fit = matched / (title words), the best over the titles of the item

where the words of a title count that carry meaning (not `of`, `the`, `registrant`), and one is matched if it stands
among the first words of the heading. 1 for a heading with all of them; 0 for another subject.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z]+")
_EMPTY = frozenset(
    {"a", "an", "and", "by", "for", "in", "of", "on", "or", "our", "s", "the", "to", "with", "its", "registrant",
     "registrants", "company", "companys", "issuer", "issuers"}
)  # fmt: skip
_APOSTROPHES = str.maketrans("", "", "'\u2019\u2018`\u00b4")
_LETTERS = re.compile(r"[A-Za-z]+")
_PUNCTUATION = re.compile(r"[.:;)\]\u2014\u2013\s*-]+")
# What comes after a title in the same line: a sentence, or that there is nothing to say.
_BODY = re.compile(
    r"\W*(?:none|not\s+applicable|n/a|omitted|reserved|"
    r"(?:[A-Z\u201c(][\w\u2019',()-]*|\([a-z0-9]\))\s+\S+\s+\S+.*\b[a-z]{2,}\b)",
    re.IGNORECASE,
)
_UNMATCHED = 3
_LOOKED_AT = 400
_ENOUGH = 0.6
# Words of a heading beyond those of the title that may stand between them.
_SLACK = 6


def words(text: str) -> list[str]:
    """Return the words of a heading that carry meaning, lower case, in order.

    >>> words("Market for the Registrant's Common Equity")
    ['market', 'common', 'equity']
    """
    found = _WORD.findall(text.lower().translate(_APOSTROPHES))
    return [word for word in found if word not in _EMPTY]


@lru_cache(maxsize=4096)
def _title_words(title: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in words(title))


def title_fit(heading: str, titles: tuple[str, ...]) -> float:
    """Return how well the beginning of a heading fits the best of the titles, 0 to 1."""
    said = [_stem(word) for word in words(heading[:_LOOKED_AT])]
    if not said:
        return 0.0
    best = 0.0
    for title in titles:
        wanted = _title_words(title)
        near = set(said[: len(wanted) + _SLACK])
        matched = sum(word in near for word in wanted) / len(wanted) if wanted else 0.0
        best = max(best, matched)
    return best


def end_of_title(line: str, titles: tuple[str, ...]) -> int:
    """Return where the title at the start of a line ends and text of another kind begins; its length where none does.

    >>> end_of_title("Legal Proceedings None.", ("Legal Proceedings",))
    18
    """
    best, end = 0.0, len(line)
    for title in titles:
        wanted = set(_title_words(title))
        found: set[str] = set()
        last = unmatched = 0
        for match in _LETTERS.finditer(line[:_LOOKED_AT]):
            word = _stem(match[0].lower())
            if word in wanted and word not in found:
                found.add(word)
                last, unmatched = match.end(), 0
            elif word not in _EMPTY and word not in wanted:
                unmatched += 1
                if unmatched > _UNMATCHED:
                    break
        share = len(found) / len(wanted) if wanted else 0.0
        if share > best:
            best, end = share, last
    if best < _ENOUGH:
        return len(line)
    stop = _PUNCTUATION.match(line, end)
    end = stop.end() if stop else end
    return end if _BODY.match(line, end, end + _LOOKED_AT) else len(line)


def title_only_fit(line: str, titles: tuple[str, ...]) -> float:
    """Return how well a whole line is one of the titles and nothing more, 0 to 1 (Dice coefficient of their words)."""
    said = {_stem(word) for word in words(line)}
    best = 0.0
    for title in titles:
        wanted = set(_title_words(title))
        if said and wanted:
            best = max(best, 2 * len(said & wanted) / (len(said) + len(wanted)))
    return best


def _stem(word: str) -> str:
    """Return a word without the endings by which wordings of one title differ."""
    return word.removesuffix("s") if len(word) > len("use") else word
