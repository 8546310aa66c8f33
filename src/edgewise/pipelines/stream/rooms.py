"""What the stream runs on: the intake, which only needs to see and to queue, and the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.ports import Queue, Seen, StreamLedger
    from edgewise.pipelines.journey import Rooms
    from edgewise.pipelines.stream.events import Tell
    from edgewise.sources.edgar.service import Edgar

CLAIM = timedelta(seconds=60)
"""How long a claim holds until it is kept: a watcher that dies in between costs this much, not the filing."""

REMEMBER = timedelta(days=7)
"""How long a filing stays in the first-seen set: longer than any feed shows it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Where filings are first seen and queued. It needs neither lake nor database.

    clock:   the time of the filings, which runs faster where a simulated market is served.
    machine: the machine's own clock, for claims and waits.
    forms:   exact form types to take; none means all.
    """

    edgar: Edgar
    queue: Queue
    seen: Seen
    clock: Clock
    machine: Clock
    tell: Tell
    forms: tuple[str, ...] = ()

    def wants(self, form: str) -> bool:
        """Return whether filings of this form are taken; an unknown form is."""
        return not self.forms or not form or form in self.forms


@dataclass(frozen=True, slots=True)
class Stream:
    """The intake, the ledger's answers to it, and the rooms of a filing's journey."""

    intake: Intake
    rooms: Rooms
    ledger: StreamLedger

    @property
    def queue(self) -> Queue:
        """Where filings wait."""
        return self.intake.queue

    @property
    def tell(self) -> Tell:
        """Who hears what happens."""
        return self.intake.tell
