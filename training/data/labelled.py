"""The frame of labelled sentences that every source gives and every model is trained on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import SchemaMismatch
from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEGATIVE, NEUTRAL, POSITIVE = range(len(TONES))
LABELLED = pl.Schema(
    {
        "sentence": pl.String(),
        "label": pl.Int8(),  # place in TONES
        "source": pl.String(),
        "group": pl.String(),  # company or headline: never on both sides of a split
        "weight": pl.Float32(),  # what the sentence counts in the loss, 1 for a sure label
    }
)
_DIGITS = 16


def labelled(rows: Iterable[Sequence[object]]) -> pl.DataFrame:
    """Return rows in order of `LABELLED` as a frame. Raises SchemaMismatch for a label that is no tone or a blank."""
    frame = pl.DataFrame(list(rows), schema=LABELLED, orient="row")
    bad = frame.filter(~pl.col("label").is_between(0, len(TONES) - 1) | (pl.col("sentence").str.strip_chars() == ""))
    if frame.null_count().sum_horizontal().item() or bad.height:
        raise SchemaMismatch(f"{bad.height} labelled sentences are blank or carry a label outside 0 to 2")
    return frame


def fingerprint(sentence: str) -> str:
    """Return what tells a sentence from others without showing it: 16 hex digits over its letters and digits.

    Case, spaces and punctuation do not count.

    >>> fingerprint("Sales rose 4 %.") == fingerprint("sales ROSE, 4%")
    True
    """
    letters = "".join(character for character in sentence.lower() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:_DIGITS]


def frame_fingerprint(frame: pl.DataFrame) -> str:
    """Return 16 hex digits that name sentences and labels of a frame, whatever the order of its rows."""
    rows = sorted(
        f"{fingerprint(sentence)}\t{label}" for sentence, label in frame.select("sentence", "label").iter_rows()
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:_DIGITS]


def share_of(seed: int, group: str) -> float:
    """Return a number from 0 to 1 that a group has for a seed: the way groups are dealt to splits."""
    digest = hashlib.sha256(f"{seed}\t{group}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def split(frame: pl.DataFrame, *, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (training, validation): about `share` of the groups go to validation, each group whole."""
    dealt = [share_of(seed, group) < share for group in frame["group"]]
    held = pl.Series(dealt, dtype=pl.Boolean)
    return frame.filter(~held), frame.filter(held)
