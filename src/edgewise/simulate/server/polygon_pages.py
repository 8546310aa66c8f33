"""How Polygon turns pages: the cursor in `next_url` holds the question, the page, and as of when it is answered."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from edgewise.simulate.provider_days import polygon_answer
from edgewise.simulate.server.messages import OK, Reply
from edgewise.simulate.server.provider_items import whole_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

HOST = "api.polygon.io"
DEFAULT, MOST = 10, 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """A page of a list: the parameters asked for first, which page of it, from 0, and as of when."""

    asked: Mapping[str, str]
    number: int
    as_of: datetime

    @property
    def size(self) -> int:
        """Items on a page. Raises ValueError for what is no number."""
        size = whole_number(self.asked.get("limit"), DEFAULT, MOST)
        if size is None:
            raise ValueError("limit is a whole number")
        return max(size, 1)

    def descending(self, default: str) -> bool:
        """Whether the order asked for, or else the default one, is from the last to the first. Raises ValueError."""
        order = self.asked.get("order") or default
        if order not in {"asc", "desc", "ascending", "descending"}:
            raise ValueError("order is asc or desc")
        return order.startswith("desc")

    def reply(self, items: Sequence[str], path: str, *, more: bool) -> Reply:
        """Return the page around its items, which are JSON, with where the next one is."""
        following = f"https://{HOST}{path}?{urlencode({'cursor': self._cursor(self.number + 1)})}" if more else ""
        request_id = digest(repr((path, sorted(self.asked.items()), self.number, self.as_of)))
        body = polygon_answer(list(items), next_url=following, request_id=request_id)
        return Reply(OK, body.encode(), "application/json")

    def _cursor(self, number: int) -> str:
        held = {"asked": dict(self.asked), "page": number, "as_of": self.as_of.isoformat()}
        return urlsafe_b64encode(json.dumps(held, sort_keys=True).encode()).decode("ascii")


def question(query: Mapping[str, str], kept: Collection[str], now: datetime) -> Question:
    """Return what is asked; a cursor holds all of it. Raises ValueError for a bad one.

    kept: the parameters that the list knows; others are passed over.
    """
    if "cursor" not in query:
        return Question({name: query[name] for name in kept if query.get(name)}, 0, now)
    try:
        held = json.loads(urlsafe_b64decode(query["cursor"].encode("ascii")))
        asked = {name: str(held["asked"][name]) for name in kept if name in held["asked"]}
        number, as_of = int(held["page"]), datetime.fromisoformat(held["as_of"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError("the cursor is not one of ours") from error
    if number < 0:
        raise ValueError("the cursor is not one of ours")
    return Question(asked, number, min(now, as_of))


def refusal(status: int, why: str) -> Reply:
    """Return an error in Polygon's shape."""
    body = json.dumps({"status": "ERROR", "request_id": digest(why), "error": why}) + "\n"
    return Reply(status, body.encode(), "application/json")


def digest(text: str) -> str:
    """Return 32 hexadecimal digits that depend on nothing but the text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()
