"""A large body on its way to disk: judged like any other, written as it comes, and continued where it broke off.

The rest of a broken body is asked for with Range and If-Range: the service sends it (206) where the document is still
the same, and the whole document (200) where it is not, or where it knows no ranges. What comes is checked against what
is held, and where the two do not fit, the transfer begins anew. Bodies are asked for as they are (`identity`), for
ranges count bytes of what is sent.

No deadline bounds the whole, but a body must bring `FLOOR_BYTES` in every `FLOOR_S`; and attempts count anew after so
many bytes that were never reached before. So a slow line takes the time that it needs, and a service that drips or
breaks off for ever is given up.

Source: RFC 9110, 13.1.5 (If-Range), 14.2 (Range), 14.4 (Content-Range), 8.8.2.2 (dates as strong validators).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, NoReturn

from edgewise.core.errors import ServiceUnavailable, TooLarge, Unusable
from edgewise.sources.http.answer import Saved
from edgewise.sources.http.body import beginning, decoded
from edgewise.sources.http.draft import Version
from edgewise.sources.http.retry import parse_http_date, parse_retry_after
from edgewise.sources.http.verdict import PAGE_BYTES, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from edgewise.sources.http.answer import Tell
    from edgewise.sources.http.draft import Draft
    from edgewise.sources.http.retry import Attempts

    Headers = Mapping[str, str]

FLOOR_BYTES = 1024 * 1024
FLOOR_S = 60.0
"""A body that brings less than `FLOOR_BYTES` within `FLOOR_S` seconds (140 kbit/s) is cut off, and asked for again."""

MOST_CHANGES = 5
"""How often a document that changed under way may count as a new one, whose attempts begin at its beginning."""

_OK, _PARTIAL, _BEYOND_THE_END = 200, 206, 416
_AS_IT_IS = frozenset({"", "identity"})
_SIZE = re.compile(r"\d{1,18}", re.ASCII)
_PART = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)
_SECOND = timedelta(seconds=1)


class Transfer:
    """Fills a draft from the answers to one URL.

    attempts: told when the transfer got on. monotonic: seconds of a clock that never goes back.
    max_bytes and on_bytes are those of `Fetcher.save`.
    """

    def __init__(
        self,
        draft: Draft,
        attempts: Attempts,
        *,
        max_bytes: int,
        monotonic: Callable[[], float],
        on_bytes: Tell | None = None,
    ) -> None:
        self._draft, self._attempts, self._max_bytes, self._monotonic = draft, attempts, max_bytes, monotonic
        self._tell = on_bytes or (lambda _: None)
        self._reached, self._changes = draft.held, 0
        self._tell(draft.held)

    @property
    def request_headers(self) -> dict[str, str]:
        """What to ask with: for the rest where something is held, else for all of it."""
        headers = {"Accept-Encoding": "identity"}
        if self._draft.can_be_continued:
            headers |= {"Range": f"bytes={self._draft.held}-", "If-Range": self._draft.version.validator}
        return headers

    def take(self, url: str, status: int, headers: Headers, chunks: Iterable[bytes]) -> None:
        """Write what an answer brings, until the document is whole.

        headers: by lower-case name. chunks: the body as it comes over the wire.
        Raises TooLarge as soon as the document is known to be; a transient error where it is not whole yet, so that it
        is asked for again; Unusable for a body whose end cannot be told from a cut; and what `refusal` returns.
        """
        pieces = decoded(self._paced(url, chunks), headers.get("content-encoding", ""), url=url)
        if self._draft.can_be_continued and status in {_PARTIAL, _BEYOND_THE_END}:
            ends_at: int | None = self._continued(url, headers if status == _PARTIAL else {})
        else:
            ends_at, pieces = self._begun(url, status, headers, pieces)
        for piece in pieces:
            self._write(url, piece, ends_at)
        size = self._draft.version.size
        if size is not None and self._draft.held != size:
            raise ServiceUnavailable(f"only {self._draft.held} of {size} bytes of {url} came", advice="Try again.")

    def finish(self, url: str, path: Path) -> Saved:
        """Put the file in its place. url: where it was read, after redirects."""
        version = self._draft.version
        self._draft.finish()
        changed_at = parse_http_date(version.last_modified)
        return Saved(url=url, path=path, size=self._draft.held, etag=version.etag, last_modified=changed_at)

    def _continued(self, url: str, headers: Headers) -> int:
        """Return where the part that comes will end. Forgets what is held, and raises, if the part does not fit it."""
        held, part = self._draft.version, _PART.fullmatch(headers.get("content-range", "").strip())
        first, last, size = map(int, part.groups()) if part else (-1, -1, -1)
        changed_at = headers.get("last-modified", held.last_modified)  # which a part need not repeat, unlike the ETag
        same = (headers.get("etag", ""), changed_at) == (held.etag, held.last_modified) and held.size in {None, size}
        if not same or first != self._draft.held or not first <= last < size or _encoded(headers):
            self._forget(url)
        self._bounded(url, size)
        self._draft.version = replace(held, size=size)
        return last + 1

    def _begun(
        self, url: str, status: int, headers: Headers, pieces: Iterator[bytes]
    ) -> tuple[int | None, Iterator[bytes]]:
        """Begin the draft with a whole document; return its size, None where it is not known, and all its pieces."""
        version = _version(headers)
        if status == _OK:
            self._bounded(url, version.size or 0)
        head = beginning(pieces, PAGE_BYTES)
        retry_after_s = parse_retry_after(headers.get("retry-after"), headers.get("date"))
        if error := refusal(url, status, head[:PAGE_BYTES], retry_after_s=retry_after_s):
            raise error
        if version.size is None and not _encoded(headers) and "transfer-encoding" not in headers:
            raise Unusable(
                f"{url} comes without its length, so that a part of it would look like all of it",
                advice="Fetch it with a browser, and compare its size.",
                reason="no_length",
            )
        self._note_change(version)
        self._tell(-self._draft.held)
        self._draft.begin(version)
        return version.size, chain([head], pieces)

    def _write(self, url: str, piece: bytes, ends_at: int | None) -> None:
        self._bounded(url, self._draft.held + len(piece))
        if ends_at is not None and self._draft.held + len(piece) > ends_at:
            self._forget(url)
        self._draft.write(piece)
        self._tell(len(piece))
        if self._draft.held - self._reached >= FLOOR_BYTES:
            self._reached = self._draft.held
            self._attempts.begin_anew()

    def _paced(self, url: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks; cut off a body that brings too little."""
        since, brought = self._monotonic(), 0
        for chunk in chunks:
            yield chunk
            brought += len(chunk)
            if self._monotonic() - since < FLOOR_S:
                continue
            if brought < FLOOR_BYTES:
                raise ServiceUnavailable(
                    f"{url} arrives too slowly: {brought} bytes in {FLOOR_S:g} s", advice="Try again later."
                )
            since, brought = self._monotonic(), 0

    def _note_change(self, version: Version) -> None:
        """A document that changed has its own attempts."""
        changed = version.validator not in {"", self._draft.version.validator}
        if changed and self._reached and self._changes < MOST_CHANGES:
            self._reached, self._changes = 0, self._changes + 1

    def _bounded(self, url: str, size: int) -> None:
        if size > self._max_bytes:
            raise TooLarge(
                f"{url} has {size} bytes or more, and {self._max_bytes} are allowed",
                advice="Raise max_bytes if it should be that large.",
            )

    def _forget(self, url: str) -> NoReturn:
        self._tell(-self._draft.held)
        self._draft.begin(Version())
        raise ServiceUnavailable(
            f"what came of {url} does not fit what is held of it", advice="Try again: it begins anew."
        )


def _encoded(headers: Headers) -> bool:
    return headers.get("content-encoding", "").strip().lower() not in _AS_IT_IS


def _version(headers: Headers) -> Version:
    """Return what a 200 says of the document; of one that is encoded all the same, nothing can be continued."""
    etag, last_modified = headers.get("etag", ""), headers.get("last-modified", "")
    if _encoded(headers):
        return Version(etag=etag, last_modified=last_modified)
    length = headers.get("content-length", "")
    return Version(
        validator=_validator(etag, last_modified, headers.get("date", "")),
        etag=etag,
        last_modified=last_modified,
        size=int(length) if _SIZE.fullmatch(length) else None,
    )


def _validator(etag: str, last_modified: str, date: str) -> str:
    """Return a strong validator; '' if there is none, for a weak ETag or a date of this very second may be of two."""
    if etag.startswith('"'):
        return etag
    changed_at, served_at = parse_http_date(last_modified), parse_http_date(date)
    settled = changed_at and served_at and served_at - changed_at >= _SECOND
    return last_modified if settled else ""
