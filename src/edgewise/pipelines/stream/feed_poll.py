"""Ask the feed of latest filings, and queue those that nobody has seen.

The feed shows a hundred entries a page, newest first. A poll reads on until a page holds nothing new. That is enough
as long as one poll follows the other; after a start, a failure or an absence, and every few minutes in any case, a
*deep* poll reads all pages, so that what a dying watcher had claimed but not yet queued is found again.

At 6:00 Eastern the filings of the evening before appear in the middle of the feed, below ownership reports that were
shown since: in the first minutes of the day deep polls follow each other quickly.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from edgewise.core.clock import EDGAR_OPENS, NEW_YORK
from edgewise.pipelines.stream.events import Polled
from edgewise.pipelines.stream.intake import queue_unknown, queue_unseen
from edgewise.sources.edgar.feed import merge_entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.core.ports import FilingWork, StreamLedger
    from edgewise.pipelines.stream.intake import Intake

DEEP_EVERY = timedelta(minutes=5)
DEEP_EVERY_AT_OPENING = timedelta(seconds=30)
_OPENING = timedelta(minutes=10)
POLLING = "poll:feed"


class FeedPoll:
    """Polls the feed, at most one watcher at a time: the one that claims the turn.

    every: the time between two polls; a turn is claimed for so long.
    """

    def __init__(self, intake: Intake, *, every: timedelta) -> None:
        self._intake, self._every = intake, every
        self._deep_at: datetime | None = None
        self._polled_at: datetime | None = None

    def poll(self) -> Polled | None:
        """Poll once and return what came of it; None while another watcher has the turn. Raises the source's errors."""
        now = self._intake.machine.now()
        # A little less than the interval, so that the holder of one turn finds the next one free.
        if not self._intake.seen.claim([POLLING], at=now, until=now + 0.9 * self._every):
            return None
        missed_a_turn = self._polled_at is None or now - self._polled_at > 3 * self._every
        deep = missed_a_turn or self._deep_at is None or now - self._deep_at >= self._deep_every()
        self._polled_at = None  # a poll that fails makes the next one deep
        polled = self._poll(deep=deep, queue=lambda works: queue_unseen(self._intake, works))
        self._polled_at = self._intake.machine.now()
        if deep:
            self._deep_at = now
        self._intake.tell(polled)
        return polled

    def poll_all(self, ledger: StreamLedger) -> Polled:
        """Read all pages, whoever has the turn, and queue what the ledger does not know, whoever has claimed it.

        So one look after a crash finds what a dying watcher had claimed. Raises the source's errors.
        """
        polled = self._poll(deep=True, queue=lambda works: queue_unknown(self._intake, ledger, works))
        self._intake.tell(polled)
        return polled

    def _deep_every(self) -> timedelta:
        """Return how often to read all pages at this time of the filings' day."""
        wall = self._intake.clock.now().astimezone(NEW_YORK)
        opened = datetime.combine(wall.date(), EDGAR_OPENS, tzinfo=NEW_YORK)
        return DEEP_EVERY_AT_OPENING if timedelta() <= wall - opened < _OPENING else DEEP_EVERY

    def _poll(self, *, deep: bool, queue: Callable[[list[FilingWork]], int]) -> Polled:
        began = time.perf_counter()
        listed = new = rejected = 0
        for page in self._intake.edgar.feed_pages():
            works = [found.work() for found in merge_entries([page]) if any(map(self._intake.wants, found.forms))]
            fresh = queue(works)
            listed, new, rejected = listed + len(works), new + fresh, rejected + len(page.rejected)
            if not fresh and not deep and works:
                break
        return Polled("feed", listed, new, rejected, time.perf_counter() - began)
