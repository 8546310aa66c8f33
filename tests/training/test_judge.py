import numpy as np
import pytest

from training.data.evaluation import EvaluationSet
from training.data.labelled import labelled
from training.judge import confusion_table, judge, remembered, said, table

SENTENCES = {"up": [0.1, 0.2, 0.7], "down": [0.6, 0.3, 0.1], "flat": [0.1, 0.8, 0.1], "flat but down": [0.2, 0.7, 0.1]}


def answer(sentences):
    return np.array([SENTENCES[sentence] for sentence in sentences], dtype=np.float32)


def a_set(*rows, sign_only=False):
    return EvaluationSet("made", labelled((text, label, "made", "", 1.0) for text, label in rows), sign_only)


def test_a_verdict_counts_what_was_said():
    verdict = judge("m-1", answer, [a_set(("up", 2), ("down", 0), ("flat", 1), ("flat but down", 0))])[0]
    assert verdict.accuracy.value == 0.75
    assert verdict.confusion == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert verdict.macro_f1.value == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_where_only_the_sign_is_asked_nothing_is_neutral():
    one = a_set(("flat but down", 0), ("up", 2), sign_only=True)
    assert said(answer, one).tolist() == [0, 2]


def test_the_table_has_a_line_per_set_and_model_and_the_published_figures():
    verdicts = judge("m-1", answer, [a_set(("up", 2), ("down", 0))], samples=50)
    lines = table(verdicts, [("published", "made", "0.8", "0.7"), ("published", "another", "0.8", "0.7")]).splitlines()
    assert lines[2] == "| made | m-1 | 2 | 1.000 (1.000-1.000) | 1.000 (1.000-1.000) |"
    assert lines[3] == "| made | published | | 0.8 | 0.7 |"
    assert len(lines) == 4
    assert confusion_table(verdicts[0]).splitlines()[2] == "| negative | 1 | 0 | 0 |"


def test_a_sentence_is_asked_once():
    asked = []

    def counting(sentences):
        asked.extend(sentences)
        return answer(sentences)

    recall = remembered(counting)
    assert recall(["up", "flat", "up"]).tolist() == answer(["up", "flat", "up"]).tolist()
    assert recall(["flat", "down"]).tolist() == answer(["flat", "down"]).tolist()
    assert sorted(asked) == ["down", "flat", "up"]


def test_a_set_that_lies_within_an_earlier_one_asks_nothing():
    def unwilling(sentences):
        assert sentences, "scikit-learn's regression refuses an empty batch"
        return answer(sentences)

    recall = remembered(unwilling)
    assert recall(["up", "flat"]).tolist() == answer(["up", "flat"]).tolist()
    assert recall(["flat"]).tolist() == answer(["flat"]).tolist()
