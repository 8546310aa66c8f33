"""Which filings are known and how far each has come, in SQL.

Progress never goes back. A filing moves along discovered, fetched, parsed, scored; an acknowledgement that comes late
or twice finds the filing already there, or further, and changes nothing. A failed filing goes on from the state in
which it failed, or from any later one; an acknowledgement of an earlier state does not revive it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from edgewise.adapters.sql.models import filing_work
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database
    from edgewise.core.ports import Failure

_ROAD = (FilingState.DISCOVERED, FilingState.FETCHED, FilingState.PARSED, FilingState.SCORED)
_CHUNK = 1_000  # values in one IN list: far below the limit of both databases
_DETAIL_CHARACTERS = 4_000
_NAMED_UNKNOWN = 5
_REACHED = {FilingState.FETCHED: filing_work.c.fetched_at, FilingState.SCORED: filing_work.c.scored_at}


class SqlFilingLedger:
    """The filing ledger of one database. Each call is one transaction and returns after it is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def discover(self, work: Iterable[FilingWork], *, seen_at: datetime) -> int:
        """Record filings not yet known and return how many were new.

        A new filing starts as discovered, without failure and first seen at `seen_at`, whatever else `work` says of it.
        Known ones keep state and first-seen instant; an empty form, a missing filed date or acceptance is filled in.
        Giving one filing twice is the same as giving it in two calls.
        Raises InvalidInput if `seen_at` has no zone.
        """
        rows = [_discovered(filing, seen_at) for filing in sorted(work, key=_accession)]
        if not rows:
            return 0
        with self._database.write() as connection:
            insert = self._database.insert_absent(filing_work).returning(filing_work.c.accession)
            new = set(connection.scalars(insert, rows))
            if told_more := [row for row in rows if row["form"] or row["filed_date"] or row["accepted_at"]]:
                connection.execute(_FILL_IN, [_prefixed(row) for row in told_more])
        return len(new)

    def pending(
        self, state: FilingState, *, limit: int, after: str = "", forms: Sequence[str] = (), max_attempts: int = 3
    ) -> list[FilingWork]:
        """Return up to `limit` filings in `state` with accession > `after`, in accession order.

        `FAILED` gives those whose last failure allows a retry and that failed fewer than `max_attempts` times since
        they last advanced.
        """
        wanted = [filing_work.c.state == state, *_of_forms(forms)]
        if state is FilingState.FAILED:
            wanted += [filing_work.c.retry, filing_work.c.attempts < max_attempts]
        return self._page(wanted, limit=limit, after=after)

    def advance(self, accessions: Sequence[Accession], state: FilingState, *, at: datetime) -> None:
        """Set the state of these filings, clear their failure and count attempts from 0 again.

        The first time a filing is fetched or scored, that instant is kept.
        Filings that have already come as far keep what they have (see the module's first lines).
        Raises NotFound if one is unknown, InvalidInput for `FAILED` (that is what `fail` is for); then none is changed.
        """
        if state is FilingState.FAILED:
            raise InvalidInput("a filing cannot advance to failed", advice="Report failures with fail().")
        if not accessions:
            return
        values: dict[str, object] = _CLEARED | {"state": state, "updated_at": at}
        if (reached := _REACHED.get(state)) is not None:
            values[reached.name] = func.coalesce(reached, at)
        step = update(filing_work).where(_may_advance_to(state)).values(values)
        with self._database.write() as connection:
            _require_known(connection, accessions)
            for chunk in chunks(sorted(set(accessions))):
                connection.execute(step.where(filing_work.c.accession.in_(chunk)))

    def fail(self, failures: Sequence[Failure], *, at: datetime) -> None:
        """Record these failures, in order, one more attempt each; the state becomes failed.

        What failed before keeps its `failed_at_state`. Details are cut after 4,000 characters.
        Raises NotFound if a filing is unknown, InvalidInput for a failure without a reason; then none is recorded.
        """
        if nameless := [failure.accession for failure in failures if not failure.reason]:
            raise InvalidInput(f"the failure of {nameless[0]} has no reason code", advice="Pass the error's code.")
        if not failures:
            return
        with self._database.write() as connection:
            _require_known(connection, [failure.accession for failure in failures])
            connection.execute(_FAIL, [_failed(failure, at) for failure in sorted(failures, key=_accession)])

    def get(self, accession: Accession) -> FilingWork | None:
        """Return one filing, or None if it is not known."""
        with self._database.read() as connection:
            row = connection.execute(select(filing_work).where(filing_work.c.accession == accession)).one_or_none()
        return None if row is None else work_of(row)

    def select(
        self,
        *,
        state: FilingState | None = None,
        cik: Cik | None = None,
        forms: Sequence[str] = (),
        reason: str = "",
        since: date | None = None,
        until: date | None = None,
        limit: int = 50,
        after: str = "",
    ) -> list[FilingWork]:
        """Return filings that fit all filters, in accession order, at most `limit`.

        since, until: first and last filed date, both inclusive; a filing whose filed date is unknown fits neither.
        forms:        exactly as EDGAR prints them ("10-K" is not "10-K/A"); none means all.
        """
        columns = filing_work.c
        wanted = [
            *([columns.state == state] if state else []),
            *([columns.cik == cik] if cik else []),
            *([columns.state == FilingState.FAILED, columns.reason == reason] if reason else []),
            *([columns.filed_date >= since] if since else []),
            *([columns.filed_date <= until] if until else []),
            *_of_forms(forms),
        ]
        return self._page(wanted, limit=limit, after=after)

    def counts(self) -> dict[tuple[FilingState, str], int]:
        """Return how many filings there are by (state, reason); reason is '' for those that did not fail."""
        columns = filing_work.c
        query = select(columns.state, columns.reason, func.count()).group_by(columns.state, columns.reason)
        with self._database.read() as connection:
            return {(state, reason): count for state, reason, count in connection.execute(query)}

    def _page(self, wanted: list[ColumnElement[bool]], *, limit: int, after: str) -> list[FilingWork]:
        if limit < 0:
            raise InvalidInput(f"a limit of {limit} filings", advice="Give 0 or more.")
        query = select(filing_work).where(*wanted, *([filing_work.c.accession > after] if after else []))
        with self._database.read() as connection:
            return [work_of(row) for row in connection.execute(query.order_by(filing_work.c.accession).limit(limit))]


_CLEARED = {"attempts": 0, "reason": "", "detail": "", "retry": False, "failed_at_state": None}

# Parameters are called new_...: SQLAlchemy keeps the columns' own names for the values it sets itself.
_FILL_IN = (
    update(filing_work)
    .where(
        filing_work.c.accession == bindparam("new_accession"),
        or_(
            and_(filing_work.c.form == "", bindparam("new_form", type_=filing_work.c.form.type) != ""),
            and_(
                filing_work.c.filed_date.is_(None),
                bindparam("new_filed_date", type_=filing_work.c.filed_date.type).is_not(None),
            ),
            and_(
                filing_work.c.accepted_at.is_(None),
                bindparam("new_accepted_at", type_=filing_work.c.accepted_at.type).is_not(None),
            ),
        ),
    )
    .values(
        form=case((filing_work.c.form == "", bindparam("new_form")), else_=filing_work.c.form),
        filed_date=func.coalesce(filing_work.c.filed_date, bindparam("new_filed_date")),
        accepted_at=func.coalesce(filing_work.c.accepted_at, bindparam("new_accepted_at")),
        updated_at=bindparam("new_updated_at"),
    )
)

_FAIL = (
    update(filing_work)
    .where(filing_work.c.accession == bindparam("new_accession"))
    .values(
        state=FilingState.FAILED,
        failed_at_state=func.coalesce(filing_work.c.failed_at_state, filing_work.c.state),
        attempts=filing_work.c.attempts + 1,
        reason=bindparam("new_reason"),
        detail=bindparam("new_detail"),
        retry=bindparam("new_retry"),
        updated_at=bindparam("new_updated_at"),
    )
)


def _may_advance_to(state: FilingState) -> ColumnElement[bool]:
    """Return which filings may take `state`: those that have not come as far, and those that failed no later."""
    place = _ROAD.index(state)
    return or_(filing_work.c.state.in_(_ROAD[:place]), filing_work.c.failed_at_state.in_(_ROAD[: place + 1]))


def _accession(about: FilingWork | Failure) -> str:
    """Return what rows are written in order of: writers that keep one order cannot wait for each other in a circle."""
    return about.accession


def _of_forms(forms: Sequence[str]) -> list[ColumnElement[bool]]:
    return [filing_work.c.form.in_(forms)] if forms else []


def _discovered(filing: FilingWork, seen_at: datetime) -> dict[str, object]:
    return _CLEARED | {
        "accession": filing.accession,
        "location": filing.location,
        "cik": filing.cik,
        "form": filing.form,
        "filed_date": filing.filed_date,
        "accepted_at": filing.accepted_at,
        "state": FilingState.DISCOVERED,
        "first_seen_at": seen_at,
        "updated_at": seen_at,
    }


def _failed(failure: Failure, at: datetime) -> dict[str, object]:
    return {
        "new_accession": failure.accession,
        "new_reason": failure.reason,
        "new_detail": failure.detail[:_DETAIL_CHARACTERS],
        "new_retry": failure.retry,
        "new_updated_at": at,
    }


def _prefixed(row: dict[str, object]) -> dict[str, object]:
    return {f"new_{name}": row[name] for name in ("accession", "form", "filed_date", "accepted_at", "updated_at")}


def _require_known(connection: Connection, accessions: Sequence[Accession]) -> None:
    """Lock these filings for this transaction, in the one order that all writers keep, and see that all are known."""
    known: set[str] = set()
    locked = select(filing_work.c.accession).order_by(filing_work.c.accession).with_for_update(key_share=True)
    for chunk in chunks(sorted(set(accessions))):
        known.update(connection.scalars(locked.where(filing_work.c.accession.in_(chunk))))
    if unknown := sorted(set(accessions) - known):
        named, more = ", ".join(unknown[:_NAMED_UNKNOWN]), len(unknown) - _NAMED_UNKNOWN
        raise NotFound(
            f"filings that nobody discovered: {named}" + (f" and {more} more" if more > 0 else ""),
            advice="Discover them first.",
        )


def chunks(accessions: Sequence[Accession]) -> Iterator[Sequence[Accession]]:
    """Yield parts short enough for one IN list."""
    return (accessions[start : start + _CHUNK] for start in range(0, len(accessions), _CHUNK))


def work_of(row: Row[tuple[object, ...]]) -> FilingWork:
    """Return a row of `filing_work` as the record that the ports speak of."""
    fields = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor, underscored to leave room for column names
    return FilingWork(**fields | {"accession": Accession(row.accession), "cik": Cik(row.cik)})
