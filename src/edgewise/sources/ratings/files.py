"""Ratings of a file: Benzinga's JSON, or Parquet or CSV with a row per rating. Bytes in, rows out.

Columns may be called as several vendors call them (`COLUMNS`). When: an instant with a zone, or a day with or without a
time, both New York's. A file says nothing of when its rows were last touched, so they are known since they were
published: a vendor that corrects its history silently makes them seem known too early.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from edgewise.core.clock import utc_from_eastern
from edgewise.core.errors import SchemaMismatch
from edgewise.core.tables_ratings import RATINGS
from edgewise.sources.answers import Origin, ProvidedRows, provided_rows
from edgewise.sources.items import clock_of, day_of, digest_of, identity_of, instant_of, symbol_of, text_of
from edgewise.sources.ratings.benzinga import parse_ratings
from edgewise.sources.ratings.said import Said, rating_row
from edgewise.sources.tabular import file_records

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDER = "file"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "rating_id"),
    "ticker": ("ticker", "symbol", "stock"),
    "firm": ("firm", "analyst_firm", "broker"),
    "analyst": ("analyst", "analyst_name"),
    "action": ("action", "action_company"),
    "grade": ("grade", "to_grade", "rating_current", "rating"),
    "prior_grade": ("prior_grade", "from_grade", "rating_prior"),
    "target": ("target", "pt_current", "price_target"),
    "prior_target": ("prior_target", "pt_prior"),
    "currency": ("currency",),
    "at": ("published_at", "graded_at_utc", "published_utc"),
    "day": ("published_on", "date"),
    "clock": ("time",),
}


def read_ratings_file(body: bytes, name: str, *, seen_at: datetime) -> ProvidedRows:
    """Return a row for each rating of a file.

    name: of the file; .json is Benzinga's calendar, .parquet and .csv have a row per rating.
    Rows without an `id` are told apart by what they say: two that say the same are one.
    Raises what `parse_ratings` and `file_records` raise.
    """
    source_url = f"file:{name}"
    if name.lower().endswith(".json"):
        return parse_ratings(body, source_url=source_url, seen_at=seen_at)
    frame = file_records(body, name, COLUMNS, needed=("ticker", "firm"))
    if not {"at", "day"} & set(frame.columns):
        names = ", ".join(COLUMNS["at"] + COLUMNS["day"])
        raise SchemaMismatch(f"{name} does not say when its ratings were published", advice=f"Name a column {names}.")
    origin = Origin(PROVIDER, source_url, seen_at)
    return provided_rows(RATINGS, (rating_row(_said(row), origin) for row in frame.to_dicts()))


def _said(row: dict[str, Any]) -> Said:
    day, clock = day_of(row.get("day")), clock_of(row.get("clock"))
    eastern = utc_from_eastern(datetime.combine(day, clock)) if day and clock else None
    return Said(
        rating_id=identity_of(row, "id") or digest_of(row),
        ticker=symbol_of(row.get("ticker")),
        firm=text_of(row.get("firm")),
        analyst=text_of(row.get("analyst")),
        action=text_of(row.get("action")),
        grade=text_of(row.get("grade")),
        prior_grade=text_of(row.get("prior_grade")),
        target=row.get("target"),
        prior_target=row.get("prior_target"),
        currency=(text_of(row.get("currency")) or "").upper()[:3] or None,
        at=instant_of(row.get("at")) or eastern,
        day=day,
    )
