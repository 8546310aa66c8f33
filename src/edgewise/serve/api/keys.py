"""Who may ask and how often: API keys, a rate for each, and which pages of other sites may ask.

A key is known only by its SHA-256. What is given is hashed and compared with every one in constant time; it is neither
logged nor answered. Each key has a bucket of questions that fills evenly: a page that asks a few at once need not wait.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured
from edgewise.serve.api.errors import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

GUARDED = "/api/"
BURST_S = 10.0
LEAST_LENGTH = 16
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_DIGEST = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)
_ADVICE = "Give name:key pairs separated by commas; a key has 16 characters or more, or is sha256=HEX of one."


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Who may ask.

    keys:       SHA-256 of each key by the name of its holder; none lets everybody ask, as often as they like.
    per_minute: questions a minute of each holder, ten seconds' worth of them at once; 0 lifts the limit.
    origins:    sites whose pages may ask from a browser, `*` for all.
    """

    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    per_minute: float = 0.0
    origins: tuple[str, ...] = ()

    def holder(self, key: str) -> str | None:
        """Return whose key this is, None for nobody's. Takes as long whoever's it is."""
        given, found = hashlib.sha256(key.encode()).digest(), None
        for name, digest in self.keys.items():
            if hmac.compare_digest(given, digest):
                found = name
        return found


def parse_keys(text: str) -> dict[str, bytes]:
    """Return the hash of each key of `ann:KEY,bob:sha256=HEX` by name. Raises NotConfigured without showing a key."""
    found: dict[str, bytes] = {}
    for number, pair in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, _, key = pair.partition(":")
        digest = _DIGEST.fullmatch(key)
        if not _NAME.fullmatch(name) or name in found or (digest is None and len(key) < LEAST_LENGTH):
            raise NotConfigured(f"EDGEWISE_API_KEYS: entry {number} is no key of a new name", advice=_ADVICE)
        found[name] = bytes.fromhex(digest[1]) if digest else hashlib.sha256(key.encode()).digest()
    return found


class Bucket:
    """Questions that may be asked now: fills evenly up to its size. Safe to share between threads."""

    def __init__(self, per_minute: float, tick: Callable[[], float]) -> None:
        self._per_s = per_minute / 60
        self._size = max(1.0, self._per_s * BURST_S)
        self._tick = tick
        self._left = self._size
        self._at = tick()
        self._turn = threading.Lock()

    def take(self) -> float:
        """Take one question and return 0, or return the seconds until there is one."""
        with self._turn:
            now = self._tick()
            self._left = min(self._size, self._left + (now - self._at) * self._per_s)
            self._at = now
            if self._left >= 1:
                self._left -= 1
                return 0.0
            return (1 - self._left) / self._per_s


class KeyGate:
    """ASGI middleware: questions below /api/ pass with a known key that has not asked too often."""

    def __init__(self, app: ASGIApp, *, access: ApiAccess, tick: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._access = access
        self._buckets = {name: Bucket(access.per_minute, tick) for name in access.keys if access.per_minute}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 429, or pass the question on."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED) or not self._access.keys:
            await self._app(scope, receive, send)
            return
        holder = self._access.holder(given_key(scope))
        if holder is None:
            answer = problem(
                401,
                "unauthorized",
                "This needs a key, and the one that was given is not known",
                "Send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`.",
                {"WWW-Authenticate": "Bearer"},
            )
            await answer(scope, receive, send)
            return
        wait_s = self._buckets[holder].take() if self._buckets else 0.0
        if wait_s:
            seconds = math.ceil(wait_s)
            answer = problem(
                429,
                "throttled",
                f"This key may ask {self._access.per_minute:g} questions a minute",
                f"Wait {seconds} s, as Retry-After says.",
                {"Retry-After": str(seconds)},
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def given_key(scope: Scope) -> str:
    """Return the key of a request, '' where it has none."""
    for name, value in scope["headers"]:
        text = value.decode("latin-1").strip()
        if name == b"x-api-key":
            return str(text)
        if name == b"authorization" and text[:7].lower() == "bearer ":
            return str(text[7:].strip())
    return ""
