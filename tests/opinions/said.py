"""Ratings and stories made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS

if TYPE_CHECKING:
    import polars as pl

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
GRADES = {"Strong Buy": 5.0, "Buy": 4.0, "Hold": 3.0, "Sell": 2.0, "Moonshot": None, None: None}
SHARED = {"status": "ok", "source_url": "made by hand", "first_seen_at": SEEN, "known_at_source": "published"}
X, Y = "0000000007-01", "0000000008-01"


def at(text: str) -> datetime:
    """A UTC instant; a bare day means 15:00, an hour after New York's stock exchange opened in winter."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T15:00").replace(tzinfo=UTC)


def rating(firm: str, said: str | None, published: str, **told) -> dict[str, object]:
    """One rating of X that was known when it was published, except for what is told."""
    instant = at(published)
    unknown = said is not None and GRADES[said] is None
    row = SHARED | {
        "provider": "benzinga",
        "rating_id": f"{firm} {published}",
        "ticker": "XXX",
        "instrument_id": X,
        "firm": firm.upper(),
        "firm_id": firm,
        "action_said": "Maintains",
        "action": "reiterate",
        "grade_said": said,
        "grade": GRADES[said],
        "published_at": instant,
        "published_on": instant.astimezone(NEW_YORK).date(),
        "known_at": instant,
        "status": "suspect" if unknown else "ok",
        "reasons": "unknown_grade" if unknown else None,
    }
    if "target" in told:
        row["currency"] = "USD"
    return row | told


def ratings(*rows: dict[str, object]) -> pl.DataFrame:
    return RATINGS.frame(list(rows))


def story(headline: str, published: str, tone: float | None = None, **told) -> dict[str, object]:
    """One story about X that was known when it was published, except for what is told."""
    instant = at(published)
    return (
        SHARED
        | {
            "provider": "polygon",
            "news_id": f"{headline} {published}",
            "ticker": "XXX",
            "instrument_id": X,
            "story": headline,
            "named": 1,
            "title": headline,
            "tone": tone,
            "tone_by": None if tone is None else "provider",
            "published_at": instant,
            "published_on": instant.astimezone(NEW_YORK).date(),
            "known_at": instant,
        }
        | told
    )


def news(*rows: dict[str, object]) -> pl.DataFrame:
    return NEWS.frame(list(rows))
