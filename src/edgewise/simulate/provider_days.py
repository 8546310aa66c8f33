"""Providers' items on disk: one JSON file per provider and day, in the provider's own answer around that day's items.

An item that was corrected stands in its day's file once for each of its states; the file holds all that a poller would
have seen, and a server shows of it what was there at its instant. Items may come in any order: they wait in one file a
month, so that at no time more than one month of one provider is in memory.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from pathlib import Path

RATINGS = "api.benzinga.com/api/v2.1/calendar/ratings"
BENZINGA_NEWS = "api.benzinga.com/api/v2/news"
POLYGON_NEWS = "api.polygon.io/v2/reference/news"
ALPHA_VANTAGE_NEWS = "www.alphavantage.co/query/NEWS_SENTIMENT"

SENTIMENT_SCALE = (
    "x <= -0.35: Bearish; -0.35 < x <= -0.15: Somewhat-Bearish; -0.15 < x < 0.15: Neutral; "
    "0.15 <= x < 0.35: Somewhat_Bullish; x >= 0.35: Bullish"
)
RELEVANCE_SCALE = "0 < x <= 1, with a higher score indicating higher relevance."
_WAITING_CHARACTERS = 32_000_000


def ratings_answer(items: list[str]) -> str:
    """Return Benzinga's calendar around its items, which are JSON."""
    return f'{{"ratings": [{_listed(items)}]}}\n'


def news_answer(items: list[str]) -> str:
    """Return Benzinga's news, a list."""
    return f"[{_listed(items)}]\n"


def polygon_answer(items: list[str], *, next_url: str = "", request_id: str = "0" * 32) -> str:
    """Return Polygon's answer around its items; `next_url` leads to the next page, if there is one."""
    more = f', "next_url": {json.dumps(next_url)}' if next_url else ""
    tail = f'"status": "OK", "request_id": "{request_id}", "count": {len(items)}{more}'
    return f'{{"results": [{_listed(items)}], {tail}}}\n'


def sentiment_answer(items: list[str]) -> str:
    """Return Alpha Vantage's answer around its items."""
    return (
        f'{{"items": "{len(items)}", "sentiment_score_definition": "{SENTIMENT_SCALE}", '
        f'"relevance_score_definition": "{RELEVANCE_SCALE}", "feed": [{_listed(items)}]}}\n'
    )


def _listed(items: list[str]) -> str:
    return ",\n".join(items)


_ANSWERS: Mapping[str, Callable[[list[str]], str]] = {
    RATINGS: ratings_answer,
    BENZINGA_NEWS: news_answer,
    POLYGON_NEWS: polygon_answer,
    ALPHA_VANTAGE_NEWS: sentiment_answer,
}


class DayFiles:
    """Takes items in any order; the day's files are there once it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[Path, list[str]] = {}
        self._characters = 0
        for place in _ANSWERS:
            (folder / place).mkdir(parents=True)

    def add(self, place: str, day: date, at: datetime, item: dict[str, object]) -> None:
        """Take an item of `day` for the provider's folder `place`; items of a day stand in the order of `at` (UTC)."""
        line = f"{day.isoformat()}\t{at:%Y%m%d%H%M%S}\t{json.dumps(item, ensure_ascii=True)}\n"
        self._waiting.setdefault(self._folder / place / f"{day:%Y-%m}.lines", []).append(line)
        self._characters += len(line)
        if self._characters > _WAITING_CHARACTERS:
            self._set_down()

    def close(self) -> None:
        """Write the files, and beside each host's folders a note that it is simulated."""
        self._set_down()
        for place, answer in _ANSWERS.items():
            for month in sorted((self._folder / place).glob("*.lines")):
                _write_days(month, answer)
                month.unlink()
        for host in sorted({place.partition("/")[0] for place in _ANSWERS}):
            (self._folder / host / "SIMULATED.md").write_bytes(f"# {NOTICE}\n".encode("ascii"))

    def _set_down(self) -> None:
        for path, lines in self._waiting.items():
            with path.open("ab") as file:
                file.write("".join(lines).encode("ascii"))
        self._waiting, self._characters = {}, 0


def _write_days(month: Path, answer: Callable[[list[str]], str]) -> None:
    lines = sorted(month.read_text(encoding="ascii").splitlines())
    for day, items in groupby(lines, key=lambda line: line.partition("\t")[0]):
        text = answer([line.split("\t", 2)[2] for line in items])
        month.with_name(f"{day}.json").write_bytes(text.encode("ascii"))
