"""Vectors of texts by a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.adapters.onnx.encoder import check_alike
from edgewise.adapters.onnx.model import OnnxModel
from edgewise.core.errors import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgewise.adapters.onnx.encoder import Encoder
    from edgewise.adapters.onnx.folder import ModelFolder

    Floats = NDArray[np.float32]

_PER_TOKEN = 3  # axes of an output that has a vector for each token


class OnnxEmbedder(OnnxModel):
    """The `Embedder` of a model folder: the mean of the tokens' vectors, or the graph's own vector of the text.

    Raises as `OnnxModel` does, and Unusable for a model of untold dimensions.
    """

    kind = "embedding"

    def __init__(self, path: Path | str | ModelFolder, *, threads: int = 1) -> None:
        super().__init__(path, threads=threads)
        if (dimensions := self.folder.manifest.dimensions) is None:
            raise Unusable(f"{self.folder.version} does not say its dimensions", advice="Export it again.")
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return shape (len(texts), dimensions), each vector of length 1; zeros for a text without words."""
        return _vectors(self._encoder(), texts)

    @staticmethod
    def _self_test(encoder: Encoder) -> None:
        """Raise Unusable unless each text of the self test is nearest to one of its own label, alone and together."""
        _find_likes(encoder)


def _vectors(encoder: Encoder, texts: Sequence[str]) -> Floats:
    vectors = encoder.answers(texts, _pooled).values
    if vectors.shape[1] != encoder.folder.manifest.dimensions:
        raise Unusable(
            f"{encoder.folder.version} gives vectors of length {vectors.shape[1]}, not "
            f"{encoder.folder.manifest.dimensions}",
            advice="Export it again.",
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def _pooled(output: Floats, mask: NDArray[np.int64]) -> Floats:
    """Return a vector of each window: the mean over its own tokens where the graph gives one for each token."""
    if output.ndim < _PER_TOKEN:
        return output
    kept = mask[:, :, None].astype(np.float32)
    mean: Floats = (output * kept).sum(axis=1) / kept.sum(axis=1)
    return mean


def _find_likes(encoder: Encoder) -> None:
    """Raise Unusable unless each text of the self test is nearest to one of its own label, alone and together."""
    samples = encoder.folder.manifest.self_test
    texts = [sample.text for sample in samples]
    vectors = _vectors(encoder, texts)
    check_alike(vectors, np.concatenate([_vectors(encoder, [text]) for text in texts]), encoder.folder)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    labels = [sample.label for sample in samples]
    if len(set(labels)) < 2 or any(labels.count(label) < 2 for label in labels):  # noqa: PLR2004 - two of each of two
        raise Unusable(
            f"the self test of {encoder.folder.version} compares nothing",
            advice="Give it two texts or more of each of two labels or more.",
            reason="self_test_failed",
        )
    wrong = [
        text for text, label, near in zip(texts, labels, alike.argmax(axis=1), strict=True) if labels[near] != label
    ]
    if wrong:
        raise Unusable(
            f"{encoder.folder.version} finds another text nearer than its like for {len(wrong)} of the {len(samples)} "
            "texts of its self test",
            advice="Its tokenizer is not the one it was trained with: export it again.",
            reason="self_test_failed",
        )
