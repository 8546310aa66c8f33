"""The set of what was seen first by somebody, as a table of the operational database.

A claim is one statement per batch: insert the key, or take over a row whose claim has ended. The database lets one of
several rivals through; the others find a claim that has not ended. Instants are the caller's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from edgewise.adapters.sql.models import seen
from edgewise.core.keys import checked_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database

_CHUNK = 1_000  # keys in one statement
_SWEEP = 200  # long-ended claims removed by one call: more than a call adds in the long run, yet soon done
_LONG_ENDED = timedelta(days=1)


class SqlSeen:
    """The first-seen set of one database. Each call is one transaction and durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, keys: Sequence[str], *, at: datetime, until: datetime) -> set[str]:
        """Claim the keys that nobody holds at `at`, until `until`; return those. A claim has ended at its `until`.

        Some claims that ended a day before `at` are removed along the way.
        Raises InvalidInput for a key that no set takes or an instant without a zone; then none is claimed.
        """
        distinct = checked_seen(keys)
        if not distinct:
            return set()
        won: set[str] = set()
        with self._database.write() as connection:
            step = _insert_or_update(connection, where=lambda _: seen.c.expires_at <= at).returning(seen.c.key)
            for chunk in _chunks(distinct):
                won.update(connection.scalars(step, _rows(chunk, until)))
            _sweep(connection, at - _LONG_ENDED)
        return won

    def keep(self, keys: Sequence[str], *, until: datetime) -> None:
        """Hold these keys until `until`, whoever claimed them, or nobody; never shortens."""
        distinct = checked_seen(keys)
        if not distinct:
            return
        with self._database.write() as connection:
            step = _insert_or_update(connection, where=lambda new: seen.c.expires_at < new)
            for chunk in _chunks(distinct):
                connection.execute(step, _rows(chunk, until))

    def forget(self, keys: Sequence[str]) -> None:
        """Let go of these keys; unknown ones are ignored."""
        distinct = checked_seen(keys)
        if not distinct:
            return
        with self._database.write() as connection:
            for chunk in _chunks(distinct):
                connection.execute(delete(seen).where(seen.c.key.in_(chunk)))


def _insert_or_update(
    connection: Connection, *, where: Callable[[ColumnElement[datetime]], ColumnElement[bool]]
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that, where the key is there, sets the new end `where` (given that end) says so."""
    insert = postgresql.insert(seen) if connection.dialect.name == "postgresql" else sqlite.insert(seen)
    new = insert.excluded.expires_at
    return insert.on_conflict_do_update(index_elements=[seen.c.key], set_={"expires_at": new}, where=where(new))


def _rows(keys: Sequence[str], until: datetime) -> list[dict[str, object]]:
    return [{"key": key, "expires_at": until} for key in keys]


def _sweep(connection: Connection, before: datetime) -> None:
    old = select(seen.c.key).where(seen.c.expires_at < before).order_by(seen.c.expires_at).limit(_SWEEP)
    connection.execute(delete(seen).where(seen.c.key.in_(old.with_for_update(skip_locked=True))))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
