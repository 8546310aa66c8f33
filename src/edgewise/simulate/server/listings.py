"""EDGAR's indexes at a simulated instant: a day's is out after 22:00 Eastern, a quarter's grows by a day each night."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.core.errors import InvalidInput
from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply, content_type_of

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked

ROOT = "/Archives/edgar/"
_QUARTER = re.compile(
    rf"{ROOT}(?P<kind>daily-index|full-index)/(?P<year>\d{{4}})/QTR(?P<quarter>[1-4])/(?P<name>[^/]+)", re.ASCII
)
_DAILY = re.compile(r"(?:master|company|form|crawler)\.(\d{8})\.idx", re.ASCII)
_FULL = re.compile(r"(?:master|company|form|crawler)\.idx", re.ASCII)
_FILED = re.compile(rb"(?<![\d-])(\d{4}-\d\d-\d\d)(?![\d-])")
_LAST = re.compile(rb"Last Data Received:[^\n]*")
_FIRST_YEAR = 1993


class Listings:
    """Answers what lies below `Archives/edgar/daily-index` and `full-index`, from the market's own index files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "www.sec.gov"
        self._grown = lru_cache(maxsize=4)(_as_of)

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return an index or a listing of indexes, as it stood at `now`; no such document where it was not out yet."""
        match = _QUARTER.fullmatch(asked.path)
        if match is None or int(match["year"]) < _FIRST_YEAR:
            return pages.missing(asked.path, hidden=True)
        folder = self._folder / asked.path.rpartition("/")[0].lstrip("/")
        begins = date(int(match["year"]), 3 * int(match["quarter"]) - 2, 1)
        if begins > now.astimezone(clock.NEW_YORK).date():
            return pages.missing(asked.path, hidden=True)
        if match["name"] == "index.json":
            return _listing(asked.path, folder, now)
        if match["kind"] == "daily-index":
            return self._daily(asked.path, folder / match["name"], now)
        return self._full(asked.path, folder / match["name"], begins, now)

    def _daily(self, path: str, file: Path, now: datetime) -> Reply:
        out_at = _out_at(file.name)
        if out_at is None or out_at > now or not file.is_file():
            return pages.missing(path, hidden=True)
        return Reply(OK, file.read_bytes(), content_type_of(file.name), modified_at=out_at)

    def _full(self, path: str, file: Path, begins: date, now: datetime) -> Reply:
        """Return the quarter's index up to the last day whose own index is out."""
        if not _FULL.fullmatch(file.name) or not file.is_file():
            return pages.missing(path, hidden=True)
        complete_to = max(last_complete_day(now), begins - timedelta(days=1))
        modified_at = min(clock.latest_known_at(complete_to), now)
        return Reply(OK, self._grown(file, complete_to), content_type_of(file.name), modified_at=modified_at)


def last_complete_day(now: datetime) -> date:
    """Return the last New York day whose 22:00 is past at `now`."""
    day = now.astimezone(clock.NEW_YORK).date()
    return day if clock.latest_known_at(day) <= now else day - timedelta(days=1)


def _out_at(name: str) -> datetime | None:
    """Return when a daily index is published, UTC; None if the name is no daily index's."""
    match = _DAILY.fullmatch(name)
    try:
        return clock.latest_known_at(datetime.strptime(match[1], "%Y%m%d").date()) if match else None  # noqa: DTZ007
    except (ValueError, InvalidInput):
        return None


def _listing(path: str, folder: Path, now: datetime) -> Reply:
    """Return a quarter's folder as `index.json`; a quarter in which nothing is out yet is an empty folder."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    dated = ((file, _out_at(file.name) if _DAILY.fullmatch(file.name) else now) for file in files)
    items = [
        {
            "last-modified": f"{out_at.astimezone(clock.NEW_YORK):%m/%d/%Y %I:%M:%S %p}",
            "name": file.name,
            "type": "file",
            "href": file.name,
            "size": f"{max(1, file.stat().st_size // 1024)} KB",
        }
        for file, out_at in dated
        if out_at is not None and out_at <= now
    ]
    content = {
        "directory": {"item": items, "name": path.removeprefix(ROOT).removesuffix("index.json"), "parent-dir": "../"}
    }
    modified_at = pages.http_seconds(now) if items else None
    return Reply(OK, json.dumps(content).encode(), "application/json", modified_at=modified_at)


def _as_of(file: Path, complete_to: date) -> bytes:
    """Return a quarter's index without the lines filed after `complete_to`, and with that day as its last."""
    said = f"Last Data Received:    {complete_to:%B} {complete_to.day}, {complete_to.year}".encode("ascii")
    until = complete_to.isoformat().encode("ascii")
    kept = [
        line
        for line in file.read_bytes().splitlines(keepends=True)
        if (filed := _FILED.search(line)) is None or filed[1] <= until
    ]
    return _LAST.sub(said, b"".join(kept), count=1)
