"""The first-seen set in a DynamoDB table: one conditional put per key, so of several rivals one wins.

Items carry a time to live, after which DynamoDB removes them some day; until then they are there, so whether a claim
has ended is part of every condition. A put whose answer was lost is repeated by the client and would meet its own item:
each call signs what it writes, and its own signature is no rival's.
"""

from __future__ import annotations

import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from edgewise.adapters.aws.client import open_client, translated
from edgewise.core.errors import EdgewiseError, InvalidInput, Throttled
from edgewise.core.keys import checked_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_URL = re.compile(r"dynamodb://([A-Za-z0-9_.-]{3,255})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARALLEL = 8
_DELETES = 25  # DynamoDB's limit for one batch
_ROUNDS, _PAUSE_S = 6, 0.05
_STAYS_S = 24 * 3600  # an ended claim stays for a day: clocks of callers differ


def open_seen(url: str) -> DynamoSeen:
    """Return the first-seen set at `dynamodb://table`. Nothing is asked yet.

    Raises InvalidInput for another kind of URL, NotConfigured without a region.
    """
    table = _table(url)
    return DynamoSeen(open_client("dynamodb"), table)


def create_seen(url: str) -> None:
    """Make the table at `dynamodb://table`, paid by use, and let it remove old items; repeating it changes nothing."""
    table, client = _table(url), open_client("dynamodb")
    with translated(f"DynamoDB table {table}"):
        with suppress(client.exceptions.ResourceInUseException):
            client.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        told = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if told not in {"ENABLED", "ENABLING"}:
            live = {"Enabled": True, "AttributeName": "remove_after"}
            client.update_time_to_live(TableName=table, TimeToLiveSpecification=live)


class DynamoSeen:
    """The first-seen set of one table. Safe to share between threads."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, keys: Sequence[str], *, at: datetime, until: datetime) -> set[str]:
        """Claim the keys that nobody holds at `at`, until `until`; return those. A claim has ended at its `until`.

        If one of them cannot be asked for, those already won are given back and the error is raised; what cannot be
        given back either ends at `until`.
        """
        distinct = checked_seen(keys)
        caller = uuid.uuid4().hex
        item = _end(until) | {"claimed_by": {"S": caller}}
        condition = {
            "ConditionExpression": "attribute_not_exists(k) OR expires_at <= :at OR claimed_by = :caller",
            "ExpressionAttributeValues": {":at": _number(_microseconds(at)), ":caller": {"S": caller}},
        }
        won: set[str] = set()

        def put(key: str) -> None:
            if self._conditional(self._client.put_item, Item={"k": {"S": key}} | item, **condition):
                won.add(key)

        try:
            _for_each(put, distinct)
        except EdgewiseError:
            self._give_back(won, caller)
            raise
        return won

    def keep(self, keys: Sequence[str], *, until: datetime) -> None:
        """Hold these keys until `until`, whoever claimed them, or nobody; never shortens."""
        end = _end(until)
        change = {
            "UpdateExpression": "SET expires_at = :until, remove_after = :gone",
            "ConditionExpression": "attribute_not_exists(k) OR expires_at < :until",
            "ExpressionAttributeValues": {":until": end["expires_at"], ":gone": end["remove_after"]},
        }
        _for_each(
            lambda key: self._conditional(self._client.update_item, Key={"k": {"S": key}}, **change), checked_seen(keys)
        )

    def forget(self, keys: Sequence[str]) -> None:
        """Let go of these keys; unknown ones are ignored."""
        distinct = checked_seen(keys)
        for start in range(0, len(distinct), _DELETES):
            left = [{"DeleteRequest": {"Key": {"k": {"S": key}}}} for key in distinct[start : start + _DELETES]]
            self._delete(left)

    def _delete(self, left: list[dict[str, Any]]) -> None:
        for number in range(_ROUNDS):
            with self._translated():
                answer = self._client.batch_write_item(RequestItems={self._table: left})
            left = answer.get("UnprocessedItems", {}).get(self._table, [])
            if not left:
                return
            time.sleep(_PAUSE_S * 2**number)
        raise Throttled(f"DynamoDB table {self._table} left {len(left)} deletions undone", advice="Try again.")

    def _conditional(self, write: Callable[..., object], **request: Any) -> bool:
        """Return whether the condition held and the write was done."""
        with self._translated():
            try:
                write(TableName=self._table, **request)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _give_back(self, keys: set[str], caller: str) -> None:
        mine = {"ConditionExpression": "claimed_by = :caller", "ExpressionAttributeValues": {":caller": {"S": caller}}}
        for key in sorted(keys):
            # The caller is told of the first error; a second one adds nothing, and the claim ends by itself.
            with suppress(EdgewiseError):
                self._conditional(self._client.delete_item, Key={"k": {"S": key}}, **mine)

    def _translated(self) -> Any:
        advice = f"Create it: create_seen('dynamodb://{self._table}'), or in your infrastructure with the key k (S)."
        return translated(f"DynamoDB table {self._table}", absent=advice)


def _for_each(do: Callable[[str], object], keys: Sequence[str]) -> None:
    """Do it for all keys, some at a time; of errors the first is raised when all have ended."""
    if len(keys) <= 1:
        for key in keys:
            do(key)
        return
    with ThreadPoolExecutor(min(_PARALLEL, len(keys))) as pool:
        running = [pool.submit(do, key) for key in keys]
    for done in running:
        done.result()


def _table(url: str) -> str:
    match = _URL.fullmatch(url)
    if match is None:
        raise InvalidInput("the URL of the first-seen set names no DynamoDB table", advice="Give dynamodb://table.")
    return match.group(1)


def _end(until: datetime) -> dict[str, dict[str, str]]:
    """Return the two attributes of an end: for us in microseconds, for DynamoDB's own removal in seconds."""
    end = _microseconds(until)
    return {"expires_at": _number(end), "remove_after": _number(end // 1_000_000 + _STAYS_S)}


def _microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise InvalidInput(f"{instant} has no zone", advice="Pass an aware UTC datetime.")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
