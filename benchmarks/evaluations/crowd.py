"""One call per document, in a few processes, with a line that tells how far it is."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Job = TypeVar("Job")
Result = TypeVar("Result")


def each(work: Callable[[Job], Result], jobs: Sequence[Job], *, processes: int, what: str) -> list[Result]:
    """Return `work(job)` of every job, in their order; in this process where `processes` is 1.

    work: a function of a module, or a partial of one: other processes import it.
    """
    progress = Console(file=sys.stderr)
    hidden = not progress.is_terminal
    if processes == 1:
        return [work(job) for job in track(jobs, description=what, console=progress, disable=hidden)]
    # Threads of polars do not survive a fork.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = pool.map(work, jobs)
        return list(track(results, description=what, total=len(jobs), console=progress, disable=hidden))
