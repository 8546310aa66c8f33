"""Yahoo's chart v8, parsed: daily bars as traded, splits and dividends. Pure: a body in, rows out.

What Yahoo calls `close` is divided by every split up to the day it is asked on, also by splits after the bars that are
asked for; its dividends are divided likewise. The splits of the answer undo that, but only if the answer reaches to
the day it was given: a window that ends earlier hides the splits after it. Such an answer is refused, since nothing in
it tells a price as traded from a quarter of it (failure case 39). `adjclose` is not read.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import polars as pl

from edgewise.core.clock import NEW_YORK, sessions
from edgewise.core.errors import NotFound, Unparsable
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.prices.provided import ACTIONS, BARS, ProvidedPrices, provided
from edgewise.sources.services import YAHOO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Ticker
    from edgewise.sources.http import Fetcher

PROVIDER = YAHOO.name
HOST = YAHOO.host
_WHAT = "Yahoo's chart"
_FIELDS = ("open", "high", "low", "close", "volume")


class Yahoo:
    """Asks Yahoo's chart, which needs no key. Every answer reaches to the present, so that no later split is hidden."""

    name = PROVIDER
    symbols_of_day = False

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher, self._clock = fetcher, clock

    def history(self, ticker: Ticker, since: date, until: date) -> ProvidedPrices:
        """Return bars and events of one symbol; see `PriceProvider`."""
        begins = datetime.combine(since, time(), NEW_YORK)
        ends = datetime.combine(self._clock.now().astimezone(NEW_YORK).date() + timedelta(days=1), time(), NEW_YORK)
        asked = {"period1": int(begins.timestamp()), "period2": int(ends.timestamp()), "interval": "1d"}
        url = f"{self.source_of(ticker)}?{urlencode(asked | {'events': 'div,splits'})}"
        found = parse_chart(self._fetcher.get(url).body)
        within = pl.col("session").is_between(since, until)
        due = pl.col("ex_session").is_between(since, until)
        return ProvidedPrices(found.prices.filter(within), found.actions.filter(due), found.rejected)

    def source_of(self, ticker: Ticker) -> str:
        """Return the address of a symbol's chart."""
        return f"https://{HOST}/v8/finance/chart/{quote(str(ticker))}"


def parse_chart(body: bytes, *, later_splits: Sequence[tuple[date, float]] | None = None) -> ProvidedPrices:
    """Return the bars and events of one chart answer, as traded.

    later_splits: first session and ratio of each split between the last bar and the day of the answer, if they are
              known from elsewhere; () says that there was none, None that nobody knows.
    Rejected: not_closed for a bar of a session that was open when it was given; bad_event for a split or dividend that
              is none; not_a_session, missing_price, bad_number and the others of `sources.prices.files`.
    Raises:   NotFound, if Yahoo knows no such symbol; Unparsable with reason `splits_unknown`, if bars end before the
              day of the answer; `other_currency`, if they are not in USD; Unparsable, Truncated and Hostile for what
              is no chart.
    """
    chart = json_object(body, _WHAT).get("chart")
    if isinstance(chart, dict) and chart.get("error"):
        raise NotFound("Yahoo has no chart of that symbol", advice="Check the symbol and the days asked for.")
    try:
        result = chart["result"][0]  # type: ignore[index]
        meta, stamps = result["meta"], result.get("timestamp") or []
        quote = result["indicators"]["quote"][0]
        ticker, currency, answered = str(meta["symbol"]), meta.get("currency"), _day(meta["regularMarketTime"])
        days = [_day(stamp) for stamp in stamps]
        columns = {name: _numbers(quote.get(name) or [None] * len(days), len(days)) for name in _FIELDS}
    except (TypeError, KeyError, IndexError, ValueError, OverflowError, OSError) as error:
        raise Unparsable(f"{_WHAT} lacks a part or has one of a wrong kind", advice="Keep the body.") from error
    if currency != "USD":
        raise Unparsable(
            f"{_WHAT} of {ticker[:12]!r} is not in USD", advice="Only USD is stored.", reason="other_currency"
        )
    if later_splits is None and days and any(day > max(days) for day in sessions(max(days), max(answered, *days))):
        raise Unparsable(
            f"{_WHAT} of {ticker[:12]!r} ends on {max(days)} and was given on {answered}: splits after it are hidden",
            advice="Ask for everything up to today.",
            reason="splits_unknown",
        )
    events, bad = _events(result.get("events"), ticker)
    bars = pl.DataFrame({"ticker": [ticker] * len(days), "session": days} | columns, schema=BARS)
    hidden = [(ticker, ex, "split", ratio, None, None) for ex, ratio in later_splits or ()]
    found = provided(bars, pl.concat([events, pl.DataFrame(hidden, schema=ACTIONS, orient="row")]), adjusted=True)
    closed = found.prices.filter(pl.col("known_at") <= datetime.fromtimestamp(int(meta["regularMarketTime"]), UTC))
    shown = found.actions.join(events, on=("ex_session", "kind"), how="semi")
    lost = {"bad_event": bad, "not_closed": found.prices.height - closed.height}
    return ProvidedPrices(closed, shown, found.rejected | {reason: rows for reason, rows in lost.items() if rows})


def _day(stamp: Any) -> date:
    """Return the New York day of a POSIX time in seconds."""
    return datetime.fromtimestamp(int(stamp), UTC).astimezone(NEW_YORK).date()


def _numbers(values: Any, length: int) -> list[float | None]:
    if not isinstance(values, list) or len(values) != length:
        raise ValueError("a column of another length")
    return [None if value is None else float(value) for value in values]


def _events(events: Any, ticker: str) -> tuple[pl.DataFrame, int]:
    """Return splits and dividends, the columns of ACTIONS, and how many could not be read."""
    rows, bad = [], 0
    for one in _each(events):
        try:
            ex, amount = _day(one["date"]), one.get("amount")
            ratio = None if amount is not None else float(one["numerator"]) / float(one["denominator"])
            value = float(amount) if amount is not None else ratio
            usable = value is not None and isfinite(value) and value > 0
        except (TypeError, KeyError, ValueError, ArithmeticError, OSError):
            usable = False
        if usable:
            kind = "split" if amount is None else "dividend"
            rows.append((ticker, ex, kind, ratio, None if amount is None else float(amount), None))
        else:
            bad += 1
    return pl.DataFrame(rows, schema=ACTIONS, orient="row"), bad


def _each(events: Any) -> Iterator[Any]:
    for kind in ("splits", "dividends"):
        of_kind = events.get(kind) if isinstance(events, dict) else None
        yield from of_kind.values() if isinstance(of_kind, dict) else ()
