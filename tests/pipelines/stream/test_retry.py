"""A person brings back what failed and what the queue buried."""

from __future__ import annotations

import time

import pytest

from edgewise.core.errors import NotFound
from edgewise.core.ports import Failure, FilingState
from edgewise.pipelines.stream.message import message_of
from edgewise.pipelines.stream.retry import bring_back
from tests.pipelines.conftest import NOON, accession
from tests.pipelines.stream.conftest import a_work, name, queued


@pytest.fixture
def troubled(stream):
    """Filings 1 and 2 failed, for different reasons; 3 is fine; 4 is a dead letter."""
    stream.rooms.filings.discover([a_work(number) for number in (1, 2, 3)], seen_at=NOON)
    stream.rooms.filings.fail([Failure(accession(1), "truncated", "", retry=False)], at=NOON)
    stream.rooms.filings.fail([Failure(accession(2), "hostile", "", retry=False)], at=NOON)
    stream.queue.put([message_of(a_work(4), seen_at=NOON)])
    for _ in range(6):
        stream.queue.take(limit=1, lease_s=0.005)
        time.sleep(0.01)
    assert [letter.message.key for letter in stream.queue.dead()] == [name(4)]
    return stream


def back(stream, *numbers, reason=""):
    rooms = stream.rooms
    asked = [accession(number) for number in numbers]
    return bring_back(rooms.filings, stream.ledger, stream.queue, rooms.clock, asked, reason=reason)


def test_all_of_them(troubled):
    assert back(troubled) == (2, 1)
    assert queued(troubled) == {name(1), name(2), name(4)}
    assert troubled.rooms.filings.counts() == {(FilingState.DISCOVERED, ""): 3}


def test_those_of_a_reason_and_no_dead_letter(troubled):
    assert back(troubled, reason="hostile") == (1, 0)
    assert queued(troubled) == {name(2)}


def test_named_ones(troubled):
    assert back(troubled, 1, 4) == (1, 1)
    assert queued(troubled) == {name(1), name(4)}


def test_one_that_neither_failed_nor_was_buried_is_an_error_and_changes_nothing(troubled):
    with pytest.raises(NotFound, match=name(3)):
        back(troubled, 1, 3)
    assert queued(troubled) == set()
