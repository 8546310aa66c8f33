"""The first classifier of risk factors: phrases of the taxonomy, counted; the heading first, the body behind it.

1. Words are lower-cased and stripped of inflection, small words are left out, so that "attracting and retaining our
   key people" reads "attract retain key people". Phrases of the taxonomy go the same way.
2. At each word the longest phrase that starts there wins, and its weight goes to its category.
3. In a heading, what names the consequence ("could harm our reputation") counts a part of what names the cause, and a
   phrase that comes later counts less than one that comes first.
4. In a body each phrase counts once, and a little more for each repetition. Whatever its length, a body speaks with the
   same voice, weaker than that of a heading.

A result depends on nothing but one heading and its body.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput, Unparsable
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from edgewise.text.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgewise.text.risk_categories.declared import Taxonomy

    Floats = NDArray[np.float64]

# A consequence counts this much of a cause; a phrase this many terms after the start counts 1/e of the first.
_CONSEQUENCE = 0.25
_LATER = 12.0
# A body adds at most this, little more than a strong phrase at the start of a heading; it takes so much found in it.
_BODY = 4.0
_ENOUGH = 6.0
# Weighs against all evidence in the score, so that a single weak phrase does not look certain.
_DOUBT = 1.0

# What each byte of an ASCII text becomes: letters lower case, digits themselves, all else a space.
_LETTERS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128)).encode().ljust(256)
_SMALL_WORDS = frozenset(
    tokens(
        "a an the of our we us its it their they his her to and or in on for with by from as at that this these those "
        "which who be is are was were been being may could might can cannot will would should must not no have has had "
        "if any some such other certain also more than into through including s adversely materially negatively "
        "significantly effectively successfully adequately timely unable able"
    )
)
_MEANING = itemgetter(1)
_CONSEQUENCE_OPENS = re.compile(
    r"\b(?:could|may|might|can|will|would|has|have|had|likely)\b(?:\W+\w+){0,5}?\W+"
    r"(?:affect|harm|impact|effect|hurt|damage|suffer|impair|result in|cause|lead to|depress|reduce|decline|increase|"
    r"disrupt|divert|expose)(?!\w* (?:by|if|from)\b)"
)
_CAUSE_OPENS = re.compile(r"\b(?:if|by|because|due to|as a result of|unless|when)\b|\.\s")


@dataclass(frozen=True, slots=True, eq=False)
class _Phrase:
    """What a phrase of the taxonomy says: the number of its category, and how strongly."""

    category: int
    weight: float


class _Node(NamedTuple):
    """A place in the tree of phrases: the phrase that ends here, if any, and what may follow, by term."""

    phrase: _Phrase | None
    follows: dict[str, _Node]


class KeywordRiskCategories:
    """The `RiskCategoryModel` that counts phrases. The version covers the taxonomy and the rules of counting."""

    name = "keywords"

    def __init__(self, declared: Taxonomy | None = None) -> None:
        """Take the taxonomy that ships with the package, or another. Raises Unparsable if its phrases contradict."""
        self._declared = declared
        known = declared or taxonomy()
        self.version = f"keywords-1+taxonomy-{known.version}"
        self._categories = known.categories
        self._tree = _tree(known)

    def __reduce__(self) -> tuple[object, ...]:
        """Return how another process makes it: its phrases are read there, once, instead of being sent each time."""
        return _remade, (self._declared,)

    def classify(self, headings: Sequence[str], bodies: Sequence[str]) -> pl.DataFrame:
        """Return one row per risk factor, in order; pure and deterministic.

        headings, bodies: texts of the same factors; either may be empty, a heading matters more.
        family, category: ids of the taxonomy; both 'other' where no phrase of it was found.
        score:            share of the evidence that speaks for the category, 0..1, no probability; 0 for 'other'.
        runner_up:        id of the category that comes second; null where nothing else was found.
        Raises:           InvalidInput, if there are not as many bodies as headings.
        """
        _check_lengths(headings, bodies)
        rows = [self._judged(heading, body) for heading, body in zip(headings, bodies, strict=True)]
        schema = {"family": pl.String, "category": pl.String, "score": pl.Float64, "runner_up": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def evidence(self, headings: Sequence[str], bodies: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the evidence of headings and that of bodies, each of shape (factors, categories), none below 0.

        Columns are the categories in the order of the taxonomy. Raises InvalidInput as `classify` does.
        """
        _check_lengths(headings, bodies)
        found = [self._in_heading(heading.lower()) for heading in headings], list(map(self._in_body, bodies))
        of_headings, of_bodies = (self._rows(part) for part in found)
        return of_headings, of_bodies

    def _rows(self, found: list[dict[int, float]]) -> Floats:
        rows = np.zeros((len(found), len(self._categories)))
        for row, evidence in zip(rows, found, strict=True):
            row[list(evidence)] = list(evidence.values())
        return rows

    def _judged(self, heading: str, body: str) -> tuple[str, str, float, str | None]:
        evidence = _joined(self._in_heading(heading.lower()), self._in_body(body))
        if not evidence:
            return OTHER, OTHER, 0.0, None
        # Of equals the earlier category of the taxonomy comes first.
        ranked = sorted((-found, number) for number, found in evidence.items())
        best = self._categories[ranked[0][1]]
        score = -ranked[0][0] / (sum(evidence.values()) + _DOUBT)
        return best.family, best.id, score, self._categories[ranked[1][1]].id if len(ranked) > 1 else None

    def _in_heading(self, heading: str) -> dict[int, float]:
        """Return the evidence of a heading by category."""
        evidence: dict[int, float] = {}
        place = 0
        for part, share in _parts(heading):
            terms = _terms(part)
            for at, phrase in _found(terms, self._tree):
                added = phrase.weight * share * math.exp(-(place + at) / _LATER)
                evidence[phrase.category] = evidence.get(phrase.category, 0.0) + added
            place += len(terms)
        return evidence

    def _in_body(self, body: str) -> dict[int, float]:
        """Return the evidence of a body by category; together at most `_BODY`."""
        evidence: dict[int, float] = {}
        for phrase, count in Counter(map(_MEANING, _found(_terms(body), self._tree))).items():
            added = phrase.weight * (1 + math.log(count))
            evidence[phrase.category] = evidence.get(phrase.category, 0.0) + added
        total = sum(evidence.values())
        scale = _BODY / max(total, _ENOUGH)
        return {category: found * scale for category, found in evidence.items()}


def _check_lengths(headings: Sequence[str], bodies: Sequence[str]) -> None:
    if len(headings) != len(bodies):
        raise InvalidInput(
            f"{len(headings)} headings and {len(bodies)} bodies", advice="Give '' for a factor without a body."
        )


@lru_cache(maxsize=1)
def _remade(declared: Taxonomy | None) -> KeywordRiskCategories:
    return KeywordRiskCategories(declared)


def _joined(one: dict[int, float], other: dict[int, float]) -> dict[int, float]:
    return {category: one.get(category, 0.0) + other.get(category, 0.0) for category in one | other}


def _parts(heading: str) -> Iterator[tuple[str, float]]:
    """Yield the parts of a heading with what they count: causes in full, consequences a part of it."""
    after = 0
    while opened := _CONSEQUENCE_OPENS.search(heading, after):
        closed = _CAUSE_OPENS.search(heading, opened.end())
        end = closed.start() if closed else len(heading)
        yield heading[after : opened.start()], 1.0
        yield heading[opened.start() : end], _CONSEQUENCE
        after = end
    yield heading[after:], 1.0


def _found(terms: list[str], tree: dict[str, _Node]) -> list[tuple[int, _Phrase]]:
    """Return place and meaning of each phrase, the longest at each place, none within another."""
    found: list[tuple[int, _Phrase]] = []
    after = 0
    # No term is empty, so that an empty one ends every phrase.
    ended = [*terms, ""]
    for place, node in enumerate(map(tree.get, terms)):
        if node is None or place < after:
            continue
        longest, follows = node
        end = reached = place + 1
        while (following := follows.get(ended[reached])) is not None:
            phrase, follows = following
            reached += 1
            if phrase is not None:
                longest, end = phrase, reached
        if longest is not None:
            found.append((place, longest))
            after = end
    return found


def _terms(text: str) -> list[str]:
    """Return the words of a text in lower case without small words and inflection; letters beyond ASCII part words."""
    words = text.encode("ascii", "replace").translate(_LETTERS).decode("ascii").split()
    return list(filter(None, map(_TERMS.__getitem__, words)))


class _Terms(dict[str, str]):
    """Terms of the words met so far: looking one up is most of the work of reading a body."""

    most = 1 << 16
    longest = 40

    def __missing__(self, word: str) -> str:
        if len(word) > self.longest:
            return word
        if len(self) >= self.most:
            self.clear()
        term = self[word] = "" if word in _SMALL_WORDS else _stem(word)
        return term


_TERMS = _Terms()


def _stem(word: str) -> str:
    """Return a word without inflection, not always a word: policy and policies become polici."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - "need" and "king" stay
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word.endswith("e"):  # noqa: PLR2004 - short words are not inflected
        word = word[:-1]
    if word.endswith("y"):
        word = f"{word[:-1]}i"
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word  # noqa: PLR2004 - as above


def _tree(declared: Taxonomy) -> dict[str, _Node]:
    """Return the phrases of a taxonomy as a tree. Raises Unparsable if two categories have the same one."""
    known: dict[tuple[str, ...], _Phrase] = {}
    for number, category in enumerate(declared.categories):
        for spelled, weight in category.phrases:
            terms = tuple(_terms(spelled))
            if not terms:
                raise Unparsable(f"{category.id}: {spelled!r} has small words only", advice="Leave it out.")
            held = known.get(terms, _Phrase(number, 0.0))
            if held.category != number:
                other = declared.categories[held.category].id
                raise Unparsable(f"{spelled!r} of {category.id} says the same as one of {other}", advice="Keep one.")
            known[terms] = _Phrase(number, max(weight, held.weight))
    return _branches(known)


def _branches(known: dict[tuple[str, ...], _Phrase]) -> dict[str, _Node]:
    by_first: dict[str, dict[tuple[str, ...], _Phrase]] = {}
    for terms, phrase in known.items():
        by_first.setdefault(terms[0], {})[terms[1:]] = phrase
    return {first: _Node(rest.pop((), None), _branches(rest)) for first, rest in by_first.items()}
