"""Tone of sentences by a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.adapters.onnx.encoder import check_alike
from edgewise.adapters.onnx.folder import screen_of
from edgewise.adapters.onnx.model import OnnxModel
from edgewise.core.errors import Unusable
from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgewise.adapters.onnx.encoder import Encoder
    from edgewise.adapters.onnx.folder import ModelFolder

    Floats = NDArray[np.float32]

_NEUTRAL = TONES.index("neutral")


class OnnxSentenceTone(OnnxModel):
    """The `SentenceToneModel` of a model folder.

    Where the folder names a screen (`folder.Screen`), that quick model reads every sentence first, and this one only
    those that it does not surely call neutral: most sentences of a filing say nothing good or bad.
    Raises as `OnnxModel` and `screen_of` do, and Unusable for labels but `TONES`.
    """

    kind = "tone"

    def __init__(self, path: Path | str | ModelFolder, *, threads: int = 1) -> None:
        super().__init__(path, threads=threads)
        _check_labels(self.folder)
        screen = screen_of(self.folder)
        self._screen = None if screen is None else OnnxSentenceTone(screen, threads=threads)

    def ready(self) -> None:
        """Load the model, and its screen, and put them to their self tests, each alone and both together."""
        super().ready()
        if self._screen is not None:
            self._screen.ready()
            _check_told(self.folder, self.probabilities([sample.text for sample in self.folder.manifest.self_test]))

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """Return shape (len(sentences), 3), columns as `TONES`; a sentence without words is neutral for certain."""
        if self._screen is None:
            return _probabilities(self._encoder(), sentences)
        said = self._screen.probabilities(sentences)
        own = self._own_share(said)
        (asked,) = np.nonzero(own)
        answers = _probabilities(self._encoder(), [sentences[place] for place in asked.tolist()])
        said[asked] += own[asked, None] * (answers - said[asked])
        return said

    def _own_share(self, said: Floats) -> Floats:
        """Return (n,): how much the model itself counts for each sentence, by what its screen said of it."""
        screen = self.folder.manifest.screen
        if screen is None:
            return np.ones(len(said), dtype=np.float32)
        share: Floats = np.clip((screen.sure - said[:, _NEUTRAL]) / (screen.sure - screen.unsure), 0, 1)
        return share

    @staticmethod
    def _self_test(encoder: Encoder) -> None:
        """Raise Unusable unless the model knows the sentences of its self test, and alone as well as together."""
        _tell_tones(encoder)


def _probabilities(encoder: Encoder, sentences: Sequence[str]) -> Floats:
    found = encoder.answers(sentences, lambda logits, _: softmax(logits))
    # Some tokenizers make a piece even of spaces.
    blank = np.array([not sentence.strip() for sentence in sentences], dtype=bool)
    found.values[blank | (found.tokens == 0)] = np.eye(len(TONES), dtype=np.float32)[_NEUTRAL]
    return found.values


def softmax(logits: Floats) -> Floats:
    """Return each row as probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: Floats = raised / raised.sum(axis=1, keepdims=True)
    return total


def _check_labels(folder: ModelFolder) -> None:
    """Raise Unusable unless the model tells the tones, in our order, and its self test knows each of them."""
    manifest = folder.manifest
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


def _tell_tones(encoder: Encoder) -> None:
    """Raise Unusable unless the model knows the sentences of its self test, and alone as well as together."""
    samples = encoder.folder.manifest.self_test
    texts = [sample.text for sample in samples]
    together = _probabilities(encoder, texts)
    check_alike(together, np.concatenate([_probabilities(encoder, [text]) for text in texts]), encoder.folder)
    _check_told(encoder.folder, together)


def _check_told(folder: ModelFolder, probabilities: Floats) -> None:
    """Raise Unusable unless these, of the sentences of the self test, say the tones that it says."""
    samples = folder.manifest.self_test
    said = [TONES[place] for place in probabilities.argmax(axis=1)]
    if wrong := [(sample, tone) for sample, tone in zip(samples, said, strict=True) if sample.label != tone]:
        sample, tone = wrong[0]
        raise Unusable(
            f"{folder.version} calls {len(wrong)} of the {len(samples)} sentences of its self test by another "
            f"tone, the first {sample.label} one {tone}",
            advice="Its tokenizer or the order of its labels is not the one it was trained with: export it again.",
            reason="self_test_failed",
        )
