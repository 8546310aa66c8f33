"""SEntFiN: 10,700 Indian business headlines whose entities carry a sentiment each (MIT licence; may train)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.ports import TONES
from training.data.labelled import LABELLED, labelled

if TYPE_CHECKING:
    from pathlib import Path

FILE = "market/sentiment/sentfin_entity.parquet"
ENTITY, OTHER = "the company", "another company"


def sentfin(folder: Path, *, entities: bool = False) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return labelled headlines and what was counted: read, mixed (dropped, or entity-marked).

    A headline has one label if all of its entities agree. One with mixed labels is dropped; with `entities` it gives
    one sentence per entity instead, that entity written as "the company" and the others as "another company".
    """
    rows = pl.read_parquet(folder / FILE)
    headlines = rows.group_by("title", maintain_order=True).agg("entity", "label")
    agreed = headlines.filter(pl.col("label").list.n_unique() == 1)
    mixed = headlines.filter(pl.col("label").list.n_unique() > 1)
    frame = labelled(
        (title.strip(), TONES.index(labels[0]), "sentfin", f"sentfin:{names[0].casefold()}", 1.0)
        for title, names, labels in agreed.iter_rows()
    )
    if entities:
        frame = pl.concat([frame, _marked(mixed)])
    return frame, {"read": headlines.height, "mixed": mixed.height}


def _marked(mixed: pl.DataFrame) -> pl.DataFrame:
    """Return a sentence per entity that stands literally, and once, in its headline."""
    rows = [
        (mark(title, name, names), TONES.index(label), "sentfin-entity", f"sentfin:{name.casefold()}", 1.0)
        for title, names, labels in mixed.iter_rows()
        for name, label in zip(names, labels, strict=True)
        if title.count(name) == 1
    ]
    return labelled(rows) if rows else pl.DataFrame(schema=LABELLED)


def mark(title: str, entity: str, entities: list[str]) -> str:
    """Return a headline told about one of its entities.

    >>> mark("Infosys gains, Wipro falls", "Wipro", ["Infosys", "Wipro"])
    'another company gains, the company falls'
    """
    named = title.replace(entity, ENTITY)
    for other in sorted(set(entities) - {entity}, key=len, reverse=True):
        named = named.replace(other, OTHER)
    return named
