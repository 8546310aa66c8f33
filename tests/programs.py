"""Programs in processes of their own that begin with their libraries imported.

A fresh interpreter spends a second or two of processor time on imports, and a run of the tests starts more than a
hundred. So each worker keeps one process that imports and does nothing else (`tests/starter.py`), and forks it: what it
forks is a process as any other. It can be killed, shares no thread, connection or open file with the tests, and finds
modules as they are before anybody used them.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ONE_AT_A_TIME = threading.Lock()


def started(command: Sequence[object], *, needs: Sequence[str] = (), **options: Any) -> Any:
    """Start `command`, whose first word is this Python, as `subprocess.Popen` does with the options of `Program`.

    needs: the modules it imports first; imported once for all programs of a worker.
    """
    if sys.platform != "linux":
        return subprocess.Popen([os.fspath(word) for word in command], **options)
    return Program(command, needs=needs, **options)


class Program:
    """A running program, with what the tests use of `subprocess.Popen`. It says no more than a pipe holds."""

    def __init__(
        self,
        command: Sequence[object],
        *,
        needs: Sequence[str] = (),
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        text: bool = False,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        start_new_session: bool = False,
    ) -> None:
        python, *words = (os.fspath(word) for word in command)
        assert python == sys.executable
        self.args = command
        self.returncode: int | None = None
        self._end, told = socket.socketpair()
        self._heard = b""
        ends = [_ends(number, given) for number, given in enumerate((stdin, stdout, stderr))]
        request = {
            "command": words,
            "needs": list(needs),
            "cwd": os.fspath(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "start_new_session": start_new_session,
        }
        with _ONE_AT_A_TIME:
            socket.send_fds(
                _starter(), [json.dumps(request).encode()], [*(theirs for _, theirs in ends), told.fileno()]
            )
        told.close()
        for (ours, theirs), given in zip(ends, (stdin, stdout, stderr), strict=True):
            if given == subprocess.PIPE:
                os.close(theirs)
                assert ours is not None
        modes = ("w", "r", "r") if text else ("wb", "rb", "rb")
        self.stdin, self.stdout, self.stderr = (
            None if ours is None else os.fdopen(ours, mode) for (ours, _), mode in zip(ends, modes, strict=True)
        )
        self.pid = self._told("pid", None)

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            try:
                self.returncode = self._told("end", timeout)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired([str(word) for word in self.args], timeout or 0) from None
            self._end.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            # It may have ended since, and its end not be told yet.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)

    def communicate(self, *, timeout: float | None = None) -> tuple[Any, Any]:
        """Say no more, hear all that is said and wait for the end; the patience is for that alone."""
        if self.stdin:
            self.stdin.close()
        said = tuple(stream.read() if stream else None for stream in (self.stdout, self.stderr))
        self.wait(timeout)
        self._close()
        return said  # type: ignore[return-value]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self.wait()

    def _close(self) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()

    def _told(self, what: str, patience_s: float | None) -> int:
        """Return the number in the next line that is told of it; anything else is no program to be heard of again."""
        self._end.settimeout(patience_s)
        while b"\n" not in self._heard:
            more = self._end.recv(64)
            if not more:
                break
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        told, _, number = line.decode().partition(" ")
        if told != what:
            self._end.close()
            raise ChildProcessError(f"of {self.args} nobody tells the {what}, but {line!r}")
        return int(number)


def whole_lines(told: Sequence[str]) -> list[str]:
    """Return the lines that a killed program said to their end: of the last one, a kill may leave "12 1" of "12 13"."""
    return [line for line in told if line.endswith("\n")]


def _ends(number: int, given: int | IO[Any] | None) -> tuple[int | None, int]:
    """Return our end of a pipe, None without one, and what the program has as its descriptor of that number."""
    if given == subprocess.PIPE:
        read, write = os.pipe()
        return (write, read) if number == 0 else (read, write)
    if given is None:
        return None, number
    return None, given if isinstance(given, int) else given.fileno()


@cache
def _starter() -> socket.socket:
    """Return the line to this worker's starter, which ends when the line does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, str(Path(__file__).with_name("starter.py")), str(theirs.fileno())]
    # Forked, threads of a library would be missing: it has none but its first.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    kept = subprocess.Popen(
        command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    theirs.close()

    def end() -> None:
        ours.close()
        kept.wait(10)

    atexit.register(end)
    return ours
