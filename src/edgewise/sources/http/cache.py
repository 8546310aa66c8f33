"""Bodies kept with what the service needs to say "still the same": an ETag or a Last-Modified date.

Nothing is ever served from here unasked: each use is confirmed by a 304, so a kept body can be old but not outdated.
Only whole, judged answers come in, which is why this is ours: a caching transport stores what arrives on the wire,
before anybody has seen that the page with status 200 is a block page or that the gzip ends early.

One file per URL: a line of JSON, then the decoded body. Written beside and renamed, so a reader never sees half of one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from pathlib import Path


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

    Both methods raise NotConfigured where the folder cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, url: str) -> Kept | None:
        """Return what is kept for `url`; None if nothing is, or if the file is damaged and must be fetched anew."""
        try:
            head, _, body = self._path(url).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        return _restored(head, body, url)

    def keep(self, kept: Kept) -> None:
        """Keep a body in place of the one before."""
        facts = asdict(kept) | {"body": hashlib.sha256(kept.body).hexdigest()}
        try:
            _replace(self._path(kept.url), json.dumps(facts).encode() + b"\n" + kept.body)
        except OSError as error:
            raise self._unusable(error) from error

    def _path(self, url: str) -> Path:
        digest = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / digest[:2] / digest

    def _unusable(self, error: OSError) -> NotConfigured:
        return NotConfigured(
            f"the cache folder {self._folder} cannot be used: {error}", advice="Free space there or choose another one."
        )


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
