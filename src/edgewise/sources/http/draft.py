"""A file on its way to disk: written beside its place, renamed when it is whole, and continued by whoever comes next.

Beside the draft, `<name>.part`, lie its notes, `<name>.part.json`: which version of which document it is of, and how
many of its bytes are surely on the disk. A process that was killed leaves both, and loses at most the last
`NOTED_BYTES`; even after a power cut no byte is believed that was not flushed. One writer at a time has a draft, by a
lock that ends with it.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured, Permanent, WriteConflict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from pathlib import Path
    from types import TracebackType
    from typing import Self

NOTED_BYTES = 16 * 1024 * 1024
"""How many bytes are written between two notes: what a killed process may lose."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which content of a document the bytes are of. `etag` and `last_modified` are as the service sent them, or ''.

    validator: what tells it apart byte by byte, for If-Range; '' where nothing does, and nothing can be continued.
    size:      bytes of the whole; None where it is not known.
    """

    validator: str = ""
    etag: str = ""
    last_modified: str = ""
    size: int | None = None


class Draft:
    """The bytes of `url` that are held for `path`. Use it as a context manager; whoever has it, has it alone.

    Left in good order it is gone, renamed or not. A transient error, or being interrupted, leaves it for the next run,
    if it can be continued then; a permanent error leaves nothing.
    All methods raise NotConfigured where the disk is full or the folder cannot be written; entering also WriteConflict
    where another thread or process writes the same file.
    """

    def __init__(self, path: Path, url: str) -> None:
        self._path, self._url = path, url
        self._part = path.with_name(f"{path.name}.part")
        self._notes = path.with_name(f"{path.name}.part.json")
        self._noted = 0
        self.held = 0
        self.version = Version()

    @property
    def can_be_continued(self) -> bool:
        """Whether the rest can be asked for: something is held, and it is known what of."""
        return self.held > 0 and bool(self.version.validator)

    def __enter__(self) -> Self:
        with self._on_disk():
            self._file = _locked(self._path, self._part)
            try:
                self._restore()
            except BaseException:
                self._file.close()
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._file:
            if kind is None or issubclass(kind, Permanent) or not self.can_be_continued:
                return self._drop()
            try:
                self._note()
            except NotConfigured:
                self._drop()
                raise

    def begin(self, version: Version) -> None:
        """Forget what is held; what is written from now on is of `version`."""
        with self._on_disk():
            self._notes.unlink(missing_ok=True)
            self._file.seek(0)
            self._file.truncate()
        self.held, self._noted, self.version = 0, 0, version

    def write(self, piece: bytes) -> None:
        """Add the next bytes."""
        rest = memoryview(piece)
        with self._on_disk():
            while rest:
                rest = rest[self._file.write(rest) :]
        self.held += len(piece)
        if self.held - self._noted >= NOTED_BYTES and self.can_be_continued:
            self._note()

    def finish(self) -> None:
        """Put what is held in its place."""
        with self._on_disk():
            os.fsync(self._file.fileno())
            self._notes.unlink(missing_ok=True)
            self._part.replace(self._path)

    def _restore(self) -> None:
        """Take over what another run has left of the same document.

        Of a whole one all but the last byte: asking for that tells whether the document is still the same.
        """
        found = _read_notes(self._notes, self._url, self._file.seek(0, os.SEEK_END))
        if found:
            self.version, held = found
            self.held = self._noted = min(held, (self.version.size or held + 1) - 1)
        self._file.seek(self.held)
        self._file.truncate()

    def _note(self) -> None:
        """Write down what is surely on the disk."""
        with self._on_disk():
            os.fsync(self._file.fileno())
            facts = {"url": self._url, "held": self.held, **asdict(self.version)}
            self._notes.write_text(json.dumps(facts), encoding="utf-8")
        self._noted = self.held

    def _drop(self) -> None:
        """Remove the draft, unless it was renamed; where that fails, the error on its way tells more."""
        with suppress(OSError):
            if _is_still(self._part, self._file):
                self._notes.unlink(missing_ok=True)
                self._part.unlink()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotConfigured(
                f"{self._path} cannot be written: {error.strerror or error}",
                advice="Free space there, or choose another folder that can be written.",
            ) from error


def _locked(path: Path, part: Path) -> FileIO:
    """Return the draft, open for this writer alone."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    while True:
        file = open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b", buffering=0)  # noqa: SIM115, PTH123
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise WriteConflict(f"{path} is being fetched already", advice="Wait until that is done.") from error
        if _is_still(part, file):
            return file
        file.close()  # it was finished or dropped while we came for it


def _is_still(part: Path, file: FileIO) -> bool:
    """Return whether the open file is the one that has the draft's name."""
    try:
        found = part.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(file.fileno()))


def _read_notes(notes: Path, url: str, size: int) -> tuple[Version, int] | None:
    """Return version and surely held bytes of a draft of `size` bytes; None if there is nothing to be continued."""
    try:
        facts = json.loads(notes.read_text(encoding="utf-8"))
        held, of = facts.pop("held"), facts.pop("url")
        version = Version(**facts)
        whole = version.size
        fits = 0 < held <= size and (whole is None or held <= whole)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):  # half written by a process that was killed
        return None
    return (version, held) if fits and of == url and version.validator else None
