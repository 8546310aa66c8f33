import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgewise.simulate.draws import Draws


def draws(seed=0):
    return Draws(np.random.default_rng(seed))


@given(st.integers(-50, 50), st.integers(0, 50), st.integers(0, 1_000))
def test_whole_numbers_stay_within_their_limits(low, width, seed):
    assert low <= draws(seed).between(low, low + width) <= low + width


@given(st.integers(0, 40), st.integers(1, 12), st.integers(0, 1_000))
def test_nothing_repeats_before_all_have_been_used(count, options, seed):
    chosen = draws(seed).spread(range(options), count)
    assert len(chosen) == count
    counts = np.bincount(chosen, minlength=options)
    assert counts.max() - counts.min() <= 1


def test_chances_come_true_as_often_as_they_say():
    source = draws()
    assert abs(sum(source.chance(0.3) for _ in range(20_000)) / 20_000 - 0.3) < 0.01
    assert not source.chance(0.0)
    assert source.chance(1.0)


def test_the_options_are_left_as_they_were():
    options = [3, 1, 2]
    assert sorted(draws().shuffled(options)) == [1, 2, 3]
    assert options == [3, 1, 2]
