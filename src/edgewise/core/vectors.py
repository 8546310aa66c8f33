"""What an index of vectors is given and asked, whatever keeps it: spaces, rows, and who may be named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Column, Instant, Table

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from polars._typing import PolarsDataType

MOST_DIMENSIONS = 16_000


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """What vectors must share to be compared: the model that made them, and the reading whose texts it was given.

    model:       as `Embedder.version`; a model and a reading name a space.
    reading:     version of the reading of risk factors.
    fingerprint: what names the model's bytes; a space that was begun with others takes no more vectors.
    dimensions:  length of each vector, 1 to 16,000.
    Raises InvalidInput for other dimensions and for an empty name.
    """

    model: str
    reading: str
    fingerprint: str
    dimensions: int

    def __post_init__(self) -> None:
        if not 1 <= self.dimensions <= MOST_DIMENSIONS:
            raise InvalidInput(
                f"vectors of {self.dimensions} dimensions", advice=f"1 to {MOST_DIMENSIONS:,} can be kept."
            )
        if not (self.model and self.reading and self.fingerprint):
            raise InvalidInput("a space of vectors without a name", advice="Name the model, its bytes and the reading.")

    @property
    def name(self) -> str:
        """What people are told: model and reading."""
        return f"{self.model} of the reading {self.reading}"


@dataclass(frozen=True, slots=True)
class Among:
    """Which rows may be named as neighbours. Nothing narrows what is left out.

    as_of:   aware instant, inclusive: only what was known then, in the state of then; None: what is known last.
    forms:   only rows of a filing of one of these forms.
    items:   only rows of one of these items.
    without: CIKs; not the rows of filings that are by none but these companies.
    suspect: also rows that were read with doubts.
    """

    as_of: datetime | None = None
    forms: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    without: tuple[int, ...] = ()
    suspect: bool = False

    def __post_init__(self) -> None:
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise InvalidInput(f"{self.as_of} has no zone", advice="Pass an aware UTC datetime.")


EVERYBODY = Among()
# What stands beside a vector so that an index can choose before it compares. No table of the lake.
INDEXED_RISKS = Table(
    "indexed_risks",
    "One row per risk factor and instant from which it was known: its vector, and what rows are chosen by.",
    key=("accession", "ordinal"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("ordinal", pl.Int32, "its place among the filing's risk factors"),
        Column("ciks", pl.List(pl.Int64), "registrants of the filing, ascending; of several, a filing is by all"),
        Column("forms", pl.List(pl.String), "forms it was filed under, ascending; almost always one"),
        Column("item", pl.String, "item of the form it stands in"),
        Column("suspect", pl.Boolean, "whether it was read with doubts"),
        Column("known_at", Instant, "UTC instant from which the public could know this row"),
        Column(
            "vector", pl.List(pl.Float32), "where its meaning lies; zeros, of a text without words, are never named"
        ),
    ),
)
DESCRIBED = tuple(name for name in INDEXED_RISKS.schema if name != "vector")
NEIGHBOURS: dict[str, PolarsDataType] = {
    "accession": pl.String,
    "ordinal": pl.Int32,
    "known_at": Instant,
    "likeness": pl.Float64,
}


def checked_rows(space: VectorSpace, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `INDEXED_RISKS` that fit a space.

    Raises SchemaMismatch for another frame, InvalidInput for a vector of another length or with a number that is none.
    """
    checked = INDEXED_RISKS.check(rows)
    if wrong := set(checked["vector"].list.len()) - {space.dimensions}:
        raise InvalidInput(
            f"{_lengths(wrong)} are no vectors of {space.name}, which have {space.dimensions}",
            advice="Vectors of two models cannot be compared: put each under its own name.",
            reason="other_dimensions",
        )
    numbers = checked["vector"].explode(empty_as_null=False)
    if numbers.null_count() or not numbers.is_finite().all():
        raise InvalidInput("a vector holds a number that is none", advice="Make the vectors again.")
    return checked


def check_question(space: VectorSpace, wanted: NDArray[np.float32], top: int) -> None:
    """Raise InvalidInput for a vector of another length or without a direction, and for a `top` below 1."""
    if top < 1:
        raise InvalidInput(f"the nearest {top} vectors", advice="Ask for 1 or more.")
    if wanted.shape != (space.dimensions,):
        raise InvalidInput(
            f"a vector of shape {wanted.shape} is none of {space.name}, which have {space.dimensions} dimensions",
            reason="other_dimensions",
        )
    if not (np.isfinite(wanted).all() and wanted.any()):
        raise InvalidInput("a vector without a direction is near to none", advice="A text without words has no like.")


def check_same_space(asked: VectorSpace, *, fingerprint: str, dimensions: int) -> None:
    """Raise InvalidInput where a space was begun by a model of other bytes or other dimensions than are asked for."""
    if (asked.fingerprint, asked.dimensions) != (fingerprint, dimensions):
        raise InvalidInput(
            f"the vectors of {asked.name} were made by a model of {dimensions} dimensions with the fingerprint "
            f"{fingerprint}, and this one has {asked.dimensions} and {asked.fingerprint}",
            advice="The bytes of a version never change: give the model a new version.",
            reason="other_model",
        )


def _lengths(lengths: set[int | None]) -> str:
    return "lists of " + ", ".join(str(length) for length in sorted(length or 0 for length in lengths)) + " numbers"
