"""Processes that serve one address: started together, replaced one by one, ended together.

Where the system deals connections out (Linux), each has a socket of its own at that address. At one socket whoever is
quickest takes the next connection, and of 100 clients that stay, one of two workers once got 72.

They are forks of this process where that is safe: as long as it has no thread but its own (libraries start some as they
are imported). What it has imported and loaded by then is there once for all of them.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess

    Work = Callable[[socket.socket], None]

STARTUP_FAILED = 3  # the server's own number for a worker that can never start
PAUSE_S = 0.5  # before a dead worker is replaced: one that dies at once again shall not fill the machine
_LEAVING_MS = 20
_HEARD = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}


class CannotStart(Exception):
    """A worker said that another one would fail as it did."""


def doors(first: socket.socket, number: int) -> list[socket.socket]:
    """Return a socket for each of so many workers at the address that `first` is bound to; it may be `first` itself.

    That it could be bound tells that nobody else serves there, which sockets that share an address do not find out.
    """
    if number == 1 or sys.platform != "linux":
        return [first] * number
    address, family = first.getsockname(), first.family
    first.close()
    return [_door(family, address) for _ in range(number)]


def _door(family: int, address: tuple[str, int]) -> socket.socket:
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    door.bind(address)
    door.set_inheritable(True)
    return door


def serve_together(work: Work, listening: Sequence[socket.socket]) -> None:
    """Let a process `work` at each socket until this one is told to end; each that dies is replaced.

    The doors are closed before the workers are sent home: nobody shall wait at a socket that nobody serves. Signals
    wait meanwhile, so that none is lost between a worker's birth and its first line. Raises CannotStart.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    heard_before = signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)  # an ignored one would not be heard
    workers: list[BaseProcess] = []
    try:
        workers += [_started(work, listening, place) for place in range(len(listening))]
        while signal.sigwait(_HEARD) == signal.SIGCHLD:
            _replace_dead(workers, work, listening)
    finally:
        for door in listening:
            door.close()
        _end(workers)
        signal.signal(signal.SIGCHLD, heard_before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _replace_dead(workers: list[BaseProcess], work: Work, listening: Sequence[socket.socket]) -> None:
    """Raise CannotStart where a worker says that no other could start either."""
    for place, worker in enumerate(workers):
        if worker.is_alive():
            continue
        if worker.exitcode == STARTUP_FAILED:
            raise CannotStart
        time.sleep(PAUSE_S)
        workers[place] = _started(work, listening, place)


def _end(workers: list[BaseProcess]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()


def _started(work: Work, listening: Sequence[socket.socket], place: int) -> BaseProcess:
    """Start the worker of a place. A fork has the other doors, too, and closes them."""
    own, fork = listening[place], can_fork()
    others = [door for door in listening if fork and door is not own]
    how = multiprocessing.get_context("fork" if fork else "spawn")
    worker: BaseProcess = how.Process(target=_work, args=(work, own, others))  # type: ignore[attr-defined] # both have it
    worker.start()
    return worker


def can_fork() -> bool:
    """Return whether this process has one thread, those of libraries counted; only Linux tells.

    A thread that was joined just now may still be listed: it gets a moment to leave.
    """
    if sys.platform != "linux":
        return False
    for _ in range(_LEAVING_MS):
        if len(list(Path("/proc/self/task").iterdir())) == 1:
            return True
        time.sleep(1e-3)
    return False


def _work(work: Work, listening: socket.socket, others: Sequence[socket.socket]) -> None:
    """Hear signals again, and work. The parent's interruption is this process's, too, and no error."""
    for door in others:
        door.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(KeyboardInterrupt):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        work(listening)
