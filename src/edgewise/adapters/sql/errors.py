"""A database's errors in our words: by SQLite's result code or PostgreSQL's SQLSTATE, never by the driver's class."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from edgewise.core.errors import (
    EdgewiseError,
    InvalidInput,
    NotConfigured,
    Permanent,
    ServiceUnavailable,
    Unusable,
    WriteConflict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Meaning(NamedTuple):
    """What a driver's code means to us: the error's class and code, what happened, and the next move."""

    kind: type[EdgewiseError]
    reason: str
    what: str
    advice: str


_BUSY = _Meaning(WriteConflict, "database_busy", "is being written by another process", "Try again in a moment.")
_GONE = _Meaning(ServiceUnavailable, "database_gone", "does not answer", "Check that it runs and can be reached.")
_SLOW = _Meaning(
    ServiceUnavailable, "database_slow", "took too long over a statement", "See what keeps it busy, then run again."
)
_CROWDED = _Meaning(
    ServiceUnavailable,
    "database_crowded",
    "has no connection left for us",
    "Run fewer processes, or raise its max_connections.",
)
_READ_ONLY = _Meaning(
    NotConfigured, "database_read_only", "may only be read", "Give this user the right to write it and its folder."
)
_CLOSED = _Meaning(
    NotConfigured, "database_closed_to_us", "cannot be opened", "Check its name, and this user's rights to it."
)
_BEHIND = _Meaning(
    NotConfigured, "database_not_upgraded", "lacks a table or a column", "Bring it up to date with Database.upgrade()."
)
_FULL = _Meaning(Permanent, "disk_full", "has no room left", "Free disk space; what was committed before is kept.")
_CORRUPT = _Meaning(
    Unusable, "database_corrupt", "is damaged or not a database", "Move it away and restore the last good copy."
)
_REFUSED = _Meaning(InvalidInput, "value_refused", "refuses a value", "Check the rows that were given to it.")
_OTHER = _Meaning(Permanent, "database_error", "failed", "The message of its driver says more.")

_SQLITE = {
    3: _CLOSED,  # SQLITE_PERM
    5: _BUSY,
    6: _BUSY,  # SQLITE_LOCKED
    8: _READ_ONLY,
    10: _GONE,  # SQLITE_IOERR
    11: _CORRUPT,
    13: _FULL,
    14: _CLOSED,  # SQLITE_CANTOPEN
    19: _REFUSED,  # SQLITE_CONSTRAINT
    26: _CORRUPT,  # SQLITE_NOTADB
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest prefix counts.
_SQLSTATE = {
    "08": _GONE,
    "57P": _GONE,
    "57014": _SLOW,
    "53": _GONE,
    "53100": _FULL,
    "53300": _CROWDED,
    "25P03": _GONE,  # it lost patience with a transaction that did nothing
    "25P04": _GONE,
    "40": _BUSY,
    "55P03": _BUSY,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "28": _CLOSED,
    "3D": _CLOSED,
    "42P01": _BEHIND,
    "42703": _BEHIND,
    "22": _REFUSED,
    "23": _REFUSED,
    "XX001": _CORRUPT,
    "XX002": _CORRUPT,
}
_NO_ROOM = ("too many clients", "remaining connection slots", "too many connections")
_REFUSALS = ("does not exist", "authentication failed", "no password supplied", "no pg_hba.conf entry")


@contextmanager
def translated(name: str, secrets: tuple[str, ...] = ()) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside the block into an EdgewiseError about the database called `name`.

    secrets: texts that must not appear in a message, whatever the driver says.
    """
    try:
        yield
    except PoolTimeout as error:
        raise WriteConflict(
            f"all connections to {name} are in use", advice="Try again, or run fewer threads.", reason="database_busy"
        ) from error
    except StatementError as error:
        # A value that our own column types refused arrives wrapped.
        if isinstance(error.orig, EdgewiseError):
            raise error.orig from None
        if not isinstance(error, DBAPIError):
            raise
        raise _ours(error, name, secrets) from error


def _ours(error: DBAPIError, name: str, secrets: tuple[str, ...]) -> EdgewiseError:
    meaning = _meaning(error)
    said = " ".join(str(error.orig).split())
    for secret in secrets:
        said = said.replace(secret, "***")
    return meaning.kind(f"the database {name} {meaning.what}: {said}", advice=meaning.advice, reason=meaning.reason)


def _meaning(error: DBAPIError) -> _Meaning:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, _BEHIND if "no such " in str(error.orig) else _OTHER)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return _meaning_without_code(str(error.orig), lost=error.connection_invalidated)
    fitting = [prefix for prefix in _SQLSTATE if state.startswith(prefix)]
    return _SQLSTATE[max(fitting, key=len)] if fitting else _OTHER


def _meaning_without_code(said: str, *, lost: bool) -> _Meaning:
    """Return the meaning of what psycopg says while it connects, when it passes on no SQLSTATE."""
    if any(refusal in said for refusal in _REFUSALS):
        return _CLOSED
    if any(sign in said for sign in _NO_ROOM):
        return _CROWDED
    return _GONE if lost or "connect" in said else _OTHER
