"""The intake: what the sources show is queued here, once. It needs no lake; only `queue_unknown` asks the ledger.

There are two ways in. What the feed shows is *unseen* by all watchers or not; what an index names is *unknown* to the
ledger or not. Both claim first, then queue, then keep the claim, so that a watcher that dies in between loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from edgewise.pipelines.stream.message import message_of

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.ports import FilingWork, Queue, Seen, StreamLedger
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


def queue_unseen(intake: Intake, works: list[FilingWork]) -> int:
    """Queue the filings that nobody has seen and return how many: claimed, then queued, then kept.

    If the queue fails, the claims are given up, so that the next poll finds the filings again.
    """
    if not works:
        return 0
    now = intake.machine.now()
    claimed = intake.seen.claim([str(work.accession) for work in works], at=now, until=now + CLAIM)
    fresh = [work for work in works if work.accession in claimed]
    if not fresh:
        return 0
    try:
        seen_at = intake.clock.now()
        intake.queue.put([message_of(work, seen_at=seen_at) for work in fresh])
    except BaseException:
        intake.seen.forget(sorted(claimed))
        raise
    intake.seen.keep(sorted(claimed), until=now + REMEMBER)
    return len(fresh)


def queue_unknown(intake: Intake, ledger: StreamLedger, works: list[FilingWork]) -> int:
    """Queue the filings that the ledger does not know; return how many of those nobody had seen.

    What was seen but is not in the ledger waits in the queue as a rule. It is queued again all the same: the queue
    holds one message per filing, and a message that vanished, or that a dying watcher never put, is replaced.
    """
    unknown = ledger.unknown([work.accession for work in works])
    wanted = [work for work in works if work.accession in unknown]
    if not wanted:
        return 0
    now = intake.machine.now()
    keys = [str(work.accession) for work in wanted]
    unseen = intake.seen.claim(keys, at=now, until=now + CLAIM)
    seen_at = intake.clock.now()
    try:
        intake.queue.put([message_of(work, seen_at=seen_at) for work in wanted])
    except BaseException:
        intake.seen.forget(sorted(unseen))
        raise
    intake.seen.keep(keys, until=now + REMEMBER)
    return len(unseen)
