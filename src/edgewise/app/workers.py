"""Processes that serve one socket: started together, replaced one by one, ended together.

They are forks of this process where that is safe: as long as it has no thread but its own (libraries start some as they
are imported). What it has imported by then is imported once for all of them.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from socket import socket

    Work = Callable[[socket], None]

STARTUP_FAILED = 3  # the server's own number for a worker that can never start
PAUSE_S = 0.5  # before a dead worker is replaced: one that dies at once again shall not fill the machine
_HEARD = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}


class CannotStart(Exception):
    """A worker said that another one would fail as it did."""


def serve_together(number: int, work: Work, listening: socket) -> None:
    """Let so many processes `work` at the socket until this one is told to end; each that dies is replaced.

    The door is closed before the workers are sent home: nobody shall wait at a socket that nobody serves. Signals wait
    meanwhile, so that none is lost between a worker's birth and its first line. Raises CannotStart.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    heard_before = signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)  # an ignored one would not be heard
    workers: list[BaseProcess] = []
    try:
        workers += [_started(work, listening) for _ in range(number)]
        while signal.sigwait(_HEARD) == signal.SIGCHLD:
            _replace_dead(workers, work, listening)
    finally:
        listening.close()
        _end(workers)
        signal.signal(signal.SIGCHLD, heard_before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _replace_dead(workers: list[BaseProcess], work: Work, listening: socket) -> None:
    """Raise CannotStart where a worker says that no other could start either."""
    for place, worker in enumerate(workers):
        if worker.is_alive():
            continue
        if worker.exitcode == STARTUP_FAILED:
            raise CannotStart
        time.sleep(PAUSE_S)
        workers[place] = _started(work, listening)


def _end(workers: list[BaseProcess]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()


def _started(work: Work, listening: socket) -> BaseProcess:
    how = multiprocessing.get_context("fork" if can_fork() else "spawn")
    worker: BaseProcess = how.Process(target=_work, args=(work, listening))  # type: ignore[attr-defined] # both have it
    worker.start()
    return worker


def can_fork() -> bool:
    """Return whether this process has one thread, those of libraries counted; only Linux tells."""
    return sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1


def _work(work: Work, listening: socket) -> None:
    """Hear signals again, and work. The parent's interruption is this process's, too, and no error."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(KeyboardInterrupt):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        work(listening)
