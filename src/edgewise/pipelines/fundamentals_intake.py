"""Bring companies in: their facts, what EDGAR says of them, then their statements, in batches of 100, and what failed.

While the statements of a batch are made, the facts of the next one are fetched and stored. A batch that is done is
remembered for a day, so a run that was killed goes on with `resume` after the last one. One company that cannot be had
is a row of `ingest_failures`, and the others go on.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from edgewise.pipelines.companies import store_companies
from edgewise.pipelines.failures import Refused, record_outcomes
from edgewise.pipelines.fundamentals import IngestedFacts, ingest_facts
from edgewise.pipelines.fundamentals_build import BuiltFundamentals, build_fundamentals, statements_unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Cik
    from edgewise.core.ports import Executor, Seen
    from edgewise.lake import Lake
    from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip
    from edgewise.sources.edgar.service import Edgar
    from edgewise.sources.edgar.submissions import CompanySubmissions

Item = TypeVar("Item")
Result = TypeVar("Result")

INGESTER = "fundamentals"
BATCH = 100
_FEW = 20  # companies that are done before another process has started
_REMEMBERED = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(slots=True)
class IngestedCompanies:
    """What came of a run: of the facts, of the statements, and how many companies were left out as done before."""

    facts: IngestedFacts = field(default_factory=IngestedFacts)
    statements: BuiltFundamentals = field(default_factory=BuiltFundamentals)
    resumed: int = 0


def ingest_companies(
    edgar: Edgar,
    lake: Lake,
    seen: Seen,
    clock: Clock,
    ciks: Sequence[Cik],
    *,
    resume: bool = False,
    bulk: CompanyFactsZip | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], object] = lambda _done: None,
) -> IngestedCompanies:
    """Store facts and statements of these companies; one that failed is a row and is asked again next time.

    What EDGAR says of a company itself comes with its list of submissions, which is read for the instants of its
    filings: where all of them are stored nobody asks, and their headers tell its industry.
    resume:      leave out companies that were brought in within the last day.
    bulk:        where the files of facts are read from; None asks for each company's own.
    executor:    where files are parsed and statements computed, if there are more than a few; None: here.
    on_progress: told how many more companies are done.
    """
    held = _held(seen, clock, ciks) if resume else frozenset()
    report = IngestedCompanies(resumed=len(held))
    on_progress(len(held))
    wanted = [cik for cik in ciks if cik not in held]
    spread = executor if len(wanted) > _FEW else None
    unchanged = statements_unchanged(seen, clock)

    def bring_in(batch: Sequence[Cik]) -> IngestedFacts:
        lists: list[CompanySubmissions] = []
        came = ingest_facts(
            edgar, lake, batch, bulk=bulk, executor=spread, on_progress=on_progress, on_list=lists.append
        )
        store_companies(lake, lists, at=clock.now())
        return came

    batches = [wanted[first : first + BATCH] for first in range(0, len(wanted), BATCH)]
    for batch, facts in zip(batches, _one_ahead(bring_in, batches), strict=True):
        stored = [cik for cik in batch if int(cik) not in facts.failed]
        built = build_fundamentals(lake, stored, unchanged=unchanged, executor=spread)
        _add(report, facts, built)
        failed = built.failed | facts.failed
        again = "edgewise fundamentals ingest --cik"
        refused = {str(cik): Refused(why, f"{again} {cik}") for cik, why in failed.items()}
        record_outcomes(lake, INGESTER, [str(int(cik)) for cik in batch], refused, at=clock.now())
        seen.keep([_key(cik) for cik in stored if int(cik) not in failed], until=clock.now() + _REMEMBERED)
    return report


def _one_ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what the work makes of each item, while a thread works at the next one; what it raises stops both."""
    with ThreadPoolExecutor(1, thread_name_prefix="next batch") as ahead:
        under_way: Future[Result] | None = None
        for item in items:
            done = None if under_way is None else [under_way.result()]
            under_way = ahead.submit(copy_context().run, work, item)
            yield from done or ()
        if under_way is not None:
            yield under_way.result()


def _held(seen: Seen, clock: Clock, ciks: Sequence[Cik]) -> frozenset[Cik]:
    """Return the companies that are remembered. To ask is to claim: what nobody holds is held a moment."""
    now = clock.now()
    claimed = seen.claim([_key(cik) for cik in ciks], at=now, until=now + _MOMENT)
    return frozenset(cik for cik in ciks if _key(cik) not in claimed)


def _key(cik: Cik) -> str:
    return f"facts/{int(cik)}"


def _add(total: IngestedCompanies, facts: IngestedFacts, built: BuiltFundamentals) -> None:
    """Add what came of a batch to what came of those before it."""
    total.facts.companies += facts.companies
    total.facts.rows += facts.rows
    total.facts.new += facts.new
    total.facts.dropped += facts.dropped
    total.facts.rejected.update(facts.rejected)
    total.facts.known_by.update(facts.known_by)
    total.facts.failed |= facts.failed
    total.statements.companies += built.companies
    total.statements.rows += built.rows
    total.statements.changed += built.changed
    total.statements.unchanged += built.unchanged
    total.statements.failed |= built.failed
