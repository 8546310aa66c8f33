"""The polite client: the one way to a live service.

What happens to one request, in order:
1. the URL is checked, and every redirect is checked again (`urls`);
2. it waits for its turn, and longer while the service has asked us to leave it alone (`limit`);
3. it says who we are (`identity`) and which copy we already hold (`cache`);
4. a refusal becomes one of our errors, whatever its status pretends (`verdict`);
5. the body is decoded within its limit and must be whole (`body`);
6. transient errors are tried again within a policy (`retry`).
What is large goes to disk as it comes, and is continued where it broke off, by steps of its own (`transfer`).

No cookie is kept, no proxy or secret is taken from the environment, and nothing is logged: what went wrong is raised,
what happened is counted in `stats`.
"""

from __future__ import annotations

import math
import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypeVar

import httpx2

from edgewise.core.errors import InvalidInput, ServiceUnavailable, Throttled, TooLarge, Transient, Unusable
from edgewise.sources.http.answer import DEFAULT_MAX_BYTES, Answer
from edgewise.sources.http.body import ACCEPTED, beginning, decoded, whole_body
from edgewise.sources.http.cache import ConditionalCache, Kept
from edgewise.sources.http.draft import Draft
from edgewise.sources.http.identity import checked_identity
from edgewise.sources.http.limit import DEFAULT_RATE_PER_S, SpacedLimit
from edgewise.sources.http.retry import Attempts, Retry, parse_http_date, parse_retry_after
from edgewise.sources.http.transfer import Transfer
from edgewise.sources.http.urls import parse_url, redirected
from edgewise.sources.http.verdict import PAGE_BYTES, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Self

    from edgewise.core.ports import Limit
    from edgewise.sources.http.answer import Saved, Tell

Result = TypeVar("Result")
MAX_REDIRECTS = 5
_OK = 200
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_S = 10.0
_READ_S = 30.0


@dataclass(frozen=True, slots=True)
class Stats:
    """What a client did since it was made.

    received_bytes: bodies as they came over the wire, encoded.
    limit_wait_s:   seconds that its threads waited for their turns at the limit, added up.
    """

    requests: int = 0
    retries: int = 0
    throttled: int = 0
    cache_hits: int = 0
    received_bytes: int = 0
    limit_wait_s: float = 0.0


class PoliteClient:
    """Brings bodies from live services, never faster than allowed, never more than asked. Shared by threads.

    identity:   company and e-mail address for the User-Agent header; see `checked_identity` for what is refused.
    rate_per_s: requests a second, at most 10, for this client alone; `limit`, if given, decides instead.
    limit:      a limit that others share; what the service tells us it tells all of them.
    cache:      folder for conditional requests; None asks for every body anew.
    retry:      policy for transient errors.
    transport:  replaces the network in tests. `sleep`, `monotonic` and `jitter` (draws from [0, 1)) replace time and
                chance.
    """

    def __init__(
        self,
        identity: str | None,
        *,
        rate_per_s: float = DEFAULT_RATE_PER_S,
        limit: Limit | None = None,
        cache: Path | None = None,
        retry: Retry | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._limit = limit or SpacedLimit(rate_per_s, sleep=sleep, monotonic=monotonic)
        self._cache = ConditionalCache(cache) if cache else None
        self._retry = retry or Retry()
        self._sleep, self._monotonic, self._jitter = sleep, monotonic, jitter
        self._counting = threading.Lock()
        self._stats = Stats()
        self._http = httpx2.Client(
            headers={"User-Agent": checked_identity(identity), "Accept-Encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport,
            trust_env=False,
        )

    @property
    def stats(self) -> Stats:
        """What was done so far."""
        return self._stats

    def get(self, url: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Answer:
        """Return the whole body behind `url`; see `Fetcher.get` for the errors.

        Transient errors are raised only after the policy has given up on them.
        """
        parse_url(url)
        attempts = self._attempts(self._retry)
        until = self._monotonic() + self._retry.deadline_s
        return self._tried(lambda: self._followed(url, lambda target: self._ask(target, max_bytes, until)), attempts)

    def save(self, url: str, path: Path, *, max_bytes: int, on_bytes: Tell | None = None) -> Saved:
        """Write the whole body behind `url` to `path`; see `Fetcher.save` for the errors, `transfer` for how.

        The policy's attempts count anew whenever the transfer got on, and its deadline does not hold. What is held when
        they are used up, or when the process is killed, is continued by the next one that saves `url` to `path`.
        """
        parse_url(url)
        attempts = self._attempts(replace(self._retry, deadline_s=math.inf))
        with Draft(path, url) as draft:
            transfer = Transfer(draft, attempts, max_bytes=max_bytes, monotonic=self._monotonic, on_bytes=on_bytes)
            return self._tried(lambda: self._followed(url, lambda target: self._fill(target, path, transfer)), attempts)

    def listing(self, prefix_url: str) -> Iterator[str]:
        """Raise InvalidInput: a live service cannot be listed."""
        raise InvalidInput(
            f"a live service cannot list what lies below {prefix_url}",
            advice="Read one of its indexes, or replay an archive:// of it.",
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempts(self, policy: Retry) -> Attempts:
        return Attempts(policy, monotonic=self._monotonic, jitter=self._jitter)

    def _tried(self, act: Callable[[], Result], attempts: Attempts) -> Result:
        """Return what `act` returns, in as many attempts as the policy grants."""
        while True:
            try:
                return act()
            except Transient as error:
                wait_s = attempts.wait_s(error)
                if wait_s is None:
                    raise
            self._count(retries=1)
            self._sleep(wait_s)

    def _followed(self, url: str, ask: Callable[[str], Result | str]) -> Result:
        """Return what `ask` returns at the end of the redirects; it returns text where it was sent on."""
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            outcome = ask(target)
            if not isinstance(outcome, str):
                return outcome
            target = redirected(target, outcome)
        raise Unusable(
            f"{url} redirects more than {MAX_REDIRECTS} times", advice="Open it in a browser.", reason="redirects"
        )

    def _ask(self, url: str, max_bytes: int, until: float) -> Answer | str:
        """Return the answer to one request, or where it redirects to. `until` is an instant of our monotonic clock."""
        kept = self._cache.find(url) if self._cache else None
        with self._exchange(url, kept.conditions if kept else {}, until) as response:
            return self._read(url, response, kept, max_bytes, until)

    def _fill(self, url: str, path: Path, transfer: Transfer) -> Saved | str:
        """Go on with a transfer by one request; return the whole file, or where the request redirects to."""
        with self._exchange(url, transfer.request_headers, math.inf) as response:
            if _sent_on(response):
                return response.headers["location"]
            transfer.take(url, response.status_code, response.headers, self._arriving(url, response, math.inf))
        return transfer.finish(url, path)

    @contextmanager
    def _exchange(self, url: str, headers: dict[str, str], until: float) -> Iterator[httpx2.Response]:
        """Send one request when it is its turn, and give its answer, the body still to be read."""
        self._take_turn(until)
        self._count(requests=1)
        try:
            timeout = _timeout(until - self._monotonic())
            with self._http.stream("GET", url, headers=headers, timeout=timeout) as response:
                yield response
        except Throttled as error:
            self._count(throttled=1)
            self._limit.hold(error.retry_after_s or 0.0)
            raise
        except httpx2.InvalidURL as error:
            raise InvalidInput(f"{url!r} is not a URL: {error}", advice="Check its host and path.") from error
        except httpx2.TransportError as error:
            raise ServiceUnavailable(
                f"no whole answer from {url}: {str(error) or type(error).__name__}", advice="Try again later."
            ) from error

    def _take_turn(self, until: float) -> None:
        began = self._monotonic()
        try:
            self._limit.wait(patience_s=min(self._retry.patience_s, until - began))
        finally:
            self._count(limit_wait_s=self._monotonic() - began)

    def _read(
        self, url: str, response: httpx2.Response, kept: Kept | None, max_bytes: int, until: float
    ) -> Answer | str:
        if response.status_code == _NOT_MODIFIED and kept:
            self._count(cache_hits=1)
            return _confirmed(kept, max_bytes)
        if _sent_on(response):
            return response.headers["location"]
        encoding = response.headers.get("content-encoding", "")
        chunks = self._arriving(url, response, until)
        if response.status_code != _OK:
            page = beginning(decoded(chunks, encoding, url=url), PAGE_BYTES)[:PAGE_BYTES]
        else:
            page = body = whole_body(chunks, encoding, max_bytes=max_bytes, url=url)
        retry_after_s = parse_retry_after(response.headers.get("retry-after"), response.headers.get("date"))
        if error := refusal(url, response.status_code, page, retry_after_s=retry_after_s):
            raise error
        return self._accepted(url, response, body)

    def _arriving(self, url: str, response: httpx2.Response, until: float) -> Iterator[bytes]:
        """Yield the body as it arrives, counted; a service that drips it for ever is cut off at `until`."""
        for chunk in response.iter_raw():
            self._count(received_bytes=len(chunk))
            yield chunk
            if self._monotonic() > until:
                raise ServiceUnavailable(f"{url} arrives too slowly", advice="Try again later.")

    def _accepted(self, url: str, response: httpx2.Response, body: bytes) -> Answer:
        kept = Kept(
            url=url,
            etag=response.headers.get("etag", ""),
            last_modified=response.headers.get("last-modified", ""),
            content_type=response.headers.get("content-type", "").lower(),
            body=body,
        )
        if self._cache and kept.conditions and "no-store" not in response.headers.get("cache-control", "").lower():
            self._cache.keep(kept)
        return _answer(kept, from_cache=False)

    def _count(self, **more: float) -> None:
        with self._counting:
            self._stats = replace(self._stats, **{name: getattr(self._stats, name) + by for name, by in more.items()})


def _sent_on(response: httpx2.Response) -> bool:
    return response.status_code in _REDIRECTS and "location" in response.headers


def _timeout(left_s: float) -> httpx2.Timeout:
    """Return how long each step of a request may take: never longer than what is left until the deadline."""
    left_s = max(left_s, 0.001)
    return httpx2.Timeout(min(_READ_S, left_s), connect=min(_CONNECT_S, left_s))


def _confirmed(kept: Kept, max_bytes: int) -> Answer:
    if len(kept.body) > max_bytes:
        raise TooLarge(f"{kept.url} has {len(kept.body)} bytes, more than {max_bytes}", advice="Raise max_bytes.")
    return _answer(kept, from_cache=True)


def _answer(kept: Kept, *, from_cache: bool) -> Answer:
    return Answer(
        url=kept.url,
        body=kept.body,
        content_type=kept.content_type,
        last_modified=parse_http_date(kept.last_modified),
        from_cache=from_cache,
    )
