"""One stage of a filing's journey, the same for fetching, parsing and scoring.

1. Take the next batch of filings that rest in the stage's first state, in accession order.
2. Prepare each one, in parallel. An error makes that filing a failure with a reason; the others go on.
3. Commit the effect of the whole batch to the lake.
4. Only then acknowledge in the ledger. Killed between 3 and 4, the batch is prepared again and, because the lake
   upserts by key, changes nothing.
5. When no filing rests in the first state any more, those that failed at it for a passing reason get one more turn.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from edgewise.core.errors import EdgewiseError, NotConfigured, Transient
from edgewise.core.ports import Failure, FilingLedger, FilingState, FilingWork

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Accession

Prepared = TypeVar("Prepared")
DETAIL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Stage(Generic[Prepared]):
    """What a stage does: from which state to which, how one batch is prepared and how its effect is stored.

    prepare: yields, in the order of the batch, what came of each filing: a value, or the error that stopped it.
    commit:  stores the effects of the filings that were prepared; must be safe to repeat.
    forms:   only filings of these forms; empty means all.
    """

    name: str
    takes: FilingState
    gives: FilingState
    prepare: Callable[[Sequence[FilingWork]], Iterator[Prepared | Exception]]
    commit: Callable[[Sequence[Prepared]], None]
    forms: tuple[str, ...] = ()


@dataclass(slots=True)
class StageReport:
    """What a stage did: filings done and failed, and the failures by reason code."""

    stage: str
    done: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def count(self, done: int, failures: Sequence[Failure]) -> None:
        """Add one batch."""
        self.done += done
        self.failed += len(failures)
        for failure in failures:
            self.reasons[failure.reason] = self.reasons.get(failure.reason, 0) + 1


def run_stage(
    stage: Stage[Prepared],
    ledger: FilingLedger,
    clock: Clock,
    *,
    batch: int = 64,
    limit: int | None = None,
    among: Collection[Accession] | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> StageReport:
    """Run `stage` over all filings that wait for it, at most `limit`; return what came of them.

    among:       the filings to look at; others keep waiting. None: all.
    on_progress: called after each batch with the number of filings in it.
    Raises the errors of `commit`: a lake that cannot be written stops the run, and nothing is acknowledged.
    """
    report = StageReport(stage.name)
    for works in _batches(stage, ledger, batch=batch, limit=limit, among=among):
        done, failures = run_batch(stage, works, ledger, clock)
        report.count(len(done), failures)
        on_progress(len(works))
    return report


def run_batch(
    stage: Stage[Prepared], works: Sequence[FilingWork], ledger: FilingLedger, clock: Clock
) -> tuple[list[FilingWork], list[Failure]]:
    """Take one batch through `stage`: prepare, commit, and only then acknowledge; return the done and the failed ones.

    Raises the errors of `commit`, and NotConfigured wherever it arises; then nothing is acknowledged.
    """
    prepared, failures = _split(works, stage.prepare(works))
    if prepared:
        stage.commit([value for _, value in prepared])
        ledger.advance([work.accession for work, _ in prepared], stage.gives, at=clock.now())
    if failures:
        ledger.fail(failures, at=clock.now())
    return [work for work, _ in prepared], failures


def _batches(
    stage: Stage[Prepared],
    ledger: FilingLedger,
    *,
    batch: int,
    limit: int | None,
    among: Collection[Accession] | None,
) -> Iterator[list[FilingWork]]:
    """Yield what waits for the stage: first the filings in its state, then those whose failure at it may pass."""
    left = limit if limit is not None else -1
    for state in (stage.takes, FilingState.FAILED):
        after = ""
        while left and (works := ledger.pending(state, limit=_size(batch, left), after=after, forms=stage.forms)):
            after = works[-1].accession
            if state is FilingState.FAILED:
                works = [work for work in works if work.failed_at_state is stage.takes]
            if among is not None:
                works = [work for work in works if work.accession in among]
            if works:
                left -= len(works)
                yield works


def _size(batch: int, left: int) -> int:
    return batch if left < 0 else min(batch, left)


def _split(
    works: Sequence[FilingWork], outcomes: Iterator[Prepared | Exception]
) -> tuple[list[tuple[FilingWork, Prepared]], list[Failure]]:
    prepared: list[tuple[FilingWork, Prepared]] = []
    failures: list[Failure] = []
    for work, outcome in zip(works, outcomes, strict=True):
        if isinstance(outcome, NotConfigured):
            raise outcome  # no filing is to blame for a disk that may not be written
        if isinstance(outcome, Exception):
            failures.append(failure_of(work, outcome))
        else:
            prepared.append((work, outcome))
    return prepared, failures


def failure_of(work: FilingWork, error: Exception) -> Failure:
    """Return the row to store for an error: an unexpected one keeps its type and the line it came from."""
    if isinstance(error, EdgewiseError):
        return Failure(work.accession, error.code, str(error)[:DETAIL_LENGTH], retry=isinstance(error, Transient))
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {place[0].name}:{place[0].lineno}" if place else ""
    detail = f"{type(error).__name__}: {error}{where}"
    return Failure(work.accession, "unexpected_error", detail[:DETAIL_LENGTH], retry=False)
