"""What the stream uses beside the rooms of a filing's journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.ports import Queue, Seen, StreamLedger
    from edgewise.pipelines.journey import Rooms
    from edgewise.pipelines.stream.events import Tell

CLAIM = timedelta(seconds=60)
"""How long a claim holds until it is kept: a watcher that dies in between costs this much, not the filing."""

REMEMBER = timedelta(days=7)
"""How long a filing stays in the first-seen set: longer than any feed shows it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The queue, the first-seen set and the ledger behind the stream, and who is told what happens.

    machine: the machine's own clock, for leases and waits; `rooms.clock` tells the time of the filings, which runs
             faster where a simulated market is served.
    forms:   exact form types to take; none means all.
    """

    rooms: Rooms
    queue: Queue
    seen: Seen
    ledger: StreamLedger
    machine: Clock
    tell: Tell
    forms: tuple[str, ...] = ()

    def wants(self, form: str) -> bool:
        """Return whether filings of this form are taken; an unknown form is."""
        return not self.forms or not form or form in self.forms
