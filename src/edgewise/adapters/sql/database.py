"""The database of operational state, opened by URL, and its two kinds of transaction.

On SQLite several processes share one file. Three choices make that safe:
1. *WAL*: readers never wait for the writer, nor the writer for readers.
2. *BEGIN IMMEDIATE* for every transaction that will write: the write lock is taken first, and waited for. One that
   reads first and wants the lock later cannot wait for it: where two do so, SQLite answers one "locked" at once.
3. *synchronous=FULL*: a commit returns after the log has reached the disk. NORMAL would outlive a killed process too,
   but after a power cut it may forget what was acknowledged; we commit per batch, so the sync (about 1 ms) is cheap.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from edgewise.adapters.sql.errors import translated
from edgewise.adapters.sql.revisions import at_newest
from edgewise.core.errors import InvalidInput, NotConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

_LOCK_WAIT_S = 30
_TRANSACTION = "edgewise_transaction"
_SYNCHRONOUS = "edgewise_synchronous"
# What libpq is told. A client that vanished with its machine would hold its locks for hours, so the server ends a
# transaction that does nothing for a minute; and a server that vanished would be waited for as long.
_POSTGRESQL = {
    "application_name": "edgewise",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": f"-c lock_timeout={_LOCK_WAIT_S}s -c idle_in_transaction_session_timeout=60s",
}
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def open_database(url: str) -> Database:
    """Return the database at `url`: `sqlite:///folder/state.db` or `postgresql://user:password@host/name`.

    The folder of a SQLite file is made if it is missing; tables are made by `Database.upgrade`. A writer waits up to 30
    seconds for another one; `?timeout=5` in a SQLite URL sets another limit in seconds, and a PostgreSQL URL may hold
    any option of libpq (`?options=-c lock_timeout=5s`, `?sslmode=verify-full`).
    Raises InvalidInput for a URL that names neither, NotConfigured without the driver or a folder to be made.
    """
    target = _parse(url)
    if target.drivername == "sqlite":
        return Database(_sqlite_engine(target))
    try:
        engine = _postgresql_engine(target)
    except ImportError as error:
        raise NotConfigured(
            "the driver for PostgreSQL is not installed", advice='Install it: pip install "edgewise[postgres]".'
        ) from error
    return Database(engine)


class Database:
    """One SQL database. Safe to share between threads; another process opens its own by URL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._name = _public_name(engine.url)
        self._secrets = _secrets(engine.url)

    @property
    def name(self) -> str:
        """The URL as it may be shown: without password and options."""
        return self._name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that sees one state of the database and writes nothing."""
        with translated(self._name, self._secrets), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a connection inside a transaction that may write: committed at the end, rolled back on any error.

        durable: False for what may be forgotten in a power cut; a commit does not wait for the disk then.
        Raises WriteConflict if another process holds the write lock for longer than the limit in the URL.
        """
        with (
            translated(self._name, self._secrets),
            self._engine.connect().execution_options(
                **{_TRANSACTION: "IMMEDIATE", _SYNCHRONOUS: "FULL" if durable else "NORMAL"}
            ) as connection,
            connection.begin(),
        ):
            yield connection

    def insert_absent(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT into `table` that leaves rows alone whose key is already there."""
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    def upgrade(self) -> None:
        """Bring the tables to the newest revision; where they are, it only looks, and waits for no writer.

        Processes that start at once take turns. Raises NotConfigured if a newer Edgewise has written this database.
        """
        with self.read() as connection:
            if at_newest(connection):
                return
        from edgewise.adapters.sql import schema  # noqa: PLC0415 - Alembic is heavy; only these four methods pay

        with self.write() as connection:
            schema.upgrade(connection)

    def downgrade(self, revision: str) -> None:
        """Take the tables back to `revision`; "base" drops them all, with their rows.

        Raises NotFound if there is no such revision below the present one.
        """
        from edgewise.adapters.sql import schema  # noqa: PLC0415 - as above

        with self.write() as connection:
            schema.downgrade(connection, revision)

    def drift(self) -> list[str]:
        """Return what differs between the models and the tables, one sentence each; empty when they agree."""
        from edgewise.adapters.sql import schema  # noqa: PLC0415 - as above

        with self.read() as connection:
            return schema.drift(connection)

    def revision(self) -> str | None:
        """Return the revision the tables are at, None before the first upgrade."""
        from edgewise.adapters.sql import schema  # noqa: PLC0415 - as above

        with self.read() as connection:
            return schema.revision(connection)

    def close(self) -> None:
        """Close all idle connections. Repeating it does nothing."""
        self._engine.dispose()

    def __repr__(self) -> str:
        return f"Database({self._name!r})"


def _parse(url: str) -> URL:
    advice = "Give sqlite:///path/to/file.db or postgresql://user:password@host/name."
    try:
        target = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is neither shown nor chained.
        raise InvalidInput("the database URL cannot be read", advice=advice) from None
    if target.drivername not in _DRIVERS:
        raise InvalidInput(f"no database is known under {target.drivername}://", advice=advice)
    if target.drivername.startswith("sqlite") and target.database in {None, "", ":memory:"}:
        raise InvalidInput("the SQLite URL names no file, and state in memory would not outlive us", advice=advice)
    return target.set(drivername=_DRIVERS[target.drivername])


def _sqlite_engine(target: URL) -> Engine:
    folder = Path(str(target.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotConfigured(
            f"the folder {folder} for the database cannot be made: {error.strerror}",
            advice="Name another, or make it.",
        ) from error
    wait = {} if "timeout" in target.query else {"timeout": _LOCK_WAIT_S}
    engine = create_engine(target, connect_args=wait, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(target: URL) -> Engine:
    """Return an engine whose connections notice that the other side is gone, whatever of this the URL does not set."""
    asked = {name: value for name, value in _POSTGRESQL.items() if name not in target.query}
    return create_engine(target, connect_args=asked, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    """Set up a fresh connection. The driver's own transaction handling is off: we begin ours by `_begin_sqlite`."""
    connection.isolation_level = None
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise NotConfigured(
            f"SQLite cannot keep a write-ahead log here (journal mode {mode})",
            advice="Put the file on a local disk, not on a network file system.",
        )
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA synchronous={options.get(_SYNCHRONOUS, 'FULL')}")
    connection.exec_driver_sql(f"BEGIN {options.get(_TRANSACTION, 'DEFERRED')}")


def _public_name(url: URL) -> str:
    """Return the URL without password and options (which may hold one, too)."""
    shown = URL.create(url.drivername, url.username, None, url.host, url.port, url.database)
    return shown.render_as_string()


def _secrets(url: URL) -> tuple[str, ...]:
    asked = (url.password, url.query.get("password"))
    return tuple(str(secret) for secret in asked if secret)
