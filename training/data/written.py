"""Hard cases that we wrote ourselves: negation, "less bad", boilerplate, guidance, units. Stand in `written.tsv`."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.core.ports import TONES
from training.data.labelled import labelled

if TYPE_CHECKING:
    import polars as pl

FILE = Path(__file__).with_name("written.tsv")
COLUMNS = ("label", "kind", "sentence")
_TOGETHER = 20  # lines


def written(file: Path = FILE, *, lines: int | None = None) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the sentences of a table without a head (label, kind, sentence) and how many were read.

    lines: only so many from the first on; None for all.
    Raises InvalidInput, naming the line, for a label that is no tone and for a missing sentence.
    """
    with file.open(newline="") as text:
        table = csv.DictReader(islice(text, lines), COLUMNS, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [_row(row, number, file) for number, row in enumerate(table, start=1)]
    return labelled(rows), {"read": len(rows)}


def _row(row: dict[str, str], number: int, file: Path) -> tuple[str, int, str, str, float]:
    """Return a row of `LABELLED`; neighbours are a group, since sentences that one fact tells apart stand together."""
    label, kind, sentence = (row.get(name) or "" for name in COLUMNS)
    if label not in TONES or not sentence.strip():
        raise InvalidInput(
            f"line {number} of {file.name} has label {label!r} and sentence {sentence[:40]!r}",
            advice="Write negative, neutral or positive, a kind and the sentence, with tabs between.",
        )
    return sentence.strip(), TONES.index(label), f"written-{kind}", f"written:{number // _TOGETHER}", 1.0
