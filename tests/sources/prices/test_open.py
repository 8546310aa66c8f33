"""Which providers of prices are asked, in which order."""

from datetime import date

import pytest

from edgewise.app.house import SystemClock
from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.core.identifiers import Ticker
from edgewise.sources.prices.open import open_providers
from edgewise.sources.provider import Access

KEY = "hush-hush-hush"


def test_providers_come_in_the_order_named_and_one_without_a_key_is_skipped_with_the_reason():
    opened = open_providers(["alpha_vantage", "yahoo", "polygon"], SystemClock(), access={"polygon": Access(KEY, 5)})
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
        open_providers(order, SystemClock(), access={}, source=source)


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
