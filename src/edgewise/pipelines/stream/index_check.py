"""Compare the daily index, which is complete, with what the ledger knows, and queue what is missing.

EDGAR publishes the index of a business day after 22:00 Eastern. A day is checked once it is there, by one watcher, and
then remembered as checked.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK, is_business_day
from edgewise.core.errors import NotFound, NotYetAvailable
from edgewise.pipelines.stream.events import GapFound, Polled
from edgewise.pipelines.stream.message import message_of
from edgewise.pipelines.stream.rooms import CLAIM, REMEMBER
from edgewise.sources.edgar.index import discovered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from edgewise.core.ports import FilingWork, StreamLedger
    from edgewise.pipelines.stream.rooms import Intake

CHECKED = timedelta(days=90)
_CHUNK = 1_000


class IndexCheck:
    """Checks the indexes of the last `days` days."""

    def __init__(self, intake: Intake, ledger: StreamLedger, *, days: int) -> None:
        self._intake, self._ledger, self._days = intake, ledger, days

    def check(self) -> int:
        """Check every published, unchecked day, oldest first; return how many filings were missing."""
        return sum(self._check(day) for day in self._due())

    def check_all(self) -> int:
        """Check every published day, whoever has checked it or is about to; return how many filings were missing."""
        missing = 0
        for day in self._due():
            with suppress(NotYetAvailable, NotFound):
                missing += self._compare(day)
        return missing

    def _due(self) -> Iterator[date]:
        """Yield the business days back to the first one wanted, today's included: its index may be there already."""
        today = self._intake.clock.now().astimezone(NEW_YORK).date()
        days = (today - timedelta(days=back) for back in range(self._days, -1, -1))
        return filter(is_business_day, days)

    def _check(self, day: date) -> int:
        turn, now = f"index:{day}", self._intake.machine.now()
        if not self._intake.seen.claim([turn], at=now, until=now + 10 * CLAIM):
            return 0
        try:
            missing = self._compare(day)
        except (NotYetAvailable, NotFound):
            self._intake.seen.forget([turn])
            return 0
        except BaseException:
            self._intake.seen.forget([turn])
            raise
        self._intake.seen.keep([turn], until=now + CHECKED)
        return missing

    def _compare(self, day: date) -> int:
        began = time.perf_counter()
        page = self._intake.edgar.daily_index(day)
        works = [found.work() for found in discovered(page.entries) if any(map(self._intake.wants, found.forms))]
        chunks = (works[start : start + _CHUNK] for start in range(0, len(works), _CHUNK))
        missing = sum(queue_unknown(self._intake, self._ledger, chunk) for chunk in chunks)
        self._intake.tell(Polled("index", len(works), missing, len(page.rejected), time.perf_counter() - began))
        if missing:
            self._intake.tell(GapFound(day.isoformat(), missing))
        return missing


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
