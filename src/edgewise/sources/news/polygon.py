"""Polygon's news, parsed: a body in, rows out. Pure.

`published_utc` is the only time an item has. `insights` holds a word on some of the symbols; it is a model's reading,
and nothing tells when it was made: of stories older than the feature it was made later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from edgewise.core.errors import NotConfigured, Unparsable
from edgewise.core.tables_news import NEWS
from edgewise.sources.answers import Origin, ProvidedRows, provided_rows
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.items import digest_of, identity_of, instant_of, symbol_of, text_of
from edgewise.sources.news.said import Said, news_rows, unreadable
from edgewise.sources.services import POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PROVIDER = POLYGON.name
_WHAT = "Polygon's news"
_GOOD = frozenset({"OK", "DELAYED"})


def parse_news(body: bytes, *, source_url: str, seen_at: datetime) -> ProvidedRows:
    """Return the rows of an answer, and the cursor of the page after it.

    Absent rows: not_an_object, time_unknown; suspect ones as `news_rows` says.
    Raises NotConfigured where it says that the key is refused; Unparsable, Truncated and Hostile for what is no list of
    news, an error message among them: no answer is not an empty answer.
    """
    said = json_object(body, _WHAT)
    status, items = str(said.get("status", "OK")).upper(), said.get("results")
    if status == "NOT_AUTHORIZED" or "api key" in str(said.get("error", "")).lower():
        raise NotConfigured("Polygon refuses the key", advice="Check EDGEWISE_POLYGON_KEY and what its plan allows.")
    if status not in _GOOD or not isinstance(items, list | None) or (items is None and said.get("count") != 0):
        raise Unparsable(f"{_WHAT} has no results but the status {status[:20]!r}", advice="Keep the body, report it.")
    listed = items or []
    rows = _rows(listed, Origin(PROVIDER, source_url, seen_at))
    return provided_rows(NEWS, rows, items=len(listed), following=_cursor(said.get("next_url")))


def _rows(items: list[Any], origin: Origin) -> Iterator[dict[str, object]]:
    for item in items:
        if isinstance(item, dict):
            yield from news_rows(_said(item), origin)
        else:
            yield unreadable(digest_of(item), "not_an_object", origin)


def _said(item: dict[str, Any]) -> Said:
    publisher, tickers, insights = item.get("publisher"), item.get("tickers"), item.get("insights")
    told = [one for one in insights if isinstance(one, dict)] if isinstance(insights, list) else []
    return Said(
        news_id=identity_of(item, "id") or digest_of(item),
        title=text_of(item.get("title")),
        tickers=tickers if isinstance(tickers, list) else [],
        at=instant_of(item.get("published_utc")),
        description=item.get("description"),
        publisher=text_of(publisher.get("name")) if isinstance(publisher, dict) else None,
        url=item.get("article_url"),
        sentiments={symbol: one.get("sentiment") for one in told if (symbol := symbol_of(one.get("ticker")))},
    )


def _cursor(next_url: object) -> str:
    """Return what leads on. Only that is taken: the host it names may be another one, which must not see the key."""
    if not isinstance(next_url, str):
        return ""
    try:
        return parse_qs(urlsplit(next_url).query).get("cursor", [""])[0]
    except ValueError:
        return ""
