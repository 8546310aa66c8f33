"""Where an archive's files stand: a folder or a zip, read in place and never unpacked to disk.

Both refuse what an archive made to do harm holds: names that climb out ('..', absolute, backslashes, NUL), links that
leave, devices, members that unfold to far more than they weigh.
"""

from __future__ import annotations

import bisect
import errno
import os
import stat
import threading
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import quote

from edgewise.core.errors import Hostile, NotFound, ServiceUnavailable, TooLarge, Unparsable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

HIGHEST_RATIO = 250
"""Most times its compressed size that a member may have; real filings, full of blanks, reach 44."""

_PIECE_BYTES = 1024 * 1024
_HARMLESS_BYTES = 1024 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
# What RFC 3986 lets stand in a path unescaped, so that EDGAR's own URLs come back as they were.
_PLAIN = "/-._~!$&'()*+,;=:@"


class Shelf(Protocol):
    """Files by name. A name is a relative path with '/' between its parts."""

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return a file's bytes. Raises NotFound, TooLarge, Hostile, Unparsable, ServiceUnavailable."""
        ...

    def pieces(self, name: str, max_bytes: int) -> Generator[bytes]:
        """Yield a file's bytes, a megabyte at a time. Raises what `read` raises."""
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`, percent-encoded as `prefix` is, sorted in that form."""
        ...

    def close(self) -> None:
        """Let open files go; the next `read` opens them again."""
        ...


def checked_name(name: str) -> str:
    """Return `name` if it stays inside the archive. Raises Hostile for one that climbs out or hides what it is."""
    parts = name.split("/")
    printable = all(character >= " " for character in name) and name.encode(errors="ignore").decode() == name
    if "\\" in name or not printable or not {"", ".", ".."}.isdisjoint(parts):
        raise Hostile(f"the name {name!r} leaves its archive", advice="Do not use this archive.")
    return name


class FolderShelf:
    """A folder. Looks only at what is asked for, so a million files cost nothing until they are listed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return a file's bytes; see `Shelf.read`."""
        path = self._inside(self._root / checked_name(name))
        try:
            body = _beginning(path, max_bytes + 1) if _is_file(path) else None
        except OSError as error:
            raise _unreadable(path, error) from error
        if body is None:
            raise self._missing(name)
        if len(body) > max_bytes:
            raise _too_large(name, max_bytes)
        return body

    def pieces(self, name: str, max_bytes: int) -> Generator[bytes]:
        """Yield a file's bytes piece by piece; see `Shelf.pieces`."""
        path = self._inside(self._root / checked_name(name))
        try:
            file = path.open("rb") if _is_file(path) else None
        except OSError as error:
            raise _unreadable(path, error) from error
        if file is None:
            raise self._missing(name)
        with file:
            if os.fstat(file.fileno()).st_size > max_bytes:
                raise _too_large(name, max_bytes)
            while piece := _next_piece(file, path):
                yield piece

    def names(self, prefix: str) -> Iterator[str]:
        """Yield names as they are met; see `Shelf.names`. A link to a folder is not entered: its files stand once."""
        return self._walk(self._root, "", prefix)

    def close(self) -> None:
        """Nothing stays open."""

    def _walk(self, folder: Path, above: str, prefix: str) -> Iterator[str]:
        found = []
        for entry in os.scandir(folder):
            is_folder = entry.is_dir(follow_symlinks=False)
            name = above + quote(checked_name(entry.name), _PLAIN) + ("/" if is_folder else "")
            if name.startswith(prefix) or (is_folder and prefix.startswith(name)):
                found.append((name, entry))
        for name, entry in sorted(found, key=lambda pair: pair[0]):
            path = self._inside(folder / entry.name)
            if name.endswith("/"):
                yield from self._walk(folder / entry.name, name, prefix)
            elif _is_file(path):
                yield name

    def _inside(self, path: Path) -> Path:
        try:
            target = path.resolve()
        except RuntimeError as error:  # how Python 3.11 and 3.12 report a circle of links
            raise Hostile(f"{path} is a link that leads to itself", advice="Remove the link.") from error
        if not target.is_relative_to(self._root):
            raise Hostile(f"{path} leads out of its archive", advice="Remove the link.")
        return target

    def _missing(self, name: str) -> NotFound | ServiceUnavailable:
        if self._root.is_dir():
            return NotFound(f"there is no {name} in {self._root}", advice="Check the URL and the archive.")
        return ServiceUnavailable(f"the archive {self._root} is gone", advice="Was it moved or its disk unmounted?")


class ZipShelf:
    """A zip file. Names are indexed once, members are read by many threads at a time.

    Opened at first use, and anew in every process: a forked child would share the position in the parent's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._opening = threading.Lock()
        self._opened: tuple[int, zipfile.ZipFile] | None = None
        self._sorted: list[str] | None = None

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return a member's bytes; see `Shelf.read`."""
        member = self._member(name, max_bytes)
        archive = self._archive()
        with self._reading(name), archive.open(member) as file:
            # One byte more than declared: reading is bounded by what is asked, never by what unfolds.
            return file.read(member.file_size + 1)

    def pieces(self, name: str, max_bytes: int) -> Generator[bytes]:
        """Yield a member's bytes piece by piece; see `Shelf.pieces`."""
        member = self._member(name, max_bytes)
        archive = self._archive()
        with self._reading(name), archive.open(member) as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    def names(self, prefix: str) -> Iterator[str]:
        """Yield member names; see `Shelf.names`."""
        if self._sorted is None:
            members = self._archive().infolist()
            self._sorted = sorted(quote(member.filename, _PLAIN) for member in members if not member.is_dir())
        start = bisect.bisect_left(self._sorted, prefix)
        for position in range(start, len(self._sorted)):
            if not self._sorted[position].startswith(prefix):
                return
            yield self._sorted[position]

    def close(self) -> None:
        """Close the file; the next `read` opens it again."""
        with self._opening:
            if self._opened is not None:
                self._opened[1].close()
            self._opened = None

    def _archive(self) -> zipfile.ZipFile:
        opened = self._opened
        if opened is not None and opened[0] == os.getpid():
            return opened[1]
        with self._opening:
            if self._opened is None or self._opened[0] != os.getpid():
                self._opened = os.getpid(), self._open()
            return self._opened[1]

    def _open(self) -> zipfile.ZipFile:
        try:
            archive = zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self._damaged(str(error)) from error
        except OSError as error:
            raise _unreadable(self._path, error) from error
        try:
            _check_names(archive)
        except Hostile:
            archive.close()
            raise
        return archive

    def _member(self, name: str, max_bytes: int) -> zipfile.ZipInfo:
        """Return a member that may be read."""
        try:
            member = self._archive().getinfo(checked_name(name))
        except KeyError:
            raise NotFound(f"there is no {name} in {self._path}", advice="Check the URL and the archive.") from None
        if member.flag_bits & _ENCRYPTED:
            raise self._damaged(f"{member.filename} is encrypted")
        if member.compress_type not in _METHODS:
            raise self._damaged(f"{member.filename} uses compression method {member.compress_type}")
        if member.file_size > max(_HARMLESS_BYTES, HIGHEST_RATIO * member.compress_size):
            raise Hostile(
                f"{member.filename} in {self._path} unfolds {member.compress_size} bytes to {member.file_size}",
                advice=f"Real documents stay below {HIGHEST_RATIO} times; do not use this archive.",
            )
        if member.file_size > max_bytes:
            raise _too_large(member.filename, max_bytes)
        return member

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        """Tell what goes wrong while a member is read."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise self._damaged(f"{name}: {error}") from error
        except OSError as error:
            if error.errno == errno.EINVAL:  # its index points before the beginning of the file
                raise self._damaged(f"{name}: {error}") from error
            raise _unreadable(self._path, error) from error

    def _damaged(self, what: str) -> Unparsable:
        return Unparsable(
            f"the zip file {self._path} cannot be read: {what}",
            advice="Make it anew with stored or deflated members and no password.",
        )


def _is_file(path: Path) -> bool:
    """Return whether `path` is a regular file: a pipe or a device would never end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise


def _beginning(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _next_piece(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_PIECE_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ServiceUnavailable:
    return ServiceUnavailable(f"{path} cannot be read: {error}", advice="Check the disk and its rights.")


def _check_names(archive: zipfile.ZipFile) -> None:
    """Raise Hostile if any member's name leaves the archive, stands twice or belongs to a link."""
    seen = set()
    for member in archive.infolist():
        name = checked_name(member.orig_filename.removesuffix("/"))
        if name in seen:
            raise Hostile(f"{name} stands twice in {archive.filename}", advice="Which one counts cannot be told.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Hostile(f"{name} in {archive.filename} is a link", advice="Store the file itself.")
        seen.add(name)


def _too_large(name: str, max_bytes: int) -> TooLarge:
    return TooLarge(f"{name} has more than {max_bytes} bytes", advice="Raise max_bytes if it should be that large.")
