"""Floors that a trained model must clear: our lexicon, and a logistic regression on a frozen encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from edgewise.core.ports import TONES
from edgewise.text.tone import LexiconTone
from training import fitting
from training.data.labelled import NEGATIVE, NEUTRAL, POSITIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import nn

    from training.judge import Answer

_BATCH, _MAX_TOKENS, _ROUNDS = 32, 128, 2_000
_A_LITTLE = 1e-3


def lexicon(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return the lexicon's tone as probabilities (n, 3): the sign of net is sure; without toned words, neutral.

    Where only the sign is asked, a sentence without toned words counts as positive, which most are.
    """
    net = LexiconTone().score(list(sentences))["net"].fill_null(0.0).to_numpy()
    rows = np.zeros((len(net), len(TONES)), dtype=np.float32)
    rows[net < 0, NEGATIVE] = rows[net == 0, NEUTRAL] = rows[net > 0, POSITIVE] = 1
    rows[net == 0, POSITIVE] = _A_LITTLE
    return rows


def frozen(encoder: nn.Module, tokenizer: Tokenizer, training: pl.DataFrame) -> Answer:
    """Return a logistic regression on the encoder's mean vectors of length 1, fitted to these sentences."""
    regression = LogisticRegression(max_iter=_ROUNDS)
    regression.fit(_vectors(encoder, tokenizer, training["sentence"].to_list()), training["label"].to_numpy())
    columns = [int(label) for label in regression.classes_]

    def answer(sentences: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(sentences), len(TONES)), dtype=np.float32)
        rows[:, columns] = regression.predict_proba(_vectors(encoder, tokenizer, sentences))
        return rows

    return answer


def _vectors(encoder: nn.Module, tokenizer: Tokenizer, sentences: Sequence[str]) -> NDArray[np.float32]:
    ids = fitting.encode(tokenizer, sentences, max_tokens=_MAX_TOKENS)
    order = np.argsort([len(one) for one in ids], kind="stable")
    rows = np.zeros((len(ids), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            given, mask = fitting.padded([ids[place] for place in places], torch.device("cpu"))
            shown = mask.unsqueeze(-1).float()
            states = encoder.eval()(input_ids=given, attention_mask=mask).last_hidden_state
            mean = (states * shown).sum(1) / shown.sum(1)
            rows[places] = torch.nn.functional.normalize(mean, dim=1).numpy()
    return rows
