"""A stream of its own for one test: real queue, first-seen set and ledger, and a feed and index the test writes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from edgewise.adapters.sql import SqlQueue, SqlSeen, SqlStreamLedger
from edgewise.core.errors import NotYetAvailable
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.pipelines.stream.intake import Intake
from edgewise.pipelines.stream.rooms import Stream
from edgewise.pipelines.stream.worker import Worker
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.feed import FeedEntry, FeedPage
from edgewise.sources.edgar.index import IndexPage
from edgewise.sources.edgar.records import Role
from tests.pipelines.conftest import ACCEPTED, NOON, Shelf, accession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAY = date(2025, 3, 4)
FOREVER_S = 120.0


@dataclass
class HandClock:
    """Shows what a test sets."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def entry(number: int, *, form: str = "8-K") -> FeedEntry:
    cik = Cik(7)
    return FeedEntry(
        accession(number), form, "SEVEN INC", cik, Role.ISSUER, ACCEPTED, DAY, urls.index_page(cik, accession(number))
    )


@dataclass
class Service(Shelf):
    """A shelf with a feed, given as pages of numbers, newest first, and daily indexes."""

    pages: list[list[FeedEntry] | Exception] = field(default_factory=list)
    indexes: dict[date, list[int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def feed_pages(self) -> Iterator[FeedPage]:
        for number, page in enumerate(self.pages):
            self.asked.append(f"page {number}")
            if isinstance(page, Exception):
                raise page
            yield FeedPage(NOON, tuple(page))

    def daily_index(self, day: date) -> IndexPage:
        self.asked.append(f"index {day}")
        if day not in self.indexes:
            raise NotYetAvailable(f"there is no index of {day} yet")
        numbers = self.indexes[day]
        entries = pl.DataFrame(
            {
                "accession": [str(accession(number)) for number in numbers],
                "cik": [7] * len(numbers),
                "form": ["8-K"] * len(numbers),
                "company": ["SEVEN INC"] * len(numbers),
                "filed_date": [day] * len(numbers),
                "path": [f"edgar/data/7/{accession(number)}.txt" for number in numbers],
            }
        )
        return IndexPage(entries=entries, rejected=(), complete_to=day)


@pytest.fixture
def stream(rooms) -> Stream:
    """The stream of these rooms; what it tells is in `told(stream)`."""
    service = Service()
    object.__setattr__(rooms, "edgar", service)
    database = rooms.filings._database
    queue = SqlQueue(database)
    told: list[object] = []
    intake = Intake(service, queue, SqlSeen(database), rooms.clock, HandClock(), told.append)
    made = Stream(intake, rooms, SqlStreamLedger(database))
    TOLD[id(made)] = told
    return made


TOLD: dict[int, list[object]] = {}


def told(stream: Stream, kind: type) -> list:
    """What the stream told of this kind."""
    return [event for event in TOLD[id(stream)] if isinstance(event, kind)]


def work_all(stream: Stream, *, until: Callable[[], bool] | None = None, **options) -> None:
    """Let a worker run until nothing waits, or until the test is content; a stream that never gets there fails."""
    stop, worker = threading.Event(), Worker(stream, **options)

    def content() -> bool:
        if until is not None:
            return until()
        depth = stream.queue.depth()
        return worker.idle and depth.waiting + depth.leased + depth.delayed == 0

    def look() -> None:
        waited = 0.0
        while not stop.wait(0.02):
            waited += 0.02
            if content() or waited > FOREVER_S:
                stop.set()

    looking = threading.Thread(target=look)
    looking.start()
    worker.run(stop)
    looking.join()
    assert content(), "the stream did not come to rest"


def queued(stream: Stream) -> set[str]:
    """The keys that wait in the queue; looking at them does not change it."""
    lent = stream.queue.take(limit=1_000, lease_s=60)
    stream.queue.release(lent)
    return {delivery.message.key for delivery in lent}


def a_work(number: int, **fields) -> FilingWork:
    return FilingWork(accession(number), urls.folder(Cik(7), accession(number)), Cik(7), **fields)


def instant(second: int) -> datetime:
    return datetime(2025, 3, 5, 17, 0, second, tzinfo=UTC)


def name(number: int) -> str:
    return str(Accession(accession(number)))
