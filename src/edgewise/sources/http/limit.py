"""The rate limit: requests leave one by one, in the order in which they were asked for, evenly spaced.

The SEC allows ten requests a second per user, over all machines. We stay below: eight, and never a burst, because
every request waits for a turn, and a turn ends only when its request may leave. The instant of leaving is read after
the sleep, so a thread that wakes late delays those behind it instead of crowding them.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

DEFAULT_RATE_PER_S = 8.0
HIGHEST_RATE_PER_S = 10.0
# A thousandth more than the exact distance: sums of rounded floats must not let one request too many into a second.
_MARGIN = 1.001


class Limit(Protocol):
    """Lets requests leave. One in this process today; one shared by many machines has the same single verb."""

    def wait(self) -> None:
        """Return when the next request may leave."""
        ...


class SpacedLimit:
    """At most `rate_per_s` requests in any one second, evenly spaced, first come first served. Shared by threads.

    rate_per_s: above 0, at most 10. A fraction above 1 is rounded down, for 2.5 a second would sometimes be 3.
    Raises InvalidInput for any other rate.
    """

    def __init__(
        self,
        rate_per_s: float = DEFAULT_RATE_PER_S,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < rate_per_s <= HIGHEST_RATE_PER_S:
            raise InvalidInput(
                f"{rate_per_s} requests a second", advice="The SEC allows at most 10; ask for more than 0 and up to 10."
            )
        whole = math.floor(rate_per_s) or rate_per_s
        self.spacing_s = _MARGIN / whole
        self._sleep, self._monotonic = sleep, monotonic
        self._turns = _Queue()
        self._free_at = -math.inf

    def wait(self) -> None:
        """Return when the next request may leave."""
        with self._turns:
            while (early_s := self._free_at - self._monotonic()) > 0:
                self._sleep(early_s)
            self._free_at = self._monotonic() + self.spacing_s


class _Queue:
    """A lock that is handed over in the order of arrival, which `threading.Lock` does not promise."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        turn = threading.Event()
        with self._guard:
            self._line.append(turn)
            if self._line[0] is turn:
                turn.set()
        try:
            turn.wait()
        except BaseException:  # an interrupt while standing in line: those behind must not wait for ever
            self._leave(turn)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self._line[0])

    def _leave(self, turn: threading.Event) -> None:
        with self._guard:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()
