"""One worker process and the pipe to it.

Messages to the worker are (pickled function, pickled item); it answers with (True, result) or (False, error). Each
worker has a pipe of its own: no lock or queue is shared, so a worker that is killed can break nothing but its own item.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import reprlib
import signal
import threading
import traceback
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import InvalidInput, Permanent, Transient

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

# A forked copy of a process with Polars' threads may hang for ever; a spawned one starts clean.
_CONTEXT = multiprocessing.get_context("spawn")


class Worker:
    """A process that runs one item at a time; it starts at the first item and starts again after it died."""

    # One lock for all workers, not one each: starting a process makes multiprocessing look after every other child too,
    # and of two threads that ask about a dead one, the second is told that it lives.
    _changing = threading.RLock()

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection[Any, Any] | None = None

    def run(self, function: bytes, item: object) -> Any:
        """Return what the pickled `function` makes of `item` over there, or raise what it raised.

        Raises InvalidInput if the item cannot be pickled, Transient if the process dies before it answers.
        """
        message = _pickled((function, item), "the item")
        pipe = self._started()
        try:
            pipe.send_bytes(message)
            answer = pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._buried(item) from error
        succeeded, result = pickle.loads(answer)  # noqa: S301 - our own worker's words
        if not succeeded:
            raise result
        return result

    def kill(self) -> None:
        """Stop the process now, in the middle of its item if need be; whoever waits for the item gets Transient."""
        with self._changing:
            if self._process is not None:
                self._process.terminate()

    def stop(self) -> None:
        """Stop the process and give its pipe back. Only when nobody is in `run`."""
        with self._changing:
            if self._process is not None and self._pipe is not None:
                self._pipe.close()
                self._process.terminate()
                self._process.join()
                self._process.close()
            self._process, self._pipe = None, None

    def _started(self) -> Connection[Any, Any]:
        with self._changing:
            if self._process is not None and not self._process.is_alive():
                self.stop()  # it died while it had nothing to do: no item is lost
            if self._pipe is None:
                ours, theirs = _CONTEXT.Pipe()
                process = _CONTEXT.Process(target=_work, args=(theirs,), daemon=True)
                process.start()
                self._process, self._pipe = process, ours
                # With our copy closed, the pipe ends for us when the worker dies, and for the worker when we die.
                theirs.close()
            return self._pipe

    def _buried(self, item: object) -> Transient:
        with self._changing:
            assert self._process is not None
            self._process.join()
            code = self._process.exitcode
            self.stop()
        return Transient(
            f"a worker process died (exit code {code}) while it worked on {reprlib.repr(item)}",
            advice="Run it again: what was stored is kept. If it dies again, it may lack memory: use fewer workers.",
            reason="worker_died",
        )


def pickled_function(function: object) -> bytes:
    """Return `function` pickled. Raises InvalidInput for one that another process could not find."""
    return _pickled(function, "the function")


def _pickled(value: object, name: str) -> bytes:
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInput(
            f"{name} cannot be sent to another process: {error}",
            advice="Pass functions defined at the top of a module, and plain data.",
        ) from error


def _work(pipe: Connection[Any, Any]) -> None:
    """Answer messages until the other end of the pipe is gone: the life of a worker process."""
    # Ctrl-C reaches every process of the terminal. Here it ends the worker at once and without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # There is a worker for each processor: threads of its own would take turns with the others', for a third of the
    # time. Polars reads this when the first item makes Python import it.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))
    except (EOFError, OSError):
        return


def _leave_with_parent() -> None:
    """End this process as soon as its parent is gone, even in the middle of an item: nobody would take its result."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _answer(message: bytes) -> bytes:
    """Return the pickled outcome of one message; whatever goes wrong is an outcome too."""
    try:
        pickled, item = pickle.loads(message)  # noqa: S301 - our own parent's words
        return _pickled((True, pickle.loads(pickled)(item)), "the result")  # noqa: S301 - as above
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is asked for
        return _pickled_error(error)


def _pickled_error(error: Exception) -> bytes:
    """Return (False, error) pickled, with the worker's traceback as a note.

    Some libraries' exceptions can be pickled but not read back; those travel as Permanent with their name and text.
    """
    error.add_note("In the worker process:\n" + "".join(traceback.format_exception(error)))
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)  # noqa: S301 - our own words
    except Exception:  # noqa: BLE001 - foreign classes may raise anything here
        told = Permanent(f"{type(error).__name__}: {error}", reason="worker_error")
        told.add_note(error.__notes__[-1])
        return pickle.dumps((False, told))
    return message
