"""A provider's key goes on at the wire and nowhere else: the client above neither sees, logs nor caches it.

Errors, caches, redirects and rows all name the URL that was asked for, so the key must not be in it. It is added to
https requests for the provider's own host only, and taken out again of where an answer redirects to, for a service
repeats the query there. A refusal because of it says which setting to look at.
"""

from __future__ import annotations

from urllib.parse import unquote_plus

import httpx2

from edgewise.core.errors import Hostile, NotConfigured

_REFUSED = frozenset({401, 403})


class KeyedTransport(httpx2.BaseTransport):
    """Sends requests for `host` with the key, as a bearer's or, where `parameter` names one, in the query.

    setting: whose value the key is, for messages.
    inner:   carries the requests; by default the network, without proxies or certificates from the environment.
    Raises NotConfigured for a key that cannot stand in a header, and for answers 401 and 403; Hostile for a redirect
    that shows the key elsewhere than in its parameter.
    """

    def __init__(
        self, host: str, key: str, *, setting: str, parameter: str = "", inner: httpx2.BaseTransport | None = None
    ) -> None:
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise NotConfigured(f"{setting} holds blanks or control characters", advice="Copy the key again.")
        self._host, self._key, self._setting, self._parameter = host, key, setting, parameter
        self._inner = inner or httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer to `request`, which itself stays without the key."""
        if (request.url.scheme, request.url.host) != ("https", self._host):
            return self._inner.handle_request(request)
        response = self._inner.handle_request(self._with_key(request))
        if response.status_code in _REFUSED:
            response.close()
            raise NotConfigured(
                f"{self._host} refuses the key, or its plan does not include this",
                advice=f"Check {self._setting}.",
                reason="key_refused",
            )
        if "location" in response.headers:
            response.headers["location"] = self._without_key(response.headers["location"])
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _with_key(self, request: httpx2.Request) -> httpx2.Request:
        headers, url = list(request.headers.raw), request.url
        if self._parameter:
            url = url.copy_merge_params({self._parameter: self._key})
        else:
            headers.append((b"Authorization", b"Bearer " + self._key.encode("ascii")))
        return httpx2.Request(
            method=request.method, url=url, headers=headers, stream=request.stream, extensions=request.extensions
        )

    def _without_key(self, location: str) -> str:
        try:
            place = httpx2.URL(location)
        except httpx2.InvalidURL:
            place = httpx2.URL()
        if self._parameter in place.params:
            location = str(place.copy_remove_param(self._parameter))
        if self._key in unquote_plus(location):
            raise Hostile(f"{self._host} redirects to an address that holds the key", advice="Report it to them.")
        return location
