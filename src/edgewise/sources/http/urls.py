"""Which URLs may be asked, and where a redirect may lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from edgewise.core.errors import Hostile, InvalidInput

if TYPE_CHECKING:
    from urllib.parse import SplitResult

TRUSTED_DOMAIN = "sec.gov"
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
_MAX_SHOWN = 200
_PORTS = {"http": 80, "https": 443}


def parse_url(url: str) -> SplitResult:
    """Return the parts of an http(s) URL, its host in lower case, its fragment dropped.

    Raises InvalidInput for another scheme, no host, a bad port, a user or password, blanks and control characters
    (which `urlsplit` alone would silently remove).
    """
    if _UNPRINTABLE.search(url):
        raise InvalidInput(f"{url!r} has blanks or control characters", advice="Percent-encode them.")
    try:
        parts = urlsplit(url)
        parts = parts._replace(netloc=parts.netloc.lower(), fragment="")
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"{url!r} is not a URL: {error}", advice="Check its host and port.") from error
    if parts.scheme not in _PORTS or not host:
        raise InvalidInput(f"{url!r} cannot be fetched", advice="Give an http:// or https:// URL with a host.")
    if "@" in parts.netloc:
        raise InvalidInput(f"the URL at {host} holds a user or password", advice="Leave secrets out of URLs.")
    return parts


def is_of_the_sec(url: str) -> bool:
    """Return whether a URL's host is one of the SEC's.

    >>> is_of_the_sec("https://www.sec.gov/a"), is_of_the_sec("https://notsec.gov/a")
    (True, False)
    """
    return f".{parse_url(url).hostname}".endswith(f".{TRUSTED_DOMAIN}")


def redirected(url: str, location: str) -> str:
    """Return the URL that a redirect from `url` leads to.

    Allowed are the same host (never from https back to http) and, over https, the SEC's hosts. Raises Hostile for
    any other target.

    >>> redirected("https://www.sec.gov/a/b", "/c")
    'https://www.sec.gov/c'
    """
    refused = Hostile(
        f"{url} redirects to {location[:_MAX_SHOWN]!r}",
        advice=f"Only the same host and https hosts of {TRUSTED_DOMAIN} are followed.",
    )
    try:
        target = parse_url(urljoin(url, location))
    except ValueError as error:
        raise refused from error
    if not (_same_place(parse_url(url), target) or _is_trusted(target)):
        raise refused
    return target.geturl()


def _same_place(source: SplitResult, target: SplitResult) -> bool:
    if source.hostname != target.hostname:
        return False
    same_door = (source.scheme, _port(source)) == (target.scheme, _port(target))
    return same_door or (target.scheme == "https" and _port(target) == _PORTS["https"])


def _is_trusted(target: SplitResult) -> bool:
    return target.scheme == "https" and _port(target) == _PORTS["https"] and is_of_the_sec(target.geturl())


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
