"""The tables of operational state. Only types that SQLite and PostgreSQL share; instants are UTC on both.

`filing_work` is one row per known filing. Its `state` is how far the filing has come; of a failed one that place is
kept in `failed_at_state`, so *progress* is `failed_at_state` where there is one and `state` otherwise.
`attempts` counts the failures since the last progress: it returns to 0 when the filing advances.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from edgewise.core.errors import InvalidInput
from edgewise.core.model_registry import ModelStatus
from edgewise.core.ports import FilingState
from edgewise.core.served import FACTOR_COLUMNS

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy.engine import Dialect

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcInstant(TypeDecorator[datetime]):
    """An instant, stored in UTC and returned aware. SQLite keeps no zone, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return `value` in UTC. Raises InvalidInput if it has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidInput(f"{value} has no zone", advice="Pass an aware UTC datetime.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Return the stored instant, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class OutsideText(TypeDecorator[str]):
    """Text that may come from outside. What no database stores, NUL and lone surrogates, becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return `value` with every character storable."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class AnyText(TypeDecorator[str]):
    """Text of any characters, NUL among them, kept as its UTF-8 bytes: PostgreSQL's text holds no NUL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the bytes of `value`."""
        return None if value is None else value.encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Return the stored text."""
        return None if value is None else bytes(value).decode()


def _one_of(states: type[StrEnum]) -> Enum:
    return Enum(
        states,
        native_enum=False,
        create_constraint=False,
        length=10,
        values_callable=lambda members: [member.value for member in members],
    )


_State = _one_of(FilingState)
_Status = _one_of(ModelStatus)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

filing_work = Table(
    "filing_work",
    metadata,
    Column("accession", String(20), primary_key=True),
    Column("location", OutsideText, nullable=False),
    Column("cik", BigInteger, nullable=False),
    Column("form", OutsideText, nullable=False),
    Column("filed_date", Date),
    Column("state", _State, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", OutsideText, nullable=False),
    Column("detail", OutsideText, nullable=False),
    Column("retry", Boolean, nullable=False),
    Column("failed_at_state", _State),
    Column("accepted_at", UtcInstant),
    Column("first_seen_at", UtcInstant, nullable=False),
    Column("fetched_at", UtcInstant),
    Column("scored_at", UtcInstant),
    Column("updated_at", UtcInstant, nullable=False),
    CheckConstraint("state IN ('discovered', 'fetched', 'parsed', 'scored', 'failed')", name="state_known"),
    CheckConstraint("failed_at_state IN ('discovered', 'fetched', 'parsed', 'scored')", name="failed_at_state_known"),
    CheckConstraint("(state = 'failed') = (failed_at_state IS NOT NULL)", name="failed_from_somewhere"),
    CheckConstraint("(state = 'failed') = (reason <> '')", name="failed_for_a_reason"),
    Index(None, "state", "accession"),
    Index(None, "cik", "accession"),
    Index(None, "form", "accession"),
    Index(None, "filed_date"),
    Index(None, "state", "reason", "accession"),
    Index(None, "first_seen_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("command", OutsideText, nullable=False),
    Column("started_at", UtcInstant, nullable=False),
    Column("finished_at", UtcInstant),
    Column("outcome", OutsideText, nullable=False),
    Column("counts", JSON(none_as_null=True)),
    Index(None, "started_at", "run_id"),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("turns", Text, nullable=False),
)

queue_messages = Table(
    "queue_messages",
    metadata,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(80), nullable=False),
    Column("body", AnyText, nullable=False),
    Column("state", String(10), nullable=False),
    Column("until", UtcInstant),
    Column("receipt", String(64)),
    Column("deliveries", Integer, nullable=False),
    Column("put_at", UtcInstant, nullable=False),
    Column("died_at", UtcInstant),
    CheckConstraint("state IN ('waiting', 'leased', 'delayed', 'dead')", name="state_known"),
    CheckConstraint("(state IN ('leased', 'delayed')) = (until IS NOT NULL)", name="away_until_some_instant"),
    CheckConstraint("(state = 'dead') = (died_at IS NOT NULL)", name="died_at_some_instant"),
    Index(None, "key", unique=True),
    Index(None, "receipt", unique=True),
    Index(None, "state", "place"),
    Index(None, "until"),
)

seen = Table(
    "seen",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("expires_at", UtcInstant, nullable=False),
    Index(None, "expires_at"),
)

models = Table(
    "models",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("fingerprint", String(12), nullable=False),
    Column("files", JSON, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("status", _Status, nullable=False),
    Column("registered_at", UtcInstant, nullable=False),
    Column("registered_by", OutsideText, nullable=False),
    CheckConstraint("status IN ('candidate', 'shadow', 'production', 'archived')", name="status_known"),
    # The rule that a place holds one version is the database's own, so that no writer can break it.
    *(
        Index(f"ix_models_one_{place}", "name", unique=True, sqlite_where=where, postgresql_where=where)
        for place, where in ((place, text(f"status = '{place}'")) for place in ("shadow", "production"))
    ),
)

model_moves = Table(
    "model_moves",
    metadata,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("alias", _Status, nullable=False),
    Column("old", Integer),
    Column("new", Integer),
    Column("at", UtcInstant, nullable=False),
    Column("who", OutsideText, nullable=False),
    Column("why", OutsideText, nullable=False),
    Column("back", Boolean, nullable=False),
    CheckConstraint("alias IN ('shadow', 'production', 'archived')", name="alias_known"),
    CheckConstraint("old IS NOT NULL OR new IS NOT NULL", name="somebody_moved"),
    Index(None, "name", "place"),
)

served_sessions = Table(
    "served_sessions",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("configuration", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("changes", Integer, nullable=False),
    Index(None, "configuration", "session", unique=True),
)

# One row is about 200 bytes: the session is a small number, the security the digits of its id, and what does not
# change from row to row stands in `served_sessions`. Written session by session, read by session and by security.
# corrected_at: microseconds since 1970, UTC; null for a score as first published.
served_scores = Table(
    "served_scores",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("security", BigInteger, primary_key=True, autoincrement=False),
    Column("version", String(32), nullable=False),
    Column("cik", BigInteger, nullable=False),
    Column("sector", OutsideText),
    Column("overall", SmallInteger),
    Column("score", Double),
    Column("rating", String(16)),
    Column("sector_percentile", Double),
    Column("completeness", Double, nullable=False),
    Column("freshness", Double),
    Column("stability", Double),
    Column("confidence", String(8)),
    *(Column(name, Double) for name in FACTOR_COLUMNS),
    Column("stretch", Double),
    Column("status", String(16), nullable=False),
    Column("reasons", OutsideText),
    Column("correction", OutsideText),
    Column("corrected_at", BigInteger),
    Index(None, "security", "place"),
    sqlite_with_rowid=False,
)
