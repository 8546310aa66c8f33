"""api.benzinga.com at a simulated instant: ratings of analysts, and news.

A token is asked for, as `token=` or in an Authorization header. Ratings: `parameters[...]` date, date_from, date_to,
tickers, updated, action; news: dateFrom, dateTo, date, tickers, updatedSince, publishedSince, displayOutput. Both have
`page`, from 0, and `pagesize`. With `updated`, items come in the order in which they were last touched.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from edgewise.simulate.provider_days import BENZINGA_NEWS, RATINGS, news_answer, ratings_answer
from edgewise.simulate.server.messages import OK, Reply
from edgewise.simulate.server.provider_items import ProviderItems, Span, page, symbols, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked
    from edgewise.simulate.server.provider_items import RawItem

HOST = "api.benzinga.com"
_RATINGS_PATHS = frozenset({"/api/v2.1/calendar/ratings", "/api/v2/calendar/ratings"})
_NEWS_PATH = "/api/v2/news"
_BAD_REQUEST, _UNAUTHORISED, _NOT_FOUND = 400, 401, 404
_MOST_RATINGS, _MOST_NEWS, _MOST_PAGES = 1_000, 100, 100_000
# An item may be corrected so many days after its day.
_CORRECTED_WITHIN = timedelta(days=12)


class Benzinga:
    """Answers `api.benzinga.com`."""

    def __init__(self, folder: Path) -> None:
        self._ratings = ProviderItems(
            folder / RATINGS,
            listed=lambda content: content["ratings"],
            identity=lambda item: item["id"],
            since=lambda item: datetime.fromtimestamp(item["updated"], UTC),
            tickers=lambda item: {item["ticker"]},
        )
        self._news = ProviderItems(
            folder / BENZINGA_NEWS,
            listed=lambda content: content,
            identity=lambda item: str(item["id"]),
            since=lambda item: parsedate_to_datetime(item["updated"]).astimezone(UTC),
            tickers=lambda item: {one["name"] for one in item["stocks"]},
        )

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return what there was at `now`."""
        if not (asked.query.get("token") or asked.headers.get("authorization", "").removeprefix("token ").strip()):
            return _refusal(_UNAUTHORISED, "auth_failed", "a token is needed")
        try:
            if asked.path in _RATINGS_PATHS:
                return self._answer_ratings(_plain_names(asked.query), now)
            if asked.path == _NEWS_PATH:
                return self._answer_news(asked.query, now)
        except (ValueError, OverflowError) as error:
            return _refusal(_BAD_REQUEST, "bad_request", str(error))
        return _refusal(_NOT_FOUND, "not_found", "there is no such resource")

    def _answer_ratings(self, query: Mapping[str, str], now: datetime) -> Reply:
        number, size = _paging(query, default=100, most=_MOST_RATINGS)
        span = _span(query.get("date"), query.get("date_from"), query.get("date_to"), query.get("tickers"))
        actions = symbols(query.get("action"))
        items = _touched_since(self._ratings, span, now, query.get("updated"))
        chosen = (one for one in items if not actions or one[1]["action_company"] in actions)
        return Reply(OK, ratings_answer(page(chosen, number, size)[0]).encode(), "application/json")

    def _answer_news(self, query: Mapping[str, str], now: datetime) -> Reply:
        number, size = _paging(query, default=15, most=_MOST_NEWS)
        span = _span(query.get("date"), query.get("dateFrom"), query.get("dateTo"), query.get("tickers"))
        items = _touched_since(self._news, span, now, query.get("updatedSince"))
        if since := query.get("publishedSince"):
            limit = _instant(since)
            items = (one for one in items if parsedate_to_datetime(one[1]["created"]) >= limit)
        output = query.get("displayOutput", "headline")
        shown = ((since, _as_asked(item, output)) for since, item in items)
        return Reply(OK, news_answer(page(shown, number, size)[0]).encode(), "application/json")


def _as_asked(item: RawItem, output: str) -> RawItem:
    """Return a news item with its body only where that is asked for, and its teaser."""
    if output == "full":
        return item
    return {**item, "body": "", "teaser": item["teaser"] if output == "abstract" else ""}


def _touched_since(
    items: ProviderItems, span: Span, now: datetime, updated: str | None
) -> Iterator[tuple[datetime, RawItem]]:
    """Return the items of a span, newest first; those touched since an instant, if one is given, in order of that."""
    if not updated:
        return items.shown(span, now)
    since = _instant(updated)
    earliest = max(span.first, since.date() - _CORRECTED_WITHIN)
    touched = items.shown(Span(earliest, span.last, span.tickers), now, newest_first=False)
    return chain(sorted((one for one in touched if one[0] >= since), key=lambda one: one[0]))


def _span(day: str | None, first: str | None, last: str | None, tickers: str | None) -> Span:
    """Return what is asked for. Raises ValueError for what is no date."""
    return Span(
        date.fromisoformat(day or first or date.min.isoformat()),
        date.fromisoformat(day or last or date.max.isoformat()),
        symbols(tickers),
    )


def _instant(text: str) -> datetime:
    """Return seconds since 1970 as an instant. Raises ValueError or OverflowError for anything else."""
    return datetime.fromtimestamp(int(text), UTC)


def _paging(query: Mapping[str, str], *, default: int, most: int) -> tuple[int, int]:
    """Return the page and its size. Raises ValueError for what is no number."""
    number = whole_number(query.get("page"), 0, _MOST_PAGES)
    size = whole_number(query.get("pagesize") or query.get("pageSize"), default, most)
    if number is None or size is None:
        raise ValueError("page and pagesize are whole numbers")
    return number, size


def _plain_names(query: Mapping[str, str]) -> dict[str, str]:
    """Return a query with `parameters[date_from]` as `date_from`."""
    return {name.removeprefix("parameters[").removesuffix("]"): value for name, value in query.items()}


def _refusal(status: int, code: str, why: str) -> Reply:
    error: dict[str, Any] = {"id": code, "code": code, "value": why}
    body = json.dumps({"ok": False, "data": None, "errors": [error]}) + "\n"
    return Reply(status, body.encode(), "application/json")
