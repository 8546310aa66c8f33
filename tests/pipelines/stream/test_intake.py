"""What is seen is queued once; what cannot be queued is found again."""

import pytest

from edgewise.core.errors import ServiceUnavailable
from edgewise.pipelines.stream.intake import CLAIM, queue_unknown, queue_unseen
from tests.pipelines.stream.conftest import a_work, name, queued


def away(_messages):
    raise ServiceUnavailable("the queue is away")


def test_a_queue_that_fails_gives_the_claims_up_so_that_the_next_poll_queues_the_filings(stream, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(stream.queue, "put", away)
        with pytest.raises(ServiceUnavailable):
            queue_unseen(stream.intake, [a_work(1)])
    assert queue_unseen(stream.intake, [a_work(1)]) == 1


def test_a_queue_that_fails_gives_up_what_an_index_named_too(stream, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(stream.queue, "put", away)
        with pytest.raises(ServiceUnavailable):
            queue_unknown(stream.intake, stream.ledger, [a_work(1)])
    assert queue_unseen(stream.intake, [a_work(1)]) == 1


def test_what_is_unknown_is_queued_whoever_has_claimed_it_and_counted_only_if_nobody_had(stream):
    now = stream.intake.machine.now()
    stream.intake.seen.claim([name(1)], at=now, until=now + CLAIM)
    assert queue_unknown(stream.intake, stream.ledger, [a_work(1), a_work(2)]) == 1
    assert queued(stream) == {name(1), name(2)}


def test_nothing_to_queue_asks_nobody(stream, monkeypatch):
    monkeypatch.setattr(stream.queue, "put", away)
    assert queue_unseen(stream.intake, []) == 0
    assert queue_unknown(stream.intake, stream.ledger, []) == 0
