"""Recorded answers of Polygon: what it calls adjusted is refused, its events are read whole."""

from datetime import UTC, date, datetime

import pytest

from edgewise.core.errors import Unparsable
from edgewise.sources.prices.polygon import parse_bars, parse_events

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def recorded(real_data):
    folder = real_data / "market" / "fixtures" / "polygon"
    return lambda name: (folder / name).read_bytes()


def test_failure_case_39_recorded_bars_are_adjusted_and_refused_and_read_once_they_are_as_traded(recorded):
    body = recorded("v2__aggs__ticker__AAPL__range__1__day__2005-04-01__2005-04-04.json")
    with pytest.raises(Unparsable, match="adjusted=false"):
        parse_bars(body, answered_at=NOW)
    read = parse_bars(body.replace(b'"adjusted": true', b'"adjusted": false'), answered_at=NOW)
    assert read.prices.select("ticker", "session", "close", "volume").rows() == [
        ("AAPL", date(2005, 4, 1), 1.4604, 642646396),
        ("AAPL", date(2005, 4, 4), 1.4675, 578172308),
    ]


def test_recorded_splits_and_dividends_are_read_whole(recorded):
    splits, bad, following = parse_events(recorded("v3__reference__splits.json"), "splits")
    by_ticker = {
        (ticker, ex): ratio for ticker, ex, ratio in splits.select("ticker", "ex_session", "ratio").iter_rows()
    }
    assert by_ticker["GOOGL", date(2022, 7, 18)] == 20
    assert by_ticker["BRW", date(2022, 5, 20)] == 0.5
    assert by_ticker["CIG-C", date(2022, 5, 2)] == pytest.approx(4 / 3)
    assert (splits.height, bad, following) == (10, 0, None)
    dividends, bad, _ = parse_events(recorded("v3__reference__dividends.json"), "dividends")
    assert bad == 0
    assert dividends.select("ticker", "kind", "amount", "declared_on").row(0) == (
        *("CSSEN", "dividend", 0.59375),
        date(2020, 9, 9),
    )
