"""Yahoo's chart, by a small body with known answers; recorded answers are read in tests/real."""

import json
from datetime import UTC, date, datetime

import pytest

from edgewise.core.clock import session_close, session_open
from edgewise.core.errors import EdgewiseError, NotFound, Unparsable
from edgewise.sources.prices.yahoo import parse_chart

DAYS = [date(2024, 6, 6), date(2024, 6, 7), date(2024, 6, 10), date(2024, 6, 11)]
CLOSES = [120.0, 121.0, 122.0, 123.0]


def stamp(day: date) -> int:
    return int(session_open(day).timestamp())


def chart(*, days=DAYS, closes=CLOSES, answered: datetime | None = None, **changes) -> bytes:
    """Return a chart of a split ten for one on 2024-06-10 and a dividend before and after it."""
    quote = dict.fromkeys(("open", "high", "low", "close"), closes) | {"volume": [1000] * len(days)}
    split, paid = stamp(DAYS[2]), stamp(DAYS[3])
    result = {
        "meta": {
            "symbol": "AAA",
            "currency": "USD",
            "regularMarketTime": int((answered or session_close(DAYS[-1])).timestamp()),
        },
        "timestamp": [stamp(day) for day in days],
        "events": {
            "splits": {str(split): {"date": split, "numerator": 10, "denominator": 1}},
            "dividends": {
                "1": {"date": stamp(DAYS[1]), "amount": 0.004},
                str(paid): {"date": paid, "amount": 0.01},
            },
        },
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": [1.0] * len(days)}]},
    }
    return json.dumps({"chart": {"result": [result | changes], "error": None}}).encode()


def test_failure_case_39_bars_and_dividends_are_as_traded_on_their_own_day():
    read = parse_chart(chart())
    assert read.prices["close"].to_list() == [1200, 1210, 122, 123]
    assert read.prices["volume"].to_list() == [100, 100, 1000, 1000]
    assert read.prices["known_at"].to_list() == [session_close(day) for day in DAYS]
    told = read.actions.select("ex_session", "kind", "ratio", "amount").rows()
    assert told == [
        (DAYS[1], "dividend", None, pytest.approx(0.04)),
        (DAYS[2], "split", 10.0, None),
        (DAYS[3], "dividend", None, 0.01),
    ]
    assert read.rejected == {}


def test_failure_case_39_a_window_that_ends_before_the_answer_hides_splits_and_is_refused():
    later = chart(answered=datetime(2025, 1, 2, 21, tzinfo=UTC))
    with pytest.raises(Unparsable) as refused:
        parse_chart(later)
    assert refused.value.code == "splits_unknown"
    assert parse_chart(later, later_splits=()).prices["close"].to_list() == [1200, 1210, 122, 123]
    read = parse_chart(later, later_splits=[(date(2024, 9, 3), 2.0)])
    assert read.prices["close"].to_list() == [2400, 2420, 244, 246]
    assert read.actions["ex_session"].max() == DAYS[3]


def test_a_bar_of_a_session_that_is_still_open_is_left_out():
    read = parse_chart(chart(answered=datetime(2024, 6, 11, 15, tzinfo=UTC)))
    assert read.prices["session"].to_list() == DAYS[:3]
    assert read.rejected == {"not_closed": 1}


def test_bad_bars_and_events_are_counted():
    events = {"splits": {"1": {"date": stamp(DAYS[2]), "numerator": 4, "denominator": 0}, "2": None}}
    read = parse_chart(chart(closes=[1.0, None, -1.0, 2.0], events=events))
    assert read.prices["close"].to_list() == [1.0, None, 2.0]
    assert read.rejected == {"non_positive_price": 1, "bad_event": 2}


def test_an_unknown_symbol_is_not_found():
    body = {"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found"}}}
    with pytest.raises(NotFound):
        parse_chart(json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"chart": null}',
        b'{"chart": {"result": [{"meta": {}}]}}',
        chart(timestamp=[1e300] * 4),
        chart(timestamp=["x"]),
        chart(indicators={"quote": [{"open": [1.0]}]}),
        chart(meta={"symbol": "AAA", "currency": "EUR", "regularMarketTime": 1}),
    ],
)
def test_what_is_no_chart_is_a_typed_error(body):
    with pytest.raises(EdgewiseError):
        parse_chart(body)
