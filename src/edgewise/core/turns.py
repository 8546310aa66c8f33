"""Turns: when requests left, who waits, and who may leave next. Pure: state and the present instant in, an answer out.

Every sharer of a rate limit does the same, one at a time, on the state that all of them see:
1. It asks for a turn and gets a place in the line and the seconds until it is due. It sleeps, holding nothing.
2. It asks again with its place. If its turn has come, it has left, and the instant is on record; else it sleeps on.

Two rules say when a turn has come. The *window*: between a departure and the one as many back as the rate allows lies
more than a second, by the departures on record and not by the plan, so a late sleeper never crowds a second. The
*spacing*: turns are due evenly, and who comes late leaves late without moving the plan of those behind, who may
follow at half the distance. So most of what a busy machine oversleeps is not lost, and a rest saves up no burst.

Somebody in line who does not come within three quarters of a spacing is taken for dead, and passed over: a killed
process costs the one slot that it had. If it was only slow, it finds its place again by its number.

The state survives what happens to clocks and files. Instants of another boot, or a damaged record, are worth nothing:
then as many departures as possible are taken to have happened just now, which costs a second. A clock that went back
moves everything back with it.
"""

from __future__ import annotations

import json
import math
import time
import zlib
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path

from edgewise.core.errors import InvalidInput

HIGHEST_RATE_PER_S = 10.0
LONGEST_HOLD_S = 3600.0
"""A service that wants to be left alone for longer is heard again after an hour: its wish may be an error."""
# 3.5 hundredths more than a second, for the way from here to the service is not always equally long. It leaves 96.4 %
# of the rate, and 95 % where sleepers wake up to 20 ms late.
_WINDOW = 1.035
_SPACING = 1.0375
_REMEMBERED = math.floor(HIGHEST_RATE_PER_S)
_AGREEMENT_LASTS_S = 60.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast requests may leave.

    per_s: requests a second, above 0 and at most 10. A fraction above 1 is rounded down, for 2.5 would sometimes be 3.
    Raises InvalidInput for any other rate.
    """

    per_s: float

    def __post_init__(self) -> None:
        if not 0 < self.per_s <= HIGHEST_RATE_PER_S:
            raise InvalidInput(
                f"{self.per_s} requests a second",
                advice="The SEC allows at most 10; ask for more than 0 and up to 10.",
            )

    @property
    def most(self) -> int:
        """Departures in one window."""
        return math.floor(self.per_s) or 1

    @property
    def window_s(self) -> float:
        """Seconds between a departure and the one `most` back, at least."""
        return _WINDOW * self._span_s

    @property
    def spacing_s(self) -> float:
        """Seconds from one turn to the next, as planned."""
        return _SPACING * self._span_s / self.most

    @property
    def _span_s(self) -> float:
        return 1.0 if self.per_s >= 1 else 1 / self.per_s


@dataclass(frozen=True, slots=True)
class Instant:
    """The present instant, as the keeper of the turns reads it.

    epoch: what `now` is counted from; instants of different epochs cannot be compared.
    now:   seconds.
    wall:  seconds since 1970, to measure across epochs with.
    """

    epoch: str
    now: float
    wall: float


@dataclass(slots=True)
class Place:
    """A place in the line: its number, when it was taken, and when its turn is due, as far as its holder knows."""

    number: int
    asked_at: float
    due: float


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to who asks: `wait_s` until its turn is due, 0 if it has just left; `held`, whether all must wait.

    place: its place in the line, None if it would have had to wait longer than it wants to.
    """

    place: Place | None
    wait_s: float
    held: bool


@dataclass(slots=True)
class Turns:
    """What all sharers of one limit know. Instants are seconds of the clock of whoever keeps it.

    left:        the last departures, oldest first.
    slot:        when the newest of them was planned.
    slowest_per_s, slowest_at: the rate in force, and when somebody last asked for it.
    """

    left: list[float] = field(default_factory=list)
    slot: float = 0.0
    line: list[Place] = field(default_factory=list)
    next_number: int = 1
    held_until: float = 0.0
    slowest_per_s: float = HIGHEST_RATE_PER_S
    slowest_at: float = -math.inf

    def ask(self, place: Place | None, pace: Pace, now: float, *, patience_s: float, void: float | None = None) -> Turn:
        """Return how long the holder of `place` has to wait; None asks for a new place at the end of the line.

        pace: what this sharer wants. The slowest that anybody asked for in the last minute is in force.
        void: a departure of this sharer that is on record and did not happen.
        """
        self._come_to(now)
        pace = self._agreed(pace, now)
        if void is not None and void in self.left:
            self.slot -= pace.spacing_s if void == self.left[-1] else 0.0
            self.left.remove(void)
        place = self._placed(place, now)
        slot, left, due = self.slot, self.left, now
        grace_s = 0.75 * pace.spacing_s
        self.line = [other for other in self.line if other.due + grace_s > now and other.number != place.number]
        for ahead in [other for other in self.line if other.number < place.number]:
            slot, due = _next(pace, slot, left, ahead.asked_at, max(now, self.held_until, ahead.due))
            left = [*left, due]
        slot, due = _next(pace, slot, left, place.asked_at, max(now, self.held_until))
        held = self.held_until > now
        if due - now > patience_s:
            return Turn(None, due - now, held)
        place.due = due
        if due <= now:
            self.left, self.slot = [*left, now][-_REMEMBERED:], slot
            return Turn(place, 0.0, held=False)
        self.line = sorted([*self.line, place], key=lambda waiting: waiting.number)
        return Turn(place, due - now, held)

    def hold(self, seconds: float, now: float) -> None:
        """Let nobody leave for `seconds`, at most an hour; an earlier, longer hold stays."""
        self.held_until = max(self.held_until, now + min(seconds, LONGEST_HOLD_S))

    def distrust(self, now: float) -> None:
        """Take the last departure to have happened just now, and move everything with it: the clock has jumped."""
        by = now - self.left[-1] if self.left else 0.0
        self.left = [instant + by for instant in self.left]
        self.line = [Place(other.number, other.asked_at + by, other.due + by) for other in self.line]
        self.slot += by
        self.held_until += by
        self.slowest_at = now

    def _come_to(self, now: float) -> None:
        if self.left and now < self.left[-1]:
            self.distrust(now)
        self.held_until = min(self.held_until, now + LONGEST_HOLD_S)

    def _agreed(self, pace: Pace, now: float) -> Pace:
        if pace.per_s <= self.slowest_per_s or now - self.slowest_at > _AGREEMENT_LASTS_S:
            self.slowest_per_s, self.slowest_at = pace.per_s, now
        return Pace(self.slowest_per_s)

    def _placed(self, place: Place | None, now: float) -> Place:
        number = self.next_number if place is None else place.number
        self.next_number = max(self.next_number, number + 1)
        return Place(number, now if place is None else min(place.asked_at, now), now)


def _next(pace: Pace, slot: float, left: list[float], asked_at: float, not_before: float) -> tuple[float, float]:
    """Return the slot of the next departure, and when it may happen."""
    if not left:
        return not_before, not_before
    planned = max(slot + pace.spacing_s, asked_at)
    window = left[-pace.most] + pace.window_s if len(left) >= pace.most else not_before
    due = max(planned, not_before, left[-1] + pace.spacing_s / 2, window)
    return max(planned, due - pace.spacing_s), due


# A newer version may add to the record while an older one still runs.
_FIELDS = frozenset(field.name for field in fields(Turns))


def kept(turns: Turns, instant: Instant) -> str:
    """Return the record of `turns` as one line of text, with a check sum."""
    state = json.dumps(asdict(instant) | {"turns": asdict(turns)}, separators=(",", ":"))
    return f"{zlib.crc32(state.encode()):08x} {state}\n"


def restored(record: str, instant: Instant) -> Turns:
    """Return the turns behind a record, as of `instant`; '' means that nobody has left yet.

    A record that is damaged or from another epoch is distrusted: whatever may have left is taken to have left now.
    What remains of a hold is measured by the wall clock then.
    """
    if not record:
        return Turns()
    state = _parsed(record)
    if state is None:
        return Turns(left=[instant.now] * _REMEMBERED, slot=instant.now)
    turns, written = state
    if written.epoch == instant.epoch:
        return turns
    remaining_s = (turns.held_until - written.now) - max(0.0, instant.wall - written.wall)
    fresh = Turns(left=[instant.now] * _REMEMBERED, slot=instant.now)
    fresh.hold(max(0.0, remaining_s), instant.now)
    return fresh


def machine_instant() -> Instant:
    """Return the present instant of this machine's clock that never jumps, the same for all its processes."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Instant(_boot_id(), time.clock_gettime(clock), time.time())


@cache
def _boot_id() -> str:
    """Return what tells this boot from the others; '' where the system does not say."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else ""


def _parsed(record: str) -> tuple[Turns, Instant] | None:
    check, _, state = record.partition("\n")[0].partition(" ")
    if f"{zlib.crc32(state.encode(errors='replace')):08x}" != check:
        return None
    try:
        found = json.loads(state)
        turns = {name: value for name, value in found.pop("turns").items() if name in _FIELDS}
        turns["line"] = [Place(**place) for place in turns["line"]]
        return Turns(**turns), Instant(**found)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
