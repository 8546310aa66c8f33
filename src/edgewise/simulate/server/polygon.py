"""api.polygon.io at a simulated instant: its news.

A key is asked for, as `apiKey=` or as a bearer's. Parameters: ticker, published_utc with .gte .gt .lte .lt (dates or
instants), order (descending unless told otherwise), limit (10, at most 1,000). `next_url` leads on and needs the key
again; it holds all of the question.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.simulate.provider_days import POLYGON_NEWS, polygon_answer
from edgewise.simulate.server.messages import OK, Reply
from edgewise.simulate.server.provider_items import ProviderItems, Span, page, symbols, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked

HOST = "api.polygon.io"
_PATH = "/v2/reference/news"
_BAD_REQUEST, _UNAUTHORISED, _NOT_FOUND = 400, 401, 404
_DEFAULT, _MOST = 10, 1_000
_KEPT = ("ticker", "order", "limit", *(f"published_utc{suffix}" for suffix in ("", ".gte", ".gt", ".lte", ".lt")))
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Polygon:
    """Answers `api.polygon.io`."""

    def __init__(self, folder: Path) -> None:
        self._news = ProviderItems(
            folder / POLYGON_NEWS,
            listed=lambda content: content["results"],
            identity=lambda item: item["id"],
            since=lambda item: datetime.fromisoformat(item["published_utc"]),
            tickers=lambda item: set(item["tickers"]),
        )

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return what there was at `now`; the pages after the first as of the first's instant."""
        if not (asked.query.get("apiKey") or asked.headers.get("authorization", "").removeprefix("Bearer ").strip()):
            return _refusal(_UNAUTHORISED, "API Key was not provided")
        if asked.path.rstrip("/") != _PATH:
            return _refusal(_NOT_FOUND, "page not found")
        try:
            return self._answer(asked.query, now)
        except (ValueError, OverflowError) as error:
            return _refusal(_BAD_REQUEST, str(error))

    def _answer(self, query: Mapping[str, str], now: datetime) -> Reply:
        question, number, as_of = _question(query, now)
        size = whole_number(question.get("limit"), _DEFAULT, _MOST)
        order = question.get("order") or "desc"
        if size is None or order not in {"asc", "desc", "ascending", "descending"}:
            raise ValueError("limit is a whole number, and order is asc or desc")
        least, most = _bounds(question)
        span = Span(least.date(), most.date(), symbols(question.get("ticker")))
        items = self._news.shown(span, min(now, as_of), newest_first=order.startswith("desc"))
        found, more = page((one for one in items if least <= one[0] <= most), number, max(size, 1))
        following = (
            f"https://{HOST}{_PATH}?{urlencode({'cursor': _cursor(question, number + 1, as_of)})}" if more else ""
        )
        request_id = blake2b(repr((sorted(question.items()), number, now)).encode(), digest_size=16).hexdigest()
        body = polygon_answer(found, next_url=following, request_id=request_id)
        return Reply(OK, body.encode(), "application/json")


def _question(query: Mapping[str, str], now: datetime) -> tuple[dict[str, str], int, datetime]:
    """Return what is asked, the page and as of when; a cursor holds all three. Raises ValueError for a bad one."""
    if "cursor" not in query:
        return {name: query[name] for name in _KEPT if query.get(name)}, 0, now
    try:
        held = json.loads(urlsafe_b64decode(query["cursor"].encode("ascii")))
        question = {name: str(held["asked"][name]) for name in _KEPT if name in held["asked"]}
        number, as_of = int(held["page"]), datetime.fromisoformat(held["as_of"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError("the cursor is not one of ours") from error
    if number < 0:
        raise ValueError("the cursor is not one of ours")
    return question, number, as_of


def _cursor(question: Mapping[str, str], number: int, as_of: datetime) -> str:
    held = {"asked": question, "page": number, "as_of": as_of.isoformat()}
    return urlsafe_b64encode(json.dumps(held, sort_keys=True).encode()).decode("ascii")


def _bounds(question: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Return the first and the last instant asked for. Raises ValueError for what is neither date nor instant."""
    least, most, second = [_EARLIEST], [_LATEST], timedelta(seconds=1)
    for name, value in question.items():
        suffix = name.removeprefix("published_utc")
        if suffix == name:
            continue
        begins = datetime.fromisoformat(value)
        begins = begins.replace(tzinfo=UTC) if begins.tzinfo is None else begins.astimezone(UTC)
        ends = begins + timedelta(days=1) - second if "T" not in value else begins
        least += [begins] * (suffix in {"", ".gte"}) + [begins + second] * (suffix == ".gt")
        most += [ends] * (suffix == "") + [begins] * (suffix == ".lte") + [begins - second] * (suffix == ".lt")
    return max(least), min(most)


def _refusal(status: int, why: str) -> Reply:
    request_id = blake2b(why.encode(), digest_size=16).hexdigest()
    body = json.dumps({"status": "ERROR", "request_id": request_id, "error": why}) + "\n"
    return Reply(status, body.encode(), "application/json")
