"""Bring failed filings and dead letters back into the queue, when a person asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.errors import NotFound
from edgewise.core.ports import FilingState
from edgewise.pipelines.stream.message import message_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Accession
    from edgewise.core.ports import FilingLedger, FilingWork, Queue, StreamLedger

_PAGE = 1_000


def bring_back(
    filings: FilingLedger,
    ledger: StreamLedger,
    queue: Queue,
    clock: Clock,
    accessions: Sequence[Accession],
    *,
    reason: str = "",
) -> tuple[int, int]:
    """Return (failed filings revived, dead letters redriven): these ones, those of a reason, or all.

    Accessions and reason given together narrow each other. A dead letter has no reason; a reason leaves it buried.
    The ledger is told first: killed before the queue is, a revived filing is found by the sweep.
    Raises NotFound for an accession that neither failed nor was buried.
    """
    wanted = set(map(str, accessions))
    failed = [work for work in _failed(filings, reason) if not wanted or str(work.accession) in wanted]
    buried = [] if reason else _buried(queue, wanted)
    if absent := wanted - {str(work.accession) for work in failed} - set(buried):
        raise NotFound(
            f"{min(absent)} neither failed{f' for {reason}' if reason else ''} nor was buried",
            advice="See edgewise filings retry without arguments.",
        )
    now = clock.now()
    revived = ledger.revive([work.accession for work in failed], at=now)
    queue.put([message_of(work, seen_at=work.first_seen_at or now) for work in failed])
    return revived, queue.redrive(buried)


def _failed(filings: FilingLedger, reason: str) -> Iterator[FilingWork]:
    after = ""
    while page := filings.select(state=FilingState.FAILED, reason=reason, limit=_PAGE, after=after):
        yield from page
        after = page[-1].accession


def _buried(queue: Queue, wanted: set[str]) -> list[str]:
    return [letter.message.key for letter in queue.dead(limit=10_000) if not wanted or letter.message.key in wanted]
