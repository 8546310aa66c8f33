"""Bytes in files, written once.

A blob is written to a part file beside its place, flushed to the disk, and then linked to its name. Linking fails if
the name exists, also between processes, so nothing is ever overwritten or seen half. A part file that a killed process
left behind has a name that no key can have.
"""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = re.compile(r"(?!\.{1,2}(/|$))[a-z0-9.-]{1,200}(/(?!\.{1,2}(/|$))[a-z0-9.-]{1,200})*")
_LONGEST_KEY = 1000
_PART = "_part-"  # no key has an underscore
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class DiskBlobStore:
    """A blob store in a folder, which is created when the first blob is. Safe between threads and processes.

    A file system without hard links cannot hold it; the error says so.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).absolute()

    def __repr__(self) -> str:
        return f"DiskBlobStore({str(self.folder)!r})"

    def put(self, key: str, data: bytes) -> bool:
        """Store `data` under `key` unless it is there; return whether it was stored.

        Raises InvalidInput for a key that cannot be a file here, ServiceUnavailable on a full or failing disk,
        NotConfigured where writing is not allowed.
        """
        path = self._path(key)
        with _disk_errors(self.folder, key):
            if path.is_file():
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{_PART}{uuid4().hex}")
            try:
                _write_through(part, data)
                stored = _link(part, path)
            finally:
                part.unlink(missing_ok=True)
            _flush_folder(path.parent)
        return stored

    def get(self, key: str) -> bytes:
        """Return the bytes. Raises NotFound."""
        path = self._path(key)
        with _disk_errors(self.folder, key):
            return self._stored(path, key).read_bytes()

    def exists(self, key: str) -> bool:
        """Return whether `key` is stored."""
        path = self._path(key)
        with _disk_errors(self.folder, key):
            return path.is_file()

    def size(self, key: str) -> int:
        """Return the stored size in bytes. Raises NotFound."""
        path = self._path(key)
        with _disk_errors(self.folder, key):
            return self._stored(path, key).stat().st_size

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield all keys that start with `prefix`, in order."""
        return _keys(self.folder, "", prefix)

    def _stored(self, path: Path, key: str) -> Path:
        if not path.is_file():
            raise NotFound(f"there is no blob {key} in {self.folder}", advice="Ask exists before, or store it first.")
        return path

    def _path(self, key: str) -> Path:
        if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
            raise InvalidInput(
                f"{key[:_LONGEST_KEY]!r} is not a blob key",
                advice="Use lower-case letters, digits, '.', '-' and '/', without '..' or a leading '/'.",
            )
        return self.folder / key


def _write_through(part: Path, data: bytes) -> None:
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _link(part: Path, path: Path) -> bool:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        if path.is_file():
            return False
        raise
    return True


def _flush_folder(folder: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keys(folder: Path, at: str, prefix: str) -> Iterator[str]:
    """Yield the keys below `folder` in order, entering only folders that can hold `prefix`."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        entries = sorted((entry.name + "/" if entry.is_dir() else entry.name, entry.name) for entry in found)
    for ordered, name in entries:
        key = at + ordered
        if ordered.endswith("/") and (key.startswith(prefix) or prefix.startswith(key)):
            yield from _keys(folder / name, key, prefix)
        elif key.startswith(prefix) and _KEY.fullmatch(key):
            yield key


@contextmanager
def _disk_errors(folder: Path, key: str) -> Iterator[None]:
    """Turn what the disk says into our errors."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise InvalidInput(f"{key} is a blob and a folder at once in {folder}", advice="Choose another key.") from error
    except OSError as error:
        raise _disk_error(folder, error) from error


def _disk_error(folder: Path, error: OSError) -> NotConfigured | ServiceUnavailable:
    if error.errno in _FULL:
        return ServiceUnavailable(
            f"no space left for {folder}", advice="Free space, then run again.", reason="disk_full"
        )
    if error.errno in _FORBIDDEN:
        return NotConfigured(
            f"{folder} does not let us do this: {error.strerror}",
            advice="Give this user the rights to the folder, on a writable file system with hard links.",
            reason="disk_forbidden",
        )
    return ServiceUnavailable(f"the disk of {folder} failed: {error}", advice="Check it, then run again.")
