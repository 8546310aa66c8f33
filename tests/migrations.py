"""Migrations run once in a worker: their statements are kept and repeated wherever a test wants new tables.

Alembic takes longer to find its way through the revisions than most tests take. What is repeated is what it did, so a
database comes out the same, which `tests/adapters/sql/test_schema.py` compares; the tests of migrations use the real
ones (`real_migrations`), and so does every process that a test starts.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from edgewise.adapters.sql import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

    Statements = list[tuple[str, Any]]

REAL = schema.upgrade
# Whether there are no tables.
_LOOKS = {
    "sqlite": "SELECT count(*) = 0 FROM sqlite_master",
    "postgresql": "SELECT count(*) = 0 FROM pg_tables WHERE schemaname = current_schema()",
}
_READING = ("SELECT", "PRAGMA")


def repeating() -> Callable[..., None]:
    """Return what takes the place of `schema.upgrade`: the first of each kind of database is migrated, others copy it.

    A database that is not empty is migrated, too, and so is every other chain.
    """
    known: dict[str, Statements] = {}

    def upgrade(connection: Connection, chain: schema.Chain = schema.STATE) -> None:
        if chain is not schema.STATE:
            REAL(connection, chain)
            return
        dialect = connection.dialect.name
        empty = connection.exec_driver_sql(_LOOKS[dialect]).scalar()
        if empty and dialect in known:
            for statement, values in known[dialect]:
                connection.exec_driver_sql(statement, values)
        elif empty:
            with _kept(connection) as statements:
                REAL(connection)
            known[dialect] = statements
        else:
            REAL(connection)

    return upgrade


@contextmanager
def _kept(connection: Connection) -> Iterator[Statements]:
    """Give the list of what changes the database meanwhile, each statement with its values."""
    statements: Statements = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.lstrip().startswith(_READING):
            statements.append((statement, values or None))

    event.listen(connection, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", keep)
