import numpy as np
import pytest

from edgewise.factors.decay import decayed_sums, within_age

ORDINAL = np.array([10, 10, 12, 14])
SECURITY = np.array([0, 1, 0, 0])
VALUE = np.array([1.0, 5.0, 2.0, 4.0])


def sums(*at: int):
    return decayed_sums(ORDINAL, SECURITY, VALUE, at=np.array(at, np.int64), securities=3, half_life=2, max_age=4)


def test_sums_by_hand():
    # Security 0 at 14: 1 / 4 + 2 / 2 + 4; at 15 the first event is five sessions old and forgotten.
    assert sums(9, 10, 14).total.tolist() == [[0, 0, 0], [1, 5, 0], [5.25, 1.25, 0]]
    assert sums(15).total[0, 0] == pytest.approx(2 / 2**1.5 + 4 / 2**0.5)


def test_counts_and_newest_follow_the_window():
    found = sums(9, 14, 15, 19)
    assert found.events.tolist() == [[0, 0, 0], [3, 1, 0], [2, 0, 0], [0, 0, 0]]
    assert found.newest.tolist() == [[-1, -1, -1], [3, 1, -1], [3, -1, -1], [-1, -1, -1]]


def test_events_outside_a_window_cannot_move_a_bit():
    generator = np.random.default_rng(5)
    ordinal, value = (
        np.sort(generator.integers(0, 300, 4000)),
        generator.normal(size=4000) * 10.0 ** generator.integers(-9, 9, 4000),
    )
    security = generator.integers(0, 7, 4000)
    whole = decayed_sums(ordinal, security, value, at=np.array([200]), securities=7, half_life=21, max_age=60)
    near = (ordinal >= 140) & (ordinal <= 200)
    part = decayed_sums(
        ordinal[near], security[near], value[near], at=np.array([200]), securities=7, half_life=21, max_age=60
    )
    assert whole.total.tobytes() == part.total.tobytes()


def test_presence_lasts_to_the_maximal_age():
    present = within_age(ORDINAL, SECURITY, at=np.array([9, 10, 14, 15, 18, 19]), securities=3, max_age=4)
    assert present[:, 0].tolist() == [False, True, True, True, True, False]
    assert present[:, 1].tolist() == [False, True, True, False, False, False]
    assert not present[:, 2].any()
