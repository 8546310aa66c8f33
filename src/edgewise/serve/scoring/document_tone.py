"""A document's tone from its sentences and the model's rows for them, by the code that scores filings in the lake.

`SentenceTone` finds sentences, asks a model for them and adds them up. Here the first and the last step stand apart,
because sentences of many requests go to the model together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgewise.serve.scoring.language import is_english
from edgewise.serve.scoring.models import ItemTone, MovedSentence, Score, Tone
from edgewise.text.sentence_tone import different, moved_most, read_sentences, score_row, scored
from edgewise.text.whole_filing import MIN_WORDS, whole_filing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgewise.serve.scoring.models import Status
    from edgewise.serve.scoring.stored import Material
    from edgewise.text.sentence_tone import Sentences

_TAG = re.compile(r"</?(?:p|div|span|td|tr|table|br|html|body|font)\b[^>]{0,200}>", re.IGNORECASE)
_TAGS_OF_A_PAGE = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a material: of each text, and of each item."""

    material: Material
    texts: list[Sentences]
    items: list[Sentences]

    @property
    def different(self) -> list[str]:
        """The sentences to ask a model for, each once."""
        return different([*self.texts, *self.items])


def read(material: Material) -> Reading:
    """Return the sentences on which the tone of these texts and items rests."""
    return Reading(
        material,
        [read_sentences(text) for text in material.texts],
        [read_sentences(item.text) for item in material.items],
    )


def score_of(reading: Reading, version: str, known: Mapping[str, NDArray[np.float32]], *, most: int) -> Score:
    """Return the score of the texts together and of each item.

    version: of the model that gave `known`, its row for each sentence of the reading.
    most:    how many of the sentences that moved it most are shown.
    """
    material = reading.material
    tone = _tone(_together(reading.texts, known))
    status, reasons = _status(tone, [*material.reasons, *_doubts(material.texts)])
    moved = moved_most(reading.texts, known, top=most)
    return Score(
        model_version=version,
        text_sha256=material.name,
        status=status,
        reasons=reasons,
        tone=tone,
        items=list(_items(reading, known)),
        moved_most=[MovedSentence(**row) for row in moved],
    )


def _together(texts: Sequence[Sentences], known: Mapping[str, NDArray[np.float32]]) -> Mapping[str, Any]:
    """Return the row of all texts together; one alone is that already."""
    if len(texts) == 1:
        return score_row(texts[0], known)
    return whole_filing(scored(texts, known)).row(0, named=True)


def _items(reading: Reading, known: Mapping[str, NDArray[np.float32]]) -> Iterator[ItemTone]:
    for item, sentences in zip(reading.material.items, reading.items, strict=True):
        tone = _tone(score_row(sentences, known))
        status, reasons = _status(tone, item.reasons if item.status == "suspect" else ())
        yield ItemTone(part=item.part, item=item.item, status=status, reasons=reasons, tone=tone)


def _tone(row: Mapping[str, Any]) -> Tone:
    return Tone(**{name: row[name] for name in Tone.model_fields})


def _status(tone: Tone, doubts: Iterable[str]) -> tuple[Status, list[str]]:
    """Return the status of a score and its reasons, as those of the lake are given."""
    if not tone.words:
        return "absent", ["only_boilerplate" if tone.boilerplate_words else "no_words"]
    reasons = sorted({*doubts, *(["few_words"] if tone.words < MIN_WORDS else [])})
    return ("suspect" if reasons else "ok"), reasons


def _doubts(texts: Sequence[str]) -> Iterator[str]:
    """Yield why the model may have misread these texts: another language, or a page instead of its text."""
    if not all(is_english(text) for text in texts):
        yield "language"
    if any(len(_TAG.findall(text, 0, 20_000)) >= _TAGS_OF_A_PAGE for text in texts):
        yield "markup"
