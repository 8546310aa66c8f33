"""What two sequences have in common in the same order: the longest common subsequence, exactly and quickly.

The things to compare are first numbered. A row of the classical table of subsequences is one long integer: bit j of
row i is 0 where the first i of `old` have one more in common with the first j + 1 of `new` than with the first j. A
row follows from the one before it by four operations on whole integers (Hyyrö 2004), so 100 thousand words against
100 thousand take about a second, however different they are.

1. Equal beginnings and ends are common; they are cut off.
2. For the length alone, the last row is enough.
3. For the places, the rows of a small table are kept and walked back. A larger one is first cut in two where the halves
   of `old` have most in common with the parts of `new` (Hirschberg 1975), which keeps memory linear.
4. Beyond `EXACT_CELLS`, both are cut at what occurs once in each, as far as it is in the same order in both (patience
   difference), or in the middle where nothing is, until the pieces can be compared. The length is a lower bound then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from numpy.typing import NDArray

# Cells of a table: about 131 thousand words against as many, one to two seconds.
EXACT_CELLS = 2**34
# 4 MB of rows.
_KEPT_CELLS = 2**25
# Sums grow by up to a bit a step beyond the row; they are cut back after so many.
_STEPS = 512


class Run(NamedTuple):
    """A stretch that both sequences have: where it begins in each, and its length."""

    old: int
    new: int
    length: int


class _Window(NamedTuple):
    """A stretch of the old sequence and one of the new, ends exclusive."""

    old: int
    old_end: int
    new: int
    new_end: int

    @property
    def cells(self) -> int:
        return (self.old_end - self.old) * (self.new_end - self.new)


def numbered(old: Iterable[Hashable], new: Iterable[Hashable]) -> tuple[list[int], list[int]]:
    """Return both sequences as numbers, equal ones for equal things."""
    known: dict[Hashable, int] = {}
    first = [known.setdefault(thing, len(known)) for thing in old]
    return first, [known.setdefault(thing, len(known)) for thing in new]


def common_length(old: list[int], new: list[int], *, exact_cells: int = EXACT_CELLS) -> int:
    """Return the length of the longest common subsequence; the order of the two does not matter.

    exact_cells: product of the lengths up to which it is exact; beyond, it may come out too small.
    """
    first, second = sorted((old, new))
    total = 0
    for run, window in _pieces(first, second, exact_cells):
        total += run.length
        if window.cells:
            total += _length(first[window.old : window.old_end], second[window.new : window.new_end])
    return total


def common_runs(old: list[int], new: list[int], *, exact_cells: int = EXACT_CELLS) -> list[Run]:
    """Return the stretches of a longest common subsequence, in order, each as long as it can be.

    exact_cells: product of the lengths up to which no common subsequence is longer.
    """
    runs: list[Run] = []
    for run, window in _pieces(old, new, exact_cells):
        _append(runs, run)
        for found in _found(old, new, window):
            _append(runs, found)
    return runs


def longest_increasing(values: list[int]) -> list[int]:
    """Return the places of a longest strictly increasing subsequence.

    >>> longest_increasing([3, 1, 2, 0, 5])
    [1, 2, 4]
    """
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            places.append(place)
        else:
            ends[length], places[length] = value, place
    chain = []
    place = places[-1] if places else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _append(runs: list[Run], run: Run) -> None:
    """Add a run, joined to the last one where they touch in both sequences."""
    if not run.length:
        return
    if runs and (last := runs[-1]).old + last.length == run.old and last.new + last.length == run.new:
        runs[-1] = last._replace(length=last.length + run.length)
    else:
        runs.append(run)


def _pieces(old: list[int], new: list[int], exact_cells: int) -> Iterator[tuple[Run, _Window]]:
    """Yield, in order, what both begin with and the window after it, of every piece; empty where there is neither."""
    waiting = [_Window(0, len(old), 0, len(new))]
    while waiting:
        beginning, window, ending = _trimmed(old, new, waiting.pop())
        nothing = _Window(window.old_end, window.old_end, window.new_end, window.new_end)
        if ending.length:
            waiting.append(_Window(ending.old, ending.old + ending.length, ending.new, ending.new + ending.length))
        if window.cells > exact_cells:
            waiting += reversed(_at_anchors(old, new, window))
            window = nothing
        yield beginning, window


def _trimmed(old: list[int], new: list[int], window: _Window) -> tuple[Run, _Window, Run]:
    """Return what both sides of a window begin with, what lies between, and what both end with."""
    begin, old_end, new_begin, new_end = window
    shorter = min(old_end - begin, new_end - new_begin)
    head = 0
    while head < shorter and old[begin + head] == new[new_begin + head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[old_end - 1 - tail] == new[new_end - 1 - tail]:
        tail += 1
    inner = _Window(begin + head, old_end - tail, new_begin + head, new_end - tail)
    return Run(begin, new_begin, head), inner, Run(inner.old_end, inner.new_end, tail)


def _at_anchors(old: list[int], new: list[int], window: _Window) -> list[_Window]:
    """Return a window cut before everything that occurs once on each side, in the same order; without any, in two."""
    places = [_once(old, window.old, window.old_end), _once(new, window.new, window.new_end)]
    shared = [(place, places[1][thing]) for thing, place in places[0].items() if thing in places[1]]
    chain = [shared[place] for place in longest_increasing([place for _, place in shared])]
    middles = [((window.old + window.old_end) // 2, (window.new + window.new_end) // 2)]
    cuts = [(window.old, window.new), *(chain or middles), (window.old_end, window.new_end)]
    return [_Window(first, end, second, new_end) for (first, second), (end, new_end) in pairwise(cuts)]


def _once(things: list[int], begin: int, end: int) -> dict[int, int]:
    """Return where each thing stands that occurs once in a stretch, in order of place."""
    counts = Counter(things[begin:end])
    return {thing: place for place, thing in enumerate(things[begin:end], begin) if counts[thing] == 1}


def _found(old: list[int], new: list[int], window: _Window) -> Iterator[Run]:
    """Yield the runs of a longest common subsequence of a window, in order."""
    waiting = [window]
    while waiting:
        beginning, inner, ending = _trimmed(old, new, waiting.pop())
        yield beginning
        if ending.length:
            waiting.append(_Window(ending.old, ending.old + ending.length, ending.new, ending.new + ending.length))
        if inner.cells > _KEPT_CELLS and inner.old_end - inner.old > 1:
            waiting += reversed(_halves(old, new, inner))
        elif inner.cells:
            yield from _walked_back(old, new, inner)


def _halves(old: list[int], new: list[int], window: _Window) -> tuple[_Window, _Window]:
    """Return a window cut in the middle of `old` and where a longest common subsequence passes in `new`."""
    middle = (window.old + window.old_end) // 2
    across = new[window.new : window.new_end]
    upper = _lengths(old[window.old : middle], across)
    lower = _lengths(old[middle : window.old_end][::-1], across[::-1])
    cut = window.new + int(np.argmax(upper + lower[::-1]))
    return _Window(window.old, middle, window.new, cut), _Window(middle, window.old_end, cut, window.new_end)


def _walked_back(old: list[int], new: list[int], window: _Window) -> list[Run]:
    """Return the runs of a longest common subsequence of a small window, from its whole table."""
    across = new[window.new : window.new_end]
    rows = list(_rows(old[window.old : window.old_end], across))
    row, column = len(rows) - 1, len(across)
    backwards: list[Run] = []
    while row and column:
        bit = 1 << (column - 1)
        if rows[row] & bit:
            column -= 1
        elif not rows[row - 1] & bit:
            row -= 1
        else:
            row, column = row - 1, column - 1
            backwards.append(Run(window.old + row, window.new + column, 1))
    return backwards[::-1]


def _length(old: list[int], new: list[int]) -> int:
    """Return the length of the longest common subsequence. What only one of them has is left out first."""
    shared = set(old) & set(new)
    down, across = sorted(([thing for thing in side if thing in shared] for side in (old, new)), key=len)
    return len(across) - _last_row(down, across).bit_count()


def _lengths(down: list[int], across: list[int]) -> NDArray[np.int64]:
    """Return what `down` has in common with the first 0, 1, 2, ... of `across`."""
    count = len(across)
    row = np.frombuffer(_last_row(down, across).to_bytes(count // 8 + 1, "little"), dtype=np.uint8)
    rises = 1 - np.unpackbits(row, count=count, bitorder="little").astype(np.int64)
    return np.concatenate(([0], np.cumsum(rises)))


def _last_row(down: list[int], across: list[int]) -> int:
    """Return the last row of the table; bits beyond its end are 0."""
    masks = _masks(down, across)
    ones = (1 << len(across)) - 1
    row = ones
    steps = [thing for thing in down if thing in masks]
    for begin in range(0, len(steps), _STEPS):
        for thing in steps[begin : begin + _STEPS]:
            met = row & masks[thing]
            row = (row + met) | (row ^ met)
        row &= ones
    return row


def _rows(down: list[int], across: list[int]) -> Iterator[int]:
    """Yield the rows of the table, from that of nothing on."""
    masks = _masks(down, across)
    ones = (1 << len(across)) - 1
    row = ones
    yield row
    for thing in down:
        if thing in masks:
            met = row & masks[thing]
            row = ((row + met) | (row ^ met)) & ones
        yield row


def _masks(down: list[int], across: list[int]) -> dict[int, int]:
    """Return for each thing that both have the integer with a 1 where it stands in `across`."""
    shared = set(down)
    places: dict[int, list[int]] = {}
    for place, thing in enumerate(across):
        if thing in shared:
            places.setdefault(thing, []).append(place)
    return {thing: _mask(where) for thing, where in places.items()}


def _mask(places: list[int]) -> int:
    """Return the integer that has a 1 at these places, in ascending order."""
    if len(places) == 1:
        return 1 << places[0]
    row = bytearray(places[-1] // 8 + 1)
    for place in places:
        row[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(row, "little")
