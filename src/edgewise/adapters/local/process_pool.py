"""The executor that spreads items over processes of this machine.

Each worker process is driven by one thread here, which sends it an item and waits for the answer. The threads take
items from a short queue, so workers stay busy while the caller digests a result; results wait in the order of items.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from typing import TYPE_CHECKING, Any, Self, TypeVar

from edgewise.adapters.local.worker import Worker, pickled_function
from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2  # items taken in per worker: the one it works on and the next


class ProcessPool:
    """Runs items in `workers` processes, which start at the first items and stay warm until `close`.

    workers: number of processes; None is one for each processor this process may use.
    Functions, items and results travel by pickle. Functions must be importable by a fresh interpreter, and a program
    that uses a pool starts its work under `if __name__ == "__main__":`.
    Raises InvalidInput for fewer than one worker.
    """

    def __init__(self, workers: int | None = None) -> None:
        count = _processors() if workers is None else workers
        if count < 1:
            raise InvalidInput(f"a pool of {count} workers", advice="Give 1 or more.")
        self._ahead = _AHEAD * count
        self._workers = [Worker() for _ in range(count)]
        self._idle: LifoQueue[Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._closed = False

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in the order of the items, taking in at most two items per worker beyond the last result.

        What the function or `items` raises is raised when its turn comes; items not yet begun are then dropped.
        A worker that dies (killed, out of memory) gives Transient in its item's turn; the pool can be used again.
        Raises InvalidInput after `close`, and for a function, item or result that cannot be pickled.
        """
        if self._closed:
            raise InvalidInput("the executor is closed", advice="Open a new one.")
        return self._results(pickled_function(function), items)

    def close(self) -> None:
        """Stop the workers, in the middle of an item if need be. Repeating it does nothing."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _results(self, function: bytes, items: Iterable[Item]) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        try:
            for future in self._submitted(function, items):
                waiting.append(future)
                while waiting and (waiting[0].done() or len(waiting) >= self._ahead):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _submitted(self, function: bytes, items: Iterable[object]) -> Iterator[Future[Any]]:
        """Yield the future of each item; an error of `items` itself becomes the last future, to keep its turn."""
        try:
            for item in items:
                yield self._threads.submit(self._run, function, item)
        except Exception as error:  # noqa: BLE001 - raised again by the future
            broken: Future[Any] = Future()
            broken.set_exception(error)
            yield broken

    def _run(self, function: bytes, item: object) -> Any:
        worker = self._idle.get()
        try:
            return worker.run(function, item)
        finally:
            self._idle.put(worker)


def _processors() -> int:
    """Return how many processors this process may use: the container's share, not the machine's, where that is told."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
