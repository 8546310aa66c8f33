"""The queue on SQS: a FIFO queue, and a second one for its dead letters.

- *Group and deduplication.* Each key is a group of its own, so that messages go in parallel and two of one key never at
  once. SQS drops what was put within five minutes with the same key and body; later a second one is taken.
- *Leases* are SQS's visibility timeouts, in whole seconds, rounded up. A receipt carries the instant at which its lease
  ends by this machine's clock; after it, SQS is not even asked.
- *Deliveries* are counted by SQS, which cannot tell a message given back from one whose worker died: here
  `release` counts. The limit is therefore ten where the table has five.
- *What SQS does not tell*: the age of the oldest message (CloudWatch does), and messages given back with a delay apart
  from leased ones. It keeps a message for 14 days, dead letters too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from edgewise.adapters.aws.client import error_of, open_client, translated
from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.core.keys import checked_limit, checked_messages, checked_seconds
from edgewise.core.ports import DeadLetter, Delivery, Message, QueueDepth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_URL = re.compile(r"sqs://([A-Za-z0-9_-]{1,70}\.fifo)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_CALL = 10  # SQS's limit of messages in one request
_BYTES_PER_CALL = 250_000  # its limit of bytes was 256 KiB for long, and is so elsewhere
_LONGEST_POLL_S = 20
_WALK_LEASE_S = 120  # how long dead letters are out of sight while somebody looks through them
_ROUNDS, _PAUSE_S = 4, 0.1
_RETENTION_S = 14 * 24 * 3600
# What SQS calls a receipt whose lease has ended.
_ENDED = frozenset(
    {
        "AWS.SimpleQueueService.MessageNotInflight",
        "InvalidParameterValue",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
    }
)


def open_queue(url: str) -> SqsQueue:
    """Return the queue at `sqs://name.fifo`. Nothing is asked yet.

    Raises InvalidInput for another kind of URL, NotConfigured without a region.
    """
    name = _name(url)
    return SqsQueue(open_client("sqs"), name)


def create_queue(url: str, *, max_deliveries: int = 10) -> None:
    """Make the queue at `sqs://name.fifo` and `name-dead.fifo` for its dead letters; repeating it changes nothing.

    Raises NotConfigured if it is there with other attributes.
    """
    name, client = _name(url), open_client("sqs")
    kept = {"FifoQueue": "true", "MessageRetentionPeriod": str(_RETENTION_S)}
    with translated(f"SQS queue {name}"):
        dead = client.create_queue(QueueName=f"{name.removesuffix('.fifo')}-dead.fifo", Attributes=kept)["QueueUrl"]
        about = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        policy = {"deadLetterTargetArn": about["QueueArn"], "maxReceiveCount": max_deliveries}
        fast = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        try:
            client.create_queue(QueueName=name, Attributes=kept | fast | {"RedrivePolicy": json.dumps(policy)})
        except client.exceptions.QueueNameExists:
            raise NotConfigured(
                f"there is an SQS queue {name} already, with other attributes",
                advice="Use it as it is, or delete it and create it again.",
            ) from None


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Where the queue and its dead letters are, and after how many deliveries a message moves."""

    main: str
    dead: str
    max_deliveries: int


class SqsQueue:
    """The queue of one SQS FIFO queue. Safe to share between threads.

    clock: this machine's, UTC; it tells whether a lease of ours has ended. Replaced in tests.
    """

    def __init__(self, client: Any, name: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def put(self, messages: Sequence[Message]) -> None:
        """Store these messages, in order. Those put within five minutes with the same body are left out.

        Raises InvalidInput for a key or a body that no queue takes; then none is stored. After any other error some may
        be stored: putting all of them again is right.
        """
        entries = [_entry(message, again="") for message in checked_messages(messages)]
        for batch in _batches(entries):
            self._send(batch)

    def take(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> list[Delivery]:
        """Lend up to `limit` messages for `lease_s`, about the first put first; wait up to `wait_s` for the first.

        Both are whole seconds, rounded up. Raises InvalidInput for a lease longer than twelve hours.
        """
        checked_seconds(lease_s, what="a lease", least=0.001)
        checked_limit(limit, what="messages")
        lent: list[Delivery] = []
        end = time.monotonic() + wait_s
        while len(lent) < limit:
            left_s = 0 if lent else min(_LONGEST_POLL_S, max(0, math.ceil(end - time.monotonic())))
            received = self._receive(
                self._addresses.main, limit=limit - len(lent), lease_s=math.ceil(lease_s), wait_s=left_s
            )
            until = self._clock() + timedelta(seconds=math.ceil(lease_s))
            lent += [_delivery(message, until) for message in received]
            if not received and (lent or left_s == 0):
                break
        return lent

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Remove these messages. A receipt whose lease has ended is ignored."""
        entries = [{"ReceiptHandle": handle} for handle in self._held(deliveries)]
        self._each(self._client.delete_message_batch, self._addresses.main, entries)

    def release(self, deliveries: Sequence[Delivery], *, delay_s: float = 0.0) -> None:
        """Give these messages back, to be lent again after `delay_s`, in whole seconds, rounded up.

        A receipt whose lease has ended is ignored. Where the delay would take a lease past twelve hours, the message is
        lent again when its lease ends.
        """
        delay = math.ceil(checked_seconds(delay_s, what="a delay"))
        entries = [{"ReceiptHandle": handle, "VisibilityTimeout": delay} for handle in self._held(deliveries)]
        self._each(self._client.change_message_visibility_batch, self._addresses.main, entries)

    def dead(self, *, limit: int = 100) -> list[DeadLetter]:
        """Return up to `limit` dead letters, the oldest first. What another call is looking at may be missing.

        `deliveries` is the number after which the queue gives up; `died_at` is when SQS moved the message.
        """
        checked_limit(limit, what="dead letters")
        looked_at: list[dict[str, Any]] = []
        letters = []
        try:
            for message in self._walk(looked_at, limit=limit):
                died_at = _instant(message["Attributes"]["SentTimestamp"])
                letters.append(DeadLetter(_message(message), self._addresses.max_deliveries, died_at))
        finally:
            self._show_again(looked_at)
        return sorted(letters, key=lambda letter: letter.died_at)

    def redrive(self, keys: Sequence[str]) -> int:
        """Put these dead letters back, no deliveries counted; return how many were there.

        Each is sent first and removed from the dead after, so that none is lost; SQS drops the second sending where one
        was cut off in between and is repeated within five minutes.
        """
        wanted, revived, removed = set(keys), set(), set()
        looked_at: list[dict[str, Any]] = []
        try:
            for message in self._walk(looked_at) if wanted else ():
                found = _message(message)
                if found.key in wanted:
                    self._send([_entry(found, again=message["MessageId"], put_at=_put_at(message))])
                    handle = {"ReceiptHandle": message["ReceiptHandle"]}
                    self._each(self._client.delete_message_batch, self._addresses.dead, [handle])
                    removed.add(message["MessageId"])
                    revived.add(found.key)
        finally:
            self._show_again([message for message in looked_at if message["MessageId"] not in removed])
        return len(revived)

    def depth(self) -> QueueDepth:
        """Return how full the queue is, about. What was given back with a delay counts as leased."""
        main, dead = self._counts(self._addresses.main), self._counts(self._addresses.dead)
        return QueueDepth(waiting=main[0], leased=main[1], delayed=main[2], dead=sum(dead), oldest_s=None)

    @cached_property
    def _addresses(self) -> _Addresses:
        with self._translated():
            main = self._client.get_queue_url(QueueName=self._name)["QueueUrl"]
            about = self._client.get_queue_attributes(QueueUrl=main, AttributeNames=["All"])["Attributes"]
            if "RedrivePolicy" not in about:
                raise NotConfigured(
                    f"SQS queue {self._name} has no queue for dead letters",
                    advice="Give it a redrive policy: without one a message that kills its worker comes back for ever.",
                )
            policy = json.loads(about["RedrivePolicy"])
            name = policy["deadLetterTargetArn"].rpartition(":")[2]
            dead = self._client.get_queue_url(QueueName=name)["QueueUrl"]
        return _Addresses(main, dead, int(policy["maxReceiveCount"]))

    def _receive(self, address: str, *, limit: int, lease_s: int, wait_s: int) -> list[dict[str, Any]]:
        with self._translated():
            answer = self._client.receive_message(
                QueueUrl=address,
                MaxNumberOfMessages=min(limit, _PER_CALL),
                VisibilityTimeout=lease_s,
                WaitTimeSeconds=wait_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId", "SentTimestamp"],
                MessageAttributeNames=["All"],
                # Repeated by the client after a lost answer, it gives the same messages, not the next ones.
                ReceiveRequestAttemptId=uuid.uuid4().hex,
            )
        received: list[dict[str, Any]] = answer.get("Messages", [])
        return received

    def _walk(self, looked_at: list[dict[str, Any]], *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield dead letters, each once and into `looked_at`, too; they stay out of sight until shown again."""
        known: set[str] = set()
        while limit is None or len(looked_at) < limit:
            room = _PER_CALL if limit is None else limit - len(looked_at)
            # A wait of a second asks all of SQS's servers; without one, some are asked.
            received = self._receive(self._addresses.dead, limit=room, lease_s=_WALK_LEASE_S, wait_s=1)
            new = [message for message in received if message["MessageId"] not in known]
            if not new:
                return
            known.update(message["MessageId"] for message in new)
            looked_at += new
            yield from new

    def _show_again(self, messages: Sequence[dict[str, Any]]) -> None:
        entries = [{"ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0} for message in messages]
        self._each(self._client.change_message_visibility_batch, self._addresses.dead, entries)

    def _held(self, deliveries: Sequence[Delivery]) -> list[str]:
        """Return the handles of receipts whose lease has not ended by our clock, each once."""
        now = (self._clock() - _EPOCH) // timedelta(milliseconds=1)
        parts = [delivery.receipt.partition(":") for delivery in deliveries]
        return list(dict.fromkeys(handle for until, _, handle in parts if until.isdecimal() and int(until) > now))

    def _send(self, entries: Sequence[dict[str, Any]]) -> None:
        self._each(self._client.send_message_batch, self._addresses.main, entries, ignored=frozenset())

    def _each(
        self,
        operation: Callable[..., dict[str, Any]],
        address: str,
        entries: Sequence[dict[str, Any]],
        *,
        ignored: frozenset[str] = _ENDED,
    ) -> None:
        """Do a batch operation for all entries, ten at a time, and again for those that SQS itself failed at."""
        for start in range(0, len(entries), _PER_CALL):
            left = {str(number): entry for number, entry in enumerate(entries[start : start + _PER_CALL])}
            for number in range(_ROUNDS):
                with self._translated():
                    answer = operation(QueueUrl=address, Entries=[{"Id": name} | left[name] for name in left])
                failed = [one for one in answer.get("Failed", []) if one["Code"] not in ignored]
                if not failed:
                    break
                if number == _ROUNDS - 1 or any(one.get("SenderFault") for one in failed):
                    raise error_of(failed[0]["Code"], f"SQS queue {self._name}")
                left = {one["Id"]: left[one["Id"]] for one in failed}
                time.sleep(_PAUSE_S * 2**number)

    def _counts(self, address: str) -> tuple[int, int, int]:
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        with self._translated():
            told = self._client.get_queue_attributes(QueueUrl=address, AttributeNames=names)["Attributes"]
        waiting, leased, delayed = (int(told.get(name, 0)) for name in names)
        return waiting, leased, delayed

    def _translated(self) -> Any:
        advice = f"Create it: create_queue('sqs://{self._name}'), or in your infrastructure, with one for dead letters."
        return translated(f"SQS queue {self._name}", absent=advice)


def _name(url: str) -> str:
    match = _URL.fullmatch(url)
    if match is None:
        raise InvalidInput("the URL of the queue names no FIFO queue of SQS", advice="Give sqs://name.fifo.")
    return match.group(1)


def _entry(message: Message, *, again: str, put_at: datetime | None = None) -> dict[str, Any]:
    """Return what is sent. `again` is what sets a sending apart from an earlier one of the same message.

    SQS takes neither an empty text nor every character; such a body goes as base64, marked by an attribute.
    """
    plain = message.body and not _FORBIDDEN.search(message.body)
    attributes: dict[str, Any] = {}
    if not plain:
        attributes["encoding"] = {"DataType": "String", "StringValue": "base64"}
    if put_at is not None:
        since = (put_at - _EPOCH) // timedelta(milliseconds=1)
        attributes["put_at"] = {"DataType": "Number", "StringValue": str(since)}
    digest = hashlib.sha256(f"{again}\0{message.body}".encode()).hexdigest()[:40]
    return {
        "MessageBody": message.body if plain else base64.b64encode(message.body.encode()).decode() or "=",
        "MessageAttributes": attributes,
        "MessageGroupId": message.key,
        "MessageDeduplicationId": f"{message.key}:{digest}",
    }


def _batches(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield entries that fit into one request, in order."""
    batch: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        weight = len(entry["MessageBody"].encode()) + 1_000
        if batch and (len(batch) == _PER_CALL or size + weight > _BYTES_PER_CALL):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += weight
    if batch:
        yield batch


def _delivery(message: dict[str, Any], until: datetime) -> Delivery:
    receipt = f"{(until - _EPOCH) // timedelta(milliseconds=1)}:{message['ReceiptHandle']}"
    count = int(message["Attributes"]["ApproximateReceiveCount"])
    return Delivery(_message(message), receipt, count, _put_at(message))


def _message(message: dict[str, Any]) -> Message:
    """Return the message as it was put. What somebody else put, and marked wrongly, is given as it is."""
    body = message["Body"]
    if _attribute(message, "encoding") == "base64":
        try:
            body = base64.b64decode(body, validate=True).decode() if body != "=" else ""
        except (binascii.Error, UnicodeDecodeError):
            body = message["Body"]
    return Message(message["Attributes"]["MessageGroupId"], body)


def _put_at(message: dict[str, Any]) -> datetime:
    told = _attribute(message, "put_at")
    return _instant(told if told.isdecimal() else message["Attributes"]["SentTimestamp"])


def _attribute(message: dict[str, Any], name: str) -> str:
    return str(message.get("MessageAttributes", {}).get(name, {}).get("StringValue", ""))


def _instant(milliseconds: str) -> datetime:
    return _EPOCH + timedelta(milliseconds=int(milliseconds))
