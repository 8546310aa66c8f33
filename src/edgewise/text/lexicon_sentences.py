"""Tone of sentences by counting words: the `SentenceToneModel` that needs no trained model and no file.

Of a sentence with p positive and n negative expressions, the probabilities are n, 1 and p of p + n + 1. They are no
probabilities in earnest, but they add up, and a sentence without toned words is neutral.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.text.tone import LexiconTone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class LexiconSentences:
    """Counts the words of the lexicon, sentence by sentence. The version covers the lists and the rules."""

    version = "lexicon-sentences-1"
    fingerprint = None

    def probabilities(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return shape (len(sentences), 3): negative, neutral, positive. A sentence of boilerplate is neutral."""
        counted = LexiconTone().score(sentences)
        words = counted["words"].to_numpy()
        positive, negative = (
            np.rint(counted[name].fill_null(0).to_numpy() * words) for name in ("positive", "negative")
        )
        rows = np.stack([negative, np.ones(len(words)), positive], axis=1)
        shares: NDArray[np.float32] = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares
