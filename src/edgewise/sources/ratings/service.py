"""Benzinga's ratings over the wire: what to ask, page after page, from the live service or an archive of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.core.clock import NEW_YORK
from edgewise.sources.answers import DailyList
from edgewise.sources.ratings.benzinga import parse_ratings
from edgewise.sources.services import BENZINGA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from edgewise.sources.answers import ProvidedRows

URL = f"https://{BENZINGA.host}/api/v2.1/calendar/ratings"
PAGE = 1_000
MOST_PAGES = 1_000
MOST_TICKERS = 50


class BenzingaRatings(DailyList):
    """The calendar of ratings; an archive of it counts New York days."""

    url = URL
    zone = NEW_YORK
    parse = staticmethod(parse_ratings)

    def published(
        self, first: date, last: date, *, tickers: Sequence[str] = (), seen_at: datetime
    ) -> Iterator[ProvidedRows]:
        """Yield the pages of what was published on these New York days, at most `MOST_TICKERS` symbols; all if none.

        While it is asked, new items may shift others to the next page: they come twice, none is missed. Raises what
        the fetcher and `parse_ratings` raise.
        """
        days = {"parameters[date_from]": first.isoformat(), "parameters[date_to]": last.isoformat()}
        return self._pages(days, tickers, seen_at)

    def touched(self, since: datetime, *, tickers: Sequence[str] = (), seen_at: datetime) -> Iterator[ProvidedRows]:
        """Yield the pages of what was published or corrected since an instant; as `published`."""
        return self._pages({"parameters[updated]": str(int(since.timestamp()))}, tickers, seen_at)

    def _pages(self, asked: dict[str, str], tickers: Sequence[str], seen_at: datetime) -> Iterator[ProvidedRows]:
        named = {"parameters[tickers]": ",".join(tickers)} if tickers else {}
        for page in range(MOST_PAGES):
            url = f"{URL}?{urlencode({**asked, **named, 'page': str(page), 'pagesize': str(PAGE)})}"
            answer = self._ask(url, seen_at)
            yield answer
            if answer.items < PAGE:
                return
