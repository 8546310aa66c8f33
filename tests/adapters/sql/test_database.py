"""Opening a database, its transactions, and what its troubles are called."""

import sqlite3
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.errors import InvalidInput, NotConfigured, Permanent, Unusable, WriteConflict
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
A = Accession("0000320193-24-000001")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


@pytest.fixture
def database(path):
    database = open_database(f"sqlite:///{path}?timeout=0.05")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def ledger(database):
    return SqlFilingLedger(database)


def filings(count):
    return [
        FilingWork(Accession(f"0000000001-24-{number:06d}"), "https://example.test/", Cik(1)) for number in range(count)
    ]


class TestOpening:
    def test_the_folder_of_the_file_is_made(self, tmp_path):
        database = open_database(f"sqlite:///{tmp_path}/new/folder/state.db")
        assert database.revision() is None
        database.close()
        assert (tmp_path / "new" / "folder" / "state.db").exists()

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(NotConfigured, match=r"folder .*file.* cannot be made"):
            open_database(f"sqlite:///{tmp_path}/file/state.db")

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_memory_is_no_place_for_state(self, url):
        with pytest.raises(InvalidInput, match="names no file"):
            open_database(url)

    @pytest.mark.parametrize("url", ["mysql://host/name", "sqlite+aiosqlite:///x.db", "postgresql+asyncpg://host/name"])
    def test_an_unknown_scheme_is_refused_with_the_known_ones(self, url):
        with pytest.raises(InvalidInput, match=r"no database is known under .*Give sqlite:///.* or postgresql://"):
            open_database(url)

    @pytest.mark.parametrize("url", ["", "state.db", "postgresql://user:hidden@host:port/name"])
    def test_a_url_that_cannot_be_read_is_refused_without_repeating_it(self, url):
        with pytest.raises(InvalidInput, match="cannot be read") as caught:
            open_database(url)
        assert "hidden" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
    def test_without_the_driver_for_postgresql_the_command_to_install_it_is_told(self, monkeypatch, scheme):
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(NotConfigured, match=r'pip install "edgewise\[postgres\]"') as caught:
            open_database(f"{scheme}://user:hidden@host/name")
        assert "hidden" not in str(caught.value)

    def test_closing_twice_is_closing_once_and_a_later_use_connects_anew(self, database):
        database.close()
        database.close()
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1


class TestSqlite:
    @pytest.mark.parametrize(
        ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 50)]
    )
    def test_each_connection_is_set_up_for_several_processes(self, database, pragma, value):
        with database.read() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value

    def test_a_writer_waits_half_a_minute_unless_told_otherwise(self, path):
        database = open_database(f"sqlite:///{path}")
        with database.read() as connection:
            assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 30_000
        database.close()

    def test_readers_do_not_wait_for_a_writer_and_see_only_what_is_committed(self, database, ledger):
        with database.write() as connection:
            connection.execute(text("UPDATE filing_work SET attempts = 1"))
            assert ledger.counts() == {}

    def test_an_error_rolls_the_whole_transaction_back(self, database, ledger):
        ledger.discover(filings(1), seen_at=NOON)
        with pytest.raises(ZeroDivisionError), database.write() as connection:
            connection.execute(text("DELETE FROM filing_work")).rowcount / 0
        assert ledger.counts() == {(FilingState.DISCOVERED, ""): 1}

    def test_a_state_that_does_not_exist_is_refused_by_the_table_itself(self, database, ledger):
        ledger.discover(filings(1), seen_at=NOON)
        with pytest.raises(InvalidInput, match="refuses a value"), database.write() as connection:
            connection.execute(text("UPDATE filing_work SET state = 'lost'"))

    def test_a_failure_without_reason_is_refused_by_the_table_itself(self, database, ledger):
        ledger.discover(filings(1), seen_at=NOON)
        with pytest.raises(InvalidInput, match="refuses a value"), database.write() as connection:
            connection.execute(text("UPDATE filing_work SET state = 'failed', failed_at_state = 'fetched'"))


class TestTroubles:
    def test_another_writer_that_does_not_finish_is_a_conflict_that_may_be_retried(self, database, path):
        rival = sqlite3.connect(path, isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(WriteConflict, match="being written by another process") as caught, database.write():
            pytest.fail("two writers at once")
        rival.close()
        assert caught.value.code == "database_busy"
        with database.write():
            pass

    def test_a_database_that_may_only_be_read(self, database, ledger):
        database.close()
        event.listen(database._engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=1"))
        with pytest.raises(NotConfigured, match="may only be read") as caught:
            ledger.discover(filings(1), seen_at=NOON)
        assert caught.value.code == "database_read_only"

    def test_a_full_disk_stops_the_work_and_keeps_what_was_committed(self, database, ledger):
        ledger.discover(filings(1), seen_at=NOON)
        database.close()
        event.listen(database._engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=1"))
        with pytest.raises(Permanent, match="has no room left") as caught:
            ledger.discover(filings(5_000), seen_at=NOON)
        assert caught.value.code == "disk_full"
        assert ledger.counts() == {(FilingState.DISCOVERED, ""): 1}

    def test_a_file_that_is_no_database(self, path):
        path.write_bytes(b"<html>not a database</html>" * 400)
        database = open_database(f"sqlite:///{path}")
        with pytest.raises(Unusable, match="damaged or not a database") as caught:
            database.upgrade()
        assert caught.value.code == "database_corrupt"

    def test_a_damaged_page(self, database, ledger, path):
        ledger.discover(filings(500), seen_at=NOON)
        database.close()
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        with pytest.raises(Unusable, match="damaged"):
            ledger.select()

    def test_a_path_that_is_a_folder(self, tmp_path):
        database = open_database(f"sqlite:///{tmp_path}")
        with pytest.raises(NotConfigured, match="cannot be opened"):
            database.revision()

    def test_tables_that_were_never_made_are_told_with_the_remedy(self, path):
        database = open_database(f"sqlite:///{path}")
        with pytest.raises(NotConfigured, match=r"Database\.upgrade\(\)"):
            SqlFilingLedger(database).counts()
        database.close()

    def test_a_file_system_without_a_write_ahead_log_is_refused(self, path, monkeypatch):
        real = sqlite3.connect

        class Connection(sqlite3.Connection):
            def execute(self, sql, *rest):
                return super().execute("SELECT 'delete'" if "journal_mode" in sql else sql, *rest)

        monkeypatch.setattr(sqlite3.dbapi2, "connect", lambda *a, **k: real(*a, factory=Connection, **k))
        with pytest.raises(NotConfigured, match="local disk"):
            open_database(f"sqlite:///{path}").revision()
