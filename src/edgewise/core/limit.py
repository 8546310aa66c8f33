"""Waiting for a turn: what all rate limits do alike, wherever their turns are kept.

A desk keeps the turns (`core.turns`) and lets visitors at them one by one: a variable, a locked file, a locked row.
Of one process one thread at a time stands in the line of all sharers; the others wait behind it here, in order. So
processes share evenly however many threads they have, and a killed one leaves one empty slot.

Between the departure on record and the return to the caller a process may be put aside for long. Then it takes that
departure back and asks again: what leaves has left at the instant on record, give or take `_LATE_S`.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from edgewise.core.errors import InvalidInput, Throttled, Transient
from edgewise.core.turns import LONGEST_HOLD_S, Pace, Place, Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")
_LATE_S = 0.018  # half of what the window has to spare; the rest is for the way to the server
_VOID_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the desk's clock, and this process's monotonic clock when it was read."""

    now: float
    read_at: float


class Desk(Protocol):
    """Keeps the turns of one limit."""

    def visit(self, act: Callable[[Turns, Moment], Result]) -> Result:
        """Return what `act` returns; nobody else sees the turns meanwhile, and what it changes is kept.

        Raises Transient errors where the turns cannot be reached, Permanent ones where they never will be.
        """
        ...


class DeskLimit:
    """The rate limit of a desk; see `core.ports.Limit`. Shared by threads, and by whoever shares the desk.

    rate_per_s: above 0, at most 10; the slowest that any sharer asked for in the last minute is in force.
    `sleep` and `monotonic` replace time in tests.
    """

    def __init__(
        self,
        desk: Desk,
        rate_per_s: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk, self._pace = desk, Pace(rate_per_s)
        self._sleep, self._monotonic = sleep, monotonic
        self._threads = _Line()
        self._in_force = rate_per_s
        self._held_until = -math.inf
        self._usual_s = 0.0

    @property
    def rate_per_s(self) -> float:
        """Requests a second in force when last asked: less than this limit's own where a sharer asks for less."""
        return self._in_force

    def wait(self, *, patience_s: float = math.inf) -> None:
        """Return when the next request may leave; see `Limit.wait`."""
        until = self._monotonic() + patience_s
        with self._threads.stand(patience_s):
            place, left = None, None
            for _ in range(_VOID_AT_MOST):
                place, left = self._leave(place, until, void=left)
                late_s = self._monotonic() - left.read_at
                if late_s <= self._usual_s + _LATE_S:
                    self._usual_s = min(self._usual_s, late_s)
                    return
            self._usual_s = late_s  # a desk far away: it always takes that long

    def hold(self, seconds: float) -> None:
        """Let nobody leave for so long; see `Limit.hold`."""
        if not seconds >= 0:
            raise InvalidInput(f"a hold of {seconds} seconds", advice="Give 0 or more.")
        self._held_until = max(self._held_until, self._monotonic() + min(seconds, LONGEST_HOLD_S))
        # Every visit tells the others again, so a desk that cannot be reached now hears of it with our next request.
        with suppress(Transient):
            self._desk.visit(self._tell)

    def _leave(self, place: Place | None, until: float, *, void: Moment | None) -> tuple[Place | None, Moment]:
        """Return after a departure is on record: our place in the line, and its moment. `void` did not happen."""
        while True:
            turn, moment = self._desk.visit(partial(self._ask, place=place, until=until, void=void))
            place, void = turn.place, None
            if not turn.wait_s:
                return place, moment
            if place is None:
                raise _refused(turn)
            self._sleep(turn.wait_s)

    def _ask(
        self, turns: Turns, moment: Moment, *, place: Place | None, until: float, void: Moment | None
    ) -> tuple[Turn, Moment]:
        self._tell(turns, moment)
        patience_s = until - moment.read_at
        turn = turns.ask(place, self._pace, moment.now, patience_s=patience_s, void=void.now if void else None)
        self._in_force = turns.slowest_per_s
        return turn, moment

    def _tell(self, turns: Turns, moment: Moment) -> None:
        if self._held_until > moment.read_at:
            turns.hold(self._held_until - moment.read_at, moment.now)


class _Line:
    """Threads in the order in which they came, which `threading.Lock` does not promise."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Event] = deque()

    @contextmanager
    def stand(self, patience_s: float) -> Iterator[None]:
        """Hold the first place inside the block. Raises Throttled if that takes longer than `patience_s`."""
        turn = threading.Event()
        with self._guard:
            self._line.append(turn)
            if self._line[0] is turn:
                turn.set()
        try:
            if not turn.wait(None if math.isinf(patience_s) else max(0.0, patience_s)):
                raise Throttled(
                    f"{len(self._line)} requests want to leave, and this one has no patience left",
                    advice="Ask again later, or with fewer threads.",
                    retry_after_s=patience_s,
                )
            yield
        finally:  # however it ends: those behind must not wait for ever
            self._step_out(turn)

    def _step_out(self, turn: threading.Event) -> None:
        with self._guard:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()


def _refused(turn: Turn) -> Throttled:
    if turn.held:
        what, advice = f"the service asked to be left alone for {turn.wait_s:.0f} s more", "Go on after that."
    else:
        what, advice = (
            f"the next free turn is in {turn.wait_s:.1f} s",
            "Ask again later, or with fewer at once.",
        )
    return Throttled(what, advice=f"Nothing was sent. {advice}", retry_after_s=turn.wait_s)
