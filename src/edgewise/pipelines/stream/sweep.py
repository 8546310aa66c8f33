"""Queue again what rests short of its goal, so that no filing waits for a person who does not know of it.

Filings rest because their failure may pass (an outage, a page not there yet), because a machine died between two
states, or because a message vanished. A filing that failed n times waits `wait_after(n)` before its next turn; after
`MAX_ATTEMPTS` it stays failed until somebody asks for it (`edgewise filings retry`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from edgewise.core.ports import FilingState
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.stream.events import Swept
from edgewise.pipelines.stream.goal import FORMS_TO_READ
from edgewise.pipelines.stream.message import message_of

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.core.ports import FilingWork
    from edgewise.pipelines.stream.rooms import Stream

MAX_ATTEMPTS = 12
ATTEMPTS_IN_THE_QUEUE = 5
"""Passing failures after which a message is acknowledged and the sweep takes over: a queue is no place to wait long."""

GRACE = timedelta(minutes=10)
"""How long a filing may be under way before it is taken for stranded; queueing it in vain costs nothing."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 6 * 3600.0


def wait_after(attempts: int) -> float:
    """Return the seconds to wait after so many failures: 1, 2, 4, ... up to six hours."""
    return min(_FIRST_WAIT_S * 2.0 ** max(0, attempts - 1), _LONGEST_WAIT_S)


def sweep(stream: Stream, *, limit: int = 1_000) -> int:
    """Queue what rests short of its goal, at most `limit`; return how many were queued."""
    now = stream.rooms.clock.now()
    resting = stream.ledger.unfinished(
        before=now - timedelta(seconds=wait_after(ATTEMPTS_IN_THE_QUEUE)),
        limit=limit,
        max_attempts=MAX_ATTEMPTS,
        forms_to_read=FORMS_TO_READ,
        forms_with_words=FORMS_WITH_WORDS,
    )
    due = [work for work in resting if _is_due(work, now)]
    if due:
        stream.queue.put([message_of(work, seen_at=work.first_seen_at or now) for work in due])
    stream.tell(Swept(len(due)))
    return len(due)


def _is_due(work: FilingWork, now: datetime) -> bool:
    if work.updated_at is None:
        return True
    failed = work.state is FilingState.FAILED
    return now - work.updated_at >= (timedelta(seconds=wait_after(work.attempts)) if failed else GRACE)
