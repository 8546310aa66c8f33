"""Means where some parts are missing: by hand, and that little knowledge leads to neither tail."""

import numpy as np
import pytest

from edgewise.factors.combine import FEW, VARIANCE, combined

NAN = np.nan


def test_the_mean_is_of_what_is_known_and_its_parts_add_up():
    """60 and 80 with weights 1 and 3: (10 + 3 * 30) / 4 = 25; only 80 is known of the second: 30."""
    found = combined(np.array([[60.0, 80.0], [NAN, 80.0], [NAN, NAN]]), np.array([1.0, 3.0]))
    assert found.mean[:2].tolist() == [25.0, 30.0]
    assert np.isnan(found.mean[2])
    assert found.parts.tolist() == [[2.5, 22.5], [0.0, 30.0], [0.0, 0.0]]
    assert found.known.tolist() == [1.0, 0.75, 0.0]


def test_what_has_no_meaning_for_a_name_is_not_missed():
    values = np.array([[60.0, NAN], [60.0, NAN]])
    found = combined(values, np.array([1.0, 1.0]), asked=np.array([[True, False], [True, True]]))
    assert found.known.tolist() == [1.0, 0.5]


def test_of_few_names_nothing_is_learnt_and_parts_are_taken_for_unrelated():
    found = combined(np.array([[60.0, 80.0], [NAN, 80.0]]), np.array([1.0, 1.0]))
    assert found.spread.tolist() == pytest.approx([np.sqrt(VARIANCE / 2), np.sqrt(VARIANCE)])
    assert found.full == pytest.approx(np.sqrt(VARIANCE / 2))


def test_two_parts_that_always_agree_are_as_wide_together_as_alone():
    dice = np.random.default_rng(3)
    one = dice.uniform(0, 100, 100_000)
    found = combined(np.column_stack([one, one]), np.array([1.0, 1.0]))
    assert found.full == pytest.approx(100 / np.sqrt(12), rel=0.01)


def test_names_of_which_little_is_known_crowd_neither_tail():
    """Of ten related parts, from one to ten are known: over its spread each mean has a deviation of 1."""
    dice = np.random.default_rng(5)
    common = dice.normal(size=(40_000, 1))
    values = 50 + 15 * (0.5 * common + dice.normal(size=(40_000, 10)))
    known = dice.integers(1, 11, 40_000)
    values[np.argsort(dice.random((40_000, 10)), axis=1) >= known[:, None]] = NAN
    found = combined(values, np.linspace(1, 2, 10))
    for number in range(1, 11):
        assert np.std(found.mean[known == number] / found.spread[known == number]) == pytest.approx(1, abs=0.03)
    assert np.std(found.mean[known == 1]) > 1.4 * np.std(found.mean[known == 10])


def test_a_pair_that_few_names_have_is_taken_for_unrelated():
    values = np.full((3 * FEW, 2), NAN)
    values[:, 0] = np.linspace(0, 100, 3 * FEW)
    values[: FEW - 1, 1] = values[: FEW - 1, 0]
    found = combined(values, np.array([1.0, 1.0]))
    own = np.mean((values[:, 0] - 50) ** 2)
    assert found.spread[0] == pytest.approx(np.sqrt((own + VARIANCE) / 4))


def test_other_names_order_changes_nothing_but_rounding():
    dice = np.random.default_rng(9)
    values = dice.uniform(0, 100, (500, 6))
    values[dice.random(values.shape) < 0.3] = NAN
    order = dice.permutation(500)
    one, two = combined(values, np.ones(6)), combined(values[order], np.ones(6))
    assert np.allclose(one.spread[order], two.spread, rtol=1e-12, equal_nan=True)
    assert np.array_equal(one.mean[order], two.mean, equal_nan=True)
