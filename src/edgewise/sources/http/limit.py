"""Rate limits inside one process: the SEC's for all its threads, and none, for servers that want none.

The SEC allows ten requests a second per user, over all machines. We stay below: eight, evenly spaced. Limits that
processes and machines share are adapters of the same port, `core.ports.Limit`; how turns are given is in `core.turns`.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from edgewise.core.errors import InvalidInput, Throttled
from edgewise.core.limit import DeskLimit, Moment
from edgewise.core.turns import HIGHEST_RATE_PER_S, LONGEST_HOLD_S, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DEFAULT_RATE_PER_S", "HIGHEST_RATE_PER_S", "NoLimit", "SpacedLimit"]

Result = TypeVar("Result")
DEFAULT_RATE_PER_S = 8.0


class SpacedLimit(DeskLimit):
    """At most `rate_per_s` requests in any one second, evenly spaced, first come first served. Shared by threads."""

    def __init__(
        self,
        rate_per_s: float = DEFAULT_RATE_PER_S,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(_Memory(monotonic), rate_per_s, sleep=sleep, monotonic=monotonic)


class NoLimit:
    """Lets requests leave at once, for servers that are ours. A service that asks to be left alone is still heard."""

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep, self._monotonic = sleep, monotonic
        self._held_until = -math.inf

    @property
    def rate_per_s(self) -> float:
        """Infinite."""
        return math.inf

    def wait(self, *, patience_s: float = math.inf) -> None:
        """Return when nobody holds us back; see `Limit.wait`."""
        until = self._monotonic() + patience_s
        while (left_s := self._held_until - (now := self._monotonic())) > 0:
            if now + left_s > until:
                raise Throttled(
                    f"the service asked to be left alone for {left_s:.0f} s more",
                    advice="Nothing was sent. Go on after that.",
                    retry_after_s=left_s,
                )
            self._sleep(left_s)

    def hold(self, seconds: float) -> None:
        """Let nobody leave for so long; see `Limit.hold`."""
        if not seconds >= 0:
            raise InvalidInput(f"a hold of {seconds} seconds", advice="Give 0 or more.")
        self._held_until = max(self._held_until, self._monotonic() + min(seconds, LONGEST_HOLD_S))


class _Memory:
    """Turns kept in a variable."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._turns = Turns()
        self._guard = threading.Lock()

    def visit(self, act: Callable[[Turns, Moment], Result]) -> Result:
        with self._guard:
            now = self._monotonic()
            return act(self._turns, Moment(now, now))
