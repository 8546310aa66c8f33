"""What ran, when, and with what outcome, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from edgewise.adapters.sql.models import runs
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.ports import Run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from edgewise.adapters.sql.database import Database


class SqlRunLedger:
    """The run ledger of one database. Each call is one transaction and returns after it is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, run: Run) -> None:
        """Record that a run started; repeating it changes nothing.

        Raises InvalidInput if `run_id` is taken by another command or another start, or an instant has no zone.
        """
        row = {
            "run_id": run.run_id,
            "command": run.command,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "outcome": run.outcome,
            "counts": None if run.counts is None else dict(run.counts),
        }
        with self._database.write() as connection:
            connection.execute(self._database.insert_absent(runs), row)
            kept = connection.execute(select(runs).where(runs.c.run_id == run.run_id)).one()
        if (kept.command, kept.started_at) != (run.command, run.started_at):
            raise InvalidInput(
                f"run {run.run_id} is already on record: {kept.command!r}, started {kept.started_at}",
                advice="Give each run an id of its own.",
            )

    def finish(self, run_id: str, *, at: datetime, outcome: str, counts: Mapping[str, int]) -> None:
        """Record how a run ended; told twice, the last word counts. Raises NotFound if it never began."""
        ending = {"finished_at": at, "outcome": outcome, "counts": dict(counts)}
        with self._database.write() as connection:
            ended = connection.execute(update(runs).where(runs.c.run_id == run_id).values(ending)).rowcount
        if not ended:
            raise NotFound(f"no run {run_id} is on record", advice="Record its start with begin().")

    def get(self, run_id: str) -> Run | None:
        """Return one run, or None if it is not on record."""
        with self._database.read() as connection:
            row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
        return None if row is None else Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor

    def recent(self, *, limit: int = 20) -> list[Run]:
        """Return the latest runs, newest start first."""
        if limit < 0:
            raise InvalidInput(f"a limit of {limit} runs", advice="Give 0 or more.")
        query = select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [Run(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public accessor
