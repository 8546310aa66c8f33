"""A vendor's tables in his own database: PostgreSQL, as WRDS is, or a copy in SQLite. It is never written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import BigInteger, Date, Float, String, column, create_engine, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from edgewise.adapters.sql.database import _public_name, _secrets
from edgewise.adapters.sql.errors import translated
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from polars._typing import PolarsDataType
    from sqlalchemy import TableClause
    from sqlalchemy.engine import URL
    from sqlalchemy.types import TypeEngine

_TYPES: Mapping[PolarsDataType, TypeEngine[Any]] = {
    pl.String: String(),
    pl.Int64: BigInteger(),
    pl.Float64: Float(),
    pl.Date: Date(),
}


class SqlTables:
    """See `OutsideTables`. url: postgresql://user:password@host:port/name?sslmode=require, or sqlite:///file.

    Connections are opened at the first question. Raises InvalidInput for another URL, NotFound without the file,
    NotConfigured without the driver; the password is in no message.
    """

    def __init__(self, url: str) -> None:
        target = _parse(url)
        self._name, self._secrets = _public_name(target), _secrets(target)
        self._has_schemas = target.drivername != "sqlite"
        timeout = {"connect_timeout": 10} if self._has_schemas and "connect_timeout" not in target.query else {}
        try:
            self._engine = create_engine(target, connect_args=timeout, pool_pre_ping=True, hide_parameters=True)
        except ImportError as error:
            raise NotConfigured(
                "the driver for PostgreSQL is not installed", advice='Install it: pip install "edgewise[postgres]".'
            ) from error

    def select(
        self,
        table: str,
        columns: Mapping[str, PolarsDataType],
        *,
        among: Mapping[str, Sequence[int | str]] | None = None,
        within: tuple[str, date, date] | None = None,
    ) -> pl.DataFrame:
        """Return the rows that fit; see `OutsideTables.select`."""
        named = {name: column(name, _TYPES[kind]) for name, kind in columns.items()}
        wanted = [named[name].in_(list(values)) for name, values in (among or {}).items()]
        if within is not None:
            wanted.append(named[within[0]].between(*within[1:]))
        question = select(*named.values()).select_from(self._table(table)).where(*wanted)
        try:
            with translated(self._name, self._secrets), self._engine.connect() as connection:
                rows = connection.execute(question).all()
        except NotConfigured as error:
            if error.code != "database_not_upgraded":
                raise
            raise NotFound(
                f"{self._name} has no table {table} with {', '.join(columns)}", advice="Check the name and the licence."
            ) from error
        return pl.DataFrame([tuple(row) for row in rows], schema=dict(columns), orient="row", strict=False)

    def close(self) -> None:
        """Let connections go."""
        self._engine.dispose()

    def _table(self, name: str) -> TableClause:
        schema, _, own = name.rpartition(".")
        return table(own, schema=schema if self._has_schemas and schema else None)


def _parse(url: str) -> URL:
    try:
        target = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is neither shown nor chained.
        raise InvalidInput("the URL of a vendor's tables cannot be read", advice="See EDGEWISE_WRDS.") from None
    kind = target.drivername.partition("+")[0]
    if kind == "sqlite" and not Path(target.database or "").is_file():
        raise NotFound(f"there is no file {target.database}", advice="Name a copy that exists.")
    return target.set(drivername="sqlite" if kind == "sqlite" else "postgresql+psycopg")
