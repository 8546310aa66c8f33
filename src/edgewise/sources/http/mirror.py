"""A mirror answers for the services under one base URL: `https://<host>/<path>` is asked at `<base>/<host>/<path>`.

Only the wire changes: the client above checks, caches and reports the service's own URL, and redirects name it, too. A
local simulation (`edgewise simulate serve`), a company's caching proxy and a frozen copy for a test are mirrors.

Our identity travels with every request, so a mirror is https. Plain http is for this machine only, unless the setting
says that it is meant: `http://simulator:8000?plain=yes`.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx2

from edgewise.core.errors import InvalidInput
from edgewise.sources.http.urls import is_of_the_sec, parse_url

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_PLAIN_MEANT = [("plain", "yes")]


def mirror_base(url: str | None) -> str | None:
    """Return the base URL of the mirror that a setting names, without a slash at its end; None if it names none.

    The SEC's own https addresses, nothing at all, and other schemes name no mirror. Raises InvalidInput for an http(s)
    URL that cannot be a base: with a user or password, a query other than `plain=yes`, a host of the SEC over plain
    http, or plain http to another machine that is not said to be meant.

    >>> mirror_base("http://127.0.0.1:8000/")
    'http://127.0.0.1:8000'
    >>> mirror_base("https://www.sec.gov") is None
    True
    """
    if not url or not url.startswith(("http://", "https://")):
        return None
    parts = parse_url(url)
    of_the_sec = is_of_the_sec(url)
    if of_the_sec and parts.scheme == "https":
        return None
    query = parse_qsl(parts.query, keep_blank_values=True)
    if query and query != _PLAIN_MEANT:
        raise InvalidInput(f"the mirror at {parts.netloc} has a query", advice="Only ?plain=yes is known.")
    if parts.scheme == "http" and (of_the_sec or not (query or _is_this_machine(parts.hostname or ""))):
        raise InvalidInput(
            f"http://{parts.netloc} is plain http to another machine, and your identity would travel in the clear",
            advice="Use https://, or say that it is meant in a network you trust: http://host:port?plain=yes.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class MirrorTransport(httpx2.BaseTransport):
    """Sends every request to the mirror at `base`, over one pool of connections. Shared by threads, as the pool is.

    base:  what `mirror_base` returns.
    inner: carries the requests; by default the network, without proxies or certificates from the environment.
    """

    def __init__(self, base: str, *, inner: httpx2.BaseTransport | None = None) -> None:
        self._base = urlsplit(base)
        self._inner = inner or httpx2.HTTPTransport(verify=self._base.scheme == "https", trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the mirror's answer to `request`, whose own URL stays as it is."""
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        asked = httpx2.Request(
            method=request.method,
            url=_mirrored(self._base, request.url),
            headers=[(b"Host", self._base.netloc.encode("ascii")), *headers],
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(asked)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _mirrored(base: SplitResult, url: httpx2.URL) -> httpx2.URL:
    place = base.path.encode("ascii") + b"/" + url.netloc + url.raw_path
    return httpx2.URL(f"{base.scheme}://{base.netloc}").copy_with(raw_path=place)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
