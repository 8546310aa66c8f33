"""api.polygon.io at a simulated instant: daily bars, splits, dividends, symbols, and news where it has some.

A key is asked for, as `apiKey=` or as a bearer's. `next_url` leads on and needs the key again; it holds all of the
question.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from edgewise.simulate.provider_days import POLYGON_NEWS
from edgewise.simulate.server import polygon_news, polygon_pages, polygon_tickers
from edgewise.simulate.server.polygon_news import PolygonNews
from edgewise.simulate.server.polygon_pages import refusal
from edgewise.simulate.server.polygon_prices import PolygonPrices
from edgewise.simulate.server.polygon_tickers import PolygonTickers

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked, Reply

HOST = polygon_pages.HOST
_BAD_REQUEST, _UNAUTHORISED, _NOT_FOUND = 400, 401, 404
_DAY = r"\d{4}-\d{2}-\d{2}"
_GROUPED = re.compile(rf"/v2/aggs/grouped/locale/us/market/stocks/(?P<session>{_DAY})", re.ASCII)
_BARS = re.compile(rf"/v2/aggs/ticker/(?P<ticker>[^/]+)/range/1/day/(?P<first>{_DAY})/(?P<last>{_DAY})", re.ASCII)
_EVENTS = re.compile(r"/v3/reference/(?P<kind>splits|dividends)", re.ASCII)


class Polygon:
    """Answers `api.polygon.io`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tickers = PolygonTickers(folder)
        self._news = PolygonNews(folder) if (folder / POLYGON_NEWS).is_dir() else None

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return what there was at `now`; the pages after the first as of the first's instant."""
        if not (asked.query.get("apiKey") or asked.headers.get("authorization", "").removeprefix("Bearer ").strip()):
            return refusal(_UNAUTHORISED, "API Key was not provided")
        try:
            return self._found(asked, now) or refusal(_NOT_FOUND, "page not found")
        except (ValueError, OverflowError) as error:
            return refusal(_BAD_REQUEST, str(error))

    @cached_property
    def _prices(self) -> PolygonPrices:
        """Opened when first asked for: most who serve a market ask for filings only."""
        return PolygonPrices(self._folder)

    def _found(self, asked: Asked, now: datetime) -> Reply | None:
        path = asked.path.rstrip("/")
        if self._news and path == polygon_news.PATH:
            return self._news.answer(asked.query, now)
        if path == polygon_tickers.PATH:
            return self._tickers.answer(asked.query, now)
        if grouped := _GROUPED.fullmatch(path):
            return self._prices.grouped(grouped["session"], asked.query, now)
        if bars := _BARS.fullmatch(path):
            return self._prices.of_ticker(bars["ticker"], (bars["first"], bars["last"]), asked.query, now)
        if events := _EVENTS.fullmatch(path):
            return self._prices.events(events["kind"], asked.query, now)
        return None
