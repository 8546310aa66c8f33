"""The nearest vectors, exactly: every vector is looked at, a block at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
