"""Polygon's news, parsed and asked for page by page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from edgewise.core.errors import NotConfigured, Truncated, Unparsable
from edgewise.core.tables_news import NEWS
from edgewise.sources.http import Answer
from edgewise.sources.news.files import read_news_file
from edgewise.sources.news.polygon import parse_news
from edgewise.sources.news.said import story_of
from edgewise.sources.news.service import PolygonNews

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = {
    "id": "n1",
    "publisher": {"name": "Velm Wire"},
    "title": "Fish &amp; chips rise - Velm Wire",
    "published_utc": "2024-03-15T12:00:00Z",
    "article_url": "https://velm.example/1",
    "tickers": ["AAA", "BRK.B", "AAA", "X:BTCUSD"],
    "description": "They do.",
    "insights": [{"ticker": "BRK.B", "sentiment": "negative"}, {"ticker": "AAA", "sentiment": "wistful"}],
}


def body(*items, **more):
    return json.dumps({"status": "OK", "count": len(items), "results": items} | more).encode()


def parsed(**changes):
    return parse_news(body(ITEM | changes), source_url="hand", seen_at=SEEN).rows


def test_a_story_has_a_row_for_each_symbol_and_none_is_lost():
    rows = parsed()
    told = rows.select("ticker", "tone", "tone_by", "sentiment_said", "status", "reasons").rows()
    assert told == [
        ("AAA", None, None, "wistful", "suspect", "unknown_sentiment"),
        ("BRK-B", -1.0, "provider", "negative", "ok", None),
        ("X:BTCUSD", None, None, None, "suspect", "bad_ticker"),
    ]
    assert rows["title"].unique().to_list() == ["Fish & chips rise - Velm Wire"]
    assert rows["known_at"].unique().to_list() == [datetime(2024, 3, 15, 12, tzinfo=UTC)]
    assert NEWS.frame(rows.to_dicts()).height == 3


@pytest.mark.parametrize(
    ("changes", "reason", "status"),
    [
        ({"published_utc": "2024-03-15T12:00:00"}, "time_unknown", "absent"),
        ({"published_utc": 5}, "time_unknown", "absent"),
        ({"title": "<b></b>"}, "title_missing", "suspect"),
        ({"tickers": [f"A{number}" for number in range(600)]}, "too_many_tickers", "suspect"),
    ],
)
def test_what_is_not_understood_is_a_row_with_a_reason(changes, reason, status):
    row = parsed(**{"tickers": [], "insights": None} | changes)
    assert row.select("ticker", "reasons", "status").rows() == [("", reason, status)]


def test_addresses_that_are_none_of_the_web_are_left_out():
    given = ["https://velm.example/1", "javascript:alert(1)", "https://me:secret@velm.example/", "http://[", 7]
    assert [parsed(article_url=one, tickers=["AAA"])["url"][0] for one in given] == [given[0], *[None] * 4]


def test_copies_of_a_story_share_its_digest_and_others_do_not():
    assert story_of("Fish rise - Velm Wire", "Velm Wire") == story_of("CORRECTED: Fish  RISE!")
    assert story_of("Fish rise By Velm.com - Velm.com UK", "Velm.com") == story_of("Fish rise")
    assert story_of("Fish rise") != story_of("Fish rise again")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"<html>down</html>", Unparsable),
        (b'{"results": [', Truncated),
        (b'{"status": "ERROR", "error": "Unknown API Key"}', NotConfigured),
        (b'{"status": "ERROR", "error": "boom"}', Unparsable),
        (b'{"status": "OK"}', Unparsable),
        (b'{"status": "OK", "results": {}}', Unparsable),
    ],
)
def test_failure_case_42_what_is_no_list_is_an_error_and_never_an_empty_answer(answer, error):
    with pytest.raises(error):
        parse_news(answer, source_url="hand", seen_at=SEEN)


class Shelf:
    """A fetcher that answers in the order of its bodies, and remembers what it was asked."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies, self.asked = list(bodies), []

    def get(self, url: str, **_: object) -> Answer:
        self.asked.append(url)
        return Answer(url=url, body=self.bodies.pop(0))


def test_pages_are_followed_on_polygons_own_host_wherever_the_answer_points():
    leading = body(ITEM, next_url="https://api.evil.example:443/steal?cursor=abc%3D")
    shelf = Shelf(leading, body())
    asked = PolygonNews(shelf).published(SEEN - timedelta(hours=1), SEEN, ticker="AAA", seen_at=SEEN)
    assert [page.items for page in asked] == [1, 0]
    assert shelf.asked[0].startswith("https://api.polygon.io/v2/reference/news?published_utc.gte=2025-12-31T23%3A00")
    assert shelf.asked[1] == "https://api.polygon.io/v2/reference/news?cursor=abc%3D"


def test_pages_that_lead_in_a_circle_end():
    leading = body(ITEM, next_url="https://api.polygon.io/?cursor=a")
    with pytest.raises(Unparsable, match="circle"):
        list(PolygonNews(Shelf(*[leading] * 5)).published(SEEN, SEEN, seen_at=SEEN))


def test_a_file_may_say_a_tone_and_counts_the_symbols_of_a_story():
    csv = b"""row_id,headline,stock,date,sentiment
1,Fish rise,AAA,2024-03-15 08:00:00-04:00,0.25
2,Fish rise,BBB,2024-03-15 08:00:00-04:00,9
3,Fish sink,AAA,2024-03-15 08:00:00,
"""
    rows = read_news_file(csv, "news.csv", seen_at=SEEN).rows
    assert rows.select("news_id", "ticker", "named", "tone", "reasons", "status").rows() == [
        ("1", "AAA", 2, 0.25, None, "ok"),
        ("2", "BBB", 2, None, "unknown_sentiment", "suspect"),
        ("3", "", 0, None, "time_unknown", "absent"),
    ]
