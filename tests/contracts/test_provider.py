"""Every provider, asked as it is asked live: its key is on the wire to its own host, and nowhere else.

The network alone is replaced: what `httpx2.HTTPTransport` would send is seen, and answered by hand.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime

import httpx2
import pytest

from edgewise.core.errors import EdgewiseError, Hostile, NotConfigured, Throttled
from edgewise.core.identifiers import Ticker
from edgewise.sources.http import Retry
from edgewise.sources.news.service import PolygonNews
from edgewise.sources.prices.alpha_vantage import AlphaVantage
from edgewise.sources.prices.polygon import Polygon
from edgewise.sources.prices.yahoo import Yahoo
from edgewise.sources.provider import Access, open_provider
from edgewise.sources.ratings.service import BenzingaRatings
from edgewise.sources.services import ALPHA_VANTAGE, BENZINGA, POLYGON, SERVICES, YAHOO
from tests.sources.news.test_polygon import ITEM as STORY
from tests.sources.news.test_polygon import body as news
from tests.sources.ratings.test_benzinga import ITEM as RATING

KEY = "hush+hush/hush="
DAY, SEEN = date(2024, 6, 3), datetime(2024, 6, 4, tzinfo=UTC)
ECHO = json.dumps({"status": "ERROR", "error": f"bad {KEY}", "Information": f"your key {KEY}", "code": KEY}).encode()


class Stopped:
    """A clock that stands still."""

    def now(self) -> datetime:
        return SEEN


def rows(pages) -> str:
    return json.dumps([page.rows.to_dicts() for page in pages], default=str)


def prices(kind):
    def ask(fetcher) -> str:
        provider = kind(fetcher, Stopped())
        assert KEY not in provider.source_of(Ticker("AAA"))
        return repr(provider.history(Ticker("AAA"), DAY, DAY))

    return ask


# What is declared, how it is asked, and a good answer where it is one page.
ASKED = {
    "polygon": (POLYGON, prices(Polygon), None),
    "yahoo": (YAHOO, prices(Yahoo), None),
    "alpha_vantage": (ALPHA_VANTAGE, prices(AlphaVantage), None),
    "benzinga": (
        BENZINGA,
        lambda fetcher: rows(BenzingaRatings(fetcher).published(DAY, DAY, seen_at=SEEN)),
        json.dumps({"ratings": [RATING]}).encode(),
    ),
    "polygon news": (
        POLYGON,
        lambda fetcher: rows(PolygonNews(fetcher).published(SEEN, SEEN, ticker="AAA", seen_at=SEEN)),
        news(STORY),
    ),
}


@pytest.fixture(params=ASKED)
def provider(request):
    return ASKED[request.param]


@pytest.fixture
def wire(monkeypatch):
    """The network: `wire.answers` are given in order, the last one again and again; `wire.asked` is what came."""

    class Wire:
        def __init__(self) -> None:
            self.answers, self.asked = [], []

        def play(self, request: httpx2.Request) -> httpx2.Response:
            self.asked.append(request)
            act = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return act(request)

    played = Wire()
    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", played.play)
    return played


def says(status: int, body: bytes = ECHO, **headers: str):
    return lambda _: httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))


def moved(request: httpx2.Request) -> httpx2.Response:
    """Return a redirect that repeats the query, as services do."""
    place = f"{request.url.path}/?{request.url.query.decode()}"
    return httpx2.Response(301, headers={"location": place}, stream=httpx2.ByteStream(b""))


def astray(_: httpx2.Request) -> httpx2.Response:
    place = "https://elsewhere.example/?k=hush%2Bhush%2Fhush%3D"
    return httpx2.Response(301, headers={"location": place}, stream=httpx2.ByteStream(b""))


def asked(provider, caplog) -> tuple[str, EdgewiseError | None]:
    """Ask a provider once; return all that a person, a log or a table could see of it, and its error."""
    service, ask, _ = provider
    caplog.set_level(logging.DEBUG)
    fetcher = open_provider("", service, Access(KEY, 600), retry=Retry(attempts=1))
    told, failed = repr((fetcher, Access(KEY))), None
    with fetcher:
        try:
            told += ask(fetcher)
        except EdgewiseError as error:
            failed = error
            told += repr((error, str(error), error.__cause__, str(error.__cause__)))
    return told + caplog.text, failed


def shown_to(service, request: httpx2.Request) -> bool:
    """Whether a request carries the key as the service wants it, once."""
    bearer, in_query = request.headers.get("authorization", ""), request.url.params.get_list(service.parameter or "-")
    return (bearer, in_query) == (("", [KEY]) if service.parameter else (f"Bearer {KEY}", []))


def test_every_provider_that_is_declared_is_asked_here():
    assert {service for service, *_ in ASKED.values()} == set(SERVICES)


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
def test_the_key_is_on_the_wire_and_in_no_error_log_row_or_address(provider, wire, caplog, status):
    service, _, good = provider
    wire.answers = [says(status, good if good and status == 200 else ECHO)]
    told, failed = asked(provider, caplog)
    assert KEY not in told
    if not service.needs_key:
        assert "hush" not in str(wire.asked[0].url) + str(wire.asked[0].headers)
        return
    assert shown_to(service, wire.asked[0])
    if status == 401:
        assert isinstance(failed, NotConfigured)
        assert service.setting in str(failed)
    if status == 429:
        assert isinstance(failed, Throttled)
        assert "EDGEWISE_IDENTITY" not in str(failed), "a provider knows us by our key"
    if good and status == 200:
        assert failed is None


@pytest.mark.parametrize(("redirect", "error"), [(moved, None), (astray, Hostile)])
def test_a_redirect_does_not_bring_the_key_back_into_an_address(provider, wire, caplog, redirect, error):
    service, _, good = provider
    wire.answers = [redirect, says(200, good or ECHO)]
    told, failed = asked(provider, caplog)
    assert "hush" not in told or not service.needs_key
    if error is not None:
        assert isinstance(failed, error)
        assert len(wire.asked) == 1
    elif service.needs_key:
        assert shown_to(service, wire.asked[1])


def test_without_its_key_a_provider_is_not_opened_and_a_replay_needs_none(provider, tmp_path):
    service, *_ = provider
    assert (open_provider("", service, Access()) is None) == service.needs_key
    assert open_provider(f"archive://{tmp_path}", service, Access()) is not None
