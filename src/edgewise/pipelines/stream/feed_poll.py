"""Ask the feed of latest filings, and queue those that nobody has seen.

The feed shows a hundred entries a page, newest first. A poll reads on until a page holds nothing new. That is enough
as long as one poll follows the other; after a start, a failure or an absence, and every few minutes in any case, a
*deep* poll reads all pages, so that what a dying watcher had claimed but not yet queued is found again.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from edgewise.pipelines.stream.events import Polled
from edgewise.pipelines.stream.message import message_of
from edgewise.pipelines.stream.rooms import CLAIM, REMEMBER
from edgewise.sources.edgar.feed import merge_entries

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.core.ports import FilingWork
    from edgewise.pipelines.stream.rooms import Stream

DEEP_EVERY = timedelta(minutes=5)
POLLING = "poll:feed"


class FeedPoll:
    """Polls the feed, at most one watcher at a time: the one that claims the turn.

    every: the time between two polls; a turn is claimed for so long.
    """

    def __init__(self, stream: Stream, *, every: timedelta) -> None:
        self._stream, self._every = stream, every
        self._deep_at: datetime | None = None
        self._polled_at: datetime | None = None

    def poll(self) -> Polled | None:
        """Poll once and return what came of it; None while another watcher has the turn. Raises the source's errors."""
        now = self._stream.machine.now()
        # A little less than the interval, so that the holder of one turn finds the next one free.
        if not self._stream.seen.claim([POLLING], at=now, until=now + 0.9 * self._every):
            return None
        missed_a_turn = self._polled_at is None or now - self._polled_at > 3 * self._every
        deep = missed_a_turn or self._deep_at is None or now - self._deep_at >= DEEP_EVERY
        self._polled_at = None  # a poll that fails makes the next one deep
        polled = self._poll(deep=deep)
        self._polled_at = self._stream.machine.now()
        if deep:
            self._deep_at = now
        self._stream.tell(polled)
        return polled

    def _poll(self, *, deep: bool) -> Polled:
        began = time.perf_counter()
        listed = new = rejected = 0
        for page in self._stream.rooms.edgar.feed_pages():
            works = [found.work() for found in merge_entries([page]) if any(map(self._stream.wants, found.forms))]
            fresh = queue_unseen(self._stream, works)
            listed, new, rejected = listed + len(works), new + fresh, rejected + len(page.rejected)
            if not fresh and not deep and works:
                break
        return Polled("feed", listed, new, rejected, time.perf_counter() - began)


def queue_unseen(stream: Stream, works: list[FilingWork]) -> int:
    """Queue the filings that nobody has seen and return how many: claimed, then queued, then kept.

    If the queue fails, the claims are given up, so that the next poll finds the filings again.
    """
    if not works:
        return 0
    now = stream.machine.now()
    claimed = stream.seen.claim([str(work.accession) for work in works], at=now, until=now + CLAIM)
    fresh = [work for work in works if work.accession in claimed]
    if not fresh:
        return 0
    try:
        seen_at = stream.rooms.clock.now()
        stream.queue.put([message_of(work, seen_at=seen_at) for work in fresh])
    except BaseException:
        stream.seen.forget(sorted(claimed))
        raise
    stream.seen.keep(sorted(claimed), until=now + REMEMBER)
    return len(fresh)
