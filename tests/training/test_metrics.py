"""Figures that can be redone by hand."""

import numpy as np
import pytest

from training.metrics import accuracy, bootstrap, confusion, macro_f1

TRUTH = np.array([0, 0, 1, 1, 1, 2])
SAID = np.array([0, 1, 1, 1, 2, 2])


def test_rows_of_the_confusion_are_what_is_true():
    assert confusion(TRUTH, SAID).tolist() == [[1, 1, 0], [0, 2, 1], [0, 0, 1]]


def test_accuracy_and_macro_f1():
    assert accuracy(TRUTH, SAID) == pytest.approx(4 / 6)
    # F1 = 2 x right / (true + said): 2/3, 4/6, 2/3
    assert macro_f1(TRUTH, SAID) == pytest.approx((2 / 3 + 4 / 6 + 2 / 3) / 3)


def test_a_class_that_is_only_said_counts_as_nothing_and_one_that_never_occurs_not_at_all():
    assert macro_f1(np.array([0, 0]), np.array([0, 1])) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1(np.array([0, 0]), np.array([0, 0])) == 1


def test_the_interval_of_a_share_is_that_of_the_binomial():
    """800 of 1,000 right: the normal approximation gives 0.8 +- 1.96 * sqrt(0.8 * 0.2 / 1000) = 0.775 to 0.825."""
    truth = np.zeros(1_000, dtype=np.int64)
    said = np.array([0] * 800 + [1] * 200)
    found = bootstrap(accuracy, truth, said, samples=2_000)
    assert found.value == 0.8
    assert (found.low, found.high) == (pytest.approx(0.7752, abs=0.004), pytest.approx(0.8248, abs=0.004))
    assert found == bootstrap(accuracy, truth, said, samples=2_000)
