"""Polygon's news over the wire: what to ask, page after page, from the live service or an archive of it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.core.errors import Unparsable
from edgewise.sources.answers import DailyList
from edgewise.sources.news.polygon import parse_news
from edgewise.sources.services import POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from edgewise.sources.answers import ProvidedRows

URL = f"https://{POLYGON.host}/v2/reference/news"
PAGE = 1_000
MOST_PAGES = 10_000


class PolygonNews(DailyList):
    """The list of news; an archive of it counts days of UTC."""

    url = URL
    zone = UTC
    parse = staticmethod(parse_news)

    def published(
        self, since: datetime, until: datetime, *, ticker: str = "", seen_at: datetime
    ) -> Iterator[ProvidedRows]:
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
            answer = self._ask(f"{URL}?{urlencode(asked)}", seen_at)
            yield answer
            if not answer.following:
                return
            if answer.following in passed:
                raise Unparsable("Polygon's pages of news lead in a circle", advice="Ask again.", reason="circular")
            passed.add(answer.following)
            asked = {"cursor": answer.following}


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
