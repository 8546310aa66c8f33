"""Polygon's list of symbols: rows in the service's own shape, read to the letter, and what is no such list refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import EdgewiseError, Hostile, NotConfigured, Truncated, Unparsable
from edgewise.sources.listings import polygon
from edgewise.sources.listings.polygon import PolygonListings, parse_symbols

ALTABA = {
    "ticker": "AABA",
    "name": "Altaba Inc. Common Stock",
    "market": "stocks",
    "locale": "us",
    "primary_exchange": "XNAS",
    "type": "CS",
    "active": False,
    "currency_name": "usd",
    "cik": "0001011006",
    "composite_figi": "BBG000KB2D74",
    "share_class_figi": "BBG001S8V781",
    "last_updated_utc": "2019-10-08T00:00:00Z",
    "delisted_utc": "2019-10-07T04:00:00Z",
}


def body(*rows, **more) -> bytes:
    return json.dumps({"results": list(rows), "status": "OK", "count": len(rows), **more}).encode()


def ended(**changed):
    """Return the rows of Altaba's, changed; a value None leaves the field out."""
    row = {name: value for name, value in (ALTABA | changed).items() if value is not None}
    return parse_symbols(body(row), active=False)[0]


def test_a_symbol_that_ended_is_read_field_by_field():
    assert ended().rows.drop("told_at").row(0, named=True) == {
        "ticker": "AABA",
        "cik": 1011006,
        "company": "Altaba Inc. Common Stock",
        "exchange": "Nasdaq",
        "kind": "CS",
        "share_class": "BBG001S8V781",
        "ended": date(2019, 10, 7),
    }


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2019-10-07T04:00:00Z", date(2019, 10, 7)),  # midnight in New York, summer
        ("2021-01-04T05:00:00Z", date(2021, 1, 4)),  # and winter
        ("2014-03-13T00:00:00Z", date(2014, 3, 13)),  # midnight of UTC, which is the evening before in New York
        ("2014-03-13", date(2014, 3, 13)),
    ],
)
def test_the_last_day_is_the_one_that_midnight_stamps_here_or_there(stamp, day):
    assert ended(delisted_utc=stamp).rows["ended"].to_list() == [day]


@pytest.mark.parametrize(("told", "ours"), [("BRK.B", "BRK-B"), ("KIMpL", "KIM-PL"), ("ABC.WS", "ABC-WS")])
def test_symbols_are_in_our_spelling(told, ours):
    assert ended(ticker=told).rows["ticker"].to_list() == [ours]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ticker": "ABCw"}, "bad_ticker"),  # when issued: in upper case it would be another company's warrant
        ({"ticker": "../../etc"}, "bad_ticker"),
        ({"ticker": 7}, "bad_ticker"),
        ({"name": None}, "no_name"),
        ({"name": "\x00 "}, "no_name"),
        ({"cik": None}, "no_cik"),
        ({"cik": ""}, "no_cik"),
        ({"cik": "0000000000"}, "bad_cik"),
        ({"cik": 1011006.5}, "bad_cik"),
        ({"delisted_utc": None}, "no_end"),
        ({"delisted_utc": "soon"}, "bad_end"),
        ({"delisted_utc": "0001-01-01T00:00:00Z"}, "bad_end"),
        ({"delisted_utc": 1570420800}, "bad_end"),
        ({"active": True}, "in_use"),
    ],
)
def test_a_row_without_registrant_or_end_is_counted_not_lost(changed, reason):
    found = ended(**changed)
    assert (found.rows.height, dict(found.rejected)) == (0, {reason: 1})


def test_codes_that_are_none_are_left_out():
    row = ended(share_class_figi="<b>", type="c s", primary_exchange=["XNYS"]).rows.row(0, named=True)
    assert (row["share_class"], row["kind"], row["exchange"]) == (None, None, None)


def test_a_symbol_in_use_has_no_end():
    row = ALTABA | {"active": True, "ticker": "META"}
    del row["delisted_utc"]
    found, _ = parse_symbols(body(row, ALTABA, "?"), active=True)
    assert found.rows.select("ticker", "ended").rows() == [("META", None)]
    assert dict(found.rejected) == {"ended": 1, "not_an_object": 1}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (b"<html>blocked</html>", Unparsable),
        (b'{"results": [', Truncated),
        (b"[" * 100_000, Hostile),
        (b'{"status": "OK"}', Unparsable),
        (b'{"status": "OK", "results": {}, "count": 1}', Unparsable),
        (b'{"status": "ERROR", "results": []}', Unparsable),
        (b'{"status": "NOT_AUTHORIZED", "message": "upgrade"}', NotConfigured),
        (b'{"status": "ERROR", "error": "Unknown API Key"}', NotConfigured),
        (body(next_url="https://api.polygon.io/v3/reference/tickers?page=2"), Unparsable),
    ],
)
def test_what_is_no_list_is_an_error_and_never_an_empty_list(told, error):
    with pytest.raises(error):
        parse_symbols(told, active=False)


def test_nobody_has_ended_yet_is_an_answer():
    assert parse_symbols(b'{"status": "OK", "count": 0}', active=False)[0].rows.is_empty()


NAMES = st.sampled_from([*ALTABA, "results", "status", "next_url"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda one: st.lists(one) | st.dictionaries(NAMES, one)
)


@given(ANYTHING)
def test_anything_else_is_read_or_refused(told):
    for said in (told, {"status": "OK", "results": told}, {"status": "OK", "results": [told]}):
        try:
            page, _ = parse_symbols(json.dumps(said).encode(), active=False)
        except EdgewiseError:
            continue
        assert page.rows.null_count().select("ticker", "cik", "company", "ended").row(0) == (0, 0, 0, 0)


@dataclass
class Pages:
    """Answers each question with the next page."""

    bodies: list[bytes]
    asked: list[str] = field(default_factory=list)

    def get(self, url):
        self.asked.append(url)
        return type("Answer", (), {"body": self.bodies.pop(0)})


def test_pages_are_turned_by_the_cursor_alone_whatever_host_is_named():
    pages = Pages(
        [body(ALTABA, next_url="https://evil.example/v3/x?cursor=YQ&apiKey=1"), body(ALTABA | {"ticker": "B"})]
    )
    found = PolygonListings(pages).symbols(active=False)
    assert found.rows["ticker"].to_list() == ["AABA", "B"]
    first, second = (urlsplit(url) for url in pages.asked)
    assert first.netloc == second.netloc == "api.polygon.io"
    assert parse_qs(first.query) == {
        "market": ["stocks"],
        "active": ["false"],
        "limit": ["1000"],
        "sort": ["ticker"],
        "order": ["asc"],
    }
    assert parse_qs(second.query) == {"cursor": ["YQ"]}


def test_pages_that_lead_in_a_circle_end_in_an_error(monkeypatch):
    leads_on = body(ALTABA, next_url="https://api.polygon.io/v3/reference/tickers?cursor=YQ")
    with pytest.raises(Unparsable, match="circle"):
        PolygonListings(Pages([leads_on] * 3)).symbols(active=False)
    monkeypatch.setattr(polygon, "MOST_PAGES", 1)
    with pytest.raises(EdgewiseError, match="more than 1 pages"):
        PolygonListings(Pages([leads_on])).symbols(active=False)
