"""From a question to a score: caches first, then texts, sentences, the model, and the document's tone.

Three places of work: the event loop, which carries, and reads and adds up what takes a few milliseconds; a few threads
that wait for lake and document store; and one thread that computes: it runs the model over batches of sentences, and
reads and adds up what is long.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeVar

from edgewise.core.errors import EdgewiseError, Unusable
from edgewise.core.identifiers import Accession
from edgewise.serve.scoring import stored
from edgewise.serve.scoring.admission import Admission
from edgewise.serve.scoring.batching import SentenceBatcher
from edgewise.serve.scoring.cache import ByteCache
from edgewise.serve.scoring.document_tone import read, score_of
from edgewise.serve.scoring.requests import SHOWN_AT_MOST
from edgewise.serve.scoring.self_test import check_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.serve.scoring.limits import Limits
    from edgewise.serve.scoring.metrics import ScoringMetrics
    from edgewise.serve.scoring.models import Score
    from edgewise.serve.scoring.requests import Ask
    from edgewise.serve.scoring.rooms import ScoringRooms
    from edgewise.serve.scoring.stored import Material

Result = TypeVar("Result")
READERS = 4
UNFORESEEN = "unexpected_error"
State = Literal["ready", "starting", "stuck"]
_ROW_BYTES = 400
# Characters of a text that is read in the event loop: a few milliseconds, less than two changes of threads cost when
# many wait.
SHORT = 20_000


class Scorer:
    """Scores what is asked for, within limits. `start` it before, `stop` it after; for one event loop.

    tested: whether the model has passed its self-test already.
    """

    def __init__(self, rooms: ScoringRooms, limits: Limits, metrics: ScoringMetrics, *, tested: bool = False) -> None:
        self._rooms, self._limits, self._metrics = rooms, limits, metrics
        self._compute = ThreadPoolExecutor(1, "score")
        self._read = ThreadPoolExecutor(READERS, "stored")
        self._admission = Admission(limits, self._tell_waiting)
        self._preparing = 0
        self._tested = tested
        self._batcher = SentenceBatcher(
            rooms.model,
            self._compute,
            limits.gather_s,
            limits.sentences,
            expected=lambda: self._preparing,
            told=metrics.batch,
        )
        self._results: ByteCache[Score] = self._cache("results", _size_of_score)
        self._materials: ByteCache[Material] = self._cache("documents", _size_of_material)
        self._batches: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Test the model, unless that was done, and begin. Raises Unusable if it fails its self-test."""
        if not self._tested:
            await self._in(self._compute, lambda: check_model(self._rooms.model))
            self._tested = True
        self._batches = asyncio.create_task(self._batcher.run())

    async def stop(self) -> None:
        """Stop the threads. What was asked for before should be answered by then."""
        if self._batches is not None:
            self._batches.cancel()
            with suppress(asyncio.CancelledError):
                await self._batches
        self._batches = None
        self._compute.shutdown(wait=False, cancel_futures=True)
        self._read.shutdown(wait=False, cancel_futures=True)

    @property
    def state(self) -> State:
        """Whether it can score: `starting` before the self-test has passed, `stuck` while the model is silent."""
        if self._batches is None or self._batches.done():
            return "starting"
        return "stuck" if self._batcher.busy_for() > self._limits.stuck_s else "ready"

    async def score(self, ask: Ask) -> Score:
        """Return the score of what is asked for. Raises InvalidInput, NotFound, TooLarge, Overloaded, Transient."""
        return await self._counted(ask, patient=False)

    async def score_all(self, asks: list[Ask | EdgewiseError], *, size: int) -> list[Score | EdgewiseError]:
        """Return a score or its error for each entry of a batch of `size` bytes; an error passes as it is.

        A few entries are in work at once, so that a batch leaves room for others. Raises Overloaded for all of them.
        """
        turns = asyncio.Semaphore(2 * READERS)

        async def scored(ask: Ask | EdgewiseError) -> Score | EdgewiseError:
            if isinstance(ask, EdgewiseError):
                self._metrics.scored("unknown", ask.code)
                return ask
            async with turns:
                try:
                    return await self._counted(ask, patient=True)
                except EdgewiseError as error:
                    return error
                except Exception as error:  # noqa: BLE001 - becomes the row of its entry
                    return Unusable("nobody foresaw this", reason=UNFORESEEN).with_traceback(error.__traceback__)

        with self._admission.admitted(size):
            return list(await asyncio.gather(*map(scored, asks)))

    async def _counted(self, ask: Ask, *, patient: bool) -> Score:
        try:
            score = await self._score(ask, patient=patient)
        except Exception as error:
            self._metrics.scored(ask.source, error.code if isinstance(error, EdgewiseError) else UNFORESEEN)
            raise
        self._metrics.scored(ask.source, score.status)
        return score.model_copy(update={"moved_most": score.moved_most[: ask.top]})

    async def _score(self, ask: Ask, *, patient: bool) -> Score:
        """Return the score with all its sentences. `patient`: it is part of what is admitted already."""
        material = await self._material(ask, patient=patient)
        score = self._results.get(material.name)
        if score is not None:
            return score
        if patient:
            score = await self._computed(material)
        else:
            with self._admission.admitted(material.characters):
                score = await self._computed(material)
        self._results.keep(material.name, score)
        self._metrics.kept("results", self._results.bytes)
        return score

    async def _computed(self, material: Material) -> Score:
        short = material.characters <= SHORT
        self._preparing += 1
        try:
            reading = read(material) if short else await self._in(self._compute, lambda: read(material))
        finally:
            self._preparing -= 1
        sentences, version = reading.different, self._rooms.model.version
        known = dict(zip(sentences, await self._batcher.probabilities(sentences), strict=True))
        if short:
            return score_of(reading, version, known, most=SHOWN_AT_MOST)
        return await self._in(self._compute, lambda: score_of(reading, version, known, most=SHOWN_AT_MOST))

    async def _material(self, ask: Ask, *, patient: bool) -> Material:
        """Return the texts that are asked for; stored ones from the cache where it has them."""
        if ask.source == "text":
            return stored.given_text(ask.text)
        key = (ask.source, getattr(ask, ask.source).replace("-", ""))
        material = self._materials.get(key)
        if material is not None:
            return material
        if patient:
            material = await self._in(self._read, lambda: self._stored(ask))
        else:
            with self._admission.admitted(0):
                material = await self._in(self._read, lambda: self._stored(ask))
        self._materials.keep(key, material)
        self._metrics.kept("documents", self._materials.bytes)
        return material

    def _stored(self, ask: Ask) -> Material:
        if ask.source == "accession":
            return stored.filing(self._rooms, Accession(ask.accession))
        return stored.document(self._rooms, ask.sha256, max_bytes=self._limits.request_bytes)

    def _cache(self, name: str, size_of: Callable[[Result], int]) -> ByteCache[Result]:
        return ByteCache(self._limits.cache_bytes, size_of, lambda hit: self._metrics.looked_up(name, hit=hit))

    def _tell_waiting(self, _documents: int = 0) -> None:
        self._metrics.waiting(documents=self._admission.documents, sentences=self._batcher.waiting_sentences)

    @staticmethod
    async def _in(threads: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(threads, work)


def _size_of_material(material: Material) -> int:
    """Return about how much memory texts take: most characters of a filing are one byte, some make all of them two."""
    return 2 * material.characters + _ROW_BYTES


def _size_of_score(score: Score) -> int:
    """Return about how much memory a score takes: its sentences, and its figures."""
    rows = len(score.moved_most) + 2 * len(score.items) + 4
    return _ROW_BYTES * rows + 2 * sum(len(moved.sentence) for moved in score.moved_most)
