"""Served scores in SQL: a row per security and session, found by either.

A publication is compared with what is stored and only what is new or differs is written. Writers take turns; where a
session is new, nothing is there to be compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from edgewise.adapters.sql.models import served_scores, served_sessions
from edgewise.core.clock import session_closes
from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.core.identifiers import InstrumentId
from edgewise.core.served import SERVED_SCHEMA, version_order

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database

_STORED = [column.name for column in served_scores.c if column.name not in {"place", "security"}]
_GIVEN = ["instrument_id", *_STORED]
_COLUMNS = ["place", "security", *_STORED]
_LOCK = "LOCK TABLE served_sessions IN SHARE ROW EXCLUSIVE MODE"
_ORDER = "order of the version"


class SqlServedScores:
    """The served scores of one database. Each call is one transaction; a publication is durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(self, scores: pl.DataFrame) -> int:
        """Store rows of SCORES, all or none; return how many were new or differed. See the port."""
        rows = _checked(scores)
        written = 0
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_LOCK)
            for (configuration, session), own in rows.group_by(["configuration", "session"], maintain_order=True):
                written += _publish_session(connection, str(configuration), session, own)
        return written

    def newest(self, configuration: str) -> date | None:
        """Return the newest session with a row, None where nothing is served."""
        asked = select(func.max(served_sessions.c.session)).where(served_sessions.c.configuration == configuration)
        with self._database.read() as connection:
            session: date | None = connection.scalar(asked)
        return session

    def changes(self, configuration: str) -> int:
        """Return a number that every publication that changed something raises; 0 before the first."""
        asked = select(func.sum(served_sessions.c.changes)).where(served_sessions.c.configuration == configuration)
        with self._database.read() as connection:
            return int(connection.scalar(asked) or 0)

    def of_session(self, configuration: str, session: date) -> pl.DataFrame:
        """Return all rows of a session, in the order of instrument_id; no rows where nothing is served."""
        asked = _rows_of(configuration).where(served_sessions.c.session == session).order_by(served_scores.c.security)
        with self._database.read() as connection:
            return _frame(connection, asked, configuration)

    def of_security(
        self, configuration: str, instrument_id: InstrumentId | str, *, since: date | None = None, limit: int
    ) -> pl.DataFrame:
        """Return up to `limit` rows of a security, of sessions from `since` on, the newest first."""
        if limit < 0:
            raise InvalidInput(f"a limit of {limit} scores", advice="Give 0 or more.")
        security = int(InstrumentId(instrument_id).replace("-", ""))
        asked = _rows_of(configuration).where(served_scores.c.security == security)
        if since is not None:
            asked = asked.where(served_sessions.c.session >= since)
        with self._database.read() as connection:
            return _frame(connection, asked.order_by(served_sessions.c.session.desc()).limit(limit), configuration)


def _checked(scores: pl.DataFrame) -> pl.DataFrame:
    """Return the served columns, the newest version of each row, sorted as they are stored."""
    complaints = [
        f"{name} is {scores.schema.get(name, 'missing')}, not {dtype}"
        for name, dtype in SERVED_SCHEMA.items()
        if scores.schema.get(name) != dtype
    ]
    if complaints:
        raise SchemaMismatch(f"the frame holds no scores to be served: {'; '.join(complaints)}")
    closes = session_closes(scores["session"])
    is_early = scores["known_at"] < closes
    is_other = (scores["known_at"] != closes) & scores["correction"].is_null()
    if (is_early | is_other).any():
        raise SchemaMismatch("a score that is no correction is known at another instant than its session's close")
    orders = {version: number for number, version in enumerate(_ordered(scores["version"]))}
    return (
        scores.select(SERVED_SCHEMA.keys())
        .with_columns(
            pl.col(pl.Float64).fill_nan(None),
            _order(orders),
            pl.when(pl.col("correction").is_not_null()).then(pl.col("known_at").dt.epoch("us")).alias("corrected_at"),
        )
        .sort("configuration", "session", "instrument_id", _ORDER, "corrected_at")
        .unique(["configuration", "session", "instrument_id"], keep="last", maintain_order=True)
    )


def _publish_session(connection: Connection, configuration: str, session: date, rows: pl.DataFrame) -> int:
    """Store the rows of one session that are new or differ; return how many."""
    place, is_new = _place_of(connection, configuration, session)
    if not is_new:
        rows = _changed(rows, _stored(connection, place))
        gone = [{"p": place, "s": int(one.replace("-", ""))} for one in rows["instrument_id"]]
        if gone:
            own = (served_scores.c.place == bindparam("p")) & (served_scores.c.security == bindparam("s"))
            connection.execute(delete(served_scores).where(own), gone)
    if rows.height:
        _insert(connection, rows.select(pl.lit(place).alias("place"), _digits(), *_STORED))
        counted = update(served_sessions).where(served_sessions.c.place == place)
        connection.execute(counted.values(changes=served_sessions.c.changes + 1))
    return rows.height


def _place_of(connection: Connection, configuration: str, session: date) -> tuple[int, bool]:
    """Return the number of a session, and whether it was entered just now."""
    own = (served_sessions.c.configuration == configuration) & (served_sessions.c.session == session)
    place = connection.scalar(select(served_sessions.c.place).where(own))
    if place is not None:
        return place, False
    row = {"configuration": configuration, "session": session, "changes": 0}
    return connection.execute(insert(served_sessions).returning(served_sessions.c.place), row).scalar_one(), True


def _changed(rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return those of the rows that are not stored, are stored in an older version, or otherwise in the same.

    A row does not replace its own correction.
    """
    differing = rows.join(stored, on=_GIVEN, how="anti", nulls_equal=True)
    corrected = pl.col("corrected_at").fill_null(0)
    before = stored.select("instrument_id", pl.col("version").alias("before"), corrected.alias("since"))
    both = differing.join(before, on="instrument_id", how="left", maintain_order="left")
    orders = {one: number for number, one in enumerate(_ordered(pl.concat([both["version"], both["before"]])))}
    of_new, of_old = (
        pl.col(name).replace_strict(orders, default=None, return_dtype=pl.Int64) for name in ("version", "before")
    )
    is_newer = (of_new > of_old) | ((of_new == of_old) & (corrected >= pl.col("since")))
    return both.filter(pl.col("before").is_null() | is_newer).drop("before", "since")


def _insert(connection: Connection, rows: pl.DataFrame) -> None:
    """Insert rows of `_COLUMNS` the quickest way the driver has."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY served_scores ({names}) FROM STDIN (FORMAT csv)", rows)
        return
    marks = ", ".join("?" * len(_COLUMNS))
    connection.exec_driver_sql(f"INSERT INTO served_scores ({names}) VALUES ({marks})", rows.rows())  # noqa: S608 - names of ours


def _copy(connection: Connection, statement: str, rows: pl.DataFrame) -> None:
    """Send rows to PostgreSQL as CSV, in which nothing between commas is null."""
    raw: Any = connection.connection
    drivers_error = connection.dialect.loaded_dbapi.Error
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(rows.write_csv(include_header=False, quote_style="non_numeric"))
    except drivers_error as error:
        raise DBAPIError.instance(statement, None, error, drivers_error) from error


def _rows_of(configuration: str) -> Select[Any]:
    stored = [served_scores.c[name] for name in ("security", *_STORED)]
    joined = select(served_sessions.c.session, *stored).join_from(
        served_sessions, served_scores, served_sessions.c.place == served_scores.c.place
    )
    return joined.where(served_sessions.c.configuration == configuration)


def _stored(connection: Connection, place: int) -> pl.DataFrame:
    asked = select(*(served_scores.c[name] for name in ("security", *_STORED))).where(served_scores.c.place == place)
    return _polars(connection, asked, {"security": pl.Int64}).select(_instrument(), *_STORED)


def _frame(connection: Connection, asked: Select[Any], configuration: str) -> pl.DataFrame:
    """Return what is asked for as a frame of SERVED_SCHEMA."""
    found = _polars(connection, asked, {"session": pl.Date, "security": pl.Int64})
    corrected = pl.from_epoch("corrected_at", "us").dt.replace_time_zone("UTC")
    return found.with_columns(
        _instrument(),
        pl.lit(configuration).alias("configuration"),
        pl.coalesce(corrected, session_closes(found["session"])).alias("known_at"),
    ).select(SERVED_SCHEMA.keys())


def _polars(connection: Connection, asked: Select[Any], keys: dict[str, Any]) -> pl.DataFrame:
    schema = {**keys, **{name: SERVED_SCHEMA.get(name, pl.Int64) for name in _STORED}}
    return pl.DataFrame(list(map(tuple, connection.execute(asked))), schema=schema, orient="row")


def _digits() -> pl.Expr:
    return pl.col("instrument_id").str.replace("-", "", literal=True).cast(pl.Int64).alias("security")


def _instrument() -> pl.Expr:
    digits = pl.col("security").cast(pl.String).str.zfill(12)
    return pl.concat_str(digits.str.slice(0, 10), pl.lit("-"), digits.str.slice(10)).alias("instrument_id")


def _ordered(versions: pl.Series) -> list[str]:
    """Return the different versions, the oldest first."""
    return sorted(versions.drop_nulls().unique(), key=version_order)


def _order(orders: dict[str, int]) -> pl.Expr:
    return pl.col("version").replace_strict(orders, return_dtype=pl.Int64).alias(_ORDER)
