"""Polygon's list of symbols: those in use, and those of securities that have left the market.

`delisted_utc` is the last day on which a symbol traded, stamped with midnight in New York or in UTC. A row may be told
twice, with an older and a newer state, and with two registrants: `sources.listings.fold` decides. Of the address of the
next page only the cursor is taken: the host that it names may be another one, which must not see the key.

Source: https://polygon.io/docs/rest/stocks/tickers/all-tickers.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotConfigured, TooLarge, Unparsable
from edgewise.core.identifiers import Cik, Ticker
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.items import text_of
from edgewise.sources.listings.listed import LISTED, ListedSymbols
from edgewise.sources.prices.polygon import symbol_told
from edgewise.sources.services import POLYGON

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.sources.http import Fetcher

URL = f"https://{POLYGON.host}/v3/reference/tickers"
PAGE, MOST_PAGES = 1_000, 500
_WHAT = "Polygon's list of symbols"
_GOOD = frozenset({"OK", "DELAYED"})
_FIGI = re.compile(r"BBG[A-Z0-9]{9}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,10}", re.ASCII)
_EXCHANGES = {
    "XNYS": "NYSE",
    "XNAS": "Nasdaq",
    "XASE": "NYSE American",
    "ARCX": "NYSE Arca",
    "BATS": "CBOE",
}
"""Market identifier codes (ISO 10383) as the SEC's list names their exchanges; any other stays a code."""


class PolygonListings:
    """Asks Polygon which symbols there are."""

    url = URL

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def symbols(self, *, active: bool, on_page: Callable[[int], object] = lambda _done: None) -> ListedSymbols:
        """Return the symbols of stocks that are in use, or those that no longer are: a question per 1,000.

        Raises what the fetcher and `parse_symbols` raise, Unparsable where pages lead in a circle, and TooLarge where
        they do not end.
        """
        told = "true" if active else "false"
        asked = {"market": "stocks", "active": told, "limit": str(PAGE), "sort": "ticker", "order": "asc"}
        pages: list[ListedSymbols] = []
        passed: set[str] = set()
        for _ in range(MOST_PAGES):
            page, cursor = parse_symbols(self._fetcher.get(f"{URL}?{urlencode(asked)}").body, active=active)
            pages.append(page)
            on_page(1)
            if not cursor:
                return ListedSymbols.together(pages)
            if cursor in passed:
                raise Unparsable(f"{_WHAT} leads in a circle", advice="Ask again.", reason="circular")
            passed.add(cursor)
            asked = {"cursor": cursor}
        raise TooLarge(f"{_WHAT} has more than {MOST_PAGES} pages", advice="Report it to them.")


def parse_symbols(body: bytes, *, active: bool) -> tuple[ListedSymbols, str]:
    """Return one page, and the cursor of the page after it, '' for the last one.

    active:   whether symbols in use were asked for.
    Rejected: not_an_object, bad_ticker (what no exchange lists, and symbols that only lower case tells from another),
              no_name, no_cik, bad_cik; in_use where an ended symbol was asked for, ended for the reverse; no_end and
              bad_end where the day it ended is missing or no day.
    Raises NotConfigured where it says that the key is refused; Unparsable, Truncated and Hostile for what is no such
    list: no answer is not an empty answer.
    """
    said = json_object(body, _WHAT)
    status, items = str(said.get("status", "OK")).upper(), said.get("results")
    if status == "NOT_AUTHORIZED" or "api key" in str(said.get("error", "")).lower():
        raise NotConfigured("Polygon refuses the key", advice="Check EDGEWISE_POLYGON_KEY and what its plan allows.")
    if status not in _GOOD or not isinstance(items, list | None) or (items is None and said.get("count") != 0):
        raise Unparsable(f"{_WHAT} has no results but the status {status[:20]!r}", advice="Keep the body, report it.")
    read = [_row(item, active=active) for item in items or []]
    rows = pl.DataFrame([row for row in read if not isinstance(row, str)], schema=LISTED, orient="row")
    return ListedSymbols(rows, Counter(row for row in read if isinstance(row, str))), _cursor(said.get("next_url"))


def _row(item: Any, *, active: bool) -> tuple[object, ...] | str:
    """Return the row of an item, or the reason why there is none."""
    if not isinstance(item, dict):
        return "not_an_object"
    ticker, name, cik = _ticker(item.get("ticker")), text_of(item.get("name"), longest=200), _cik(item.get("cik"))
    ended = _end(item, active=active)
    for missing, reason in ((ticker, "bad_ticker"), (name, "no_name")):
        if missing is None:
            return reason
    if isinstance(cik, str):
        return cik
    if isinstance(ended, str):
        return ended
    kind, figi = _matched(_CODE, item.get("type")), _matched(_FIGI, item.get("share_class_figi"))
    exchange = _matched(_CODE, item.get("primary_exchange"))
    told_at = _instant(item.get("last_updated_utc"))
    return ticker, int(cik), name, _EXCHANGES.get(exchange or "", exchange), kind, figi, ended, told_at


def _ticker(value: object) -> str | None:
    """Return a symbol in our spelling; None for one of lower case, which in upper case would be another's.

    >>> _ticker("BRK.B"), _ticker("KIMpL"), _ticker("ABCw")
    ('BRK-B', 'KIM-PL', None)
    """
    symbol = symbol_told(value) if isinstance(value, str) else ""
    try:
        return str(Ticker(symbol)) if symbol == symbol.upper() else None
    except InvalidInput:
        return None


def _cik(value: object) -> Cik | str:
    if value is None or value == "":
        return "no_cik"
    try:
        return Cik(value) if isinstance(value, str) else "bad_cik"
    except InvalidInput:
        return "bad_cik"


def _end(item: dict[str, Any], *, active: bool) -> date | str | None:
    """Return the last day of a symbol, None for one in use, or the reason why it cannot be told."""
    told, in_use = item.get("delisted_utc"), item.get("active", active)
    if active:
        return None if in_use is True and not told else "ended"
    if in_use is not False:
        return "in_use"
    if not told:
        return "no_end"
    at = _instant(told)
    return _day_of(at) if at else "bad_end"


def _day_of(at: datetime) -> date:
    """Return the day that midnight, of UTC or of New York, stamps."""
    return at.date() if at.time() == time(0) else at.astimezone(NEW_YORK).date()


def _instant(value: object) -> datetime | None:
    """Return an instant, UTC; a day alone is its midnight of UTC. None for what is none, or not of these centuries."""
    if not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004 - an instant has half of that
        return None
    try:
        at = datetime.fromisoformat(value)
        told = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told if 1900 <= told.year < 2200 else None  # noqa: PLR2004 - where calendars have no surprises


def _matched(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _cursor(next_url: object) -> str:
    """Return what leads on, '' for nothing. Raises Unparsable for an address without it: the rest would be lost."""
    if not next_url:
        return ""
    try:
        cursor = parse_qs(urlsplit(str(next_url)).query).get("cursor", [""])[0]
    except ValueError:
        cursor = ""
    if not cursor:
        raise Unparsable(f"{_WHAT} goes on at an address without a cursor", advice="Keep the body, report it.")
    return cursor
