"""Polygon's daily bars, one security or the whole market at a time, its splits and its dividends.

Everything is asked for as traded (`adjusted=false`). An answer that says it is adjusted is refused: nothing in it tells
by which splits. One grouped answer has all securities of a session, so a daily run asks once for prices and once or
twice for events, however many companies there are. The key travels in a header, never in a URL.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.prices.provided import ACTIONS, BARS, ProvidedPrices, closed_by, number, provided, traded_on
from edgewise.sources.services import POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Ticker
    from edgewise.sources.http import Fetcher

PROVIDER = POLYGON.name
HOST = POLYGON.host
MAX_PAGES = 500
_BASE = f"https://{HOST}"
_FIELDS = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
_PREFERRED = re.compile(r"([A-Z0-9]+)p([A-Z]?)", re.ASCII)
_SPECIAL = {"CD": "dividend", "SC": "special_dividend", "LT": "special_dividend", "ST": "special_dividend"}
_EVENTS = {"splits": "execution_date", "dividends": "ex_dividend_date"}
# The types of a bar's fields in every answer that was ever seen; a boolean is no number.
_KINDS: dict[str, frozenset[type]] = {"T": frozenset({str}), "t": frozenset({int})} | dict.fromkeys(
    _FIELDS.values(), frozenset({int, float, type(None)})
)
_LATEST_STAMP = 4_000_000_000_000
_NO_BARS = pl.DataFrame(schema=BARS)


class Polygon:
    """Asks Polygon. `clock` says which sessions have closed when it answers."""

    name = PROVIDER
    symbols_of_day = True

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher, self._clock = fetcher, clock

    def history(self, ticker: Ticker, since: date, until: date) -> ProvidedPrices:
        """Return bars and events of one symbol; see `PriceProvider`."""
        bars = parse_bars(self._fetcher.get(bars_url(ticker, since, until)).body, answered_at=self._clock.now())
        return ProvidedPrices(bars.prices, *self._events(since, until, ticker, counted=bars.rejected))

    def grouped(self, session: date) -> ProvidedPrices:
        """Return the bars of all symbols on one session."""
        url = f"{_BASE}/v2/aggs/grouped/locale/us/market/stocks/{session}?adjusted=false"
        return parse_bars(self._fetcher.get(url).body, answered_at=self._clock.now(), session=session)

    def events(self, since: date, until: date) -> ProvidedPrices:
        """Return the events of all symbols; see `WholeMarket`."""
        none = provided(_NO_BARS, pl.DataFrame(schema=ACTIONS), adjusted=False).prices
        return ProvidedPrices(none, *self._events(since, until, None, counted={}))

    def source_of(self, ticker: Ticker) -> str:
        """Return the address of a symbol's bars."""
        return f"{_BASE}/v2/aggs/ticker/{quote(symbol_asked(ticker))}/range/1/day"

    def _events(
        self, since: date, until: date, ticker: Ticker | None, *, counted: dict[str, int]
    ) -> tuple[pl.DataFrame, dict[str, int]]:
        pages = [page for kind in _EVENTS for page in self._pages(kind, since, until, ticker)]
        bad = sum(page[1] for page in pages)
        return merged_events([page[0] for page in pages]), counted | ({"bad_event": bad} if bad else {})

    def _pages(self, kind: str, since: date, until: date, ticker: Ticker | None) -> Iterator[tuple[pl.DataFrame, int]]:
        path, on = f"/v3/reference/{kind}", _EVENTS[kind]
        question = {f"{on}.gte": since, f"{on}.lte": until, "limit": 1000, "order": "asc", "sort": on}
        named = {"ticker": symbol_asked(ticker)} if ticker else {}
        url: str | None = f"{_BASE}{path}?{urlencode(named | question)}"
        for _ in range(MAX_PAGES):
            if url is None:
                return
            actions, bad, url = parse_events(self._fetcher.get(url).body, kind)
            yield actions, bad
        raise TooLarge(f"Polygon's {kind} have more than {MAX_PAGES} pages", advice="Ask for fewer days.")


def bars_url(ticker: Ticker, since: date, until: date) -> str:
    """Return the address of a symbol's daily bars as traded."""
    path = f"/v2/aggs/ticker/{quote(symbol_asked(ticker))}/range/1/day/{since}/{until}"
    return f"{_BASE}{path}?adjusted=false&limit=50000&sort=asc"


def symbol_asked(ticker: Ticker) -> str:
    """Return a symbol as Polygon spells it.

    >>> from edgewise.core.identifiers import Ticker
    >>> symbol_asked(Ticker("BRK-B")), symbol_asked(Ticker("KIM-PL")), symbol_asked(Ticker("AAPL"))
    ('BRK.B', 'KIMpL', 'AAPL')
    """
    base, dash, share_class = str(ticker).partition("-")
    if len(share_class) == 2 and share_class.startswith("P"):  # noqa: PLR2004 - P and the series' letter
        return f"{base}p{share_class[1:]}"
    return f"{base}.{share_class}" if dash else base


def symbol_told(symbol: object) -> str:
    """Return a symbol of Polygon in our spelling; what no exchange lists stays as it is and fails the check of bars.

    Its symbols tell upper from lower case: KIMpL is a preferred share of KIM, KIMPL would be another company.

    >>> symbol_told("BRK.B"), symbol_told("KIMpL"), symbol_told("TANH")
    ('BRK-B', 'KIM-PL', 'TANH')
    """
    text = str(symbol)
    preferred = _PREFERRED.fullmatch(text)
    return f"{preferred[1]}-P{preferred[2]}" if preferred else text.replace(".", "-")


def parse_bars(body: bytes, *, answered_at: datetime, session: date | None = None) -> ProvidedPrices:
    """Return the bars of an answer of aggregates, or of all symbols on `session`, without events.

    Rejected: bad_row for a bar without a readable time or symbol, other_session for one of another day than asked,
              not_closed, and the reasons of `sources.prices.files`.
    Raises:   NotFound, if there is no bar at all; Unparsable with reason `adjusted`, if the answer does not say that it
              is as traded; Unparsable, Truncated and Hostile for what is no such answer.
    """
    said = _answered(body, "Polygon's bars")
    results = said.get("results")
    if results is None and not said.get("resultsCount"):
        raise NotFound("Polygon has no bar of that symbol and those days", advice="Check both.")
    if not isinstance(results, list):
        raise Unparsable("Polygon's bars are no list", advice="Keep the body.")
    if said.get("adjusted") is not False:
        raise Unparsable(
            "Polygon's bars are divided by splits that they do not tell",
            advice="Ask with adjusted=false.",
            reason="adjusted",
        )
    read = _usual_bars(results, said.get("ticker"))
    if read is None:
        rows = [_bar(one, said.get("ticker")) for one in results]
        read = pl.DataFrame([row for row in rows if row is not None], schema=BARS, orient="row")
    asked = read.filter(pl.col("session") == session) if session else read
    lost = {"bad_row": len(results) - read.height, "other_session": read.height - asked.height}
    found = provided(asked, pl.DataFrame(schema=ACTIONS), adjusted=False)
    told = found.rejected | {reason: count for reason, count in lost.items() if count}
    return closed_by(ProvidedPrices(found.prices, found.actions, told), answered_at)


def parse_events(body: bytes, kind: str) -> tuple[pl.DataFrame, int, str | None]:
    """Return one page of `splits` or `dividends` (columns of ACTIONS), how many were bad, and where the next page is.

    Bad is what has no symbol, no session as its day, no ratio or amount above zero, and a dividend not in USD.
    Raises Hostile, if the next page is said to be elsewhere; Unparsable, Truncated and Hostile for other bodies.
    """
    said = _answered(body, f"Polygon's list of {kind}")
    results = said.get("results", [])
    if not isinstance(results, list):
        raise Unparsable(f"Polygon's {kind} are no list", advice="Keep the body.")
    read = _split if kind == "splits" else _dividend
    rows = [read(one) if isinstance(one, dict) else None for one in results]
    good = [row for row in rows if row is not None]
    return pl.DataFrame(good, schema=ACTIONS, orient="row"), len(rows) - len(good), _next_page(said, kind)


def merged_events(pages: list[pl.DataFrame]) -> pl.DataFrame:
    """Return events once for each symbol, session and kind: what is told twice counts once, amounts are added up."""
    told = pl.concat([pl.DataFrame(schema=ACTIONS), *pages]).unique(maintain_order=True)
    grouped = told.group_by("ticker", "ex_session", "kind", maintain_order=True)
    amount = pl.when(pl.col("amount").count() > 0).then(pl.col("amount").sum())
    return grouped.agg(pl.col("ratio").first(), amount, pl.col("declared_on").min()).sort(
        "ticker", "ex_session", "kind"
    )


def _answered(body: bytes, what: str) -> dict[str, Any]:
    said = json_object(body, what)
    if said.get("status") not in {"OK", "DELAYED"}:
        raise Unparsable(f"{what} have a status that is not OK", advice="Ask again later; keep the body if it stays.")
    return said


def _usual_bars(results: list[Any], ticker: object) -> pl.DataFrame | None:
    """Return the bars of an answer in which everything has its usual type, None for any other.

    A market of thousands of symbols is read in a tenth of the time that it takes bar by bar.
    """
    kinds = _KINDS if ticker is None else {name: kind for name, kind in _KINDS.items() if name != "T"}
    if not all(type(one) is dict for one in results):
        return None
    told = {name: [one.get(name) for one in results] for name in kinds}
    if not all(set(map(type, told[name])) <= kind for name, kind in kinds.items()):
        return None
    schema = {name: pl.String if name == "T" else pl.Int64 if name == "t" else pl.Float64 for name in kinds}
    try:
        frame = pl.DataFrame(told, schema=schema)
    except (OverflowError, pl.exceptions.PolarsError):
        return None
    if not frame["t"].is_between(0, _LATEST_STAMP).all():
        return None
    at = pl.from_epoch("t", "ms").dt.replace_time_zone("UTC").dt.convert_time_zone(NEW_YORK.key)
    symbols = pl.lit(symbol_told(ticker)) if ticker is not None else _symbols_told(pl.col("T"))
    numbers = (pl.col(key).alias(name) for name, key in _FIELDS.items())
    return frame.select(symbols.alias("ticker"), at.dt.date().alias("session"), *numbers)


def _symbols_told(symbols: pl.Expr) -> pl.Expr:
    """Return symbols of Polygon as `symbol_told` does."""
    preferred = f"^{_PREFERRED.pattern}$"
    told = symbols.str.replace(preferred, "${1}-P${2}")
    return (
        pl.when(symbols.str.contains(preferred)).then(told).otherwise(symbols.str.replace_all(".", "-", literal=True))
    )


def _bar(one: Any, ticker: object) -> tuple[object, ...] | None:
    try:
        day = datetime.fromtimestamp(one["t"] / 1000, UTC).astimezone(NEW_YORK).date()
        symbol = symbol_told(one["T"] if ticker is None else ticker)
        return (symbol, day, *(number(one.get(key)) for key in _FIELDS.values()))
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, OSError):
        return None


def _split(one: dict[str, Any]) -> tuple[object, ...] | None:
    old, new = number(one.get("split_from")), number(one.get("split_to"))
    day = _day(one.get("execution_date"))
    if day is None or not _positive(old) or not _positive(new) or not isinstance(one.get("ticker"), str):
        return None
    return symbol_told(one["ticker"]), day, "split", new / old, None, None  # type: ignore[operator]


def _dividend(one: dict[str, Any]) -> tuple[object, ...] | None:
    kind, amount = _SPECIAL.get(str(one.get("dividend_type", "CD"))), number(one.get("cash_amount"))
    day, in_usd = _day(one.get("ex_dividend_date")), one.get("currency") in {None, "USD"}
    if kind is None or day is None or not in_usd or not _positive(amount) or not isinstance(one.get("ticker"), str):
        return None
    return symbol_told(one["ticker"]), day, kind, None, amount, _date(one.get("declaration_date"))


def _positive(value: float | None) -> bool:
    return value is not None and isfinite(value) and value > 0


def _day(text: object) -> date | None:
    """Return a session; None for what is none."""
    day = _date(text)
    return day if day and traded_on(day) else None


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _next_page(said: dict[str, Any], kind: str) -> str | None:
    """Return where the next page is; only the same list of the same host is followed."""
    url = said.get("next_url")
    if not url:
        return None
    parts = urlsplit(str(url))
    if (parts.scheme, parts.netloc, parts.path) != ("https", HOST, f"/v3/reference/{kind}"):
        raise Hostile(f"Polygon's {kind} go on at {parts.netloc[:60]!r}", advice="Do not follow it.")
    return str(url)
