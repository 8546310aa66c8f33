"""Ratings of analysts, brought into `ratings`: from Benzinga, an archive of it, or files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_ratings import RATINGS
from edgewise.pipelines.provided import Ingested, Part, day_chunks, file_bytes, settled_key, store_versions, weeks_of
from edgewise.sources.ratings.files import read_ratings_file
from edgewise.sources.ratings.said import ProvidedRatings
from edgewise.sources.ratings.service import MOST_TICKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.pipelines.provided import Page, Span
    from edgewise.sources.ratings.service import BenzingaRatings

_WEEK, _QUARTER, _POLLED_DAYS = 7, 91, 31


def ratings_parts(source: BenzingaRatings, span: Span, clock: Clock, *, tickers: Sequence[str] = ()) -> list[Part]:
    """Return the questions that bring the ratings of a span.

    Up to a month back from now it is asked what was touched since, which brings corrections of older ratings, too;
    further back, week by week, or quarter by quarter for up to 50 symbols. An archive is read week by week.
    """
    now = clock.now()
    if source.archived:
        wanted = (span.since.astimezone(NEW_YORK).date(), (span.until or now).astimezone(NEW_YORK).date())
        days = [day for day in source.days() if wanted[0] <= day <= wanted[1]]
        return [
            Part(f"ratings of {week[0]} to {week[-1]}", partial(_archived, source, week, tickers, now))
            for week in weeks_of(days)
        ]
    named = [both for ticker in tickers for both in dict.fromkeys((ticker.replace("-", "."), ticker))]
    batches = [named[first : first + MOST_TICKERS] for first in range(0, len(named), MOST_TICKERS)] or [[]]
    if span.until is None and (now - span.since).days <= _POLLED_DAYS:
        return [
            Part(f"ratings since {span.since:%Y-%m-%d %H:%M}{_of(batch)}", partial(_touched, source, span, batch, now))
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


def store_ratings(lake: Lake, instruments: pl.DataFrame, clock: Clock) -> Callable[[pl.DataFrame], Ingested]:
    """Return what stores a page of ratings."""
    return lambda rows: store_versions(lake, RATINGS, rows, instruments=instruments, seen_at=clock.now())


def ratings_files(paths: Iterable[Path], clock: Clock) -> list[Part]:
    """Return a part for each file; one that cannot be read fails alone."""
    return [Part(path.name, partial(_file, path, clock)) for path in paths]


def ratings_of(lake: Lake, instrument_id: str, *, as_of: datetime | None) -> pl.DataFrame:
    """Return the ratings of a security that were known at `as_of` (None: now), each in its newest version."""
    return lake.read(RATINGS, as_of=as_of).filter(instrument_id=instrument_id)


def _file(path: Path, clock: Clock) -> list[Page]:
    return [read_ratings_file(file_bytes(path), path.name, seen_at=clock.now())]


def _archived(source: BenzingaRatings, days: Sequence[date], tickers: Sequence[str], now: datetime) -> list[Page]:
    rows = pl.concat(source.day(day, seen_at=now).rows for day in days)
    asked = rows.filter(pl.col("ticker").is_in(list(tickers))) if tickers else rows
    # The files of two days may hold one state of an item.
    return [ProvidedRatings(asked.unique(RATINGS.identity, keep="last", maintain_order=True), asked.height)]


def _touched(source: BenzingaRatings, span: Span, tickers: Sequence[str], now: datetime) -> Iterable[Page]:
    return source.touched(span.since, tickers=tickers, seen_at=now)


def _of(batch: Sequence[str]) -> str:
    return f" of {', '.join(batch[:3])}{', ...' if len(batch) > 3 else ''}" if batch else ""  # noqa: PLR2004
