"""www.alphavantage.co at a simulated instant: news with scores of tone.

Errors come with status 200 and say what is wrong under "Error Message" or "Information". A key is asked for, as
`apikey=`. Parameters of NEWS_SENTIMENT: tickers (an item must name all of them), topics, time_from and time_to
(YYYYMMDDTHHMM, UTC), sort (LATEST, EARLIEST, RELEVANCE), limit (50, at most 1,000). There are no pages.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from edgewise.simulate.provider_days import ALPHA_VANTAGE_NEWS, sentiment_answer
from edgewise.simulate.server.messages import OK, Reply
from edgewise.simulate.server.provider_items import ProviderItems, Span, page, symbols, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked
    from edgewise.simulate.server.provider_items import RawItem

HOST = "www.alphavantage.co"
_PATH, _FUNCTION = "/query", "NEWS_SENTIMENT"
_NOT_FOUND = 404
_DEFAULT, _MOST = 50, 1_000
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class AlphaVantage:
    """Answers `www.alphavantage.co`."""

    def __init__(self, folder: Path) -> None:
        self._news = ProviderItems(
            folder / ALPHA_VANTAGE_NEWS,
            listed=lambda content: content["feed"],
            identity=lambda item: item["url"],
            since=lambda item: _parsed(item["time_published"]),
            tickers=_tickers,
        )

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return what there was at `now`."""
        if asked.path.rstrip("/") != _PATH:
            return _told("Error Message", "There is no such page.", status=_NOT_FOUND)
        if not asked.query.get("apikey"):
            return _told("Error Message", "the parameter apikey is invalid or missing.")
        if asked.query.get("function", "").upper() != _FUNCTION:
            return _told("Error Message", f"This simulated service knows the function {_FUNCTION} only.")
        try:
            return self._answer(asked.query, now)
        except ValueError:
            return _told("Information", "Invalid inputs. Please refer to the API documentation and try again.")

    def _answer(self, query: Mapping[str, str], now: datetime) -> Reply:
        size = whole_number(query.get("limit"), _DEFAULT, _MOST)
        sort = query.get("sort", "LATEST").upper()
        if size is None or sort not in {"LATEST", "EARLIEST", "RELEVANCE"}:
            raise ValueError("limit is a whole number, sort one of three words")
        least = _parsed(query["time_from"]) if query.get("time_from") else _EARLIEST
        most = _parsed(query["time_to"]) if query.get("time_to") else _LATEST
        wanted, topics = symbols(query.get("tickers")), symbols(query.get("topics"))
        items = self._news.shown(Span(least.date(), most.date(), wanted), now, newest_first=sort != "EARLIEST")
        chosen = (
            (since, item)
            for since, item in items
            if least <= since <= most and wanted <= _tickers(item) and topics <= _topics(item)
        )
        if sort == "RELEVANCE":
            chosen = (one for one in sorted(chosen, key=lambda one: -_relevance(one[1], wanted)))
        return Reply(OK, sentiment_answer(page(chosen, 0, size)[0]).encode(), "application/json")


def _tickers(item: RawItem) -> set[str]:
    return {one["ticker"] for one in item["ticker_sentiment"]}


def _topics(item: RawItem) -> set[str]:
    """Return an item's topics as questions name them: `financial_markets`."""
    return {"_".join(one["topic"].lower().replace("-", " ").split()) for one in item["topics"]}


def _relevance(item: RawItem, wanted: frozenset[str]) -> float:
    shares = [float(one["relevance_score"]) for one in item["ticker_sentiment"] if one["ticker"] in wanted]
    return max(shares, default=0.0)


def _parsed(text: str) -> datetime:
    """Return an instant given as YYYYMMDDTHHMM or with seconds. Raises ValueError for anything else."""
    form = "%Y%m%dT%H%M" if len(text) == len("20240102T0304") else "%Y%m%dT%H%M%S"
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def _told(key: str, text: str, *, status: int = OK) -> Reply:
    return Reply(status, (json.dumps({key: text}) + "\n").encode(), "application/json")
