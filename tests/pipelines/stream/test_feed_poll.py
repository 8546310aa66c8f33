"""Failure case 44: pages of the feed overlap and reorder, watchers die in the middle; nothing is missed or doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import ServiceUnavailable
from edgewise.pipelines.stream.feed_poll import DEEP_EVERY, FeedPoll
from edgewise.pipelines.stream.intake import CLAIM
from tests.pipelines.stream.conftest import HandClock, entry, name, queued

EVERY = timedelta(seconds=5)


@pytest.fixture
def feed(stream):
    stream.rooms.edgar.pages = [[entry(4), entry(3)], [entry(2), entry(1)]]
    return FeedPoll(stream.intake, every=EVERY)


def next_turn(stream):
    stream.intake.machine.forward(EVERY.total_seconds())


def test_the_first_poll_reads_all_pages_and_queues_what_they_hold(stream, feed):
    polled = feed.poll()
    assert (polled.listed, polled.new) == (4, 4)
    assert queued(stream) == {name(number) for number in (1, 2, 3, 4)}


def test_a_later_poll_ends_at_the_first_page_without_anything_new(stream, feed):
    feed.poll()
    next_turn(stream)
    stream.rooms.edgar.asked.clear()
    stream.rooms.edgar.pages = [[entry(5), entry(4)], [entry(3), entry(2)], [entry(1)]]
    assert feed.poll().new == 1
    assert stream.rooms.edgar.asked == ["page 0", "page 1"]


def test_a_filing_that_slides_to_another_page_is_queued_once(stream, feed):
    feed.poll()
    next_turn(stream)
    stream.rooms.edgar.pages = [[entry(6), entry(5)], [entry(3), entry(4)], [entry(1), entry(2)]]
    assert feed.poll().new == 2


def test_every_few_minutes_a_poll_reads_all_pages_again(stream, feed):
    for _ in range(int(DEEP_EVERY / EVERY)):
        feed.poll()
        next_turn(stream)
    stream.rooms.edgar.asked.clear()
    feed.poll()
    assert stream.rooms.edgar.asked == ["page 0", "page 1"]


@pytest.mark.parametrize(("eastern", "pages"), [((5, 59), 1), ((6, 0), 2), ((6, 9), 2), ((6, 10), 1)])
def test_the_filings_of_the_evening_before_are_looked_for_in_all_pages_when_edgar_opens(stream, feed, eastern, pages):
    feed.poll()
    for _ in range(6):  # thirty seconds of polls
        next_turn(stream)
        feed.poll()
    stream.rooms.edgar.asked.clear()
    object.__setattr__(stream.intake, "clock", HandClock(datetime(2025, 3, 6, *eastern, tzinfo=NEW_YORK)))
    next_turn(stream)
    feed.poll()
    assert len(stream.rooms.edgar.asked) == pages


def test_after_a_poll_that_failed_the_next_one_reads_all_pages(stream, feed):
    feed.poll()
    next_turn(stream)
    good = stream.rooms.edgar.pages
    stream.rooms.edgar.pages = [ServiceUnavailable("no answer")]
    with pytest.raises(ServiceUnavailable):
        feed.poll()
    next_turn(stream)
    stream.rooms.edgar.pages = good
    stream.rooms.edgar.asked.clear()
    feed.poll()
    assert stream.rooms.edgar.asked == ["page 0", "page 1"]


def test_only_one_of_several_watchers_polls_at_a_time_and_the_turn_is_free_for_the_next(stream, feed):
    other = FeedPoll(stream.intake, every=EVERY)
    assert feed.poll() is not None
    assert other.poll() is None
    next_turn(stream)
    assert other.poll() is not None
    assert feed.poll() is None


def test_what_a_dying_watcher_claimed_but_did_not_queue_is_found_by_a_deep_poll_of_another(stream, feed):
    now = stream.intake.machine.now()
    stream.intake.seen.claim([name(1), name(2)], at=now, until=now + CLAIM)
    assert feed.poll().new == 2
    stream.intake.machine.forward(DEEP_EVERY.total_seconds())
    assert feed.poll().new == 2
    assert queued(stream) == {name(number) for number in (1, 2, 3, 4)}


def test_forms_that_nobody_wants_are_left_out_and_exact_ones_are_meant(stream):
    stream.rooms.edgar.pages = [[entry(1, form="8-K"), entry(2, form="8-K/A"), entry(3, form="4")]]
    narrow = replace(stream.intake, forms=("8-K",))
    assert FeedPoll(narrow, every=EVERY).poll().new == 1
    assert queued(stream) == {name(1)}
