"""A rate limit in a file, shared by all processes of a machine.

The file holds one line, the turns, and is opened, locked, read, written and closed at each visit, in some ten
microseconds: whoever is killed on the way gives up the lock with its last breath, and a line half written has a check
sum that tells. The file must be on a local disk: other machines have other clocks.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from edgewise.core.errors import NotConfigured, ServiceUnavailable
from edgewise.core.limit import DeskLimit, Moment
from edgewise.core.turns import Instant, kept, machine_instant, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.core.turns import Turns

Result = TypeVar("Result")
_LOCK_WAIT_S = 10.0
_POLL_S = 0.001
_LARGEST_BYTES = 1024 * 1024


class FileLimit(DeskLimit):
    """The rate limit of all processes that name the same file; see `core.ports.Limit`.

    path:       made if it is missing, with its folder.
    rate_per_s: above 0, at most 10; the slowest that any sharer asked for in the last minute is in force.
    The other arguments replace time in tests.
    Raises InvalidInput for another rate; `wait` raises NotConfigured where the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        rate_per_s: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        instant: Callable[[], Instant] = machine_instant,
    ) -> None:
        super().__init__(_FileDesk(path, monotonic, instant), rate_per_s, sleep=sleep, monotonic=monotonic)


class _FileDesk:
    """Turns kept in a file."""

    def __init__(self, path: Path, monotonic: Callable[[], float], instant: Callable[[], Instant]) -> None:
        self._path, self._monotonic, self._instant = Path(path), monotonic, instant

    def visit(self, act: Callable[[Turns, Moment], Result]) -> Result:
        try:
            with self._locked() as file:
                record = os.pread(file, _LARGEST_BYTES, 0).decode(errors="replace")
                read_at, instant = self._monotonic(), self._instant()
                turns = restored(record, instant)
                result = act(turns, Moment(instant.now, read_at))
                # In place, for a renamed file would leave those who wait for the lock with the old one. What is left
                # of a longer line behind the end of this one is never read.
                os.pwrite(file, kept(turns, instant).encode(), 0)
        except ServiceUnavailable:  # ours, and an OSError too
            raise
        except OSError as error:
            raise NotConfigured(
                f"the rate limit cannot be kept in {self._path}: {error.strerror}",
                advice="Free space there, allow writing, or name another home or limit.",
            ) from error
        return result

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Give the file, ours alone inside the block."""
        while True:
            file = self._opened()
            try:
                self._lock(file)
                if self._still_there(file):
                    yield file
                    return
            finally:
                os.close(file)

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def _lock(self, file: int) -> None:
        """Wait for the lock. Not for ever: whoever holds it may have been stopped."""
        give_up_at = time.monotonic() + _LOCK_WAIT_S
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                    raise
            if time.monotonic() > give_up_at:
                raise ServiceUnavailable(
                    f"{self._path} is locked by another process for more than {_LOCK_WAIT_S:g} s",
                    advice="Continue or end the process that was stopped.",
                )
            time.sleep(_POLL_S)

    def _still_there(self, file: int) -> bool:
        """Return whether the path still leads to the file that we locked: somebody may have removed it meanwhile."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False
