"""The first-seen set as a table: what it sweeps away. What every set does is in tests/contracts/test_seen.py."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from edgewise.adapters.sql import SqlSeen, open_database
from edgewise.adapters.sql.models import seen as seen_table

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def seen(database):
    return SqlSeen(database)


def rows(database):
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(seen_table))


def test_claims_that_ended_a_day_ago_are_removed_some_at_a_time(seen, database):
    seen.claim([f"old{number}" for number in range(500)], at=NOON, until=NOON)
    seen.claim(["held"], at=NOON, until=NOON + 9 * A_DAY)
    seen.claim(["new1"], at=NOON + A_DAY, until=NOON + 9 * A_DAY)
    assert rows(database) == 502
    left = []
    for number in range(2, 5):
        seen.claim([f"new{number}"], at=NOON + A_DAY + timedelta(seconds=1), until=NOON + 9 * A_DAY)
        left.append(rows(database))
    assert left == [303, 104, 5]
    assert seen.claim(["held", "new1"], at=NOON + A_DAY, until=NOON + 9 * A_DAY) == set()


def test_sweeping_reads_only_what_it_removes(seen, database):
    asked = []
    event.listen(
        database._engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values))
    )
    seen.claim(["a"], at=NOON, until=NOON)
    sql, values = next(pair for pair in asked if pair[0].startswith("DELETE"))
    with database.read() as connection:
        plan = " ".join(step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
    assert "INDEX ix_seen_expires_at (expires_at<?)" in plan
    assert "SCAN" not in plan
