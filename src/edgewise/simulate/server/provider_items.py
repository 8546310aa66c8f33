"""A provider's items at a simulated instant, day by day, read from the market's folder when they are asked for.

The state of an item that is shown is the newest one there was at the instant; before its first state it is not shown.
Days are looked at from the newest to the oldest, or the other way round, and only as far as a page needs: a day whose
text does not hold a symbol that is asked for is not even parsed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    RawItem = Mapping[str, Any]

_DAYS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: days (New York's or UTC's, as the provider counts), both included, and symbols; '' for all."""

    first: date = date.min
    last: date = date.max
    tickers: frozenset[str] = frozenset()


class ProviderItems:
    """The items of one folder of day files.

    listed: from a file's content to its items.
    identity, since: of an item: its number, and the UTC instant since when this state of it could be had.
    tickers: the symbols it names.
    """

    def __init__(
        self,
        folder: Path,
        *,
        listed: Callable[[Any], list[RawItem]],
        identity: Callable[[RawItem], str],
        since: Callable[[RawItem], datetime],
        tickers: Callable[[RawItem], set[str]],
    ) -> None:
        self._folder, self._listed, self._identity = folder, listed, identity
        self._since, self._tickers = since, tickers
        self._days = sorted(date.fromisoformat(file.stem) for file in folder.glob("*.json"))
        self._parsed = lru_cache(maxsize=_DAYS_KEPT)(self._parse)

    def shown(self, span: Span, now: datetime, *, newest_first: bool = True) -> Iterator[tuple[datetime, RawItem]]:
        """Yield the items of a span in the state of `now`, with the instant of that state, in order of first sight."""
        within = [day for day in self._days if span.first <= day <= span.last and day <= _latest(now)]
        for day in reversed(within) if newest_first else within:
            yield from self._of_day(day, span.tickers, now, newest_first=newest_first)

    def _of_day(
        self, day: date, tickers: frozenset[str], now: datetime, *, newest_first: bool
    ) -> Iterator[tuple[datetime, RawItem]]:
        if tickers and not self._mentions(day, tickers):
            return
        states: dict[str, tuple[datetime, RawItem]] = {}
        for since, item in self._parsed(day):
            if since <= now and (not tickers or tickers & self._tickers(item)):
                states[self._identity(item)] = (since, item)
        yield from reversed(states.values()) if newest_first else states.values()

    def _parse(self, day: date) -> list[tuple[datetime, RawItem]]:
        return [(self._since(item), item) for item in self._listed(json.loads(self._text(day)))]

    def _mentions(self, day: date, tickers: frozenset[str]) -> bool:
        text = self._text(day)
        return any(json.dumps(ticker).encode() in text for ticker in tickers)

    def _text(self, day: date) -> bytes:
        return (self._folder / f"{day.isoformat()}.json").read_bytes()


def page(items: Iterator[tuple[datetime, RawItem]], number: int, size: int) -> tuple[list[str], bool]:
    """Return a page of items as JSON, pages counted from 0, and whether more follow."""
    wanted = [json.dumps(item) for _, item in islice(items, number * size, (number + 1) * size + 1)]
    return wanted[:size], len(wanted) > size


def whole_number(text: str | None, default: int, most: int) -> int | None:
    """Return a parameter from 0 to `most`, cut to that; the default where it is absent, None if it is no number."""
    if not text:
        return default
    return min(int(text), most) if text.isascii() and text.isdecimal() else None


def symbols(text: str | None) -> frozenset[str]:
    """Return the symbols of a list with commas."""
    return frozenset(filter(None, (text or "").split(",")))


def _latest(now: datetime) -> date:
    """Return the last day that can have anything at `now`, in whichever zone days are counted."""
    return date.fromordinal(min(now.astimezone(UTC).toordinal() + 1, date.max.toordinal()))
