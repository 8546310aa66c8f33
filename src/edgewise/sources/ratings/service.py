"""Benzinga's ratings over the wire: what to ask, page after page, from the live service or an archive of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.sources.http import Archive
from edgewise.sources.items import day_of
from edgewise.sources.ratings.benzinga import parse_ratings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from edgewise.sources.http import Fetcher
    from edgewise.sources.ratings.said import ProvidedRatings

HOST = "api.benzinga.com"
URL = f"https://{HOST}/api/v2.1/calendar/ratings"
PAGE = 1_000
MOST_PAGES = 1_000
MOST_TICKERS = 50


class BenzingaRatings:
    """The calendar of ratings. `archived` says whether it is an archive, which has days and no questions."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.archived = isinstance(fetcher, Archive)

    def published(
        self, first: date, last: date, *, tickers: Sequence[str] = (), seen_at: datetime
    ) -> Iterator[ProvidedRatings]:
        """Yield the pages of what was published on these New York days, at most `MOST_TICKERS` symbols; all if none.

        While it is asked, new items may shift others to the next page: they come twice, none is missed. Raises what
        the fetcher and `parse_ratings` raise.
        """
        days = {"parameters[date_from]": first.isoformat(), "parameters[date_to]": last.isoformat()}
        return self._pages(days, tickers, seen_at)

    def touched(self, since: datetime, *, tickers: Sequence[str] = (), seen_at: datetime) -> Iterator[ProvidedRatings]:
        """Yield the pages of what was published or corrected since an instant; as `published`."""
        return self._pages({"parameters[updated]": str(int(since.timestamp()))}, tickers, seen_at)

    def days(self) -> list[date]:
        """Return the days that an archive holds, in order."""
        found = (day_of(url.rpartition("/")[2].removesuffix(".json")) for url in self._fetcher.listing(f"{URL}/"))
        return sorted(day for day in found if day is not None)

    def day(self, day: date, *, seen_at: datetime) -> ProvidedRatings:
        """Return a day of an archive: every state of every item, as a poller would have seen them."""
        url = f"{URL}/{day.isoformat()}.json"
        return parse_ratings(self._fetcher.get(url).body, source_url=url, seen_at=seen_at)

    def _pages(self, asked: dict[str, str], tickers: Sequence[str], seen_at: datetime) -> Iterator[ProvidedRatings]:
        named = {"parameters[tickers]": ",".join(tickers)} if tickers else {}
        for page in range(MOST_PAGES):
            url = f"{URL}?{urlencode({**asked, **named, 'page': str(page), 'pagesize': str(PAGE)})}"
            answer = parse_ratings(self._fetcher.get(url).body, source_url=url, seen_at=seen_at)
            yield answer
            if answer.items < PAGE:
                return
