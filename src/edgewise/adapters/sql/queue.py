"""The queue as a table of the operational database: no further service to run.

A message is *waiting*, *leased*, *delayed* (given back, to be seen later) or *dead*. Each call is one transaction.
1. *Lending* marks rows that nobody else is marking: PostgreSQL skips rows that are locked, SQLite has one writer at a
   time. So competitors neither wait for each other's messages nor get the same one.
2. *A receipt* names one lending. Whoever acknowledges with an older one finds no such row and removes nothing.
3. *Leases end by the database's clock*, so that machines need not agree on the time. If that clock was wrong and has
   been set back, leases of the wrong time would seem to last for ages: one that ends later than any lease could has
   ended. A waiting message waits by its place, not by a clock.

Rows leave by `acknowledge` only. A dead letter still holds its key: putting the same again does not revive it.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import String

from edgewise.adapters.sql.models import queue_messages
from edgewise.core.errors import InvalidInput
from edgewise.core.keys import LONGEST_LEASE_S, checked_limit, checked_messages, checked_seconds
from edgewise.core.ports import DeadLetter, Delivery, Message, QueueDepth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database

_WAITING, _LEASED, _DELAYED, _DEAD = "waiting", "leased", "delayed", "dead"
_CHUNK = 1_000  # values in one IN list, and leases ended in one transaction
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.2
_SHORTEST_LEASE_S = 0.001
_PUT_LOCK = 0x0ED6E9E0E  # any number that nobody else locks in the same database

_row = queue_messages.c
_AVAILABLE: dict[str, Any] = {"state": _WAITING, "until": None}


class SqlQueue:
    """The queue of one database. What a call did is durable when it returns.

    max_deliveries: a message lent so often, and neither acknowledged nor given back, becomes a dead letter.
    clock:          replaces the database's own in tests.
    """

    def __init__(
        self, database: Database, *, max_deliveries: int = 5, clock: Callable[[], datetime] | None = None
    ) -> None:
        if max_deliveries < 1:
            raise InvalidInput(f"at most {max_deliveries} deliveries", advice="Give 1 or more.")
        self._database = database
        self._max_deliveries = max_deliveries
        self._clock = clock

    def put(self, messages: Sequence[Message]) -> None:
        """Store these messages, in order; those whose key the queue holds, even as a dead letter, are left out.

        Raises InvalidInput for a key or a body that no queue takes; then none is stored.
        """
        distinct = checked_messages(messages)
        if not distinct:
            return
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":
                # One after the other, so that places are given in the order in which they can be seen.
                connection.execute(select(func.pg_advisory_xact_lock(_PUT_LOCK)))
            now = self._now(connection)
            new = [
                {"key": message.key, "body": message.body, "state": _WAITING, "deliveries": 0, "put_at": now}
                for message in distinct
            ]
            connection.execute(self._database.insert_absent(queue_messages), new)

    def take(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> list[Delivery]:
        """Lend up to `limit` messages for `lease_s`, the first put first; wait up to `wait_s` for the first of them.

        Raises InvalidInput for a lease longer than twelve hours.
        """
        checked_seconds(lease_s, what="a lease", least=_SHORTEST_LEASE_S)
        if not checked_limit(limit, what="messages"):
            return []
        end, pause_s = time.monotonic() + wait_s, _FIRST_PAUSE_S
        while True:
            if self._something_to_lend() and (lent := self._lend(limit, lease_s)):
                return lent
            left_s = end - time.monotonic()
            if left_s <= 0:
                return []
            time.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Remove these messages. A receipt whose message was lent again, or removed, since then is ignored."""
        receipts = sorted({delivery.receipt for delivery in deliveries})
        if not receipts:
            return
        with self._database.write() as connection:
            for chunk in _chunks(receipts):
                connection.execute(delete(queue_messages).where(_row.receipt.in_(chunk)))

    def release(self, deliveries: Sequence[Delivery], *, delay_s: float = 0.0) -> None:
        """Give these messages back, to be lent again after `delay_s`; this delivery does not count.

        They keep their place. A receipt whose lease has ended is ignored: that delivery counts.
        """
        checked_seconds(delay_s, what="a delay")
        receipts = sorted({delivery.receipt for delivery in deliveries})
        if not receipts:
            return
        with self._database.write() as connection:
            now = self._now(connection)
            back = {"state": _DELAYED, "until": now + timedelta(seconds=delay_s)} if delay_s else _AVAILABLE
            step = update(queue_messages).values(back | {"receipt": None, "deliveries": _row.deliveries - 1})
            for chunk in _chunks(receipts):
                held = and_(_row.receipt.in_(chunk), _row.state == _LEASED, _row.until > now)
                connection.execute(step.where(held))

    def dead(self, *, limit: int = 100) -> list[DeadLetter]:
        """Return up to `limit` dead letters, the oldest first."""
        checked_limit(limit, what="dead letters")
        with self._database.write() as connection:
            self._end_leases(connection, self._now(connection))
            query = select(queue_messages).where(_row.state == _DEAD).order_by(_row.died_at, _row.place).limit(limit)
            return [
                DeadLetter(Message(row.key, row.body), row.deliveries, row.died_at) for row in connection.execute(query)
            ]

    def redrive(self, keys: Sequence[str]) -> int:
        """Put these dead letters back, no deliveries counted, at their old place; return how many were there."""
        wanted = sorted(set(keys))
        if not wanted:
            return 0
        revived = 0
        with self._database.write() as connection:
            self._end_leases(connection, self._now(connection))
            step = update(queue_messages).values(_AVAILABLE | {"receipt": None, "deliveries": 0, "died_at": None})
            for chunk in _chunks(wanted):
                revived += connection.execute(step.where(_row.state == _DEAD, _row.key.in_(chunk))).rowcount
        return revived

    def depth(self) -> QueueDepth:
        """Return how full the queue is, exactly while it rests. A lease that ended counts as waiting, or as dead."""
        first = select(_row.put_at).where(_row.state == _WAITING).order_by(_row.place).limit(1)
        with self._database.read() as connection:
            now = self._now(connection)
            # The index on state is all that the count reads; bodies stay where they are.
            by_state = connection.execute(select(_row.state, func.count().label("messages")).group_by(_row.state))
            counts: Counter[str] = Counter({row.state: row.messages for row in by_state})
            waiting_since = list(connection.scalars(first))
            for ended in _outdated(now):
                for row in connection.execute(ended.add_columns(_row.state, _row.deliveries, _row.put_at)):
                    dies = row.state == _LEASED and row.deliveries >= self._max_deliveries
                    counts.subtract([row.state])
                    counts.update([_DEAD if dies else _WAITING])
                    waiting_since += [] if dies else [row.put_at]
        oldest_s = max(0.0, (now - min(waiting_since, default=now)).total_seconds())
        return QueueDepth(counts[_WAITING], counts[_LEASED], counts[_DELAYED], counts[_DEAD], oldest_s)

    @property
    def _too_often(self) -> ColumnElement[bool]:
        return and_(_row.state == _LEASED, _row.deliveries >= self._max_deliveries)

    def _something_to_lend(self) -> bool:
        """Return whether a look for messages may find some; only looking, so that those who wait disturb nobody."""
        with self._database.read() as connection:
            if connection.execute(select(_row.place).where(_row.state == _WAITING).limit(1)).first():
                return True
            looks = [look.limit(1) for look in _outdated(self._now(connection))]
            return any(connection.execute(look).first() for look in looks)

    def _lend(self, limit: int, lease_s: float) -> list[Delivery]:
        with self._database.write() as connection:
            now = self._now(connection)
            self._end_leases(connection, now)
            first = select(_row.place).where(_row.state == _WAITING).order_by(_row.place).limit(limit)
            places = connection.scalars(first.with_for_update(skip_locked=True)).all()
            lending = f"{uuid.uuid4().hex}-"
            step = update(queue_messages).values(
                state=_LEASED,
                until=now + timedelta(seconds=lease_s),
                deliveries=_row.deliveries + 1,
                receipt=literal(lending).concat(sql_cast(_row.place, String)),
            )
            lent = [
                row
                for chunk in _chunks(places)
                for row in connection.execute(step.where(_row.place.in_(chunk)).returning(*_row))
            ]
        lent.sort(key=lambda row: row.place)
        return [Delivery(Message(row.key, row.body), row.receipt, row.deliveries, row.put_at) for row in lent]

    def _end_leases(self, connection: Connection, now: datetime) -> None:
        """Let what was lent or delayed until before `now` wait again; what was lent too often dies.

        The receipt stays until the message is lent again: whoever did the work may still say so.
        """
        looks = [look.limit(_CHUNK).with_for_update(skip_locked=True) for look in _outdated(now)]
        if not (places := [place for look in looks for place in connection.scalars(look)]):
            return
        these = _row.place.in_(places)
        dies = {"state": _DEAD, "until": None, "died_at": now}
        connection.execute(update(queue_messages).where(these, self._too_often).values(dies))
        connection.execute(update(queue_messages).where(these, _row.state != _DEAD).values(_AVAILABLE))

    def _now(self, connection: Connection) -> datetime:
        if self._clock is not None:
            return self._clock()
        if connection.dialect.name == "postgresql":
            instant: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return instant.astimezone(UTC)
        told = connection.exec_driver_sql("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')").scalar_one()
        return datetime.fromisoformat(told).replace(tzinfo=UTC)


def _outdated(now: datetime) -> list[Select[tuple[int]]]:
    """Return two queries for the places of leases and delays that have ended: each is a range of one index."""
    ranges = (_row.until <= now, _row.until > now + timedelta(seconds=LONGEST_LEASE_S))
    return [select(_row.place).where(ended).order_by(_row.until) for ended in ranges]


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
