"""Ratings of analysts, brought into `ratings`: from Benzinga, an archive of it, or files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edgewise.core.tables_ratings import RATINGS
from edgewise.pipelines.provided import Intake, Part, archived_parts, day_chunks, settled_key, spellings
from edgewise.sources.ratings.files import read_ratings_file
from edgewise.sources.ratings.service import MOST_TICKERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.pipelines.provided import Span
    from edgewise.sources.ratings.service import BenzingaRatings

_WEEK, _QUARTER, _POLLED_DAYS = 7, 91, 31


def ratings_parts(source: BenzingaRatings, span: Span, clock: Clock, *, tickers: Sequence[str] = ()) -> list[Part]:
    """Return the questions that bring the ratings of a span.

    Up to a month back from now it is asked what was touched since, which brings corrections of older ratings, too;
    further back, week by week, or quarter by quarter for up to 50 symbols. An archive is read week by week.
    """
    now = clock.now()
    if source.archived:
        return archived_parts(source, RATINGS, span, now, tickers=tickers)
    named = spellings(tickers)
    batches = [named[first : first + MOST_TICKERS] for first in range(0, len(named), MOST_TICKERS)] or [[]]
    if span.until is None and (now - span.since).days <= _POLLED_DAYS:
        return [
            Part(
                f"ratings since {span.since:%Y-%m-%d %H:%M}{_of(batch)}",
                partial(source.touched, span.since, tickers=batch, seen_at=now),
            )
            for batch in batches
        ]
    return [
        Part(
            f"ratings of {first} to {last}{_of(batch)}",
            partial(source.published, first, last, tickers=batch, seen_at=now),
            settled_key("benzinga/ratings", ",".join(batch), first, last, now=now),
        )
        for batch in batches
        for first, last in day_chunks(span, now, days=_QUARTER if batch else _WEEK)
    ]


def ratings_intake() -> Intake:
    """Return how ratings come in."""
    return Intake(RATINGS, ratings_parts, read_ratings_file)


def ratings_of(lake: Lake, instrument_id: str, *, as_of: datetime | None) -> pl.DataFrame:
    """Return the ratings of a security that were known at `as_of` (None: now), each in its newest version."""
    return lake.read(RATINGS, as_of=as_of).filter(instrument_id=instrument_id)


def _of(batch: Sequence[str]) -> str:
    return f" of {', '.join(batch[:3])}{', ...' if len(batch) > 3 else ''}" if batch else ""  # noqa: PLR2004
