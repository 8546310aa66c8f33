"""How much is in work: beyond the limits, whoever comes is sent away with a time after which to come again."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgewise.core.errors import ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.serve.scoring.limits import Limits

_SHORTEST_S, _LONGEST_S = 1, 60


class Overloaded(ServiceUnavailable):
    """The service has as much to do as it takes on; `retry_after_s` says when that will be done."""

    reason = "overloaded"

    def __init__(self, *, documents: int, retry_after_s: int) -> None:
        super().__init__(
            f"{documents} documents are in work already",
            advice=f"Try again in {retry_after_s} seconds, or add workers.",
        )
        self.retry_after_s = retry_after_s


class Admission:
    """Counts documents and characters in work. For one event loop.

    told:  hears of the number of documents whenever it changes.
    clock: seconds of a clock that only goes forward.
    """

    def __init__(
        self, limits: Limits, told: Callable[[int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._told, self._clock = limits, told, clock
        self.documents = self._characters = 0
        self._done = self._busy_s = self._busy_since = 0.0

    @contextmanager
    def admitted(self, characters: int) -> Iterator[None]:
        """Let something of so many characters be in work while the block lasts. Raises Overloaded.

        What comes when nothing else is in work is always admitted.
        """
        full = (
            self.documents >= self._limits.waiting_documents
            or self._characters + characters > self._limits.waiting_characters
        )
        if self.documents and full:
            raise Overloaded(documents=self.documents, retry_after_s=self._retry_after_s())
        self._enter(characters)
        try:
            yield
        finally:
            self._leave(characters)

    def _enter(self, characters: int) -> None:
        if not self.documents:
            self._busy_since = self._clock()
        self.documents += 1
        self._characters += characters
        self._told(self.documents)

    def _leave(self, characters: int) -> None:
        self.documents -= 1
        self._characters -= characters
        self._done += characters
        if not self.documents:
            self._busy_s += self._clock() - self._busy_since
        self._told(self.documents)

    def _retry_after_s(self) -> int:
        """Return how long what is in work will take, by what was done so far, between 1 and 60 seconds."""
        busy_s = self._busy_s + self._clock() - self._busy_since
        left_s = self._characters * busy_s / self._done if self._done else _SHORTEST_S
        return min(max(math.ceil(left_s), _SHORTEST_S), _LONGEST_S)
