"""What PostgreSQL adds to the contracts: a server that restarts, refuses, waits or is full, and several processes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.errors import NotConfigured, ServiceUnavailable, WriteConflict
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork
from tests import servers

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MANY = [Accession(f"0000000001-24-{number:06d}") for number in range(300)]


@pytest.fixture
def database(postgres_database):
    database = open_database(postgres_database)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="module")
def own_server():
    """A server that nobody else uses, to be stopped, killed and filled up."""
    with servers.postgres() as server:
        yield server


@pytest.fixture
def restartable(own_server):
    database = open_database(own_server.url)
    database.upgrade()
    yield database
    database.downgrade("base")
    database.close()


def discover(ledger, accessions=MANY):
    return ledger.discover([FilingWork(one, "https://example.test/", Cik(1)) for one in accessions], seen_at=NOON)


def url_with(url, **options):
    return make_url(url).update_query_dict(options).render_as_string(hide_password=False)


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_a_server_that_restarts_between_two_calls_is_not_noticed(restartable, own_server, ending):
    ledger = SqlFilingLedger(restartable)
    discover(ledger)
    getattr(own_server, ending)()
    own_server.start()
    assert ledger.counts() == {(FilingState.DISCOVERED, ""): len(MANY)}
    ledger.advance(MANY, FilingState.FETCHED, at=NOON)
    assert ledger.counts() == {(FilingState.FETCHED, ""): len(MANY)}


def test_a_server_that_dies_in_the_middle_of_a_transaction_leaves_none_of_it(restartable, own_server):
    ledger = SqlFilingLedger(restartable)

    def interrupted():
        with restartable.write() as connection:
            connection.execute(text("INSERT INTO runs VALUES ('r1', 'x', now(), NULL, 'running', NULL)"))
            own_server.kill()
            connection.execute(text("SELECT 1"))

    with pytest.raises(ServiceUnavailable) as lost:
        interrupted()
    own_server.start()
    assert lost.value.code == "database_gone"
    assert discover(ledger) == len(MANY)
    with restartable.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM runs")) == 0


def test_a_server_that_is_away_is_unavailable_and_its_password_is_not_told(restartable, own_server):
    own_server.stop()
    try:
        with pytest.raises(ServiceUnavailable) as away:
            restartable.revision()
    finally:
        own_server.start()
    assert away.value.code == "database_gone"
    assert "not-asked-for" not in str(away.value)


def test_a_server_without_a_connection_to_give_is_unavailable_and_serves_again_when_it_has(restartable, own_server):
    raw = own_server.url.replace("+psycopg", "")
    restartable.close()
    taken = [psycopg.connect(raw)]
    most = int(taken[0].execute("SHOW max_connections").fetchone()[0])
    patience = time.monotonic() + 60
    try:
        while len(taken) < most and time.monotonic() < patience:  # one just closed keeps its place for a moment
            with suppress(psycopg.OperationalError):
                taken.append(psycopg.connect(raw, connect_timeout=10))
        with pytest.raises(ServiceUnavailable, match="no connection left") as crowded:
            restartable.revision()
        assert crowded.value.code == "database_crowded"
    finally:
        for connection in taken:
            connection.close()
    assert restartable.revision()


def test_a_database_that_does_not_exist_is_a_matter_of_configuration(postgres_server):
    missing = open_database(postgres_server.url_of("nowhere"))
    with pytest.raises(NotConfigured, match='database "nowhere" does not exist'):
        missing.upgrade()
    missing.close()


def test_a_statement_that_takes_too_long_is_unavailable(postgres_database):
    database = open_database(url_with(postgres_database, options="-c statement_timeout=50ms"))
    with pytest.raises(ServiceUnavailable, match="took too long") as slow, database.read() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    assert slow.value.code == "database_slow"
    database.close()


def test_a_lock_that_another_holds_too_long_is_a_conflict(database, postgres_database):
    ledger = SqlFilingLedger(database)
    discover(ledger, MANY[:1])
    hasty = open_database(url_with(postgres_database, options="-c lock_timeout=50ms"))
    with database.write() as connection:
        connection.execute(text("UPDATE filing_work SET form = 'x'"))
        with pytest.raises(WriteConflict) as locked:
            SqlFilingLedger(hasty).advance(MANY[:1], FilingState.FETCHED, at=NOON)
    assert locked.value.code == "database_busy"
    hasty.close()


def test_a_deadlock_is_a_conflict_that_may_be_retried(database):
    discover(SqlFilingLedger(database), MANY[:2])
    both_hold_one = threading.Barrier(2)

    def take(first, second):
        try:
            with database.write() as connection:
                connection.execute(text("UPDATE filing_work SET form = 'x' WHERE accession = :one"), {"one": first})
                both_hold_one.wait(30)
                connection.execute(text("UPDATE filing_work SET form = 'y' WHERE accession = :one"), {"one": second})
        except WriteConflict as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ended = [threads.submit(take, *pair) for pair in (MANY[:2], MANY[1::-1])]
    assert sorted(future.result() for future in ended) == ["database_busy", "done"]


def test_writers_of_the_same_filings_in_any_order_never_wait_in_a_circle(database):
    """The rows lie on disk in another order than their accessions, and each writer names them in its own order."""
    ledger = SqlFilingLedger(database)
    for accession in MANY[::-1]:
        discover(ledger, [accession])
    failures = [Failure(accession, "throttled", "", retry=True) for accession in MANY]

    def advance():
        for state in (FilingState.FETCHED, FilingState.PARSED, FilingState.SCORED):
            ledger.advance(MANY[::-1], state, at=NOON)

    def fail():
        for _ in range(3):
            ledger.fail(failures, at=NOON)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(task) for task in (advance, fail, advance, fail)]:
            done.result()
    assert sum(ledger.counts().values()) == len(MANY)


def test_a_reading_transaction_sees_one_state_and_may_not_write(database):
    with database.read() as connection:
        before = connection.scalar(text("SELECT count(*) FROM filing_work"))
        discover(SqlFilingLedger(database))
        assert connection.scalar(text("SELECT count(*) FROM filing_work")) == before == 0
    with pytest.raises(NotConfigured, match="may only be read"), database.read() as connection:
        connection.execute(text("DELETE FROM filing_work"))


def test_a_vanished_client_holds_its_locks_for_a_minute_at_most(database):
    with database.read() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
        assert connection.scalar(text("SHOW lock_timeout")) == "30s"
