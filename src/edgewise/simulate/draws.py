"""Small random choices, drawn in bulk: one call of the generator per word would cost more than the word."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

Option = TypeVar("Option")
_BATCH = 1024
_RANGE = 1 << 40


class Draws:
    """Choices from one random stream, in order."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._numbers = self._stream()

    def _stream(self) -> Iterator[int]:
        while True:
            yield from self._generator.integers(0, _RANGE, size=_BATCH).tolist()

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to `limit` - 1."""
        return next(self._numbers) % limit

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return next(self._numbers) < probability * _RANGE

    def normal(self) -> float:
        """Return a standard normal number."""
        return float(self._generator.standard_normal())

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options."""
        return options[self.below(len(options))]

    def shuffled(self, options: Sequence[Option]) -> list[Option]:
        """Return all options in random order."""
        return [options[place] for place in self._generator.permutation(len(options)).tolist()]

    def spread(self, options: Sequence[Option], count: int) -> list[Option]:
        """Return `count` options in random order; none repeats before all have been used."""
        chosen: list[Option] = []
        while len(chosen) < count:
            chosen += self.shuffled(options)[: count - len(chosen)]
        return chosen
