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
from edgewise.pipelines.stream.intake import CLAIM, queue_unknown
from edgewise.sources.edgar.index import discovered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from edgewise.core.ports import StreamLedger
    from edgewise.pipelines.stream.intake import Intake

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
