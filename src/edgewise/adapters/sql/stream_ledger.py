"""What the live stream asks of the filing ledger, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from edgewise.adapters.sql.filing_ledger import chunks, work_of
from edgewise.adapters.sql.models import filing_work
from edgewise.core.errors import InvalidInput
from edgewise.core.ports import FilingState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from edgewise.adapters.sql.database import Database
    from edgewise.core.identifiers import Accession
    from edgewise.core.ports import FilingWork


class SqlStreamLedger:
    """The filing ledger of one database, as the stream sees it. Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unknown(self, accessions: Sequence[Accession]) -> set[Accession]:
        """Return those of these filings that the ledger does not know."""
        known: set[str] = set()
        with self._database.read() as connection:
            for chunk in chunks(accessions):
                query = select(filing_work.c.accession).where(filing_work.c.accession.in_(chunk))
                known.update(connection.scalars(query))
        return {accession for accession in accessions if accession not in known}

    def unfinished(
        self,
        *,
        before: datetime,
        limit: int,
        max_attempts: int,
        forms_to_read: Sequence[str],
        forms_with_words: Sequence[str],
    ) -> list[FilingWork]:
        """Return filings that rest short of their goal and were not touched since `before`, the longest first.

        That is: discovered ones; fetched ones of `forms_to_read` and parsed ones of `forms_with_words`, for the others
        go no further; and failed ones whose failure may pass and that failed fewer than `max_attempts` times.
        Raises InvalidInput for a negative limit.
        """
        if limit < 0:
            raise InvalidInput(f"a limit of {limit} filings", advice="Give 0 or more.")
        columns = filing_work.c
        short = or_(
            columns.state == FilingState.DISCOVERED,
            and_(columns.state == FilingState.FETCHED, columns.form.in_(forms_to_read)),
            and_(columns.state == FilingState.PARSED, columns.form.in_(forms_with_words)),
            and_(columns.state == FilingState.FAILED, columns.retry, columns.attempts < max_attempts),
        )
        query = select(filing_work).where(short, columns.updated_at < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(columns.updated_at, columns.accession).limit(limit))
            return [work_of(row) for row in rows]

    def revive(self, accessions: Sequence[Accession], *, at: datetime) -> int:
        """Put failed filings back to the state they failed at, with no attempts counted; return how many were."""
        columns = filing_work.c
        back = (
            update(filing_work)
            .where(columns.state == FilingState.FAILED)
            .values(
                state=columns.failed_at_state,
                failed_at_state=None,
                attempts=0,
                reason="",
                detail="",
                retry=False,
                updated_at=at,
            )
        )
        with self._database.write() as connection:
            return sum(
                connection.execute(back.where(columns.accession.in_(chunk))).rowcount
                for chunk in chunks(sorted(set(accessions)))
            )

    def timed(self, *, since: datetime, limit: int = 10_000) -> list[FilingWork]:
        """Return filings first seen since then, the newest first: their instants tell the stream's lags."""
        seen_at = filing_work.c.first_seen_at
        query = select(filing_work).where(seen_at >= since).order_by(seen_at.desc()).limit(limit)
        with self._database.read() as connection:
            return [work_of(row) for row in connection.execute(query)]
