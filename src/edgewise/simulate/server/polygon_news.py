"""Polygon's news at a simulated instant.

Parameters: ticker, published_utc with .gte .gt .lte .lt (dates or instants), order (descending unless told otherwise),
limit (10, at most 1,000).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from edgewise.simulate.provider_days import POLYGON_NEWS
from edgewise.simulate.server.polygon_pages import question
from edgewise.simulate.server.provider_items import ProviderItems, Span, page, symbols

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edgewise.simulate.server.messages import Reply

PATH = "/v2/reference/news"
_KEPT = ("ticker", "order", "limit", *(f"published_utc{suffix}" for suffix in ("", ".gte", ".gt", ".lte", ".lt")))
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class PolygonNews:
    """Answers `/v2/reference/news` from the day files of a market's folder."""

    def __init__(self, folder: Path) -> None:
        self._items = ProviderItems(
            folder / POLYGON_NEWS,
            listed=lambda content: content["results"],
            identity=lambda item: item["id"],
            since=lambda item: datetime.fromisoformat(item["published_utc"]),
            tickers=lambda item: set(item["tickers"]),
        )

    def answer(self, query: Mapping[str, str], now: datetime) -> Reply:
        """Return a page; those after the first as of the first's instant. Raises ValueError for a bad question."""
        asked = question(query, _KEPT, now)
        least, most = _bounds(asked.asked)
        span = Span(least.date(), most.date(), symbols(asked.asked.get("ticker")))
        items = self._items.shown(span, asked.as_of, newest_first=asked.descending("desc"))
        found, more = page((one for one in items if least <= one[0] <= most), asked.number, asked.size)
        return asked.reply(found, PATH, more=more)


def _bounds(asked: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Return the first and the last instant asked for. Raises ValueError for what is neither date nor instant."""
    least, most, second = [_EARLIEST], [_LATEST], timedelta(seconds=1)
    for name, value in asked.items():
        suffix = name.removeprefix("published_utc")
        if suffix == name:
            continue
        begins = datetime.fromisoformat(value)
        begins = begins.replace(tzinfo=UTC) if begins.tzinfo is None else begins.astimezone(UTC)
        ends = begins + timedelta(days=1) - second if "T" not in value else begins
        least += [begins] * (suffix in {"", ".gte"}) + [begins + second] * (suffix == ".gt")
        most += [ends] * (suffix == "") + [begins] * (suffix == ".lte") + [begins - second] * (suffix == ".lt")
    return max(least), min(most)
