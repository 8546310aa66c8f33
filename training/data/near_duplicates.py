"""Finds sentences that are nearly the same: in one set, or in a training set and an evaluation set.

1. A sentence becomes lower-case words whose digits are all 0, then the set of its runs of five characters.
2. MinHash: 64 hash functions, the least value of each over the set; two sets share a least value as often as their
   Jaccard similarity says. 16 bands of 4: a pair of similarity 0.8 shares a band with probability 0.9998.
3. Whoever shares a band is compared exactly.

Numbers do not tell sentences apart: "profit rose 4 %" and "profit rose 7 %" teach the same, so one may not judge
what was learned from the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

THRESHOLD = 0.8
_RUN = 5
_FUNCTIONS, _BANDS = 64, 16
_ROWS = _FUNCTIONS // _BANDS
_SEED = 20_261_121
_NOT_WORDS = re.compile(r"[^a-z0\u00df-\u024f]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Sketches:
    """What is kept of each sentence: the hashed runs, sorted and each once, and the keys of its bands (n, 16)."""

    runs: list[NDArray[np.uint64]]
    bands: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.runs)


def sketches(sentences: Sequence[str]) -> Sketches:
    """Return the sketches of sentences, in order; the same in every process."""
    random = np.random.default_rng(_SEED)
    factors = random.integers(0, 2**63, _FUNCTIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    terms = random.integers(0, 2**63, _FUNCTIONS, dtype=np.uint64)
    runs = [_runs(sentence) for sentence in sentences]
    least = np.zeros((len(runs), _FUNCTIONS), dtype=np.uint64)
    for place, own in enumerate(runs):
        mixed = own[:, None] * factors + terms
        least[place] = (mixed ^ (mixed >> np.uint64(29))).min(axis=0)
    return Sketches(runs, _band_keys(least))


def earlier_likes(own: Sketches, *, threshold: float = THRESHOLD) -> NDArray[np.int64]:
    """Return for each sentence the place of the first earlier one that it nearly repeats, -1 where none.

    A sentence that repeats an earlier one is itself no longer compared with: of a chain the first stays.
    """
    found = np.full(len(own), -1, dtype=np.int64)
    buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place in range(len(own)):
        keys = list(enumerate(own.bands[place].tolist()))
        candidates = sorted({other for key in keys for other in buckets.get(key, ())})
        found[place] = _first_like(own.runs[place], own, candidates, threshold)
        if found[place] < 0:
            for key in keys:
                buckets[key].append(place)
    return found


def likes_in(own: Sketches, others: Sketches, *, threshold: float = THRESHOLD) -> NDArray[np.int64]:
    """Return for each sentence the place in `others` of the first that it nearly repeats, -1 where none."""
    buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, keys in enumerate(others.bands.tolist()):
        for key in enumerate(keys):
            buckets[key].append(place)
    found = np.full(len(own), -1, dtype=np.int64)
    for place, keys in enumerate(own.bands.tolist()):
        candidates = sorted({other for key in enumerate(keys) for other in buckets.get(key, ())})
        found[place] = _first_like(own.runs[place], others, candidates, threshold)
    return found


def similarity(one: str, other: str) -> float:
    """Return the Jaccard similarity of two sentences, 0 to 1.

    >>> similarity("Profit rose 4 % to EUR 13.1 mn.", "profit rose 7% to EUR 8 mn")
    1.0
    """
    return _jaccard(_runs(one), _runs(other))


def _first_like(runs: NDArray[np.uint64], others: Sketches, candidates: Sequence[int], threshold: float) -> int:
    return next((other for other in candidates if _jaccard(runs, others.runs[other]) >= threshold), -1)


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    both = np.intersect1d(one, other, assume_unique=True).size
    return both / (one.size + other.size - both)


def _runs(sentence: str) -> NDArray[np.uint64]:
    """Return the hashes of all runs of five characters, sorted, each once; never empty."""
    plain = _NOT_WORDS.sub(" ", _DIGITS.sub("0", sentence.lower())).strip().ljust(_RUN)
    codes = np.array([ord(character) for character in plain], dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, _RUN)
    powers = np.array([1_000_003**power % 2**64 for power in range(_RUN)], dtype=np.uint64)
    return np.unique((windows * powers).sum(axis=1, dtype=np.uint64))


def _band_keys(least: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return one key per band: its four least values folded."""
    keys = np.zeros((len(least), _BANDS), dtype=np.uint64)
    for row in _columns():
        keys = keys * np.uint64(0x9E3779B97F4A7C15) ^ least[:, row]
    return keys


def _columns() -> Iterator[NDArray[np.int64]]:
    """Yield, for each row of a band, the columns of that row in all bands."""
    for row in range(_ROWS):
        yield np.arange(row, _FUNCTIONS, _ROWS)
