"""The chains of revisions, and whether a database is at the newest of one: told without Alembic.

Nearly every command finds its tables as they should be, and Alembic takes a third of a second of processor time to load
and find that out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import String, column, inspect, select, table

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


class Chain(NamedTuple):
    """Revisions that follow each other: the folder they lie in, and the table that tells how far a database is."""

    folder: Path
    version_table: str

    @property
    def newest(self) -> str:
        """The last revision. The files of a chain are named after theirs, in order: `r0002_rate_limits.py`."""
        return max(file.name.partition("_")[0] for file in self.folder.glob("*_*.py"))


STATE = Chain(MIGRATIONS / "versions", "alembic_version")
VECTORS = Chain(MIGRATIONS / "vectors", "alembic_version_of_vectors")


def at_newest(connection: Connection, chain: Chain = STATE) -> bool:
    """Return whether the tables are at the newest revision that this version of Edgewise knows."""
    if not inspect(connection).has_table(chain.version_table):
        return False
    told = connection.execute(select(column("version_num", String)).select_from(table(chain.version_table)))
    return told.scalars().all() == [chain.newest]
