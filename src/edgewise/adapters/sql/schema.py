"""Revisions of the tables: Alembic, driven from here. There is no alembic.ini; the migrations lie beside this file.

A new revision is a file in `migrations/versions`, whose `down_revision` names the one before; `Database.drift` and its
test tell when models and migrations disagree. All steps of one call run in the caller's transaction: SQLite, too, takes
back half-made tables.

There are two chains of revisions. STATE is what every database has. VECTORS, in `migrations/vectors`, needs PostgreSQL
with an extension that not every server has, so it is a chain of its own that only who uses it runs. `revisions` tells,
without Alembic, whether a database has reached the end of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import func, select

from edgewise.adapters.sql.models import metadata
from edgewise.adapters.sql.revisions import MIGRATIONS, STATE, VECTORS, Chain
from edgewise.core.errors import NotConfigured, NotFound

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_OF_VECTORS = frozenset({VECTORS.version_table, "vector_spaces", "indexed_risks"})
_UPGRADE_LOCK = 0x0ED6E315E  # any number that nobody else locks in the same database


def upgrade(connection: Connection, chain: Chain = STATE) -> None:
    """Bring the tables to the newest revision. Raises NotConfigured if they are at one we do not know."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    try:
        command.upgrade(_config(connection, chain), "head")
    except CommandError as error:
        raise NotConfigured(
            f"the database is at a revision this version of Edgewise does not know: {error}",
            advice="Install the version that wrote it, or a newer one.",
        ) from error


def downgrade(connection: Connection, revision: str, chain: Chain = STATE) -> None:
    """Take the tables back to `revision`. Raises NotFound if there is no such revision below."""
    try:
        command.downgrade(_config(connection, chain), revision)
    except CommandError as error:
        raise NotFound(
            f"there is no revision {revision!r} to go back to: {error}", advice='Name an earlier one, or "base".'
        ) from error


def drift(connection: Connection) -> list[str]:
    """Return what would have to be done to the tables of STATE to make them agree with the models, one text each."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_of_state})
    return [_told(difference) for difference in compare_metadata(context, metadata)]


def revision(connection: Connection, chain: Chain = STATE) -> str | None:
    """Return the revision the tables are at; None if no migration has run."""
    context = MigrationContext.configure(connection, opts={"version_table": chain.version_table})
    return context.get_current_revision()


def _is_of_state(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name in _OF_VECTORS)


def _told(difference: Any) -> str:
    """Return one difference in words. Alembic gives (what to do, ..., table, thing), or changes of a column."""
    if isinstance(difference, list):
        changes = [f"{what} from {old!r} to {new!r}" for what, _, _, _, _, old, new in difference]
        return f"{difference[0][2]}.{difference[0][3]}: {', '.join(changes)}"
    what, *owner, thing = difference
    return f"{what} {'.'.join([*owner[1:], thing.name])}"


def _config(connection: Connection, chain: Chain) -> Config:
    config = Config(attributes={"connection": connection, "version_table": chain.version_table})
    # The file format behind Config interpolates; a percent sign in the path must stand twice.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(chain.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
