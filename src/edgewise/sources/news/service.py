"""Polygon's news over the wire: what to ask, page after page, from the live service or an archive of it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.core.errors import Unparsable
from edgewise.sources.http import Archive
from edgewise.sources.items import day_of
from edgewise.sources.news.polygon import parse_news

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from edgewise.sources.http import Fetcher
    from edgewise.sources.news.said import ProvidedNews

HOST = "api.polygon.io"
URL = f"https://{HOST}/v2/reference/news"
PAGE = 1_000
MOST_PAGES = 10_000


class PolygonNews:
    """The list of news. `archived` says whether it is an archive, which has days and no questions."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.archived = isinstance(fetcher, Archive)

    def published(
        self, since: datetime, until: datetime, *, ticker: str = "", seen_at: datetime
    ) -> Iterator[ProvidedNews]:
        """Yield the pages of what was published from `since` up to and without `until`, oldest first.

        ticker: as Polygon spells it, with a dot before the class; '' for all.
        Raises what the fetcher and `parse_news` raise, and Unparsable where pages lead in a circle.
        """
        asked = {
            "published_utc.gte": _stamp(since),
            "published_utc.lt": _stamp(until),
            **({"ticker": ticker} if ticker else {}),
            "order": "asc",
            "sort": "published_utc",
            "limit": str(PAGE),
        }
        passed: set[str] = set()
        for _ in range(MOST_PAGES):
            url = f"{URL}?{urlencode(asked)}"
            answer = parse_news(self._fetcher.get(url).body, source_url=url, seen_at=seen_at)
            yield answer
            if not answer.following:
                return
            if answer.following in passed:
                raise Unparsable("Polygon's pages of news lead in a circle", advice="Ask again.", reason="circular")
            passed.add(answer.following)
            asked = {"cursor": answer.following}

    def days(self) -> list[date]:
        """Return the days (UTC) that an archive holds, in order."""
        found = (day_of(url.rpartition("/")[2].removesuffix(".json")) for url in self._fetcher.listing(f"{URL}/"))
        return sorted(day for day in found if day is not None)

    def day(self, day: date, *, seen_at: datetime) -> ProvidedNews:
        """Return a day of an archive."""
        url = f"{URL}/{day.isoformat()}.json"
        return parse_news(self._fetcher.get(url).body, source_url=url, seen_at=seen_at)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
