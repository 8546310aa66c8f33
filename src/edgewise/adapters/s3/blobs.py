"""Bytes in a bucket, written once.

A blob is one PUT on the condition that nothing is there (`If-None-Match: *`), which the store decides: of many writers
one wins, and an object is there whole or not at all. Where the answer to a PUT is lost on the way, the repeated PUT
finds its own object and `put` says False, which is why nobody may take False for "stored by somebody else".
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured, NotFound, ServiceUnavailable, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9!_.*'()/=-]*))?")
_KEY = re.compile(r"(?!\.{1,2}(/|$))[a-z0-9.-]{1,200}(/(?!\.{1,2}(/|$))[a-z0-9.-]{1,200})*")
_LONGEST_KEY = 1000
_REQUEST_S = 60
_RETRIES = 8
_SHOWN = 600
_THROTTLED = ("SlowDown", "429 Too Many Requests")
_NOT_ALLOWED = ("403 Forbidden", "401 Unauthorized", "credential", "/latest/api/token")


class S3BlobStore:
    """A blob store below s3://bucket/prefix. Safe between threads and processes; it makes no bucket.

    Endpoint, region and credentials come from the standard AWS_ variables or the machine's role, as its library finds
    them. A plain http:// endpoint is allowed: it is only used where somebody wrote it into AWS_ENDPOINT_URL.

    patience_s: seconds after which a request that fails is not tried again; one try may take as long, 60 s at most.
    Raises InvalidInput for a URL that names no bucket. Every method raises ServiceUnavailable or Throttled when the
    store still does not answer after that, NotConfigured where the bucket is missing or access is refused, and
    InvalidInput for a malformed key.
    """

    def __init__(self, url: str, *, patience_s: float = 60) -> None:
        parts = _URL.fullmatch(url)
        if parts is None:
            raise InvalidInput(f"{url!r} names no bucket", advice="Write s3://bucket/prefix.")
        self.bucket = parts["bucket"]
        self.prefix = (parts["prefix"] or "").strip("/")
        self._known = False
        with _s3_errors(self._name):
            self._store = S3Store(
                self.bucket,
                prefix=self.prefix or None,
                client_options={
                    "allow_http": True,
                    "connect_timeout": timedelta(seconds=min(5, patience_s)),
                    "timeout": timedelta(seconds=min(_REQUEST_S, patience_s)),
                },
                retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=patience_s)},
            )

    def __repr__(self) -> str:
        return f"S3BlobStore({self._name!r})"

    def put(self, key: str, data: bytes) -> bool:
        """Store `data` under `key` unless it is there; return whether this call is known to have stored it."""
        with _s3_errors(self._name):
            try:
                obstore.put(self._store, _checked(key), data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        """Return the bytes. Raises NotFound."""
        with self._told_apart(key):
            return bytes(obstore.get(self._store, _checked(key)).bytes())

    def exists(self, key: str) -> bool:
        """Return whether `key` is stored."""
        try:
            self.size(key)
        except NotFound:
            return False
        return True

    def size(self, key: str) -> int:
        """Return the stored size in bytes. Raises NotFound."""
        with self._told_apart(key):
            return int(obstore.head(self._store, _checked(key))["size"])

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield all keys that start with `prefix`, in order, a page at a time."""
        folder = prefix.rpartition("/")[0]
        if folder and not _KEY.fullmatch(folder):
            return
        before = prefix[:-1] if _KEY.fullmatch(prefix[:-1]) else None
        with _s3_errors(self._name):
            pages = obstore.list(self._store, folder or None, offset=before)
        while page := self._next(pages):
            for key in page:
                if key.startswith(prefix) and _KEY.fullmatch(key):
                    yield key
                elif key > prefix and not key.startswith(prefix):
                    return

    @property
    def _name(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def _next(self, pages: Iterator[object]) -> list[str]:
        with _s3_errors(self._name):
            page = next(pages, None)
        return [str(found["path"]) for found in page] if page else []  # type: ignore[attr-defined]

    @contextmanager
    def _told_apart(self, key: str) -> Iterator[None]:
        """Tell a key that is not there from a bucket that is not: the store answers 404 to both."""
        with _s3_errors(self._name):
            try:
                yield
            except (NotFoundError, FileNotFoundError) as error:
                if not self._known:
                    self._next(iter(obstore.list(self._store, chunk_size=1)))
                    self._known = True
                raise NotFound(f"no blob {key} in {self._name}") from error


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise InvalidInput(
            f"{key[:_LONGEST_KEY]!r} is not a blob key",
            advice="Use lower-case letters, digits, '.', '-' and '/', without '..' or a leading '/'.",
        )
    return key


@contextmanager
def _s3_errors(name: str) -> Iterator[None]:
    """Turn what the store says into our errors."""
    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, EdgewiseError):
            raise
        raise _s3_error(name, error) from error


def _s3_error(name: str, error: Exception) -> EdgewiseError:
    said = " ".join(str(error).partition("Debug source:")[0].split())
    what = f"{name} did not answer: {said[:_SHOWN]}"
    if "NoSuchBucket" in said:
        return NotConfigured(f"{name} names a bucket that does not exist", advice="Make it, or name another.")
    if any(sign in said for sign in _THROTTLED):
        return Throttled(what, advice="Run again in a moment, with fewer workers.")
    refused = isinstance(error, (PermissionDeniedError, UnauthenticatedError, PermissionError))
    if refused or any(sign in said for sign in _NOT_ALLOWED):
        return NotConfigured(
            what, advice="Check the rights to the bucket, and the credentials in AWS_ACCESS_KEY_ID or the role."
        )
    return ServiceUnavailable(what, advice="Check AWS_ENDPOINT_URL and the network, then run again.")
