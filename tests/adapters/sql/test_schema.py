"""Migrations: up, down, up again, and never apart from the models. Two upgrades at once are in test_rivals.py."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from edgewise.adapters import sql
from edgewise.adapters.sql import open_database, revisions
from edgewise.adapters.sql.models import metadata
from edgewise.core.errors import NotConfigured, NotFound
from tests import migrations

pytestmark = pytest.mark.usefixtures("real_migrations")
VERSIONS = Path(sql.__file__).parent / "migrations" / "versions"
NEWEST = max(file.name.partition("_")[0] for file in VERSIONS.glob("r*.py"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "100% state.db"


@pytest.fixture
def database(path):
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


def objects(path):
    """Return the parts of everything in a SQLite file by name: white space, quotes and the order of columns aside.

    A column that a later revision adds stands last in its table, whatever its place in the models.
    """
    with sqlite3.connect(path) as raw:
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
        found = {name: parts(" ".join(made.replace('"', "").split())) for name, made in rows}
    raw.close()
    return found


def parts(definition):
    """Return what stands before the first bracket, and the parts between its commas, sorted."""
    head, _, body = definition.partition("(")
    return head.strip(), sorted(part.strip() for part in re.split(r",(?![^()]*\))", body.rstrip(" )")))


def test_an_empty_database_is_at_no_revision_and_lacks_every_table(database):
    assert database.revision() is None
    assert {"add_table filing_work", "add_table runs"} <= set(database.drift())


def test_upgrading_makes_what_the_models_say(database):
    database.upgrade()
    assert database.revision() == NEWEST
    assert database.drift() == []


def test_migrations_and_models_make_the_same_tables_checks_and_indexes(database, path, tmp_path):
    database.upgrade()
    by_models = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    metadata.create_all(by_models)
    by_models.dispose()
    assert objects(path) == objects(tmp_path / "models.db")


def test_upgrading_again_changes_nothing(database, path):
    database.upgrade()
    before = objects(path)
    database.upgrade()
    assert objects(path) == before


def test_the_migrations_that_other_tests_repeat_leave_what_the_real_ones_leave(database, path, tmp_path, monkeypatch):
    database.upgrade()
    monkeypatch.setattr(sql.schema, "upgrade", migrations.repeating())
    for name in ("first.db", "second.db"):
        repeated = open_database(f"sqlite:///{tmp_path / name}")
        repeated.upgrade()
        repeated.upgrade()
        assert repeated.revision() == NEWEST
        repeated.close()
        assert objects(tmp_path / name) == objects(path)


@pytest.mark.parametrize("chain", [revisions.STATE, revisions.VECTORS])
def test_the_newest_revision_is_told_as_alembic_finds_it(chain):
    folder = ScriptDirectory(chain.folder, version_locations=[chain.folder])
    assert folder.get_current_head() == chain.newest


def test_one_revision_behind_a_database_is_upgraded(database, path):
    database.upgrade()
    before = objects(path)
    database.downgrade("r0004")
    assert objects(path) != before
    database.upgrade()
    assert objects(path) == before
    assert database.revision() == NEWEST


def test_at_the_newest_revision_a_database_is_only_looked_at(database, path, monkeypatch):
    database.upgrade()
    monkeypatch.delattr(sql.schema, "upgrade")
    impatient = open_database(f"sqlite:///{path}?timeout=0")
    with database.write():
        impatient.upgrade()
        assert impatient.revision() == NEWEST
    impatient.close()


def test_down_to_nothing_and_up_again(database, path):
    database.upgrade()
    before = objects(path)
    database.downgrade("base")
    assert objects(path) == {}
    assert database.revision() is None
    database.upgrade()
    assert objects(path) == before


def test_a_revision_that_does_not_exist_cannot_be_gone_back_to(database):
    database.upgrade()
    with pytest.raises(NotFound, match="no revision 'r9999'"):
        database.downgrade("r9999")
    assert database.revision() == NEWEST


def test_a_database_of_a_newer_edgewise_is_left_alone(database):
    database.upgrade()
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(NotConfigured, match="Install the version that wrote it"):
        database.upgrade()
    assert database.revision() == "r9999"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE runs ADD COLUMN mood TEXT", ["remove_column runs.mood"]),
        ("ALTER TABLE runs DROP COLUMN counts", ["add_column runs.counts"]),
        ("DROP INDEX ix_filing_work_cik_accession", ["add_index ix_filing_work_cik_accession"]),
        ("CREATE TABLE stray (x TEXT)", ["remove_table stray"]),
    ],
)
def test_planted_drift_is_told(database, change, told):
    database.upgrade()
    with database.write() as connection:
        connection.execute(text(change))
    assert database.drift() == told


def test_a_column_of_another_type_is_told(database):
    database.upgrade()
    with database.write() as connection:
        connection.execute(text("ALTER TABLE runs DROP COLUMN counts"))
        connection.execute(text("ALTER TABLE runs ADD COLUMN counts INTEGER NOT NULL DEFAULT 0"))
    (told,) = database.drift()
    assert told.startswith("runs.counts: modify_type from INTEGER() to JSON(")
    assert told.endswith("modify_nullable from False to True")
