"""Benzinga's calendar of ratings, parsed: a body in, rows out. Pure.

`date` and `time` are New York's, when a rating was published. `updated` is when Benzinga last touched the item: what it
says now could be known since then, and not before, for a grade may have been corrected. `adjusted_pt_current` is
divided by the splits since the rating, which nobody knew that day (failure case 39), so `pt_current` is read. Items of
before 2018 name no currency; those of a United States exchange are in dollars.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from edgewise.core.clock import utc_from_eastern
from edgewise.core.errors import NotConfigured, Unparsable
from edgewise.core.tables_ratings import RATINGS
from edgewise.sources.answers import Origin, ProvidedRows, provided_rows
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.items import clock_of, day_of, digest_of, epoch_of, identity_of, symbol_of, text_of
from edgewise.sources.ratings.said import Said, rating_row, unreadable
from edgewise.sources.services import BENZINGA

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDER = BENZINGA.name
_WHAT = "Benzinga's calendar of ratings"
_IN_DOLLARS = frozenset({"NYSE", "NASDAQ", "AMEX", "ARCA", "BATS", "OTC", "NYSEARCA", "NYSEAMERICAN"})


def parse_ratings(body: bytes, *, source_url: str, seen_at: datetime) -> ProvidedRows:
    """Return a row for each item of an answer, `{"ratings": [...]}` or `[]`, which says that there is none.

    Absent rows: not_an_object for an item that is none, time_unknown for one without a day; suspect ones and notes as
    `rating_row` says, and bad_updated where `updated` is no time in seconds.
    Raises NotConfigured where it says that the key is refused; Unparsable, Truncated and Hostile for what is no
    calendar, an error message among them: no answer is not an empty answer.
    """
    if body.strip() == b"[]":
        return provided_rows(RATINGS, [])
    said = json_object(body, _WHAT)
    items = said.get("ratings")
    if not isinstance(items, list):
        raise _refused(said)
    return provided_rows(RATINGS, _rows(items, Origin(PROVIDER, source_url, seen_at)))


def _rows(items: list[Any], origin: Origin) -> Iterator[dict[str, object]]:
    for item in items:
        if isinstance(item, dict):
            yield rating_row(_said(item), origin)
        else:
            yield unreadable(digest_of(item), "not_an_object", origin)


def _said(item: dict[str, Any]) -> Said:
    day, clock = day_of(item.get("date")), clock_of(item.get("time"))
    touched = item.get("updated")
    updated = epoch_of(touched)
    exchange = (text_of(item.get("exchange")) or "").upper()
    return Said(
        rating_id=identity_of(item, "id") or digest_of(item),
        ticker=symbol_of(item.get("ticker")),
        firm=text_of(item.get("analyst")),
        analyst=text_of(item.get("analyst_name")),
        action=text_of(item.get("action_company")),
        grade=text_of(item.get("rating_current")),
        prior_grade=text_of(item.get("rating_prior")),
        target=item.get("pt_current"),
        prior_target=item.get("pt_prior"),
        currency=(text_of(item.get("currency")) or "").upper()[:3] or ("USD" if exchange in _IN_DOLLARS else None),
        at=_published(day, clock) if day and clock else None,
        day=day,
        updated=updated,
        notes=("bad_updated",) if touched not in (None, "", 0) and updated is None else (),
    )


def _published(day: date, clock: Any) -> datetime:
    return utc_from_eastern(datetime.combine(day, clock))


def _refused(said: dict[str, Any]) -> NotConfigured | Unparsable:
    errors = said.get("errors")
    codes = [str(one.get("code")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    if "auth_failed" in codes:
        return NotConfigured("Benzinga refuses the key", advice="Check EDGEWISE_BENZINGA_KEY.")
    told = f" but the error {codes[0][:40]!r}" if codes else ""
    return Unparsable(f"{_WHAT} has no list of ratings{told}", advice="Keep the body and report it.")
