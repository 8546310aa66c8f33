"""Tone of whole documents by a model of sentences.

1. `boilerplate.prose` leaves out tables and what every filing says; `words.sentences` divides the rest.
2. Fragments are counted apart and not read: fewer than four words, and headings ("Results of Operations"). The headline
   that a press release opens with is no heading (`headlines`).
3. The model reads every other sentence of all texts, each different one once.
4. A sentence weighs its words. With p the model's probabilities and w the words of a sentence:

       P = sum of w * p(positive)     N = sum of w * p(negative)     W = sum of w
       positive = P / W               negative = N / W               net = (P - N) / (P + N + 1)

   So `positive` is the share of its words that one expects to stand in good news, and `net` is between -1 and 1 as with
   the lexicon. Probabilities are added up, not votes: no sentence tips over, and a model unsure of all says little.
5. `uncertainty` and `forward_looking` are the shares of words in sentences with an uncertain expression of the lexicon,
   and in sentences that speak of the future; no model is asked for them.

A text's scores depend on nothing but the text and the model.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgewise.core.ports import TONES
from edgewise.text.boilerplate import is_heading, prose
from edgewise.text.forward_looking import is_forward_looking
from edgewise.text.headlines import is_headline
from edgewise.text.lexicon.lists import Meaning
from edgewise.text.tone import hits
from edgewise.text.words import BORDERS, sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from edgewise.core.ports import SentenceToneModel

LEAST_WORDS = 4
# Of a heading, the share of words of four letters and more that begin with a capital.
_CAPITALISED = 0.7
_SMALL_WORD = 3
# Paragraphs within which a document's headline stands: names, addresses and telephones may come before it.
_OPENING = 20

_SCHEMA: dict[str, type[int | float]] = {
    "words": int,
    "boilerplate_words": int,
    "sentences": int,
    "fragments": int,
    "positive": float,
    "negative": float,
    "uncertainty": float,
    "forward_looking": float,
    "net": float,
}
_MOVED: dict[str, type[int | float | str]] = {
    "place": int,
    "sentence": str,
    "words": int,
    "balance": float,
    **dict.fromkeys(TONES, float),
    "uncertain": bool,
    "forward_looking": bool,
}
_BALANCE = list(_MOVED).index("balance")
_UNCERTAIN = int(Meaning.UNCERTAIN)
_NEGATIVE, _POSITIVE = TONES.index("negative"), TONES.index("positive")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to read. words: how many it has; uncertain, forward_looking: whether it says so by its words."""

    text: str
    words: int
    uncertain: bool
    forward_looking: bool


@dataclass(frozen=True, slots=True)
class Sentences:
    """What of one document a model reads, in order, and how much was left out: fragments, words of boilerplate."""

    read: list[Sentence]
    fragments: int
    boilerplate_words: int


class SentenceTone:
    """The `ToneModel` that asks a model of sentences. Its version is that model's."""

    def __init__(self, model: SentenceToneModel) -> None:
        self.model = model

    @property
    def version(self) -> str:
        """Name and version of the model."""
        return self.model.version

    def score(self, texts: Sequence[str]) -> pl.DataFrame:
        """Return one row per text, in order; give the texts of a filing and its items together, they share sentences.

        words:             words of the sentences that were read.
        boilerplate_words: words left out as boilerplate; `sentences`: read; `fragments`: left out as no sentences.
        positive, negative, uncertainty, forward_looking: fractions of words; net: -1 to 1; all null without sentences.
        """
        documents = read_all(texts)
        return scored(documents, self._probabilities(documents))

    def explain(self, *texts: str, top: int = 10) -> pl.DataFrame:
        """Return the sentences that moved net tone most; `texts` are documents of one filing.

        One row per sentence, at most `top`, largest |balance| first, then as in the text: place (from 0 among the
        sentences that were read), sentence, words, balance = words * (positive - negative), the probabilities negative,
        neutral and positive, uncertain, forward_looking. The balances of all sentences add up to P - N.
        """
        import polars as pl  # noqa: PLC0415 - imported at first use: who scores single texts needs no frame

        documents = read_all(texts)
        rows = moved_most(documents, self._probabilities(documents), top=top)
        return pl.DataFrame(rows, schema=_MOVED)

    def _probabilities(self, documents: Sequence[Sentences]) -> dict[str, NDArray[np.float32]]:
        asked = different(documents)
        return dict(zip(asked, self.model.probabilities(asked), strict=True))


def different(documents: Sequence[Sentences]) -> list[str]:
    """Return the sentences to ask a model for: each different one once, in order."""
    return list(dict.fromkeys(sentence.text for one in documents for sentence in one.read))


def scored(documents: Sequence[Sentences], known: Mapping[str, NDArray[np.float32]]) -> pl.DataFrame:
    """Return what `SentenceTone.score` does, from the model's row for each sentence of the documents."""
    import polars as pl  # noqa: PLC0415 - as above

    rows = [tuple(score_row(one, known).values()) for one in documents]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def score_row(one: Sentences, known: Mapping[str, NDArray[np.float32]]) -> dict[str, int | float | None]:
    """Return the row of one document in `scored`, by column: a frame of one row takes longer to make than to fill."""
    return dict(zip(_SCHEMA, _scores(one, known), strict=True))


def moved_most(
    documents: Sequence[Sentences], known: Mapping[str, NDArray[np.float32]], *, top: int = 10
) -> list[dict[str, Any]]:
    """Return the rows of `SentenceTone.explain`, by column, from the model's row for each sentence of the documents."""
    everything = [sentence for one in documents for sentence in one.read]
    rows = [_moved(place, sentence, known[sentence.text]) for place, sentence in enumerate(everything)]
    rows.sort(key=lambda row: (-abs(row[_BALANCE]), row[0]))
    return [dict(zip(_MOVED, row, strict=True)) for row in rows[:top]]


def read_all(texts: Sequence[str]) -> list[Sentences]:
    """Return what `read_sentences` does of each text; a sentence of several, as of items, is looked at once."""
    known: dict[str, Sentence | None] = {}
    return [read_sentences(text, known) for text in texts]


def read_sentences(text: str, known: dict[str, Sentence | None] | None = None) -> Sentences:
    """Return the sentences of one document, boilerplate, tables, fragments and headings left out and counted.

    known: sentences looked at before, None for fragments; filled in, so that an item's are not looked at again.
    """
    looked_at = {} if known is None else known
    own = prose(text)
    divided = list(_divided(own.paragraphs))
    new = dict.fromkeys(sentence for _, sentence, _ in divided if sentence not in looked_at)
    looked_at.update(zip(new, _looked_at(list(new)), strict=True))
    read, fragments = [], 0
    for place, sentence, alone in divided:
        found = looked_at[sentence]
        if found is None or (alone and _is_title(sentence) and not (place < _OPENING and _is_news(sentence))):
            fragments += 1
        else:
            read.append(found)
    return Sentences(read, fragments, own.boilerplate_words)


def _looked_at(new: list[str]) -> Iterator[Sentence | None]:
    """Yield each sentence with what its words say, None for a fragment; many cost little more than one."""
    run = tokens("\n".join(new))
    ends = [place for place, sign in enumerate(run) if sign == "\n"] + [len(run)]
    uncertain = {bisect(ends, place) for place, _, meaning in hits(run) if meaning & _UNCERTAIN}
    begin = 0
    for line, sentence in enumerate(new):
        own = [token for token in run[begin : ends[line]] if token not in BORDERS]
        begin = ends[line] + 1
        if len(own) < LEAST_WORDS:
            yield None
        else:
            yield Sentence(sentence, len(own), line in uncertain, is_forward_looking(own))


def _divided(paragraphs: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield each sentence with the place of its paragraph, single spaces, and whether it is a paragraph by itself."""
    for place, paragraph in enumerate(paragraphs):
        divided = sentences(paragraph)
        for sentence in divided:
            yield place, " ".join(sentence.split()), len(divided) == 1


def _is_news(title: str) -> bool:
    return is_headline([token for token in tokens(title) if token not in BORDERS])


def _is_title(line: str) -> bool:
    """Return whether a line is a heading: it looks like one, gives no number, and most of its words have capitals.

    A highlight of a press release ("Revenue up 12% to a record") is no heading.
    """
    if not is_heading(line) or any(character.isdigit() for character in line):
        return False
    long = [word for word in line.split() if len(word) > _SMALL_WORD]
    return sum(word[0].isupper() for word in long) >= _CAPITALISED * len(long)


def _scores(one: Sentences, known: Mapping[str, NDArray[np.float32]]) -> tuple[int | float | None, ...]:
    """Return a text's row: counts, then shares, then net."""
    weights = np.array([sentence.words for sentence in one.read], dtype=np.float64)
    words = int(weights.sum())
    counts = (words, one.boilerplate_words, len(one.read), one.fragments)
    if not words:
        return (*counts, *[None] * 5)
    toned = weights @ np.array([known[sentence.text] for sentence in one.read], dtype=np.float64)
    positive, negative = float(toned[_POSITIVE]), float(toned[_NEGATIVE])
    uncertain = weights @ np.array([sentence.uncertain for sentence in one.read])
    future = weights @ np.array([sentence.forward_looking for sentence in one.read])
    shares = (float(total) / words for total in (positive, negative, uncertain, future))
    return (*counts, *shares, (positive - negative) / (positive + negative + 1))


def _moved(place: int, sentence: Sentence, said: NDArray[np.float32]) -> tuple[Any, ...]:
    balance = sentence.words * (float(said[_POSITIVE]) - float(said[_NEGATIVE]))
    chances = (float(chance) for chance in said)
    return (place, sentence.text, sentence.words, balance, *chances, sentence.uncertain, sentence.forward_looking)
