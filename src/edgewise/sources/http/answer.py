"""What a source is asked and what it answers: the one narrow object between Edgewise and any service or archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgewise.core.errors import NotFound, NotYetAvailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    Tell = Callable[[int], None]

DEFAULT_MAX_BYTES = 128 * 1024 * 1024
"""Largest decoded body a caller gets without asking for more: well above the 50 MB filings that do occur."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete body, decoded: never an error page, a block page or a body cut short.

    url:           where the body was read, after redirects.
    body:          decoded bytes, as the service means them (no gzip left).
    content_type:  media type and parameters as the service gives them, lower case; '' if it gives none.
    last_modified: UTC instant the service says it last changed; None where it says none, as archives never do.
    from_cache:    whether the service confirmed that our stored copy is still the present one.
    """

    url: str
    body: bytes
    content_type: str = ""
    last_modified: datetime | None = None
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """One complete body on disk: never an error page, a block page or a body cut short.

    url:           where the body was read, after redirects.
    path:          the file that holds it, decoded.
    size:          its bytes.
    etag:          the service's name for this version of it, as it came; '' if it gives none, as archives never do.
    last_modified: UTC instant the service says it last changed; None where it says none.
    """

    url: str
    path: Path
    size: int
    etag: str = ""
    last_modified: datetime | None = None


class Fetcher(Protocol):
    """Brings the bytes behind a URL, from the live service or from an archive of it. Safe to share between threads."""

    def get(self, url: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Answer:
        """Return the whole body behind `url`.

        Raises NotFound, if there is no such document; TooLarge, if it decodes to more than `max_bytes`; Throttled, if
        the service blocks us; ServiceUnavailable, if it gives no usable answer; Hostile and InvalidInput for URLs and
        bodies that cannot be meant.
        """
        ...

    def save(self, url: str, path: Path, *, max_bytes: int, on_bytes: Tell | None = None) -> Saved:
        """Write the whole body behind `url` to `path`, in the memory of a few pieces of it.

        It is written beside `path`, which changes when the body is whole, and not before.
        on_bytes: told how many bytes more are held; fewer than none where the document changed and begins anew.
        Raises what `get` raises; NotConfigured, if the disk is full or `path` cannot be written; WriteConflict, while
        somebody else saves to the same path.
        """
        ...

    def listing(self, prefix_url: str) -> Iterator[str]:
        """Yield every URL that begins with `prefix_url`, sorted; end it with '/' to mean a folder.

        Only an archive can list; the live client raises InvalidInput.
        """
        ...

    def close(self) -> None:
        """Let connections and files go."""
        ...


def get_listed(fetcher: Fetcher, url: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Answer:
    """Return the body behind a URL that an index or a feed lists.

    EDGAR lists documents some seconds before it serves them: what is listed and not found is NotYetAvailable, which is
    worth another try, unlike NotFound. All other errors are those of `Fetcher.get`.
    """
    try:
        return fetcher.get(url, max_bytes=max_bytes)
    except NotFound as error:
        raise NotYetAvailable(
            f"{url} is listed but not served yet", advice="Ask again in a minute; EDGAR serves it soon after listing."
        ) from error
