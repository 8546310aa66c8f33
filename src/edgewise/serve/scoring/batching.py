"""Sentences of many requests, scored together: a model is faster over many sentences than over few.

1. A request hands in its sentences and waits for their rows.
2. The first sentences wait at most `gather_s` for others, and not at all if no other request is on its way, or if
   there are enough already. While the model is busy, whoever arrives gathers by itself.
3. A batch takes an eighth of its sentences from each request in turn, and who wants more goes to the end of the queue:
   a whole 10-K passes by in pieces, short texts overtake it, and nobody is starved.
4. The model runs in a thread, so that the event loop stays free. If a batch fails, each of its requests is tried alone:
   one sentence that the model cannot read fails only the request that it came with.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from edgewise.core.errors import Unusable
from edgewise.core.ports import TONES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from edgewise.core.ports import SentenceToneModel

SHARES = 8


@dataclass(slots=True, eq=False)
class _Job:
    """The sentences of one request; `taken` of them are handed to the model, `filled` have their row."""

    sentences: Sequence[str]
    rows: NDArray[np.float32]
    done: asyncio.Future[NDArray[np.float32]]
    came_at: float
    taken: int = 0
    filled: int = 0

    @property
    def waiting(self) -> int:
        return len(self.sentences) - self.taken


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some sentences of a request, from `start` on."""

    job: _Job
    start: int
    sentences: Sequence[str]


@dataclass(slots=True)
class BatchSeen:
    """What happened to one batch."""

    sentences: int
    requests: int
    seconds: float


def _ignore(_seen: BatchSeen) -> None:
    """Nobody asked."""


@dataclass(slots=True)
class SentenceBatcher:
    """Gathers sentences and asks the model for them. Start it with `run` as a task; for one event loop.

    thread:    where the model runs; one thread, and nobody else waits for it long.
    gather_s:  how long the first sentences wait for others, seconds.
    sentences: most sentences of a batch.
    expected:  requests that are on their way and will hand in sentences; none of them, and nobody waits.
    told:      hears of each batch.
    """

    model: SentenceToneModel
    thread: Executor
    gather_s: float
    sentences: int
    expected: Callable[[], int] = lambda: 0
    told: Callable[[BatchSeen], None] = _ignore
    waiting_sentences: int = 0
    _jobs: deque[_Job] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _began_at: float | None = None

    async def probabilities(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return a row per sentence, in order, as the model gives them. Raises what the model raises."""
        if not sentences:
            return np.empty((0, len(TONES)), np.float32)
        loop = asyncio.get_running_loop()
        rows = np.empty((len(sentences), len(TONES)), np.float32)
        job = _Job(sentences, rows, loop.create_future(), loop.time())
        self._jobs.append(job)
        self.waiting_sentences += job.waiting
        self._arrived.set()
        return await job.done

    def busy_for(self) -> float:
        """Return for how many seconds the present batch has been with the model; 0 where there is none."""
        return 0.0 if self._began_at is None else asyncio.get_running_loop().time() - self._began_at

    async def run(self) -> None:
        """Score what is handed in, until cancelled."""
        while True:
            await self._arrived.wait()
            await self._gather()
            pieces = self._take()
            if pieces:
                await self._score(pieces)

    async def _gather(self) -> None:
        """Wait until there are enough sentences, or nobody else comes, or the first ones waited long enough."""
        loop = asyncio.get_running_loop()
        while self.waiting_sentences < self.sentences and self.expected() > 0 and self._jobs:
            left = self._jobs[0].came_at + self.gather_s - loop.time()
            if left <= 0:
                return
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                self._arrived.set()
                return

    def _take(self) -> list[_Piece]:
        """Return the pieces of the next batch, a few sentences of each request in turn."""
        pieces: list[_Piece] = []
        room, quantum = self.sentences, max(1, self.sentences // SHARES)
        while room and self._jobs:
            job = self._jobs.popleft()
            if job.done.done():  # nobody waits for it any more
                self.waiting_sentences -= job.waiting
                continue
            size = min(job.waiting, room, quantum)
            pieces.append(_Piece(job, job.taken, job.sentences[job.taken : job.taken + size]))
            job.taken += size
            room -= size
            self.waiting_sentences -= size
            if job.waiting:
                self._jobs.append(job)
        if not self._jobs:
            self._arrived.clear()
        return pieces

    async def _score(self, pieces: list[_Piece]) -> None:
        sentences = [sentence for piece in pieces for sentence in piece.sentences]
        jobs = list(dict.fromkeys(piece.job for piece in pieces))
        try:
            rows = await self._ask(sentences, len(jobs))
        except Exception as error:  # noqa: BLE001 - told to those who asked
            if len(jobs) == 1:
                _fail(jobs[0], error)
                return
            for job in jobs:
                await self._score([piece for piece in pieces if piece.job is job])
            return
        start = 0
        for piece in pieces:
            _fill(piece, rows[start : start + len(piece.sentences)])
            start += len(piece.sentences)

    async def _ask(self, sentences: list[str], requests: int) -> NDArray[np.float32]:
        """Return the model's rows. Raises what it raises, and Unusable for another number of rows."""
        loop = asyncio.get_running_loop()
        self._began_at = began = loop.time()
        try:
            rows = await loop.run_in_executor(self.thread, self.model.probabilities, sentences)
        finally:
            self._began_at = None
        if rows.shape != (len(sentences), len(TONES)):
            raise Unusable(f"{self.model.version} gave {rows.shape} for {len(sentences)} sentences")
        self.told(BatchSeen(len(sentences), requests, loop.time() - began))
        return rows


def _fill(piece: _Piece, rows: NDArray[np.float32]) -> None:
    """Put the rows of a piece in their place; the last piece ends its request."""
    job = piece.job
    job.rows[piece.start : piece.start + len(rows)] = rows
    job.filled += len(rows)
    if job.filled == len(job.sentences) and not job.done.done():
        job.done.set_result(job.rows)


def _fail(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)
