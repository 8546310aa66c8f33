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

from edgewise.text.boilerplate import prose
from edgewise.text.lexicon.lists import Lexicon, Meaning, lexicon
from edgewise.text.words import BORDERS, sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from edgewise.text.boilerplate import Prose
    from edgewise.text.lexicon.lists import Phrase

_REACH = 3
_COUNTS = ("words", "boilerplate_words", "positives", "negatives", "uncertains")
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
        import polars as pl  # noqa: PLC0415 - imported at first use: who finds words needs no frame

        counted = _counts([prose(text) for text in texts])
        counts = pl.DataFrame(counted, schema=dict.fromkeys(_COUNTS, pl.Int64), orient="row")
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
    import polars as pl  # noqa: PLC0415 - as above

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


def _counts(texts: Sequence[Prose]) -> list[list[int]]:
    """Return words, boilerplate words and the expressions of each tone of every text.

    No expression and no negation reaches over the end of a paragraph. So each different paragraph is counted once, and
    the items of a filing cost little beside the whole.
    """
    places: dict[str, int] = {}
    for text in texts:
        for paragraph in text.paragraphs:
            places.setdefault(paragraph, len(places))
    counted = _counted_by_line(tokens("\n".join(places)), len(places))
    totals = [counted[[places[paragraph] for paragraph in text.paragraphs]].sum(axis=0).tolist() for text in texts]
    return [[own[0], text.boilerplate_words, *own[1:]] for own, text in zip(totals, texts, strict=True)]


def _counted_by_line(run: list[str], lines: int) -> NDArray[np.int64]:
    """Return words, positives, negatives and uncertains of each line of a run of tokens: shape (lines, 4)."""
    ends = np.frombuffer(bytes(map("\n".__eq__, run)), dtype=bool)
    line_of = np.concatenate(([0], ends.cumsum()[:-1])) if run else ends.astype(np.int64)
    counted = np.zeros((max(lines, 1), 4), dtype=np.int64)
    borders = np.frombuffer(bytes(map(BORDERS.__contains__, run)), dtype=bool)
    counted[:, 0] = np.bincount(line_of[~borders], minlength=len(counted))
    toned = [(place, meaning) for place, _, meaning in hits(run)]
    if toned:
        at, meanings = np.array(toned).T
        for column, tone in enumerate((_POSITIVE, _NEGATIVE, _UNCERTAIN), start=1):
            counted[:, column] = np.bincount(line_of[at[(meanings & tone) > 0]], minlength=len(counted))
    return counted


def _spelled(found: Found) -> Iterator[list[str]]:
    for expressions in (found.positive, found.negative, found.uncertain):
        yield [" ".join(expression) for expression in expressions]


def find(run: list[str]) -> Found:
    """Return the toned expressions of a run of tokens, as `words.tokens` gives them."""
    found = Found(words=len(run) - sum(map(BORDERS.__contains__, run)))
    for _, phrase, meaning in hits(run):
        if meaning & _POSITIVE:
            found.positive.append(phrase)
        if meaning & _NEGATIVE:
            found.negative.append(phrase)
        if meaning & _UNCERTAIN:
            found.uncertain.append(phrase)
    return found


def hits(run: list[str]) -> Iterator[tuple[int, Phrase, int]]:
    """Yield each toned expression of a run: its place, its words, and what it counts as here, negation applied."""
    known = lexicon()
    meanings = bytearray(map(known.words.get, run, repeat(0)))
    flags = np.frombuffer(bytes(meanings), dtype=np.uint8)
    after = 0
    for place in np.flatnonzero(flags & (_TONED | _OPENS)).tolist():
        if place < after:
            continue
        phrase, meaning = _longest(run, place, meanings[place], known)
        after = place + len(phrase)
        if not meaning:
            meanings[place:after] = bytes(len(phrase))
        elif meaning & _TONED:
            yield place, phrase, _meant(meaning, negated=_is_negated(meanings, place))


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


def _meant(meaning: int, *, negated: bool) -> int:
    """Return what an expression says here: a negated positive is negative, a negated negative nothing."""
    toned = meaning & (_POSITIVE | _NEGATIVE)
    if negated:
        toned = _NEGATIVE if meaning & _POSITIVE else 0
    return toned | (meaning & _UNCERTAIN)
