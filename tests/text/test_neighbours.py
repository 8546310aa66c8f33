"""Nearest vectors: angles one knows, zeros, and the same answer whatever stands beside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.text import neighbours
from edgewise.text.neighbours import likeness, nearest

EAST, NORTH = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)


def test_likeness_is_the_cosine_whatever_the_lengths():
    vectors = np.array([[2, 0], [0, 3], [-1, 0], [1, 1], [0, 0]], np.float32)
    assert likeness(vectors, 5 * EAST) == pytest.approx([1, 0, -1, np.sqrt(0.5), 0])


def test_zeros_are_like_nothing():
    assert likeness(np.eye(2, dtype=np.float32), np.zeros(2, np.float32)).tolist() == [0, 0]


def test_the_nearest_come_first_and_equals_as_they_stand():
    vectors = np.stack([NORTH, EAST, NORTH + EAST, EAST])
    assert nearest(vectors, EAST, top=3).tolist() == [1, 3, 2]
    assert nearest(vectors, EAST, top=99).tolist() == [1, 3, 2, 0]


def test_no_vectors_have_no_nearest():
    assert nearest(np.zeros((0, 2), np.float32), EAST, top=3).tolist() == []


@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 10**6))
def test_blocks_change_nothing(count, block, seed):
    vectors = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    whole = likeness(vectors, vectors[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "_BLOCK", block)
        assert np.array_equal(likeness(vectors, vectors[0]), whole)
    alone = np.concatenate([likeness(vectors[place : place + 1], vectors[0]) for place in range(count)])
    assert np.array_equal(alone, whole)


@pytest.mark.parametrize("vectors", [np.zeros((2, 3), np.float32), np.zeros(2, np.float32)])
def test_vectors_of_another_length_cannot_be_compared(vectors):
    with pytest.raises(InvalidInput, match="cannot be compared"):
        likeness(vectors, EAST)


def test_none_cannot_be_asked_for():
    with pytest.raises(InvalidInput):
        nearest(np.eye(2, dtype=np.float32), EAST, top=0)
