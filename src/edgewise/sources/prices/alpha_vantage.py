"""Alpha Vantage's daily series: bars as traded, with the splits and dividends of each day where the plan has them.

TIME_SERIES_DAILY_ADJUSTED has raw prices beside `adjusted close`, which is not read, a dividend as paid and a split
coefficient on its first session. Plans without it have TIME_SERIES_DAILY: the same bars, no events. Errors come with
status 200, and may quote the key, so their text is never repeated.
"""

from __future__ import annotations

from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import polars as pl

from edgewise.core.errors import NotConfigured, NotFound, Throttled, Unparsable
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.prices.provided import ACTIONS, BARS, ProvidedPrices, closed_by, number, provided, traded_on
from edgewise.sources.services import ALPHA_VANTAGE

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.identifiers import Ticker
    from edgewise.sources.http import Fetcher

PROVIDER = ALPHA_VANTAGE.name
HOST = ALPHA_VANTAGE.host
COMPACT = 100
"""Sessions of a short answer."""
_BASE = f"https://{HOST}/query"
_WITH_EVENTS, _PLAIN = "TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_DAILY"
_SERIES = "Time Series (Daily)"
_DAYS_OF_COMPACT = 130


class AlphaVantage:
    """Asks Alpha Vantage. `clock` says which sessions have closed when it answers."""

    name = PROVIDER
    symbols_of_day = False

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._function = _WITH_EVENTS

    def history(self, ticker: Ticker, since: date, until: date) -> ProvidedPrices:
        """Return bars and events of one symbol; see `PriceProvider`. A plan without events is noticed once."""
        short = (self._clock.now().date() - since).days < _DAYS_OF_COMPACT
        try:
            found = self._ask(ticker, short=short)
        except NotConfigured as error:
            if error.code != "premium" or self._function == _PLAIN:
                raise
            self._function = _PLAIN
            found = self._ask(ticker, short=short)
        within = pl.col("session").is_between(since, until)
        due = pl.col("ex_session").is_between(since, until)
        return ProvidedPrices(found.prices.filter(within), found.actions.filter(due), found.rejected)

    def source_of(self, ticker: Ticker) -> str:
        """Return the address of a symbol's series, without the key."""
        return f"{_BASE}?{urlencode({'function': self._function, 'symbol': ticker})}"

    def _ask(self, ticker: Ticker, *, short: bool) -> ProvidedPrices:
        size = "compact" if short else "full"
        url = f"{_BASE}?{urlencode({'function': self._function, 'symbol': ticker, 'outputsize': size})}"
        return parse_daily(self._fetcher.get(url).body, answered_at=self._clock.now())


def parse_daily(body: bytes, *, answered_at: datetime) -> ProvidedPrices:
    """Return the bars and events of one series.

    Rejected: bad_row for a day that is none, bad_event for an event that is none, not_closed, and the reasons of
              `sources.prices.files`.
    Raises:   NotFound for an unknown symbol; Throttled, if no more questions are answered today; NotConfigured with
              reason `premium`, if the plan does not include the series; Unparsable, Truncated and Hostile for what is
              no such answer.
    """
    said = json_object(body, "Alpha Vantage's series")
    _refused(said)
    series, meta = said.get(_SERIES), said.get("Meta Data")
    if not isinstance(series, dict) or not isinstance(meta, dict):
        raise Unparsable("Alpha Vantage's answer has no daily series", advice="Keep the body.")
    ticker = str(_named(meta).get("Symbol", "")).upper().replace(".", "-")
    bars, events, bad_rows, bad_events = [], [], 0, 0
    for text, values in series.items():
        try:
            day = date.fromisoformat(text)
            row = _named(values)
        except (TypeError, ValueError, AttributeError):
            bad_rows += 1
            continue
        bars.append((ticker, day, *(number(row.get(name)) for name in ("open", "high", "low", "close", "volume"))))
        told, bad = _events(ticker, day, row)
        events += told
        bad_events += bad
    found = provided(
        pl.DataFrame(bars, schema=BARS, orient="row"),
        pl.DataFrame(events, schema=ACTIONS, orient="row"),
        adjusted=False,
    )
    lost = {"bad_row": bad_rows, "bad_event": bad_events}
    told_lost = found.rejected | {reason: count for reason, count in lost.items() if count}
    return closed_by(ProvidedPrices(found.prices, found.actions, told_lost), answered_at)


def _refused(said: dict[str, Any]) -> None:
    if "Error Message" in said:
        raise NotFound("Alpha Vantage knows no such symbol", advice="Check the symbol, and EDGEWISE_ALPHA_VANTAGE_KEY.")
    told = str(said.get("Information") or said.get("Note") or "").lower()
    if "premium" in told and "per day" not in told:
        raise NotConfigured(
            "the plan of the key does not include this series", advice="See its plans.", reason="premium"
        )
    if told:
        raise Throttled(
            "Alpha Vantage answers no more questions for now",
            advice="Wait, or lower EDGEWISE_ALPHA_VANTAGE_PER_MINUTE; the free plan has a limit per day.",
        )


def _named(values: Any) -> dict[str, Any]:
    """Return the fields without their numbers: `4. close` is `close`."""
    return {str(name).partition(". ")[2] or str(name): value for name, value in values.items()}


def _events(ticker: str, day: date, row: dict[str, Any]) -> tuple[list[tuple[object, ...]], int]:
    found: list[tuple[object, ...]] = []
    bad = 0
    ratio, amount = number(row.get("split coefficient")), number(row.get("dividend amount"))
    for kind, value, nothing in (("split", ratio, 1.0), ("dividend", amount, 0.0)):
        if value is None or value == nothing:
            continue
        if not isfinite(value) or value <= 0 or not traded_on(day):
            bad += 1
            continue
        is_split = kind == "split"
        found.append((ticker, day, kind, value if is_split else None, None if is_split else value, None))
    return found, bad
