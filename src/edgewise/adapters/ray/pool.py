"""Items over a Ray cluster, or over a Ray of this machine that starts and ends with the pool.

Each item is one task, and Ray decides where it runs. Functions and items travel by pickle, as to a process of this
machine, so what works there works here; the workers of a cluster must have Edgewise installed.

Where nobody reads the results to their end, the tasks in hand, two a worker at most, are left to theirs and what they
return is dropped. They are not cancelled: where Ray hears of a cancellation as the task ends, it ends our process.
"""

from __future__ import annotations

import logging
import os
import pickle
import reprlib
import sys
import traceback
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

import ray
from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, RayError, WorkerCrashedError

from edgewise.core.errors import InvalidInput, Permanent, ServiceUnavailable, Transient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2  # items taken in per worker: the one it works on and the next
_LOCAL = "local"
_WORKER_DIED = (WorkerCrashedError, OutOfMemoryError, NodeDiedError, ObjectLostError)
# Ray tells its makers nothing of us, and leaves the devices of a machine as they are.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def open_ray(url: str) -> RayPool:
    """Return the pool at `url`: ray://local, ray://local?workers=4, or ray://host:10001 of a running cluster.

    Raises InvalidInput for any other form of URL, ServiceUnavailable for a cluster that does not answer.
    """
    place, _, options = url.removeprefix("ray://").partition("?")
    workers = options.removeprefix("workers=")
    if not url.startswith("ray://") or not place or (options and not workers.isdecimal()):
        raise InvalidInput(f"{url!r} is no Ray", advice="Write ray://local, ray://local?workers=4 or ray://host:10001.")
    return RayPool(None if place == _LOCAL else f"ray://{place}", workers=int(workers) if workers else None)


class RayPool:
    """Runs items as tasks of a Ray cluster.

    address: ray://host:port of a running cluster; None starts one on this machine, which takes some seconds, and stops
             it at `close`.
    workers: how many items run at once; None is as many as the cluster has processors.
    A process has one Ray at a time: a second pool of the same process joins it and leaves its end to the first.
    """

    def __init__(self, address: str | None = None, *, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise InvalidInput(f"a pool of {workers} workers", advice="Give 1 or more.")
        self._owner = not ray.is_initialized()
        if self._owner:
            _start(address, workers)
        count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call] # theirs
        # Workers of this machine find modules where we do; those of a cluster have their own.
        self._path = tuple(sys.path) if address is None else ()
        self._ahead = _AHEAD * count
        self._task = ray.remote(max_retries=0, num_cpus=1)(_answer)
        self._closed = False

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in the order of the items, taking in at most two items per worker beyond the last result.

        What the function or `items` raises is raised when its turn comes; items not yet begun are then dropped.
        A worker that dies (killed, out of memory) gives Transient in its item's turn; the pool can be used again.
        Raises InvalidInput after `close`, and for a function, item or result that cannot be pickled.
        """
        if self._closed:
            raise InvalidInput("the executor is closed", advice="Open a new one.")
        return self._results(_pickled(function, "the function"), items)

    def close(self) -> None:
        """Stop the Ray that this pool started, in the middle of an item if need be. Repeating it does nothing."""
        if not self._closed and self._owner:
            ray.shutdown()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _results(self, function: bytes, items: Iterable[Item]) -> Iterator[Result]:
        waiting: deque[tuple[Any, Item]] = deque()
        broken: Exception | None = None
        source = iter(items)
        while True:
            try:
                item = next(source)
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - raised below, after the results before it
                broken = error
                break
            waiting.append((self._task.remote(function, _pickled(item, "the item"), self._path), item))
            while waiting and (len(waiting) >= self._ahead or _is_done(waiting[0][0])):
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())
        if broken is not None:
            raise broken


def _start(address: str | None, workers: int | None) -> None:
    """Join the cluster at `address`, or start one here."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if address is None:
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, TimeoutError, RuntimeError, RayError) as error:
        raise ServiceUnavailable(
            f"Ray at {address or 'this machine'} did not start to work for us: {' '.join(str(error).split())[:400]}",
            advice="Check its address, its versions of Ray and Python, and RAY_AUTH_TOKEN; or use processes://.",
        ) from error


def _is_done(reference: Any) -> bool:
    return bool(ray.wait([reference], timeout=0)[0])


def _result(reference: Any, item: object) -> Any:
    try:
        answer = ray.get(reference)
    except _WORKER_DIED as error:
        raise Transient(
            f"a worker of Ray died while it worked on {reprlib.repr(item)}",
            advice="Run it again: what was stored is kept. If it dies again, it may lack memory: use fewer workers.",
            reason="worker_died",
        ) from error
    except RayError as error:
        raise ServiceUnavailable(
            f"Ray failed over {reprlib.repr(item)}: {type(error).__name__}: {' '.join(str(error).split())[:400]}",
            advice="Check that its workers have Edgewise installed, in the version of this program.",
            reason="ray_failed",
        ) from error
    succeeded, result = pickle.loads(answer)  # noqa: S301 - our own worker's words
    if not succeeded:
        raise result
    return result


def _answer(function: bytes, item: bytes, path: tuple[str, ...]) -> bytes:
    """Return the pickled outcome of one item, over there; whatever goes wrong is an outcome too."""
    sys.path += [place for place in path if place not in sys.path]
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # a task has one processor; read when Polars is imported
    try:
        return _pickled((True, pickle.loads(function)(pickle.loads(item))), "the result")  # noqa: S301 - our own words
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is asked for
        return _pickled_error(error)


def _pickled(value: object, name: str) -> bytes:
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInput(
            f"{name} cannot be sent to another process: {error}",
            advice="Pass functions defined at the top of a module, and plain data.",
        ) from error


def _pickled_error(error: Exception) -> bytes:
    """Return (False, error) pickled, with the worker's traceback as a note; what cannot be read back as Permanent."""
    note = "In the worker process:\n" + "".join(traceback.format_exception(error))
    error.add_note(note)
    with suppress(Exception):  # foreign classes may raise anything here
        message = pickle.dumps((False, error))
        pickle.loads(message)  # noqa: S301 - our own words
        return message
    told = Permanent(f"{type(error).__name__}: {error}", reason="worker_error")
    told.add_note(note)
    return pickle.dumps((False, told))
