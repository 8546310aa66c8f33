"""Poll, check, sweep and work side by side until told to stop.

The poller's thread asks the feed every few seconds, the daily indexes and the sweep now and then. The worker has the
caller's thread. Several watchers may run at once, on one machine or many: they share queue, first-seen set and ledger,
and take turns at polling.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured, Throttled
from edgewise.pipelines.stream.events import QueueSeen, SourceFailed
from edgewise.pipelines.stream.feed_poll import FeedPoll
from edgewise.pipelines.stream.index_check import IndexCheck
from edgewise.pipelines.stream.sweep import sweep, wait_after
from edgewise.pipelines.stream.worker import LEASE_S, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.core.ports import QueueDepth
    from edgewise.pipelines.stream.rooms import Stream

_LONGEST_WAIT_S = 300.0
_IDLE_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, in seconds of the machine's clock, and how many days back the indexes are checked.

    lease_s: how long a message is lent to a worker.
    Raises InvalidInput unless all are positive, days at least 0.
    """

    poll_s: float = 5.0
    index_s: float = 600.0
    sweep_s: float = 60.0
    index_days: int = 3
    lease_s: float = LEASE_S

    def __post_init__(self) -> None:
        """Check the numbers."""
        if min(self.poll_s, self.index_s, self.sweep_s, self.lease_s) <= 0 or self.index_days < 0:
            raise InvalidInput(f"{self} cannot be kept", advice="Give intervals above 0 s and 0 or more days.")


class Poller:
    """Asks the sources which filings there are, each at its own pace."""

    def __init__(self, stream: Stream, pace: Pace) -> None:
        self._stream = stream
        self._feed = feed = FeedPoll(stream.intake, every=timedelta(seconds=pace.poll_s))
        self._index = index = IndexCheck(stream.intake, stream.ledger, days=pace.index_days)
        self._rounds = (
            _Round("feed", feed.poll, pace.poll_s),
            _Round("index", index.check, pace.index_s),
            _Round("sweep", lambda: sweep(stream), pace.sweep_s),
            _Round("queue", self._look_at_queue, min(pace.poll_s, pace.sweep_s)),
        )

    @property
    def complete(self) -> bool:
        """Whether every source was asked once with success."""
        return all(each.succeeded for each in self._rounds)

    def run(self, stop: threading.Event) -> None:
        """Poll until `stop` is set. Trouble with a source is told and waited out; a wrong setting is raised."""
        while not stop.is_set():
            for each in self._rounds:
                if not stop.is_set():
                    each.turn(self._stream)
            stop.wait(max(0.0, min(each.due_at for each in self._rounds) - time.monotonic()))

    def once(self) -> None:
        """Ask every source once, whoever has the turn, and raise its errors.

        Turns and claims that a killed watcher left behind do not hide anything from it.
        """
        self._feed.poll_all(self._stream.ledger)
        self._index.check_all()
        sweep(self._stream)
        self._look_at_queue()

    def _look_at_queue(self) -> None:
        self._stream.tell(QueueSeen(self._stream.queue.depth()))


class _Round:
    """One source and when to ask it next."""

    def __init__(self, name: str, ask: Callable[[], object], every_s: float) -> None:
        self._name, self._ask, self._every_s = name, ask, every_s
        self.due_at = time.monotonic()
        self.succeeded = False
        self._failed = 0

    def turn(self, stream: Stream) -> None:
        """Ask, if it is time; on trouble wait longer each time. Raises what a person has to mend."""
        if time.monotonic() < self.due_at:
            return
        try:
            self._ask()
        except (InvalidInput, NotConfigured):
            raise
        except EdgewiseError as error:
            self._failed += 1
            wait_s = self._wait_s(error)
            stream.tell(SourceFailed(self._name, error.code, str(error), wait_s))
            self.due_at = time.monotonic() + wait_s
        else:
            self.succeeded, self._failed = True, 0
            self.due_at = time.monotonic() + self._every_s

    def _wait_s(self, error: EdgewiseError) -> float:
        asked = error.retry_after_s if isinstance(error, Throttled) else None
        return max(asked or 0.0, min(wait_after(self._failed), _LONGEST_WAIT_S))


def watch(stream: Stream, *, pace: Pace, stop: threading.Event, poll: bool = True, work: bool = True) -> None:
    """Run until `stop` is set. Raises what neither waiting nor another turn can mend."""
    worker = Worker(stream, lease_s=pace.lease_s) if work else None
    poller = Poller(stream, pace) if poll else None
    if worker is None or poller is None:
        (worker or poller).run(stop)  # type: ignore[union-attr]
        return
    _side_by_side(poller, worker, stop)


def watch_once(stream: Stream, *, pace: Pace, stop: threading.Event) -> None:
    """Ask every source once, then work until nothing waits any more: neither in the queue nor with other workers."""
    Poller(stream, pace).once()
    worker = Worker(stream, lease_s=pace.lease_s)
    watcher = threading.Thread(target=_stop_when_idle, args=(stream, worker, stop), name="idle")
    watcher.start()
    try:
        worker.run(stop)
    finally:
        stop.set()
        watcher.join()


def _side_by_side(poller: Poller, worker: Worker, stop: threading.Event) -> None:
    errors: list[BaseException] = []

    def polling() -> None:
        try:
            poller.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(error)
            stop.set()

    thread = threading.Thread(target=polling, name="poll")
    thread.start()
    try:
        worker.run(stop)
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]


def _stop_when_idle(stream: Stream, worker: Worker, stop: threading.Event) -> None:
    quiet = 0
    while not stop.wait(_IDLE_LOOK_S):
        try:
            depth = stream.queue.depth()
        except EdgewiseError as error:
            stream.tell(SourceFailed("queue", error.code, str(error), _IDLE_LOOK_S))
            continue
        quiet = quiet + 1 if worker.idle and _empty(depth) else 0
        if quiet > 1:
            stop.set()


def _empty(depth: QueueDepth) -> bool:
    return depth.waiting + depth.leased + depth.delayed == 0
