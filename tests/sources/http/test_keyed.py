"""Whose requests carry a key; that no provider's shows it elsewhere is `tests/contracts/test_provider.py`."""

from __future__ import annotations

import httpx2
import pytest

from edgewise.core.errors import NotConfigured
from edgewise.sources.http.keyed import KeyedTransport


@pytest.mark.parametrize("parameter", ["", "apikey"])
@pytest.mark.parametrize("url", ["https://other.example.com/x", "http://api.example.com/x"])
def test_another_host_and_plain_http_never_see_the_key(parameter, url):
    seen = []

    class Wire(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            seen.append(f"{request.url} {request.headers!r}")
            return httpx2.Response(200)

    wire = KeyedTransport("api.example.com", "hush", setting="A_KEY", parameter=parameter, inner=Wire())
    wire.handle_request(httpx2.Request("GET", url))
    assert len(seen) == 1
    assert "hush" not in seen[0]


def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_shown():
    with pytest.raises(NotConfigured) as refused:
        KeyedTransport("api.example.com", "hush\r\nX: y", setting="A_KEY")
    assert "hush" not in str(refused.value)
