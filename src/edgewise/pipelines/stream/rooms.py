"""What the whole stream runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.core.ports import Queue, StreamLedger
    from edgewise.pipelines.journey import Rooms
    from edgewise.pipelines.stream.events import Tell
    from edgewise.pipelines.stream.intake import Intake


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
