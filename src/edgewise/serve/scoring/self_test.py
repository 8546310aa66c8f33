"""Whether a model says what it should about sentences that nobody would dispute. Runs once, before anything is served.

It finds a wrong tokenizer, another order of classes, and a model that answers by chance (failure case 34).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.core.errors import Unusable
from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgewise.core.ports import SentenceToneModel

NEGATIVE = (
    "Net loss widened and we defaulted on our debt.",
    "Sales declined sharply and the company recorded large impairment losses.",
    "The plant was closed after the accident, and litigation has adversely affected our results.",
)
POSITIVE = (
    "We achieved record profitability and strong growth in all regions.",
    "Profit improved significantly, and we achieved excellent results.",
    "The company won a major contract, which strengthens its favorable outlook.",
)
NEUTRAL = (
    "The annual meeting of shareholders will be held on May 5.",
    "The company has its head office in Columbus, Ohio.",
    "Refer to the table in the following section.",
)
TOLERANCE = 1e-5
ROUNDING = 1e-3


def check_model(model: SentenceToneModel) -> None:
    """Raise Unusable, which says what is wrong, unless the model tells good, bad and no news apart.

    One sentence of each kind may be misread; all must be rows of probabilities, the same alone and in company.
    """
    sentences = [*NEGATIVE, *POSITIVE, *NEUTRAL]
    rows = model.probabilities(sentences)
    _check_rows(model, rows, len(sentences))
    negative, neutral, positive = (rows[:, TONES.index(tone)] for tone in ("negative", "neutral", "positive"))
    right = np.concatenate(
        [
            (negative > positive)[: len(NEGATIVE)],
            (positive > negative)[len(NEGATIVE) : -len(NEUTRAL)],
            (neutral > np.maximum(negative, positive))[-len(NEUTRAL) :],
        ]
    )
    bad, good, none = right.reshape(3, -1).sum(axis=1)
    if min(bad, good, none) < len(NEUTRAL) - 1:
        raise _refused(model, f"it took {bad} of 3 bad news for bad, {good} of 3 good for good, {none} of 3 neutral")
    alone = np.concatenate([model.probabilities([sentence]) for sentence in sentences])
    if not np.allclose(alone, rows, atol=TOLERANCE, rtol=0):
        raise _refused(model, "a sentence has other probabilities alone than in company")


def _check_rows(model: SentenceToneModel, rows: NDArray[np.float32], sentences: int) -> None:
    if rows.shape != (sentences, len(TONES)):
        raise _refused(model, f"{sentences} sentences gave the shape {rows.shape}")
    if not np.isfinite(rows).all() or rows.min() < 0 or abs(rows.sum(axis=1) - 1).max() > ROUNDING:
        raise _refused(model, "its rows are no probabilities")


def _refused(model: SentenceToneModel, what: str) -> Unusable:
    return Unusable(
        f"the model {model.version} failed its self-test: {what}",
        advice="Its tokenizer, its order of labels or its file is wrong: take another model (EDGEWISE_TONE).",
        reason="self_test_failed",
    )
