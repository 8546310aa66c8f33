"""Alpha Vantage's daily series, by small bodies with known answers."""

import json
from datetime import UTC, date, datetime

import pytest

from edgewise.core.errors import EdgewiseError, NotConfigured, NotFound, Throttled
from edgewise.core.identifiers import Ticker
from edgewise.sources.http import Answer
from edgewise.sources.prices.alpha_vantage import AlphaVantage, parse_daily

LATER = datetime(2024, 7, 1, tzinfo=UTC)
PREMIUM = {"Information": "Thank you! This is a premium endpoint. Your key is HUSH."}


def day(close: str, **changes) -> dict:
    levels = {"1. open": close, "2. high": close, "3. low": close, "4. close": close, "5. adjusted close": "1.0"}
    return levels | {"6. volume": "1000", "7. dividend amount": "0.0000", "8. split coefficient": "1.0"} | changes


def series(days: dict, symbol: str = "BRK.B") -> bytes:
    return json.dumps({"Meta Data": {"2. Symbol": symbol}, "Time Series (Daily)": days}).encode()


def test_failure_case_39_bars_are_as_traded_and_the_adjusted_close_is_not_read():
    split = day("122.0", **{"8. split coefficient": "10.0", "7. dividend amount": "0.1000"})
    read = parse_daily(series({"2024-06-10": split, "2024-06-07": day("1210.0")}), answered_at=LATER)
    assert read.prices.select("ticker", "session", "close", "volume").rows() == [
        ("BRK-B", date(2024, 6, 7), 1210.0, 1000),
        ("BRK-B", date(2024, 6, 10), 122.0, 1000),
    ]
    assert read.actions.select("ex_session", "kind", "ratio", "amount").rows() == [
        (date(2024, 6, 10), "dividend", None, 0.1),
        (date(2024, 6, 10), "split", 10.0, None),
    ]


def test_bad_days_values_and_events_are_counted():
    days = {
        "2024-06-07": day("1.0"),
        "2024-06-08": day("1.0"),
        "2024-06-10": day("x"),
        "x": day("1.0"),
        "2024-06-11": None,
        "2024-06-12": day("1.0", **{"8. split coefficient": "-2"}),
        "2024-07-01": day("1.0"),
    }
    read = parse_daily(series(days), answered_at=LATER)
    assert read.prices["session"].to_list() == [date(2024, 6, 7), date(2024, 6, 12)]
    assert read.rejected == {"not_a_session": 1, "bad_number": 1, "bad_row": 2, "bad_event": 1, "not_closed": 1}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"Error Message": "the parameter apikey HUSH is invalid"}, NotFound),
        ({"Note": "We have detected your API key as HUSH and our rate limit is 25 requests per day."}, Throttled),
        ({"Information": "HUSH: 25 requests per day; a premium plan lifts it."}, Throttled),
        (PREMIUM, NotConfigured),
        ({}, EdgewiseError),
        ({"Meta Data": {}, "Time Series (Daily)": []}, EdgewiseError),
    ],
)
def test_a_refusal_with_status_200_is_a_typed_error_that_never_repeats_the_key(told, kind):
    with pytest.raises(kind) as refused:
        parse_daily(json.dumps(told).encode(), answered_at=LATER)
    assert "HUSH" not in str(refused.value)


def test_a_plan_without_events_is_noticed_once():
    class Told:
        asked: list[str] = []  # noqa: RUF012 - one list for one test

        def get(self, url: str, **_: object) -> Answer:
            self.asked.append(url)
            refused = "ADJUSTED" in url
            return Answer(url, json.dumps(PREMIUM).encode() if refused else series({"2024-06-07": day("1.0")}, "AAA"))

    class At:
        def now(self) -> datetime:
            return LATER

    provider = AlphaVantage(Told(), At())
    for _ in range(2):
        found = provider.history(Ticker("AAA"), date(2024, 6, 3), date(2024, 6, 28))
        assert found.prices.height == 1
    assert [url.count("ADJUSTED") for url in Told.asked] == [1, 0, 0]
