"""What every queue does, whatever keeps it. Further adapters are added to `PLACES`."""

import itertools
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from edgewise.adapters.aws import create_queue, open_queue
from edgewise.adapters.sql import SqlQueue
from edgewise.adapters.sql.models import queue_messages
from edgewise.core.errors import InvalidInput
from edgewise.core.ports import Message
from tests.programs import started

PLACES = ["sqlite", "postgresql", "sqs"]
NUMBERS = itertools.count()
A, B, C = (Message(f"0000320193-24-{number:06d}", f'{{"n": {number}}}') for number in (1, 2, 3))
LONG_S = 60


@dataclass
class Place:
    """Where a queue is kept.

    short_s: the shortest lease that is told apart from none.
    crowd:   messages in the races. For each of them moto copies all groups that are being worked on.
    """

    url: str
    short_s: float
    database: object = None
    crowd: int = 1_000

    def queue(self):
        """Return the queue as another process would open it; after two deliveries a message is dead."""
        return open_queue(self.url) if self.database is None else SqlQueue(self.database, max_deliveries=2)

    def lease_ends(self):
        time.sleep(self.short_s + 0.1)


@pytest.fixture(params=PLACES)
def place(request):
    """Each place for a queue, empty."""
    if request.param == "sqs":
        request.getfixturevalue("aws_endpoint")
        url = f"sqs://contract-{next(NUMBERS)}.fifo"
        create_queue(url, max_deliveries=2)
        return Place(url, 1.0, crowd=100)
    url, database = request.getfixturevalue(f"{request.param}_with_tables")
    with database.write() as connection:
        connection.execute(delete(queue_messages))
    return Place(url, 0.2, database)


@pytest.fixture
def queue(place):
    return place.queue()


def messages(deliveries):
    return [delivery.message for delivery in deliveries]


def exact(depth):
    """Return what all services count the same way."""
    return depth.waiting, depth.leased + depth.delayed, depth.dead


def kill_workers_of(queue, place, *, deliveries=2):
    """Take what there is and let the lease end, as workers do that die of it."""
    for _ in range(deliveries):
        assert queue.take(limit=10, lease_s=place.short_s, wait_s=5)
        place.lease_ends()


class TestPutAndTake:
    def test_an_empty_queue_gives_nothing(self, queue):
        assert queue.take(limit=5, lease_s=LONG_S) == []
        assert exact(queue.depth()) == (0, 0, 0)

    def test_what_was_put_is_lent_whole(self, queue):
        before = datetime.now(UTC)
        queue.put([A])
        (lent,) = queue.take(limit=5, lease_s=LONG_S)
        assert (lent.message, lent.deliveries) == (A, 1)
        assert abs(lent.put_at - before) < timedelta(seconds=30)

    def test_the_first_put_is_lent_first(self, queue):
        queue.put([B, A])
        queue.put([C])
        assert messages(queue.take(limit=1, lease_s=LONG_S)) == [B]
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [A, C]

    def test_no_more_than_asked_for_is_lent(self, queue):
        queue.put([Message(f"k{number}", "") for number in range(25)])
        assert queue.take(limit=0, lease_s=LONG_S) == []
        assert len(queue.take(limit=3, lease_s=LONG_S)) == 3
        assert len(queue.take(limit=21, lease_s=LONG_S)) == 21
        assert len(queue.take(limit=21, lease_s=LONG_S)) == 1

    def test_a_key_that_waits_is_not_put_twice(self, queue):
        queue.put([A, A])
        queue.put([A])
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [A]

    def test_a_key_that_was_handled_can_be_put_with_something_new(self, queue):
        queue.put([A])
        queue.acknowledge(queue.take(limit=5, lease_s=LONG_S))
        again = Message(A.key, "something new")
        queue.put([again])
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [again]

    def test_another_opener_finds_what_was_put(self, queue, place):
        queue.put([A])
        assert messages(place.queue().take(limit=5, lease_s=LONG_S)) == [A]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "=",
            " \r\n\t ",
            "\x00",
            "\x01\x1f\x7f\x85",
            "\ufffe\uffff\ufffd",
            "é 漢字 \U0001f389 e\u0301 \u202e",
            "'); DROP TABLE queue_messages; --",
            "\x00" * 65_536,
            "€" * 21_845,
        ],
        ids=lambda body: ascii(body[:12]),
    )
    def test_any_text_comes_back_as_it_was(self, queue, body):
        queue.put([Message("k", body)])
        assert messages(queue.take(limit=1, lease_s=LONG_S)) == [Message("k", body)]

    def test_forty_large_bodies_at_once_are_no_trouble(self, queue):
        large = [Message(f"k{number}", f"{number:02d}" + "x" * 65_534) for number in range(40)]
        queue.put(large)
        assert messages(queue.take(limit=40, lease_s=LONG_S)) == large

    @pytest.mark.parametrize("key", ["", "a b", "ключ", "k" * 81, "a\n", "a/b"])
    def test_a_key_of_other_characters_is_refused_and_nothing_is_put(self, queue, key):
        with pytest.raises(InvalidInput, match="cannot have the key"):
            queue.put([A, Message(key, "")])
        assert queue.take(limit=5, lease_s=LONG_S) == []

    @pytest.mark.parametrize("key", ["k" * 80, "aZ09._:-"])
    def test_the_longest_key_and_the_strangest_are_taken(self, queue, key):
        queue.put([Message(key, "x")])
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [Message(key, "x")]

    @pytest.mark.parametrize(("body", "told"), [("x" * 65_537, "65537 bytes"), ("\ud800", "half a surrogate pair")])
    def test_a_body_that_no_queue_holds_is_refused_and_nothing_is_put(self, queue, body, told):
        with pytest.raises(InvalidInput, match=told):
            queue.put([A, Message("k", body)])
        assert queue.take(limit=5, lease_s=LONG_S) == []

    @pytest.mark.parametrize("asked", [{"limit": -1, "lease_s": 1}, {"limit": 1, "lease_s": 0}])
    def test_a_limit_or_a_lease_that_makes_no_sense_is_refused(self, queue, asked):
        with pytest.raises(InvalidInput):
            queue.take(**asked)

    def test_no_lease_is_longer_than_twelve_hours(self, queue):
        with pytest.raises(InvalidInput, match="12 hours"):
            queue.take(limit=1, lease_s=12 * 3600 + 1)

    def test_nothing_to_put_acknowledge_release_or_redrive_is_no_error(self, queue):
        queue.put([])
        queue.acknowledge([])
        queue.release([])
        assert queue.redrive([]) == 0


class TestLease:
    def test_a_lent_message_is_not_lent_again_before_its_lease_ends(self, queue):
        queue.put([A])
        queue.take(limit=5, lease_s=LONG_S)
        assert queue.take(limit=5, lease_s=LONG_S) == []
        assert exact(queue.depth()) == (0, 1, 0)

    def test_a_lease_that_ended_counts_and_the_message_is_lent_again(self, queue, place):
        queue.put([A])
        (first,) = queue.take(limit=5, lease_s=place.short_s)
        place.lease_ends()
        (second,) = queue.take(limit=5, lease_s=LONG_S)
        assert (second.message, second.deliveries, second.put_at) == (A, 2, first.put_at)
        assert second.receipt != first.receipt

    def test_acknowledged_is_gone_for_good(self, queue, place):
        queue.put([A, B])
        (first, _) = lent = queue.take(limit=5, lease_s=place.short_s)
        queue.acknowledge([first])
        queue.acknowledge(lent[:1])
        place.lease_ends()
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [B]
        assert exact(queue.depth()) == (0, 1, 0)

    def test_a_late_acknowledgement_does_not_remove_what_somebody_else_was_lent(self, queue, place):
        queue.put([A])
        late = queue.take(limit=5, lease_s=place.short_s)
        place.lease_ends()
        held = place.queue().take(limit=5, lease_s=LONG_S)
        queue.acknowledge(late)
        assert exact(queue.depth()) == (0, 1, 0)
        place.queue().acknowledge(held)
        assert exact(queue.depth()) == (0, 0, 0)

    def test_a_late_release_does_not_take_it_from_somebody_else(self, queue, place):
        queue.put([A])
        late = queue.take(limit=5, lease_s=place.short_s)
        place.lease_ends()
        place.queue().take(limit=5, lease_s=LONG_S)
        queue.release(late)
        assert queue.take(limit=5, lease_s=LONG_S) == []

    def test_thirty_are_acknowledged_in_one_call(self, queue):
        queue.put([Message(f"k{number}", "") for number in range(30)])
        queue.acknowledge(queue.take(limit=30, lease_s=LONG_S))
        assert exact(queue.depth()) == (0, 0, 0)

    def test_a_receipt_nobody_gave_is_ignored(self, queue):
        queue.put([A])
        (lent,) = queue.take(limit=5, lease_s=LONG_S)
        strange = type(lent)(lent.message, "not a receipt", 1, lent.put_at)
        queue.acknowledge([strange])
        queue.release([strange])
        assert exact(queue.depth()) == (0, 1, 0)


class TestRelease:
    def test_given_back_it_can_be_lent_at_once(self, queue):
        queue.put([A])
        queue.release(queue.take(limit=5, lease_s=LONG_S))
        assert messages(queue.take(limit=5, lease_s=LONG_S, wait_s=5)) == [A]

    def test_given_back_with_a_delay_it_is_lent_after_the_delay(self, queue, place):
        queue.put([A])
        queue.release(queue.take(limit=5, lease_s=LONG_S), delay_s=place.short_s)
        assert queue.take(limit=5, lease_s=LONG_S) == []
        assert exact(queue.depth()) == (0, 1, 0)
        place.lease_ends()
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [A]

    def test_its_old_receipt_is_worth_nothing_when_lent_again(self, queue, place):
        queue.put([A])
        lent = queue.take(limit=5, lease_s=place.short_s)
        queue.release(lent)
        assert queue.take(limit=5, lease_s=LONG_S, wait_s=5)
        place.lease_ends()
        queue.acknowledge(lent)
        assert exact(queue.depth()) == (0, 1, 0)

    def test_giving_back_is_not_dying_where_the_place_can_tell(self, queue, place):
        if place.database is None:
            pytest.skip("SQS counts every delivery, and says so")
        queue.put([A])
        for _ in range(5):
            (lent,) = queue.take(limit=5, lease_s=LONG_S)
            assert lent.deliveries == 1
            queue.release([lent])

    @pytest.mark.parametrize("delay_s", [-1, 12 * 3600 + 1])
    def test_a_delay_that_makes_no_sense_is_refused(self, queue, delay_s):
        with pytest.raises(InvalidInput, match="a delay of"):
            queue.release([], delay_s=delay_s)


class TestDeadLetters:
    def test_lent_too_often_a_message_is_dead(self, queue, place):
        before = datetime.now(UTC)
        queue.put([A])
        kill_workers_of(queue, place)
        assert queue.take(limit=5, lease_s=LONG_S) == []
        (letter,) = queue.dead()
        assert (letter.message, letter.deliveries) == (A, 2)
        assert before - timedelta(seconds=1) <= letter.died_at <= datetime.now(UTC) + timedelta(seconds=1)
        assert exact(queue.depth()) == (0, 0, 1)

    def test_others_are_lent_beside_it(self, queue, place):
        queue.put([A])
        kill_workers_of(queue, place)
        queue.put([B])
        assert messages(queue.take(limit=5, lease_s=LONG_S)) == [B]

    def test_looking_at_the_dead_changes_nothing(self, queue, place):
        queue.put([A, B])
        kill_workers_of(queue, place)
        queue.take(limit=5, lease_s=LONG_S)
        first = queue.dead()
        assert messages(first) == [A, B]
        assert queue.dead() == first
        assert messages(queue.dead(limit=1)) == [A]
        assert queue.dead(limit=0) == []

    def test_redriven_it_is_lent_as_if_for_the_first_time_and_can_die_again(self, queue, place):
        queue.put([A, B])
        kill_workers_of(queue, place)
        queue.take(limit=5, lease_s=LONG_S)
        assert queue.redrive([A.key, "never-put"]) == 1
        (lent,) = queue.take(limit=5, lease_s=place.short_s, wait_s=5)
        assert (lent.message, lent.deliveries) == (A, 1)
        assert messages(queue.dead()) == [B]
        place.lease_ends()
        kill_workers_of(queue, place, deliveries=1)
        queue.take(limit=5, lease_s=LONG_S)
        assert sorted(letter.message.key for letter in queue.dead()) == [A.key, B.key]
        assert queue.redrive([A.key, B.key]) == 2
        assert sorted(messages(queue.take(limit=5, lease_s=LONG_S, wait_s=5)), key=lambda m: m.key) == [A, B]

    def test_redriven_it_keeps_the_instant_at_which_it_was_first_put(self, queue, place):
        queue.put([A])
        (lent,) = queue.take(limit=5, lease_s=place.short_s)
        place.lease_ends()
        kill_workers_of(queue, place, deliveries=1)
        queue.take(limit=5, lease_s=LONG_S)
        queue.redrive([A.key])
        (again,) = queue.take(limit=5, lease_s=LONG_S, wait_s=5)
        assert again.put_at == lent.put_at

    def test_a_message_that_is_not_dead_is_not_redriven(self, queue):
        queue.put([A])
        assert queue.redrive([A.key]) == 0


class TestWaiting:
    def test_a_taker_that_waits_is_given_what_is_put_meanwhile(self, queue, place):
        threading.Timer(0.3, lambda: place.queue().put([A])).start()
        assert messages(queue.take(limit=5, lease_s=LONG_S, wait_s=30)) == [A]

    def test_a_taker_that_waits_is_given_a_message_whose_lease_ends_meanwhile(self, queue, place):
        queue.put([A])
        queue.take(limit=5, lease_s=place.short_s)
        (lent,) = queue.take(limit=5, lease_s=LONG_S, wait_s=30)
        assert lent.deliveries == 2

    def test_in_vain_it_waits_no_less_than_asked(self, queue):
        start = time.monotonic()
        assert queue.take(limit=5, lease_s=LONG_S, wait_s=0.4) == []
        assert time.monotonic() - start >= 0.4


def test_four_processes_handle_many_messages_once_each(place):
    queue = place.queue()
    queue.put([Message(f"k{number:04d}", "x") for number in range(place.crowd)])
    command = [sys.executable, Path(__file__).with_name("queue_worker.py"), place.url]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    needs = ("edgewise.adapters.aws", "edgewise.adapters.sql", "psycopg", "boto3")
    workers = [started(command, needs=needs, text=True, **pipes) for _ in range(4)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n", worker.stderr.read()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said
    handled = Counter(itertools.chain.from_iterable(out.split() for out, _ in said))
    assert len(handled) == place.crowd
    assert set(handled.values()) == {1}
    assert exact(queue.depth()) == (0, 0, 0)


def test_the_oldest_waiting_message_tells_its_age_where_the_place_can(queue, place):
    queue.put([A])
    time.sleep(0.05)
    oldest_s = queue.depth().oldest_s
    assert oldest_s is None if place.database is None else 0.04 < oldest_s < 30
