"""Take filings from the queue to their score, and acknowledge them when their effect is stored.

    taker       lends messages from the queue, enters them into the ledger, drops those that are done already
      | lent
    fetchers    a few threads: fetch the filing, put its documents into the store
      | fetched
    committer   takes whatever has been fetched by now, up to a batch: stores the rows, parses and scores what has
                words, reads the forms of insiders and institutions, acknowledges

The committer never waits for a full batch. Where filings come one by one it takes them one by one, and each is scored
a moment after it was fetched; in a burst the batch grows by itself while the batch before it is being stored.

What goes wrong, and what then happens:
- A filing fails for a passing reason: the ledger notes it and the message is given back, to return after a wait that
  doubles; after a few turns it is acknowledged and left to the sweep.
- A filing fails for good: the ledger notes why and the message is acknowledged; `filings retry` brings it back.
- A store refuses a batch for a passing reason: nothing is acknowledged, all its messages are given back.
- A store cannot be used until a person mends something (no right to write): all is given back and the work ends.
- A store refuses a batch for good: its filings go one by one, so that one bad row costs one filing.
- The process dies: the leases end and the messages come back. One that has come back before travels alone, so that
  a filing that kills its worker takes no other with it when the queue buries it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, TypeAlias

from edgewise.core.errors import EdgewiseError, NotConfigured, Throttled, Transient
from edgewise.core.ports import FilingState
from edgewise.pipelines.holdings import holdings_stage
from edgewise.pipelines.ingest import fetch_filing, fetch_stage
from edgewise.pipelines.insiders import insiders_stage
from edgewise.pipelines.parse import parse_stage
from edgewise.pipelines.score import score_stage
from edgewise.pipelines.stages import failure_of, run_batch
from edgewise.pipelines.stream.events import Arrived, Deferred, Failed, SourceFailed, StageRan, lag_s
from edgewise.pipelines.stream.goal import at_goal
from edgewise.pipelines.stream.message import work_of
from edgewise.pipelines.stream.sweep import ATTEMPTS_IN_THE_QUEUE, wait_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.core.ports import Delivery, Failure, FilingWork
    from edgewise.pipelines.ingest import StoredFiling
    from edgewise.pipelines.stages import Stage
    from edgewise.pipelines.stream.rooms import Stream

BATCH = 64
FETCHERS = 4
LEASE_S = 900.0
"""Longer than a block of ten minutes: while a worker waits its messages stay with it."""

_GATHER_S = 0.02
_POLL_S = 0.2
_SUSPICIOUS = 3  # a message lent so often without an answer may have killed whoever worked on it
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One message under way: its filing, and after the fetch its rows or what went wrong.

    outcome: None for a filing that was fetched before.
    """

    delivery: Delivery
    work: FilingWork
    outcome: StoredFiling | Exception | None = None
    fetch_s: float = 0.0

    @property
    def suspicious(self) -> bool:
        return self.delivery.deliveries >= _SUSPICIOUS


_Parcels: TypeAlias = Sequence[_Parcel]


class Worker:
    """Works on the queue of one stream until told to stop.

    batch:    filings stored together at most; twice as many are under way at most.
    fetchers: threads that fetch.
    lease_s:  how long a message is lent; a worker that dies costs its messages so much time.
    """

    def __init__(
        self, stream: Stream, *, batch: int = BATCH, fetchers: int = FETCHERS, lease_s: float = LEASE_S
    ) -> None:
        self._stream, self._rooms = stream, stream.rooms
        self._batch, self._fetchers, self._lease_s = batch, fetchers, lease_s
        # No SimpleQueue: its C code waits for ever where a thread wakes in vain after its timeout has passed.
        self._lent: Queue[_Parcel] = Queue()
        self._fetched: Queue[_Parcel] = Queue()
        self._room = threading.Semaphore(2 * batch)
        self._halt = threading.Event()
        self._under_way = 0
        self._counting = threading.Lock()
        self._troubles = 0
        self._error: Exception | None = None
        self._quiet_until = 0.0
        self._careful = True  # takes one message at a time, until one comes that is not suspicious

    @property
    def idle(self) -> bool:
        """Whether no message is with this worker."""
        return self._under_way == 0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then store what has been fetched and give back what has not.

        Raises what the queue, the ledger or the lake raise for good; passing trouble is told and waited out.
        """
        fetchers = [threading.Thread(target=self._fetch, name=f"fetch-{number}") for number in range(self._fetchers)]
        taker = threading.Thread(target=self._take, args=(stop,), name="take")
        for thread in (*fetchers, taker):
            thread.start()
        try:
            while not stop.is_set():
                self.commit_some(wait_s=_POLL_S)
        finally:
            stop.set()
            self._halt.set()
            for thread in (*fetchers, taker):
                thread.join()
            self._give_back([parcel.delivery for parcel in _drained(self._lent)])
        while self.commit_some(wait_s=0.0):
            pass
        if self._error is not None:
            raise self._error

    # The taker

    def _take(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if (quiet_s := self._quiet_until - time.monotonic()) > 0:
                stop.wait(min(quiet_s, _POLL_S))
                continue
            if self._careful and not self.idle:
                stop.wait(_POLL_S / 4)
                continue
            room = self._reserve(1 if self._careful else self._batch)
            deliveries: Sequence[Delivery] = []
            try:
                deliveries = self._stream.queue.take(limit=room, lease_s=self._lease_s, wait_s=_POLL_S) if room else []
                taken = self._enter(deliveries)
            except Exception as error:  # noqa: BLE001 - a taker that ended unheard would leave a worker that never works
                self._free(room)
                self._give_back(deliveries)
                self._trouble(error, stop)
                continue
            self._free(room - len(taken))
            with self._counting:
                self._under_way += len(taken)
            for parcel in taken:
                (self._lent if parcel.work.state is FilingState.DISCOVERED else self._fetched).put(parcel)
            if not taken:
                stop.wait(_POLL_S / 4)

    def _reserve(self, most: int) -> int:
        """Return for how many more messages there is room now, at most `most`."""
        return next((count for count in range(most) if not self._room.acquire(blocking=False)), most)

    def _free(self, count: int) -> None:
        if count:
            self._room.release(count)

    def _enter(self, deliveries: Sequence[Delivery]) -> list[_Parcel]:
        """Enter the messages' filings into the ledger; return those with work left, acknowledge the others."""
        asked: list[tuple[Delivery, FilingWork]] = []
        for delivery in deliveries:
            try:
                asked.append((delivery, work_of(delivery.message)))
            except EdgewiseError as error:
                self._stream.tell(SourceFailed("queue", error.code, str(error), 0.0))  # left to become a dead letter
        asked = self._one_suspicious_alone(asked)
        ledger = self._rooms.filings
        for seen_at, group in groupby(asked, key=lambda pair: pair[1].first_seen_at):
            ledger.discover([work for _, work in group], seen_at=seen_at or self._rooms.clock.now())
        parcels = [_Parcel(delivery, _resumed(ledger.get(work.accession) or work)) for delivery, work in asked]
        done = [parcel for parcel in parcels if at_goal(parcel.work)]
        self._stream.queue.acknowledge([parcel.delivery for parcel in done])
        return [parcel for parcel in parcels if not at_goal(parcel.work)]

    def _one_suspicious_alone(self, asked: list[tuple[Delivery, FilingWork]]) -> list[tuple[Delivery, FilingWork]]:
        """Return what to work on now: one suspicious message, or those that are not; give the other ones back.

        Whatever a dying worker holds counts one more delivery. So one that may kill is held alone, or the queue would
        bury its neighbours with it.
        """
        suspicious = [delivery for delivery, _ in asked if delivery.deliveries >= _SUSPICIOUS]
        if asked:
            self._careful = bool(suspicious)
        if not suspicious or len(asked) == 1:
            return asked
        self._give_back(suspicious)
        return [pair for pair in asked if pair[0] not in suspicious]

    # The fetchers

    def _fetch(self) -> None:
        rooms = self._rooms
        while not self._halt.is_set():
            try:
                parcel = self._lent.get(timeout=_POLL_S)
            except Empty:
                continue
            began = time.perf_counter()
            outcome = fetch_filing(rooms.edgar, rooms.documents, rooms.clock, parcel.work)
            self._fetched.put(replace(parcel, outcome=outcome, fetch_s=time.perf_counter() - began))

    # The committer

    def commit_some(self, *, wait_s: float) -> int:
        """Store what has been fetched by now, at most a batch, waiting `wait_s` for the first; return how many."""
        parcels = self._gathered(wait_s)
        welcome = self._welcome(parcels)
        alone = [[parcel] for parcel in welcome if parcel.suspicious]
        together = [parcel for parcel in welcome if not parcel.suspicious]
        for group in (together, *alone):
            if group:
                self._bring_home(group)
        with self._counting:
            self._under_way -= len(parcels)
        self._free(len(parcels))
        return len(parcels)

    def _gathered(self, wait_s: float) -> list[_Parcel]:
        try:
            parcels = [self._fetched.get(timeout=wait_s)]
        except Empty:
            return []
        time.sleep(_GATHER_S)  # those that were fetched together are stored together
        while len(parcels) < self._batch:
            try:
                parcels.append(self._fetched.get_nowait())
            except Empty:
                break
        return parcels

    def _welcome(self, parcels: _Parcels) -> list[_Parcel]:
        """Return the parcels whose fetch the source did not refuse; a refusal is no fault of the filing.

        The refused ones are given back, and nothing more is taken until the source wants to be asked again.
        """
        refused = [parcel for parcel in parcels if isinstance(parcel.outcome, Throttled)]
        for parcel in refused:
            error = parcel.outcome
            assert isinstance(error, Throttled)
            wait_s = error.retry_after_s or _LONGEST_WAIT_S
            if time.monotonic() + wait_s > self._quiet_until + 1:
                self._stream.tell(SourceFailed("edgar", error.code, str(error), wait_s))
            self._quiet_until = max(self._quiet_until, time.monotonic() + wait_s)
            self._give_back([parcel.delivery], delay_s=wait_s)
        return [parcel for parcel in parcels if not isinstance(parcel.outcome, Throttled)]

    def _bring_home(self, parcels: _Parcels) -> None:
        """Take these filings to their goal; on trouble with a store, give them back or go one by one."""
        try:
            self._travel(parcels)
            self._troubles = 0
        except Transient as error:
            self._give_back([parcel.delivery for parcel in parcels], delay_s=self._trouble_told("store", error))
        except NotConfigured:
            self._give_back([parcel.delivery for parcel in parcels])
            raise
        except Exception as error:
            if len(parcels) > 1:
                for parcel in parcels:
                    self._bring_home([parcel])
            elif isinstance(error, EdgewiseError):
                self._refused(parcels[0], error)
            else:
                raise

    def _refused(self, parcel: _Parcel, error: EdgewiseError) -> None:
        """Note that a store refuses this one filing for good."""
        failure = failure_of(parcel.work, error)
        self._rooms.filings.fail([failure], at=self._rooms.clock.now())
        self._stream.tell(StageRan("store", 0, 1, 0.0, {failure.reason: 1}))
        self._stream.tell(Failed(str(failure.accession), failure.reason, failure.detail))
        self._stream.queue.acknowledge([parcel.delivery])

    def _travel(self, parcels: _Parcels) -> None:
        by_accession = {parcel.work.accession: parcel for parcel in parcels}
        failures: list[Failure] = []
        works = [parcel.work for parcel in parcels]
        for stage in self._stages(parcels):
            waiting = [work for work in works if work.state is stage.takes and _fits(stage, work)]
            done, failed = self._stage(stage, waiting)
            failures += failed
            gone = {failure.accession for failure in failed}
            moved = {work.accession for work in done}
            works = [
                replace(work, state=stage.gives) if work.accession in moved else work
                for work in self._told(works, stage)
                if work.accession not in gone
            ]
        self._defer([(by_accession[failure.accession], failure) for failure in failures])
        self._stream.queue.acknowledge([by_accession[work.accession].delivery for work in works])
        for work in works:
            self._stream.tell(_arrived(self._rooms.filings.get(work.accession) or work, by_accession[work.accession]))

    def _stages(self, parcels: _Parcels) -> Iterator[Stage[Any]]:
        """Yield the stages in order; the first one's filings have been fetched already."""
        rooms = self._rooms
        outcomes = {parcel.work.accession: parcel.outcome for parcel in parcels}
        fetched = fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
        yield replace(fetched, prepare=lambda works: _present(outcomes[work.accession] for work in works))
        yield insiders_stage(rooms.lake, rooms.documents)
        yield holdings_stage(rooms.lake, rooms.documents)
        yield parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor)
        yield score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor)

    def _stage(self, stage: Stage[Any], works: Sequence[FilingWork]) -> tuple[list[FilingWork], list[Failure]]:
        if not works:
            return [], []
        began = time.perf_counter()
        done, failed = run_batch(stage, works, self._rooms.filings, self._rooms.clock)
        reasons = Counter(failure.reason for failure in failed)
        self._stream.tell(StageRan(stage.name, len(done), len(failed), time.perf_counter() - began, dict(reasons)))
        return done, failed

    def _told(self, works: Sequence[FilingWork], stage: Stage[Any]) -> Iterable[FilingWork]:
        """Return the filings with the form that the header told, which decides what is read of them."""
        if stage.takes is not FilingState.DISCOVERED:
            return works
        return [work if work.form else self._rooms.filings.get(work.accession) or work for work in works]

    def _defer(self, failed: Sequence[tuple[_Parcel, Failure]]) -> None:
        """Give back what failed for a passing reason; acknowledge what failed for good, or too often to wait here."""
        for parcel, failure in failed:
            attempts = parcel.work.attempts + 1
            if not failure.retry or attempts > ATTEMPTS_IN_THE_QUEUE:
                self._stream.queue.acknowledge([parcel.delivery])
                self._stream.tell(Failed(str(failure.accession), failure.reason, failure.detail))
                continue
            wait_s = wait_after(attempts)
            self._stream.queue.release([parcel.delivery], delay_s=wait_s)
            self._stream.tell(Deferred(str(parcel.work.accession), failure.reason, attempts, wait_s))

    # Trouble

    def _give_back(self, deliveries: Sequence[Delivery], *, delay_s: float = 0.0) -> None:
        """Release the messages; where even that fails, their leases end by themselves."""
        try:
            self._stream.queue.release(deliveries, delay_s=delay_s)
        except EdgewiseError as error:
            self._trouble_told("queue", error)

    def _trouble(self, error: Exception, stop: threading.Event) -> None:
        """Tell of passing trouble with the queue and wait; any other ends the work and is raised at its end."""
        if isinstance(error, Transient):
            stop.wait(self._trouble_told("queue", error))
        else:
            self._error = error
            stop.set()

    def _trouble_told(self, what: str, error: EdgewiseError) -> float:
        self._troubles += 1
        wait_s = min(wait_after(self._troubles), _LONGEST_WAIT_S)
        self._stream.tell(SourceFailed(what, error.code, str(error), wait_s))
        return wait_s


def _resumed(work: FilingWork) -> FilingWork:
    """Return the filing in the state it goes on from."""
    return replace(work, state=work.failed_at_state) if work.failed_at_state and work.retry else work


def _fits(stage: Stage[Any], work: FilingWork) -> bool:
    return not stage.forms or work.form in stage.forms


def _present(outcomes: Iterable[StoredFiling | Exception | None]) -> Iterator[StoredFiling | Exception]:
    for outcome in outcomes:
        assert outcome is not None
        yield outcome


def _drained(parcels: Queue[_Parcel]) -> Iterator[_Parcel]:
    while True:
        try:
            yield parcels.get_nowait()
        except Empty:
            return


def _arrived(work: FilingWork, parcel: _Parcel) -> Arrived:
    reached_at = work.scored_at or work.fetched_at
    seen_at = work.first_seen_at
    under_way_s = None if reached_at is None or seen_at is None else (reached_at - seen_at).total_seconds()
    return Arrived(
        accession=str(work.accession),
        form=work.form,
        seen_s=lag_s(work, seen_at),
        stored_s=lag_s(work, work.fetched_at),
        scored_s=lag_s(work, work.scored_at),
        fetch_s=parcel.fetch_s,
        added_s=None if under_way_s is None else under_way_s - parcel.fetch_s,
    )
