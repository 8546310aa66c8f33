"""Bodies kept with what the service needs to say "still the same": an ETag or a Last-Modified date.

Nothing is ever served from here unasked: each use is confirmed by a 304, so a kept body can be old but not outdated.
Only whole, judged answers come in, which is why this is ours: a caching transport stores what arrives on the wire,
before anybody has seen that the page with status 200 is a block page or that the gzip ends early.

One file per URL: a line of JSON, then the decoded body. Written beside and renamed, so a reader never sees half of one.
The folder stays within a bound: what was used longest ago goes first, by the files' modification times, which every
use renews. Any process may clear up, several at once do no harm, and what a killed one left half written goes, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFAULT_MAX_BYTES = 2 * 1024**3
# Clearing up makes room for a tenth, and looks at all files only after a tenth was written.
_ROOM = 0.1
_DRAFT_LASTS_S = 3600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept body. `etag` and `last_modified` are header values as the service sent them, '' if it sent none."""

    url: str
    etag: str
    last_modified: str
    content_type: str
    body: bytes

    @property
    def conditions(self) -> dict[str, str]:
        """The request headers that ask "has it changed?"."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class ConditionalCache:
    """Kept bodies in a folder. Safe to share between threads and processes: the last writer of a URL wins, whole.

    max_bytes: what the files may have together; each process that writes may exceed it by a tenth for a while. A body
               of more than a tenth is not kept.
    Both methods raise NotConfigured where the folder cannot be read or written.
    """

    def __init__(self, folder: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._clearing = threading.Lock()
        self._until_clearing = 0  # the first write looks: others may have filled the folder

    def find(self, url: str) -> Kept | None:
        """Return what is kept for `url`; None if nothing is, or if the file is damaged and must be fetched anew."""
        path = self._path(url)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        return _restored(head, body, url)

    def keep(self, kept: Kept) -> None:
        """Keep a body in place of the one before."""
        facts = asdict(kept) | {"body": hashlib.sha256(kept.body).hexdigest()}
        data = json.dumps(facts).encode() + b"\n" + kept.body
        try:
            if len(data) > _ROOM * self._max_bytes:
                return self._path(kept.url).unlink(missing_ok=True)
            self._make_room(len(data))
            _replace(self._path(kept.url), data)
        except OSError as error:
            raise self._unusable(error) from error

    def _make_room(self, size: int) -> None:
        """Clear up if so much was written since the last time; threads that write meanwhile wait."""
        with self._clearing:
            self._until_clearing -= size
            if self._until_clearing < 0:
                self._clear_up()
                self._until_clearing = int(_ROOM * self._max_bytes)

    def _clear_up(self) -> None:
        """Remove what was used longest ago until there is room, and drafts that nobody will finish; others may be."""
        files = sorted(_files(self._folder))
        too_much = sum(size for _, size, _ in files) - int((1 - _ROOM) * self._max_bytes)
        for used_at, size, path in files:
            is_draft = "." in path.name
            if time.time() - used_at > _DRAFT_LASTS_S if is_draft else too_much > 0:
                path.unlink(missing_ok=True)
                too_much -= size

    def _path(self, url: str) -> Path:
        digest = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / digest[:2] / digest

    def _unusable(self, error: OSError) -> NotConfigured:
        return NotConfigured(
            f"the cache folder {self._folder} cannot be used: {error}", advice="Free space there or choose another one."
        )


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield when each file was last used, its size in bytes and where it is. Others may remove some meanwhile."""
    for path in folder.glob("??/*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            yield found.st_mtime, found.st_size, path


def _replace(path: Path, data: bytes) -> None:
    """Write `data` at `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _restored(head: bytes, body: bytes, url: str) -> Kept | None:
    try:
        kept = Kept(**json.loads(head) | {"body": body})
        whole = json.loads(head)["body"] == hashlib.sha256(body).hexdigest()
    except (ValueError, TypeError, KeyError):
        return None
    return kept if whole and kept.url == url else None
