"""Simulated time: the server's clock, and the clock of a program that shares the server's time.

Simulated time begins at an instant and runs `speed` times as fast as the machine's own, up to an end at which it stands
still. `GET /_/clock` tells it, so that a pipeline that asks a simulated server lives in the same time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

import httpx2

from edgewise.core.errors import InvalidInput, ServiceUnavailable, Unparsable
from edgewise.sources.http.mirror import mirror_base

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.core.clock import Clock

CLOCK_PATH = "/_/clock"
NOTE_PATH = "/_/note"
SIMULATED = "X-Simulated"
RESYNCHRONISED_AFTER_S = 5.0
_TIMEOUT_S = 10.0
_LONGEST_SLEEP_S = 0.5
_OK = 200


class SimulatedClock:
    """A clock that begins at `start` and runs `speed` times as fast as `monotonic`. Shared by threads.

    start: UTC instant; `until`, if given, is where it stops for good.
    speed: simulated seconds in one real second; 0 stands still until it is set.
    Raises InvalidInput for instants without a zone, an end before the start, and a speed below 0 or not a number.
    """

    def __init__(
        self,
        start: datetime,
        speed: float = 1.0,
        *,
        until: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._until = _utc(until) if until else datetime.max.replace(tzinfo=UTC)
        self._changing = threading.Lock()
        self._set(_utc(start), speed)

    @property
    def speed(self) -> float:
        """Simulated seconds in one real second."""
        return self._state[2]

    @property
    def until(self) -> datetime:
        """The UTC instant at which it stops."""
        return self._until

    def now(self) -> datetime:
        """Return the simulated instant, UTC."""
        start, began, speed = self._state
        try:
            return min(start + timedelta(seconds=(self._monotonic() - began) * speed), self._until)
        except OverflowError:
            return self._until

    def set(self, *, now: datetime | None = None, speed: float | None = None) -> None:
        """Jump to an instant, or run at another speed from now on. Errors as at construction."""
        with self._changing:
            self._set(self.now() if now is None else _utc(now), self.speed if speed is None else speed)

    def sleep_until(self, instant: datetime, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Return when the clock shows `instant` or later, or has stopped before it.

        Sleeps half a real second at most in one go, for the clock may be set meanwhile. Raises InvalidInput where it
        stands still, for then it would never return.
        """
        goal = min(_utc(instant), self._until)
        while (left_s := (goal - self.now()).total_seconds()) > 0:
            if self.speed == 0:
                raise InvalidInput(f"the clock stands still before {goal}", advice="Set a speed above 0.")
            sleep(min(left_s / self.speed, _LONGEST_SLEEP_S))

    def _set(self, now: datetime, speed: float) -> None:
        if not (isfinite(speed) and speed >= 0):
            raise InvalidInput(f"time cannot run {speed} times as fast", advice="Give 0 or more.")
        if now > self._until:
            raise InvalidInput(f"the clock would begin at {now}, after its end {self._until}", advice="Begin earlier.")
        self._state = (now, self._monotonic(), float(speed))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the server's clock showed at an instant of our monotonic one: UTC now, its speed, and where it stops."""

    at: float
    now: datetime
    speed: float
    until: datetime

    def shows(self, monotonic: float) -> datetime:
        try:
            return min(self.now + timedelta(seconds=(monotonic - self.at) * self.speed), self.until)
        except OverflowError:
            return self.until


class ServerClock:
    """The simulated server's time in this process: asked once, then again every few seconds, and kept between.

    base_url: of the server. While it does not answer, its last word goes on at its speed; a server that never
              answered is an error.
    It never runs backwards: where the server was set back, it waits. Shared by threads; in another process it asks
    anew.
    Raises ServiceUnavailable, if the server does not answer; Unparsable, if it is no simulated server.
    """

    def __init__(self, base_url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._base_url = base_url
        self._monotonic = monotonic
        self._asking, self._showing = threading.Lock(), threading.Lock()
        self._told = _ask(base_url, monotonic)
        self._due = monotonic() + RESYNCHRONISED_AFTER_S
        self._latest = self._told.now

    def __reduce__(self) -> tuple[type[ServerClock], tuple[str]]:
        return type(self), (self._base_url,)

    def now(self) -> datetime:
        """Return the server's simulated instant, UTC."""
        if self._monotonic() >= self._due and self._asking.acquire(blocking=False):
            try:
                self.synchronise()
            except ServiceUnavailable:
                self._due = self._monotonic() + RESYNCHRONISED_AFTER_S
            finally:
                self._asking.release()
        with self._showing:
            self._latest = max(self._latest, self._told.shows(self._monotonic()))
            return self._latest

    def synchronise(self) -> None:
        """Ask the server for its time now. Errors as at construction."""
        self._told = _ask(self._base_url, self._monotonic)
        self._due = self._monotonic() + RESYNCHRONISED_AFTER_S


def simulated_clock_of(url: str | None) -> Clock | None:
    """Return the time of the simulated server that a setting names; None if it names no mirror, or a real one.

    Raises ServiceUnavailable, if nothing answers there, and what `mirror_base` raises.
    """
    base = mirror_base(url)
    if base is None:
        return None
    try:
        return ServerClock(base)
    except Unparsable:
        return None


def simulated_note_of(url: str | None) -> bytes | None:
    """Return the note of the simulated market that a setting's server serves; None as `simulated_clock_of`."""
    base = mirror_base(url)
    if base is None:
        return None
    answer = _get(base + NOTE_PATH)
    return answer.content if answer.status_code == _OK and SIMULATED in answer.headers else None


def _ask(base_url: str, monotonic: Callable[[], float]) -> _Told:
    """Return the server's time, taken for the middle of the question's way there and back."""
    asked = monotonic()
    answer = _get(base_url + CLOCK_PATH)
    answered = monotonic()
    no_clock = Unparsable(f"{base_url} tells no simulated time", advice="Is it a simulated server?")
    if answer.status_code != _OK or SIMULATED not in answer.headers:
        raise no_clock
    try:
        said = answer.json()
        return _Told(
            at=(asked + answered) / 2,
            now=_utc(datetime.fromisoformat(said["now"])),
            speed=float(said["speed"]),
            until=_utc(datetime.fromisoformat(said["until"])),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise no_clock from error


def _get(url: str) -> httpx2.Response:
    try:
        return httpx2.get(url, timeout=_TIMEOUT_S, trust_env=False, verify=url.startswith("https://"))
    except httpx2.TransportError as error:
        raise ServiceUnavailable(
            f"no answer from {url}: {str(error) or type(error).__name__}",
            advice="Start the server, or correct EDGEWISE_EDGAR.",
        ) from error


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InvalidInput(f"{instant} has no zone", advice="Give an aware UTC datetime.")
    return instant.astimezone(UTC)
