"""Percentiles among peers: against scipy's ranks, by hand for peers that are too few, and winsorised by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from edgewise.factors.percentiles import LEAST_PEERS, PEERS, percentiles, winsorised

EVERYBODY = np.zeros(200, int)
SOME = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=30, max_size=120)


def test_ranks_less_a_half_over_the_number_ties_share_their_mean():
    values = np.array([3.0, 1.0, 3.0, 2.0, np.nan])
    found, level = percentiles(values, [np.zeros(5, int)])
    assert level.tolist() == [-1] * 5  # four are too few
    values = np.array([3.0, 1.0, 3.0, 2.0, np.nan, 5.0])
    found, level = percentiles(values, [np.zeros(6, int)])
    assert found[:4].tolist() == [0.6, 0.1, 0.6, 0.3]
    assert np.isnan(found[4])
    assert found[5] == 0.9
    assert level.tolist() == [0, 0, 0, 0, -1, 0]


@given(SOME)
def test_they_are_scipys_ranks_of_the_winsorised_values(values):
    array = np.array(values)
    everybody = np.zeros(len(array), int)
    found, _ = percentiles(array, [everybody])
    there = np.isfinite(array)
    if there.sum() < LEAST_PEERS:
        assert np.isnan(found).all()
        return
    clipped = winsorised(array, everybody)[there]
    assert np.allclose(found[there], (stats.rankdata(clipped) - 0.5) / there.sum(), rtol=0, atol=1e-12)
    assert np.isnan(found[~there]).all()


@given(SOME, st.randoms(use_true_random=False))
def test_another_order_of_names_changes_nobodys_percentile(values, dice):
    array = np.array(values)
    group = np.arange(len(array)) % 2
    order = list(range(len(array)))
    dice.shuffle(order)
    found, _ = percentiles(array, [group, np.zeros(len(array), int)])
    again, _ = percentiles(array[order], [group[order], np.zeros(len(array), int)])
    assert np.array_equal(found[order], again, equal_nan=True)


@pytest.mark.parametrize(("in_sector", "expected"), [(PEERS, 0), (PEERS - 1, 1)])
def test_a_sector_of_nineteen_is_compared_with_its_division(in_sector, expected):
    sector = np.where(np.arange(60) < in_sector, 0, 1)
    division = np.where(np.arange(60) < 30, 0, 1)
    _, level = percentiles(np.arange(60.0), [sector, division, np.zeros(60, int)])
    assert level[0] == expected


def test_who_has_no_sector_is_compared_with_everybody():
    sector = np.where(np.arange(60) == 7, -1, 0)
    found, level = percentiles(np.arange(60.0), [sector, sector, np.zeros(60, int)])
    assert (level[7], found[7]) == (2, 7.5 / 60)
    assert (level[8], found[8]) == (0, 7.5 / 59)


def test_names_without_a_value_are_no_peers():
    values = np.where(np.arange(40) < 19, 1.0, np.nan)
    _, level = percentiles(values, [np.zeros(40, int), np.zeros(40, int)])
    assert level[0] == 1


def test_what_is_absurd_is_as_good_as_what_is_merely_far_out():
    values = np.array([1.0, 2.0, 3.0, 4.0, 1000.0, 2000.0])
    clipped = winsorised(values, np.zeros(6, int))
    # Median 3.5, distances 2.5, 1.5, 0.5, 0.5, 996.5, 1996.5, their median 2.
    assert clipped.tolist() == [1.0, 2.0, 3.0, 4.0, 13.5, 13.5]
    found, _ = percentiles(values, [np.zeros(6, int)])
    assert found[4] == found[5] == 5 / 6


def test_where_most_are_equal_nothing_is_clipped():
    values = np.array([0.0] * 9 + [4.0])
    assert winsorised(values, np.zeros(10, int)).tolist() == values.tolist()


def test_what_is_in_no_group_stays_as_it_is():
    values = np.array([1.0, 2.0, 3.0, 4.0, 900.0, np.nan])
    assert winsorised(values, np.array([0, 0, 0, 0, -1, 0]))[4] == 900.0
