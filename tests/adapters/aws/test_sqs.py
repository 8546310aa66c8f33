"""SQS: what only it can do wrong. What every queue does is in tests/contracts/test_queue.py."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from edgewise.adapters.aws import SqsQueue, create_queue, open_queue
from edgewise.adapters.aws.client import open_client
from edgewise.core.errors import InvalidInput, NotConfigured, Permanent, ServiceUnavailable, Throttled
from edgewise.core.ports import Message

pytestmark = pytest.mark.usefixtures("aws_endpoint")
NUMBERS = itertools.count()
A, B = Message("a", "about a"), Message("b", "about b")


@pytest.fixture
def name():
    name = f"sqs-{next(NUMBERS)}.fifo"
    create_queue(f"sqs://{name}", max_deliveries=1)
    return name


@pytest.fixture
def client():
    return open_client("sqs")


class EndOfProcess(Exception):
    """What stands for the end of the process."""


class Meddler:
    """A client whose next calls of one operation go wrong: `faults` are what they answer, or raise, instead."""

    def __init__(self, client, operation, *faults):
        self._client, self._operation, self._faults = client, operation, list(faults)
        self.asked = []

    def __getattr__(self, name):
        real = getattr(self._client, name)
        return self._meddle(real) if name == self._operation else real

    def _meddle(self, real):
        def call(**request):
            self.asked.append(request)
            if not self._faults:
                return real(**request)
            fault = self._faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault(real, request)

        return call


def failing(code, *, fault_of_ours=False):
    """Do a batch without its first entry, and say that SQS failed at that one."""

    def answer(real, request):
        first, *others = request["Entries"]
        if others:
            real(**request | {"Entries": others})
        return {"Failed": [{"Id": first["Id"], "Code": code, "SenderFault": fault_of_ours}]}

    return answer


@pytest.mark.parametrize(
    "url", ["sqs://standard-queue", "sqs://a b.fifo", "sqs://.fifo", "https://x/q.fifo", "sqs://key:secret@q.fifo"]
)
def test_a_url_that_names_no_fifo_queue_is_refused_and_not_shown(url, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")  # a wrong URL is the first thing to be told
    with pytest.raises(InvalidInput, match=r"Give sqs://name\.fifo") as refused:
        open_queue(url)
    assert "secret" not in str(refused.value)


class TestCreating:
    def test_a_queue_that_is_not_there_is_told_with_what_to_do(self):
        with pytest.raises(NotConfigured, match=r"no SQS queue absent\.fifo.*create_queue\('sqs://absent\.fifo'\)"):
            open_queue("sqs://absent.fifo").put([A])

    def test_creating_again_changes_nothing(self, name):
        open_queue(f"sqs://{name}").put([A])
        create_queue(f"sqs://{name}", max_deliveries=1)
        assert open_queue(f"sqs://{name}").depth().waiting == 1

    def test_after_ten_deliveries_unless_told_otherwise_sqs_moves_a_message_to_the_dead(self):
        create_queue("sqs://ten.fifo")
        assert open_queue("sqs://ten.fifo")._addresses.max_deliveries == 10
        assert open_queue("sqs://ten.fifo")._addresses.dead.endswith("/ten-dead.fifo")

    def test_a_queue_without_one_for_dead_letters_is_refused(self, name, client):
        client.create_queue(QueueName=f"bare-{name}", Attributes={"FifoQueue": "true"})
        with pytest.raises(NotConfigured, match="no queue for dead letters"):
            open_queue(f"sqs://bare-{name}").take(limit=1, lease_s=60)


class TestFailures:
    def test_messages_that_sqs_failed_to_store_are_sent_again(self, name, client):
        meddler = Meddler(client, "send_message_batch", failing("InternalError"))
        queue = SqsQueue(meddler, name)
        queue.put([A, B])
        assert {lent.message for lent in queue.take(limit=5, lease_s=60)} == {A, B}
        assert [len(request["Entries"]) for request in meddler.asked] == [2, 1]

    @pytest.mark.parametrize(("code", "kind"), [("InternalError", ServiceUnavailable), ("RequestThrottled", Throttled)])
    def test_after_four_rounds_the_failure_is_raised(self, name, client, code, kind):
        meddler = Meddler(client, "send_message_batch", *[failing(code)] * 9)
        with pytest.raises(kind, match=f"SQS queue {name}.*{code}"):
            SqsQueue(meddler, name).put([A])
        assert len(meddler.asked) == 4

    def test_what_sqs_calls_our_fault_is_not_repeated(self, name, client):
        meddler = Meddler(client, "send_message_batch", *[failing("InvalidMessageContents", fault_of_ours=True)] * 9)
        with pytest.raises(Permanent, match="InvalidMessageContents"):
            SqsQueue(meddler, name).put([A])
        assert len(meddler.asked) == 1

    @pytest.mark.parametrize("code", ["ReceiptHandleIsInvalid", "InvalidParameterValue"])
    def test_a_receipt_that_sqs_calls_ended_is_ignored(self, name, client, code):
        queue = SqsQueue(Meddler(client, "delete_message_batch", failing(code, fault_of_ours=True)), name)
        queue.put([A])
        queue.acknowledge(queue.take(limit=1, lease_s=60))
        assert queue.depth().leased == 1

    def test_cut_off_between_sending_and_removing_a_dead_letter_is_not_lost_and_not_doubled(self, name, client):
        queue = open_queue(f"sqs://{name}")
        queue.put([A])
        queue.take(limit=1, lease_s=1)
        queue.take(limit=1, lease_s=60, wait_s=3)
        cut = SqsQueue(Meddler(client, "delete_message_batch", EndOfProcess()), name)
        with pytest.raises(EndOfProcess):
            cut.redrive(["a"])
        assert (queue.depth().waiting, queue.depth().dead) == (1, 1)
        assert queue.redrive(["a"]) == 1
        assert (queue.depth().waiting, queue.depth().dead) == (1, 0)


class TestTime:
    def test_after_its_end_by_our_clock_a_receipt_is_not_even_sent(self, name, client):
        now = datetime.now(UTC)
        meddler = Meddler(client, "delete_message_batch")
        queue = SqsQueue(meddler, name, clock=lambda: now)
        queue.put([A])
        lent = queue.take(limit=1, lease_s=60)
        now += timedelta(seconds=60)
        queue.acknowledge(lent)
        assert meddler.asked == []
        now -= timedelta(seconds=1)
        queue.acknowledge(lent)
        assert len(meddler.asked) == 1

    @pytest.mark.parametrize(("asked_s", "given_s"), [(0.2, 1), (1, 1), (1.5, 2), (12 * 3600, 43_200)])
    def test_leases_are_whole_seconds_rounded_up(self, name, client, asked_s, given_s):
        meddler = Meddler(client, "receive_message")
        SqsQueue(meddler, name).take(limit=1, lease_s=asked_s)
        assert meddler.asked[0]["VisibilityTimeout"] == given_s

    def test_one_request_waits_no_longer_than_sqs_allows(self, name, client):
        queue = open_queue(f"sqs://{name}")
        queue.put([A])
        meddler = Meddler(client, "receive_message")
        assert SqsQueue(meddler, name).take(limit=5, lease_s=60, wait_s=90)
        assert [request["WaitTimeSeconds"] for request in meddler.asked] == [20, 0]


class TestWhatOthersPut:
    @pytest.mark.parametrize("body", ["not base64!", "//79"])
    def test_a_body_marked_wrongly_is_given_as_it_is(self, name, client, body):
        queue = open_queue(f"sqs://{name}")
        client.send_message(
            QueueUrl=queue._addresses.main,
            MessageBody=body,
            MessageGroupId="a",
            MessageDeduplicationId="1",
            MessageAttributes={
                "encoding": {"DataType": "String", "StringValue": "base64"},
                "put_at": {"DataType": "String", "StringValue": "long ago"},
            },
        )
        (lent,) = queue.take(limit=1, lease_s=60)
        assert lent.message == Message("a", body)
        assert abs(lent.put_at - datetime.now(UTC)) < timedelta(seconds=30)

    def test_plain_text_travels_as_it_is_for_others_to_read(self, name, client):
        meddler = Meddler(client, "send_message_batch")
        SqsQueue(meddler, name).put([Message("a", "é 漢 \U0001f389\n")])
        (entry,) = meddler.asked[0]["Entries"]
        assert (entry["MessageBody"], entry["MessageGroupId"]) == ("é 漢 \U0001f389\n", "a")


def test_no_request_is_larger_than_sqs_takes(name, client):
    meddler = Meddler(client, "send_message_batch")
    SqsQueue(meddler, name).put([Message(f"k{number}", "€" * 21_000) for number in range(12)])
    sizes = [sum(len(entry["MessageBody"].encode()) for entry in request["Entries"]) for request in meddler.asked]
    assert max(sizes) <= 256 * 1024
    assert sum(len(request["Entries"]) for request in meddler.asked) == 12
