"""A model that cannot tell good news from bad is refused. Failure case 34: a wrong tokenizer or order of labels."""

import numpy as np
import pytest

from edgewise.core.errors import Unusable
from edgewise.serve.scoring.self_test import check_model
from edgewise.text.lexicon_sentences import LexiconSentences


class Changed:
    """The lexicon, its rows changed by a function of rows and sentences."""

    version = "changed-1"
    fingerprint = None

    def __init__(self, change):
        self.change = change

    def probabilities(self, sentences):
        return self.change(LexiconSentences().probabilities(sentences), sentences)


def test_a_model_that_reads_as_it_should_passes():
    check_model(LexiconSentences())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows, _: rows[:, ::-1].copy(), "took 0 of 3 bad news for bad, 0 of 3 good for good, 3 of 3 neutral"),
        (lambda rows, _: rows[:, [1, 0, 2]], "0 of 3 neutral"),
        (
            lambda rows, _: np.tile(np.float32([1, 0, 0]), (len(rows), 1)),
            "3 of 3 bad news for bad, 0 of 3 good for good",
        ),
        (lambda rows, _: rows * 2, "no probabilities"),
        (lambda rows, _: rows * np.float32("nan"), "no probabilities"),
        (lambda rows, _: rows - 0.1, "no probabilities"),
        (lambda rows, _: rows[:, :2], "shape"),
        (lambda rows, _: rows[1:], "shape"),
        (lambda rows, texts: rows if len(texts) > 1 else rows * 0.9 + np.float32(0.1 / 3), "alone than in company"),
    ],
    ids=["mirrored", "shifted", "all negative", "twice", "nan", "below 0", "columns", "rows", "batch"],
)
def test_a_model_of_another_order_or_without_sense_is_refused(change, says):
    with pytest.raises(Unusable, match=says) as refused:
        check_model(Changed(change))
    assert refused.value.code == "self_test_failed"


def test_one_misread_sentence_is_forgiven():
    def misread(rows, sentences):
        return np.array(
            [row[::-1] if "major contract" in text else row for row, text in zip(rows, sentences, strict=True)]
        )

    check_model(Changed(misread))
