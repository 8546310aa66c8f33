"""Tone by counting: how positive, negative and uncertain the words of a text are, by a lexicon of our own.

1. `boilerplate.prose` leaves out tables and what every filing says.
2. `words.tokens` gives words and sentence borders.
3. At each word the longest phrase of the lexicon that starts there wins, else the word itself counts; a phrase counts
   once, a neutral phrase not at all.
4. A negator up to three words before, in the same sentence, makes a positive negative and a negative nothing.

A text's scores depend on nothing but the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.text.boilerplate import prose
from edgewise.text.lexicon.lists import Lexicon, Meaning, lexicon
from edgewise.text.words import sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.text.lexicon.lists import Phrase

_REACH = 3
_COUNTS: dict[str, type[pl.DataType]] = {
    "words": pl.Int64,
    "boilerplate_words": pl.Int64,
    "positives": pl.Int64,
    "negatives": pl.Int64,
    "uncertains": pl.Int64,
}
_POSITIVE, _NEGATIVE, _UNCERTAIN = int(Meaning.POSITIVE), int(Meaning.NEGATIVE), int(Meaning.UNCERTAIN)
_TONED = _POSITIVE | _NEGATIVE | _UNCERTAIN
_NEGATOR, _BORDER, _OPENS = int(Meaning.NEGATOR), int(Meaning.BORDER), int(Meaning.OPENS_PHRASE)


@dataclass(slots=True)
class Found:
    """The expressions found in a run of tokens, by what they count as, negation applied."""

    words: int
    positive: list[Phrase] = field(default_factory=list)
    negative: list[Phrase] = field(default_factory=list)
    uncertain: list[Phrase] = field(default_factory=list)


class LexiconTone:
    """The `ToneModel` that counts words. The version covers the lists and the rules of negation and boilerplate."""

    version = "lexicon-1"

    def score(self, texts: Sequence[str]) -> pl.DataFrame:
        """Return one row per text, in order.

        words:             words counted, boilerplate and tables excluded.
        boilerplate_words: words left out as boilerplate.
        positive, negative, uncertainty: expressions of that tone as a fraction of words; null without words.
        net:               (P - N) / (P + N + 1) of their counts, between -1 and 1; null without words.
        """
        counts = pl.DataFrame([_counts(text) for text in texts], schema=_COUNTS, orient="row")
        words = pl.when(pl.col("words") > 0).then(pl.col("words"))
        positive, negative = pl.col("positives"), pl.col("negatives")
        return counts.select(
            "words",
            "boilerplate_words",
            positive=positive / words,
            negative=negative / words,
            uncertainty=pl.col("uncertains") / words,
            net=pl.when(pl.col("words") > 0).then((positive - negative) / (positive + negative + 1)),
        )

    def explain(self, *texts: str, top: int = 10) -> pl.DataFrame:
        """Return the sentences that moved net tone most, as `explain` does."""
        return explain(*texts, top=top)


def explain(*texts: str, top: int = 10) -> pl.DataFrame:
    """Return the sentences that moved net tone most, with the words that did; `texts` are documents of one filing.

    One row per sentence with a positive or negative count, at most `top`, largest |balance| first, then most words,
    then as in the text: place (from 0 among the sentences of the prose), sentence, balance (positives - negatives),
    and lists of the expressions: positive, negative, uncertain. A negated positive stands among the negatives.
    The balances of all sentences add up to the P - N that `LexiconTone.score` uses.
    """
    paragraphs = [paragraph for text in texts for paragraph in prose(text).paragraphs]
    rows = [
        (place, sentence, len(found.positive) - len(found.negative), *_spelled(found))
        for place, sentence in enumerate(sentences("\n".join(paragraphs)))
        if (found := find(tokens(sentence))).positive or found.negative
    ]
    expressions = pl.List(pl.String)
    schema = {
        "place": pl.Int64(),
        "sentence": pl.String(),
        "balance": pl.Int64(),
        "positive": expressions,
        "negative": expressions,
        "uncertain": expressions,
    }
    moved = pl.col("positive").list.len() + pl.col("negative").list.len()
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .sort(pl.col("balance").abs(), moved, "place", descending=[True, True, False])
        .head(top)
    )


def _counts(text: str) -> tuple[int, int, int, int, int]:
    """Return words, boilerplate words and the expressions of each tone of one text."""
    own = prose(text)
    found = find(tokens("\n".join(own.paragraphs)))
    return found.words, own.boilerplate_words, len(found.positive), len(found.negative), len(found.uncertain)


def _spelled(found: Found) -> Iterator[list[str]]:
    for expressions in (found.positive, found.negative, found.uncertain):
        yield [" ".join(expression) for expression in expressions]


def find(run: list[str]) -> Found:
    """Return the toned expressions of a run of tokens, as `words.tokens` gives them."""
    known = lexicon()
    meanings = bytearray(map(known.words.get, run, repeat(0)))
    flags = np.frombuffer(bytes(meanings), dtype=np.uint8)
    found = Found(words=len(run) - int(np.count_nonzero(flags & _BORDER)))
    places = np.flatnonzero(flags & (_TONED | _OPENS))
    after = 0
    for place in places.tolist():
        if place < after:
            continue
        phrase, meaning = _longest(run, place, meanings[place], known)
        after = place + len(phrase)
        if not meaning:
            meanings[place:after] = bytes(len(phrase))
        elif meaning & _TONED:
            _record(found, phrase, meaning, negated=_is_negated(meanings, place))
    return found


def _longest(run: list[str], place: int, meaning: int, known: Lexicon) -> tuple[Phrase, int]:
    """Return the longest expression of the lexicon that starts at `place`, and what it means."""
    if meaning & _OPENS:
        for length in known.lengths.get(tuple(run[place : place + 2]), ()):
            phrase = tuple(run[place : place + length])
            if (known_meaning := known.phrases.get(phrase)) is not None:
                return phrase, known_meaning
    return (run[place],), meaning


def _is_negated(meanings: bytearray, place: int) -> bool:
    """Return whether a negator stands within reach before `place`, in the same sentence."""
    for before in range(place - 1, max(place - 1 - _REACH, -1), -1):
        if meanings[before] & _BORDER:
            return False
        if meanings[before] & _NEGATOR:
            return True
    return False


def _record(found: Found, phrase: Phrase, meaning: int, *, negated: bool) -> None:
    """Count an expression as what it says here."""
    if meaning & _POSITIVE:
        (found.negative if negated else found.positive).append(phrase)
    elif meaning & _NEGATIVE and not negated:
        found.negative.append(phrase)
    if meaning & _UNCERTAIN:
        found.uncertain.append(phrase)
