"""Tone of sentences by a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.adapters.onnx.encoder import check_alike, loaded
from edgewise.adapters.onnx.folder import ModelFolder, open_folder
from edgewise.core.errors import Unusable
from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgewise.adapters.onnx.encoder import Encoder

    Floats = NDArray[np.float32]

_NEUTRAL = TONES.index("neutral")


class OnnxSentenceTone:
    """The `SentenceToneModel` of a model folder.

    path:    the folder, or a folder already opened.
    threads: batches that run at once.
    It travels to another process as the name of its folder, is loaded there once; nothing is loaded before the first
    sentence or `ready`.
    Raises as `open_folder` does, and Unusable for a model of another kind or with other labels than `TONES`.
    """

    def __init__(self, path: Path | str | ModelFolder, *, threads: int = 1) -> None:
        self.folder = path if isinstance(path, ModelFolder) else open_folder(path)
        self._threads = threads
        _check_labels(self.folder)

    def __reduce__(self) -> tuple[object, ...]:
        return _opened, (self.folder, self._threads)

    @property
    def version(self) -> str:
        """Name and version of the model."""
        return self.folder.version

    @property
    def fingerprint(self) -> str:
        """What names the model's bytes."""
        return self.folder.fingerprint

    def ready(self) -> None:
        """Load the model and put it to its self test. Raises Unusable ('self_test_failed') if it fails."""
        self._encoder()

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """Return shape (len(sentences), 3), columns as `TONES`; a sentence without words is neutral for certain."""
        return _probabilities(self._encoder(), sentences)

    def _encoder(self) -> Encoder:
        return loaded(self.folder, threads=self._threads, check=_self_test)


def _opened(folder: ModelFolder, threads: int) -> OnnxSentenceTone:
    return OnnxSentenceTone(folder, threads=threads)


def _probabilities(encoder: Encoder, sentences: Sequence[str]) -> Floats:
    found = encoder.answers(sentences, lambda logits, _: softmax(logits))
    found.values[found.tokens == 0] = np.eye(len(TONES), dtype=np.float32)[_NEUTRAL]
    return found.values


def softmax(logits: Floats) -> Floats:
    """Return each row as probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: Floats = raised / raised.sum(axis=1, keepdims=True)
    return total


def _check_labels(folder: ModelFolder) -> None:
    """Raise Unusable unless the model tells the tones, in our order, and its self test knows each of them."""
    manifest = folder.manifest
    if manifest.kind != "tone":
        raise Unusable(f"{folder.version} is a model of {manifest.kind}, not of tone", reason="model_of_another_kind")
    if manifest.labels != TONES:
        raise Unusable(
            f"{folder.version} has the labels {', '.join(manifest.labels)}, not {', '.join(TONES)}",
            advice="Export it again with its labels in this order.",
            reason="labels_in_another_order",
        )
    if missing := set(TONES) - {sample.label for sample in manifest.self_test}:
        raise Unusable(
            f"the self test of {folder.version} has no {min(missing)} sentence",
            advice="Give it sentences of every tone.",
            reason="self_test_failed",
        )


def _self_test(encoder: Encoder) -> None:
    """Raise Unusable unless the model knows the sentences of its self test, and alone as well as together."""
    samples = encoder.folder.manifest.self_test
    texts = [sample.text for sample in samples]
    together = _probabilities(encoder, texts)
    check_alike(together, np.concatenate([_probabilities(encoder, [text]) for text in texts]), encoder.folder)
    said = [TONES[place] for place in together.argmax(axis=1)]
    if wrong := [(sample, tone) for sample, tone in zip(samples, said, strict=True) if sample.label != tone]:
        sample, tone = wrong[0]
        raise Unusable(
            f"{encoder.folder.version} calls {len(wrong)} of the {len(samples)} sentences of its self test by another "
            f"tone, the first {sample.label} one {tone}",
            advice="Its tokenizer or the order of its labels is not the one it was trained with: export it again.",
            reason="self_test_failed",
        )
