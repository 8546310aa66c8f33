"""Poller and worker side by side, and one round of both."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured, ServiceUnavailable, Throttled
from edgewise.core.ports import FilingState
from edgewise.pipelines.stream.events import Arrived, SourceFailed
from edgewise.pipelines.stream.feed_poll import POLLING
from edgewise.pipelines.stream.watch import Pace, Poller, watch, watch_once
from tests.pipelines.conftest import accession, fetched
from tests.pipelines.stream.conftest import DAY, entry, name, told


class MachineClock:
    def now(self):
        return datetime.now(UTC)


@pytest.fixture
def service(stream):
    object.__setattr__(stream.intake, "machine", MachineClock())
    service = stream.rooms.edgar
    service.pages = [[entry(2), entry(1)]]
    service.indexes = {DAY: [1, 2, 3]}
    service.filings = {accession(number): fetched(number) for number in (1, 2, 3)}
    return service


@pytest.mark.usefixtures("service")
def test_once_brings_home_what_feed_and_index_know_and_ends(stream):
    watch_once(stream, pace=Pace(), stop=threading.Event())
    assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 3}


def test_once_finds_what_a_killed_watcher_had_claimed_and_asks_whoever_has_the_turn(stream, service):
    service.indexes = {}
    now = stream.intake.machine.now()
    held = [name(1), name(2), POLLING, f"index:{DAY}"]
    stream.intake.seen.claim(held, at=now, until=now + timedelta(minutes=10))
    watch_once(stream, pace=Pace(), stop=threading.Event())
    assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 2}
    service.indexes = {DAY: [1, 2, 3]}
    watch_once(stream, pace=Pace(), stop=threading.Event())
    assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 3}


def test_once_raises_what_a_source_raises(stream, service):
    service.pages = [ServiceUnavailable("no answer")]
    with pytest.raises(ServiceUnavailable):
        watch_once(stream, pace=Pace(), stop=threading.Event())


def test_a_watch_goes_on_through_trouble_with_the_feed_until_it_is_stopped(stream, service):
    stop = threading.Event()
    good = service.pages
    service.pages = [ServiceUnavailable("no answer")]

    def direct():
        while not stop.wait(0.02):
            if told(stream, SourceFailed):
                service.pages = good
            if len(told(stream, Arrived)) == 3:
                stop.set()

    director = threading.Thread(target=direct)
    director.start()
    watch(stream, pace=Pace(poll_s=0.1), stop=stop)
    director.join()
    assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 3}
    assert told(stream, SourceFailed)[0].what == "feed"


def test_a_setting_that_a_person_must_mend_ends_the_watch(stream, service):
    service.pages = [NotConfigured("who are you")]
    with pytest.raises(NotConfigured):
        watch(stream, pace=Pace(), stop=threading.Event())


def test_failure_case_41_a_source_that_blocks_us_is_left_alone_for_as_long_as_it_asks(stream, service):
    service.pages = [Throttled("blocked", retry_after_s=600.0)]
    stop = threading.Event()
    poller = Poller(stream, Pace(poll_s=0.1, sweep_s=0.1))
    running = threading.Thread(target=poller.run, args=(stop,))
    running.start()
    stop.wait(1.0)
    stop.set()
    running.join()
    assert service.asked.count("page 0") == 1
    assert told(stream, SourceFailed)[0].wait_s == 600.0
    assert not poller.complete


@pytest.mark.parametrize("wrong", [{"poll_s": 0}, {"sweep_s": -1}, {"index_days": -1}])
def test_a_pace_that_cannot_be_kept_is_refused(wrong):
    with pytest.raises(InvalidInput):
        Pace(**wrong)
