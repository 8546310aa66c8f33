"""A rate limit in a row, shared by all machines that share the database.

PostgreSQL's own clock decides, so those of the machines may differ; SQLite is a file of one machine, whose clock that
never jumps is the better one. Nobody keeps the row while waiting: a visit is two short statements.

Whoever vanishes with the row locked, as a machine without power does, would keep it for as long as TCP keeps the
connection, which is hours. So PostgreSQL is told to end our transaction when we say nothing for five seconds. Neither
database waits for its disk: whatever a power cut makes it forget is older than a second when it is back.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select, text, update

from edgewise.adapters.sql.models import rate_limits
from edgewise.core.limit import DeskLimit, Moment
from edgewise.core.turns import Instant, kept, machine_instant, restored

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database
    from edgewise.core.turns import Turns

Result = TypeVar("Result")
_JUMP_S = 0.5
_DRIFT_AFTER_S = 60.0
# The clock is read when the row is ours: a locking WITH is carried out before what is selected from it.
_LOCKED = text("""
    WITH guard AS MATERIALIZED (SELECT set_config('idle_in_transaction_session_timeout', '5s', true),
                                       set_config('synchronous_commit', 'off', true)),
         locked AS MATERIALIZED (SELECT turns FROM rate_limits WHERE name = :name FOR UPDATE)
    SELECT locked.turns, CAST(extract(epoch FROM clock_timestamp()) AS double precision) AS now FROM locked, guard
""")


class SqlLimit(DeskLimit):
    """The rate limit of all who use the same name in the same database; see `core.ports.Limit`.

    rate_per_s: above 0, at most 10; the slowest that any sharer asked for in the last minute is in force.
    The other arguments replace time in tests. Raises InvalidInput for another rate.
    """

    def __init__(
        self,
        database: Database,
        rate_per_s: float,
        *,
        name: str = "edgar",
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        instant: Callable[[], Instant] = machine_instant,
    ) -> None:
        desk = _RowDesk(database, name, monotonic, instant)
        super().__init__(desk, rate_per_s, sleep=sleep, monotonic=monotonic)


class _RowDesk:
    """Turns kept in a row."""

    def __init__(
        self, database: Database, name: str, monotonic: Callable[[], float], instant: Callable[[], Instant]
    ) -> None:
        self._database, self._name = database, name
        self._monotonic, self._instant = monotonic, instant
        self._last: Moment | None = None
        self._ahead: list[tuple[float, float]] = []

    def visit(self, act: Callable[[Turns, Moment], Result]) -> Result:
        with self._database.write(durable=False) as connection:
            record, instant, moment = self._locked(connection)
            turns = restored(record, instant)
            if self._jumped(moment):
                turns.distrust(moment.now)
                self._ahead.clear()
            self._last = moment
            result = act(turns, self._when_read(connection, moment))
            row = rate_limits.c.name == self._name
            connection.execute(update(rate_limits).where(row).values(turns=kept(turns, instant)))
        return result

    def _locked(self, connection: Connection) -> tuple[str, Instant, Moment]:
        """Return the record, and the present instant read after the row was locked."""
        if connection.dialect.name != "postgresql":
            record = connection.scalar(select(rate_limits.c.turns).where(rate_limits.c.name == self._name))
            if record is None:
                self._insert(connection)
            read_at, instant = self._monotonic(), self._instant()
            return record or "", instant, Moment(instant.now, read_at)
        row = connection.execute(_LOCKED, {"name": self._name}).first()
        if row is None:
            self._insert(connection)
            row = connection.execute(_LOCKED, {"name": self._name}).one()
        return row.turns, Instant("", row.now, row.now), Moment(row.now, self._monotonic())

    def _when_read(self, connection: Connection, heard: Moment) -> Moment:
        """Return the moment with our clock as it was when the database read its own, not when we heard of it.

        By how much the database's clock is ahead of ours is told best by the answer that was quickest to come, of the
        last minute: longer, and the two clocks drift apart.
        """
        if connection.dialect.name != "postgresql":
            return heard
        recent = [(at, ahead) for at, ahead in self._ahead if heard.read_at - at < _DRIFT_AFTER_S]
        self._ahead = [*recent, (heard.read_at, heard.now - heard.read_at)]
        return Moment(heard.now, heard.now - max(ahead for _, ahead in self._ahead))

    def _insert(self, connection: Connection) -> None:
        connection.execute(self._database.insert_absent(rate_limits), {"name": self._name, "turns": ""})

    def _jumped(self, moment: Moment) -> bool:
        """Return whether the database's clock has run differently from ours since our last visit."""
        if self._last is None:
            return False
        return abs((moment.now - self._last.now) - (moment.read_at - self._last.read_at)) > _JUMP_S
