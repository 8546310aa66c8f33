"""The nearest vectors, exactly: every vector is looked at, a block at a time.

`ExactIndex` is the embedded `VectorIndex`: it holds what it is given in memory, for one question or a few. pgvector's,
which lasts, passes the same contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.vectors import (
    DESCRIBED,
    INDEXED_RISKS,
    NEIGHBOURS,
    check_question,
    check_same_space,
    checked_rows,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgewise.core.vectors import Among, VectorSpace

_BLOCK = 65_536


def likeness(vectors: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine of each of `vectors`, shape (n, d), with `wanted`, shape (d,): shape (n,), -1 to 1.

    Zeros, the vector of a text without words, are like nothing: 0. Raises InvalidInput for vectors of other lengths.
    """
    if vectors.ndim != 2 or vectors.shape[1:] != wanted.shape:  # noqa: PLR2004 - rows and columns
        raise InvalidInput(f"vectors of shape {vectors.shape} cannot be compared with one of shape {wanted.shape}")
    found = np.zeros(len(vectors), dtype=np.float32)
    length = float(np.linalg.norm(wanted))
    for begin in range(0, len(vectors), _BLOCK):
        block = vectors[begin : begin + _BLOCK]
        lengths = np.linalg.norm(block, axis=1) * length
        part = found[begin : begin + _BLOCK]
        # Row by row, not as one product: a vector's likeness must not depend on how many stand beside it.
        np.divide(np.einsum("nd,d->n", block, wanted), lengths, out=part, where=lengths > 0)
    return np.clip(found, -1.0, 1.0)


def nearest(vectors: NDArray[np.float32], wanted: NDArray[np.float32], *, top: int) -> NDArray[np.int64]:
    """Return the places of the `top` vectors that are most like `wanted`, the nearest first, then as they stand.

    Raises InvalidInput as `likeness`, and for a `top` below 1.
    """
    if top < 1:
        raise InvalidInput(f"the nearest {top} vectors", advice="Ask for 1 or more.")
    found = likeness(vectors, wanted)
    places: NDArray[np.int64] = np.argsort(-found, kind="stable")[:top]
    return places


class ExactIndex:
    """The `VectorIndex` of one process: everything in memory, every vector looked at, nothing missed."""

    def __init__(self) -> None:
        self._spaces: dict[tuple[str, str], VectorSpace] = {}
        self._rows: dict[tuple[str, str], pl.DataFrame] = {}

    def put(self, space: VectorSpace, rows: pl.DataFrame) -> int:
        """Keep rows; return how many were new or differed. See the port."""
        given = checked_rows(space, rows)
        held = self._held(space)
        changed = _differing(given, held, INDEXED_RISKS.schema.keys() - set(INDEXED_RISKS.identity))
        self._spaces[space.model, space.reading] = space
        kept = held.join(changed, on=INDEXED_RISKS.identity, how="anti")
        self._rows[space.model, space.reading] = pl.concat([kept, changed])
        return changed.height

    def lacking(self, space: VectorSpace, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of these rows that are not kept, or otherwise described. See the port."""
        return _differing(rows, self._held(space), set(DESCRIBED) - set(INDEXED_RISKS.identity))

    def nearest(self, space: VectorSpace, wanted: NDArray[np.float32], *, top: int, among: Among) -> pl.DataFrame:
        """Return the `top` rows most like `wanted`, as every one of them is looked at. See the port."""
        held = self._held(space)
        check_question(space, wanted, top)
        if (space.model, space.reading) not in self._spaces:
            raise NotFound(
                f"there are no vectors of {space.name} to compare with", advice="Make them: edgewise filings embed"
            )
        rows = held.pipe(_known, among).filter(_admitted(among))
        matrix: NDArray[np.float32] = rows["vector"].list.to_array(space.dimensions).to_numpy()
        near = rows.with_columns(likeness=pl.Series(likeness(matrix, wanted), dtype=pl.Float64))
        order = ["likeness", "known_at", "accession", "ordinal"]
        with_words = near.filter(pl.Series(matrix.any(axis=1), dtype=pl.Boolean))
        return with_words.sort(order, descending=[True, True, False, False]).head(top).select(*NEIGHBOURS)

    def _held(self, space: VectorSpace) -> pl.DataFrame:
        """Return what is kept of a space. Raises InvalidInput where a model of other bytes began it."""
        begun = self._spaces.get((space.model, space.reading))
        if begun is None:
            return INDEXED_RISKS.empty()
        check_same_space(space, fingerprint=begun.fingerprint, dimensions=begun.dimensions)
        return self._rows[space.model, space.reading]


def _differing(given: pl.DataFrame, held: pl.DataFrame, by: set[str]) -> pl.DataFrame:
    """Return the given rows that are not held, or are held with another value in one of the columns `by`."""
    found = held.select(*INDEXED_RISKS.identity, *(pl.col(name).alias(f"held_{name}") for name in by), held=True)
    other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"held_{name}")) for name in by)
    beside = given.join(found, on=INDEXED_RISKS.identity, how="left", maintain_order="left")
    return beside.filter(pl.col("held").is_null() | other).select(given.columns)


def _known(rows: pl.DataFrame, among: Among) -> pl.DataFrame:
    """Return of each key the last state that was known then."""
    public = rows if among.as_of is None else rows.filter(pl.col("known_at") <= among.as_of)
    return public.sort("known_at").unique(INDEXED_RISKS.key, keep="last", maintain_order=True)


def _admitted(among: Among) -> pl.Expr:
    """Return whether a row is one of those asked for."""
    admitted = pl.lit(True) if among.suspect else ~pl.col("suspect")  # noqa: FBT003 - the literal itself
    if among.items:
        admitted &= pl.col("item").is_in(among.items)
    if among.forms:
        admitted &= pl.col("forms").list.eval(pl.element().is_in(among.forms)).list.any()
    if among.without:
        admitted &= pl.col("ciks").list.eval(~pl.element().is_in(among.without)).list.any()
    return admitted
