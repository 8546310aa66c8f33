"""The longest common subsequence: against the textbook's table, and with its places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text import alignment
from edgewise.text.alignment import Run, common_length, common_runs, longest_increasing, numbered

NUMBERS = st.lists(st.integers(0, 4), max_size=40)


def table(old, new):
    """The textbook's table of longest common subsequences, cell by cell."""
    row = [0] * (len(new) + 1)
    for thing in old:
        following = [0]
        for column, other in enumerate(new):
            following.append(row[column] + 1 if thing == other else max(row[column + 1], following[column]))
        row = following
    return row[-1]


def test_equal_things_have_equal_numbers():
    assert numbered("abca", "cad") == ([0, 1, 2, 0], [2, 0, 3])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("abc", "", []),
        ("abc", "abc", [Run(0, 0, 3)]),
        ("abcd", "axcd", [Run(0, 0, 1), Run(2, 2, 2)]),
        ("abcd", "cd", [Run(2, 0, 2)]),
        ("xaby", "ab", [Run(1, 0, 2)]),
    ],
)
def test_runs_say_where_the_common_stretches_are(old, new, expected):
    assert common_runs(*numbered(old, new)) == expected


@given(NUMBERS, NUMBERS)
def test_the_length_is_that_of_the_textbook(old, new):
    assert common_length(old, new) == common_length(new, old) == table(old, new)


@given(NUMBERS, NUMBERS, st.sampled_from([1, 30, 2**25]))
def test_runs_are_a_longest_common_subsequence_however_the_table_is_cut(old, new, kept):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_KEPT_CELLS", kept)
        runs = common_runs(old, new)
    assert sum(run.length for run in runs) == table(old, new)
    assert_common(old, new, runs)


@given(NUMBERS, NUMBERS, st.integers(1, 100))
def test_beyond_the_limit_it_is_a_common_subsequence_still(old, new, limit):
    runs = common_runs(old, new, exact_cells=limit)
    assert_common(old, new, runs)
    assert common_length(old, new, exact_cells=limit) <= table(old, new)
    assert common_length(old, new, exact_cells=limit) == common_length(new, old, exact_cells=limit)


def assert_common(old, new, runs):
    for run in runs:
        assert run.length > 0
        assert old[run.old : run.old + run.length] == new[run.new : run.new + run.length]
    for first, second in pairwise(runs):
        gaps = second.old - first.old - first.length, second.new - first.new - first.length
        assert min(gaps) >= 0
        assert max(gaps) > 0


def test_beyond_the_limit_texts_are_cut_at_what_occurs_once():
    old = [*range(100), 777, *range(100, 200), 778, *range(200, 300)]
    new = [*range(100), 888, *range(100, 200), 889, *range(200, 300)]
    assert common_length(old, new, exact_cells=100) == 300


def test_beyond_the_limit_texts_without_anything_single_are_cut_in_the_middle():
    old = [0, 1] * 500 + [2, 2]
    new = [1, 0] * 500 + [3, 3]
    assert table(old, new) == 999
    assert common_length(old, new, exact_cells=5_000) >= 900


def test_carries_beyond_the_row_do_not_count():
    """A row is cut back only now and then; what lies beyond it must not leak into the length."""
    old, new = [0, 1] * 700, [1, 0, 1] * 600
    assert common_length(old, new) == table(old, new)


@given(NUMBERS)
def test_a_longest_increasing_subsequence_increases_and_is_longest(values):
    chain = longest_increasing(values)
    assert all(first < second and values[first] < values[second] for first, second in pairwise(chain))
    assert len(chain) == table(values, sorted(set(values)))
