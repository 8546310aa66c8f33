"""How the SQL ledger asks: every question by an index. What it answers is in tests/contracts/test_ledgers.py."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState

A = Accession("0000320193-24-000001")
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

QUESTIONS = {
    "one": lambda ledger: ledger.get(A),
    "pending": lambda ledger: ledger.pending(FilingState.DISCOVERED, limit=9, after=A),
    "pending failures": lambda ledger: ledger.pending(FilingState.FAILED, limit=9),
    "of a company": lambda ledger: ledger.select(cik=Cik(1), after=A),
    "of a form": lambda ledger: ledger.select(forms=["10-K", "10-K/A"]),
    "of a reason": lambda ledger: ledger.select(reason="hostile", after=A),
    "of some days": lambda ledger: ledger.select(since=date(2024, 1, 1), until=date(2024, 1, 2)),
    "counts": lambda ledger: ledger.counts(),
}


@pytest.fixture
def database(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_question_reads_the_whole_table(database, question):
    asked = []
    event.listen(
        database._engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values))
    )
    question(SqlFilingLedger(database))
    sql, values = next(pair for pair in asked if pair[0].startswith("SELECT"))
    with database.read() as connection:
        plan = [step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert "USING" in plan[0]
    assert "INDEX ix_" in plan[0] or "(accession=?)" in plan[0], plan
