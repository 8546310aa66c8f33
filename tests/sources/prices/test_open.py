"""Which providers are asked, and that their keys are seen by nobody but them."""

import logging
from datetime import date

import httpx2
import pytest

from edgewise.app.house import SystemClock
from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured
from edgewise.core.identifiers import Ticker
from edgewise.sources.http import PoliteClient, Retry
from edgewise.sources.prices.keyed import KeyedTransport
from edgewise.sources.prices.open import Access, open_providers

IDENTITY = "Example Research contact@example.com"
KEY = "hush-hush-hush"


def test_providers_come_in_the_order_named_and_one_without_a_key_is_skipped_with_the_reason():
    opened = open_providers(
        ["alpha_vantage", "yahoo", "polygon"], SystemClock(), access={"polygon": Access(KEY, 5)}, identity=IDENTITY
    )
    assert [one.name for one in opened.in_order] == ["yahoo", "polygon"]
    assert opened.skipped == {"alpha_vantage": "EDGEWISE_ALPHA_VANTAGE_KEY is not set"}
    assert opened.whole_market is opened.in_order[1]
    assert KEY not in repr(opened) + repr(Access(KEY, 5))
    opened.close()


def test_an_archive_needs_no_key(tmp_path):
    opened = open_providers(["polygon"], SystemClock(), access={}, source=f"archive://{tmp_path}")
    assert [one.name for one in opened.in_order] == ["polygon"]


@pytest.mark.parametrize(("order", "source"), [(["bloomberg"], ""), (["yahoo"], "ftp://there")])
def test_an_unknown_name_or_source_is_refused(order, source):
    with pytest.raises(InvalidInput):
        open_providers(order, SystemClock(), access={}, identity=IDENTITY, source=source)


@pytest.mark.parametrize("parameter", ["", "apikey"])
@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_the_key_reaches_its_host_and_no_error_log_or_answer(parameter, status, caplog):
    caplog.set_level(logging.DEBUG)
    seen = []

    class Wire(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            seen.append((request.url.params.get("apikey", ""), request.headers.get("authorization", "")))
            return httpx2.Response(status, stream=httpx2.ByteStream(b"{}"))

    wire = KeyedTransport("api.example.com", KEY, setting="A_KEY", parameter=parameter, inner=Wire())
    told = ""
    with PoliteClient(IDENTITY, transport=wire, retry=Retry(attempts=1)) as client:
        try:
            told += repr(client.get("https://api.example.com/x?a=1"))
        except EdgewiseError as error:
            told += repr((error, str(error), error.__cause__))
        client.get("https://other.example.com/x") if status == 200 else None
    assert seen[0] == ((KEY, "") if parameter else ("", f"Bearer {KEY}"))
    assert seen[1:] == [("", "")] * (status == 200)
    assert KEY not in told + caplog.text
    assert ("A_KEY" in told) == (status == 401)


def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_shown():
    with pytest.raises(NotConfigured) as refused:
        KeyedTransport("api.example.com", "hush\r\nX: y", setting="A_KEY")
    assert "hush" not in str(refused.value)


def test_yahoo_is_asked_up_to_the_present_so_that_no_split_is_hidden():
    from edgewise.sources.prices.yahoo import Yahoo  # noqa: PLC0415 - beside its only use

    class Told:
        url = ""

        def get(self, url: str, **_: object):
            self.url = url
            raise NotConfigured("stop here")

    told, clock = Told(), SystemClock()
    with pytest.raises(NotConfigured):
        Yahoo(told, clock).history(Ticker("BRK-B"), date(2020, 1, 2), date(2020, 2, 3))
    assert told.url.startswith("https://query1.finance.yahoo.com/v8/finance/chart/BRK-B?period1=1577941200&")
    assert int(told.url.partition("period2=")[2].partition("&")[0]) > clock.now().timestamp()
