"""News, brought into `news`: from Polygon, an archive of it, or files; scored where the provider gives no tone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_news import NEWS
from edgewise.pipelines.provided import Ingested, Part, day_chunks, file_bytes, settled_key, store_versions, weeks_of
from edgewise.sources.news.files import read_news_file
from edgewise.sources.news.said import ProvidedNews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from edgewise.core.clock import Clock
    from edgewise.core.ports import ToneModel
    from edgewise.lake import Lake
    from edgewise.pipelines.provided import Page, Span
    from edgewise.sources.news.service import PolygonNews

_WEEK, _QUARTER = 7, 91


def news_parts(source: PolygonNews, span: Span, clock: Clock, *, tickers: Sequence[str] = ()) -> list[Part]:
    """Return the questions that bring the news of a span: week by week, or quarter by quarter for one symbol each.

    An archive is read week by week, too.
    """
    now = clock.now()
    until = span.until or now
    if source.archived:
        first, last = (instant.astimezone(UTC).date() for instant in (span.since, until))
        days = [day for day in source.days() if first <= day <= last]
        return [
            Part(f"news of {week[0]} to {week[-1]}", partial(_archived, source, week, tickers, now))
            for week in weeks_of(days)
        ]
    named = [both for ticker in tickers for both in dict.fromkeys((ticker.replace("-", "."), ticker))] or [""]
    return [
        Part(
            f"news of {first} to {last}{f' on {ticker}' if ticker else ''}",
            partial(_published, source, max(_midnight(first), span.since), min(_midnight(last, 1), until), ticker, now),
            settled_key("polygon/news", ticker, first, last, now=now) if _midnight(first) >= span.since else "",
        )
        for ticker in named
        for first, last in day_chunks(span, now, days=_QUARTER if ticker else _WEEK)
    ]


def store_news(
    lake: Lake, instruments: pl.DataFrame, clock: Clock, model: ToneModel
) -> Callable[[pl.DataFrame], Ingested]:
    """Return what stores a page of news, its tone scored by `model` where the provider gives none."""
    scored = partial(with_tone, model=model)
    return lambda rows: store_versions(lake, NEWS, rows, instruments=instruments, seen_at=clock.now(), complete=scored)


def with_tone(rows: pl.DataFrame, *, model: ToneModel) -> pl.DataFrame:
    """Return the rows with the model's net tone of headline and summary where the provider says nothing of the tone.

    A story has one tone for all symbols it names. Null stays null where the model finds no words, where the provider's
    word is one that nobody knows, and in rows that could not be read.
    """
    wanting = pl.col("tone").is_null() & pl.col("sentiment_said").is_null() & pl.col("title").is_not_null()
    asked = rows.filter(wanting).select("title", "description").unique(maintain_order=True)
    if asked.is_empty():
        return rows
    texts = [f"{title}\n\n{description or ''}" for title, description in asked.iter_rows()]
    told = asked.with_columns(model.score(texts)["net"].alias("_net"))
    joined = rows.join(told, on=["title", "description"], how="left", nulls_equal=True, maintain_order="left")
    net = pl.when(wanting).then(pl.col("_net"))
    ours = pl.when(net.is_not_null()).then(pl.lit(model.version))
    return joined.with_columns(tone=pl.coalesce("tone", net), tone_by=pl.coalesce("tone_by", ours)).drop("_net")


def news_files(paths: Iterable[Path], clock: Clock) -> list[Part]:
    """Return a part for each file; one that cannot be read fails alone."""
    return [Part(path.name, partial(_file, path, clock)) for path in paths]


def news_of(lake: Lake, instrument_id: str, *, as_of: datetime | None) -> pl.DataFrame:
    """Return the rows about a security that were known at `as_of` (None: now), each in its newest version."""
    return lake.read(NEWS, as_of=as_of).filter(instrument_id=instrument_id)


def _file(path: Path, clock: Clock) -> list[Page]:
    return [read_news_file(file_bytes(path), path.name, seen_at=clock.now())]


def _archived(source: PolygonNews, days: Sequence[date], tickers: Sequence[str], now: datetime) -> list[Page]:
    rows = pl.concat(source.day(day, seen_at=now).rows for day in days)
    asked = rows.filter(pl.col("ticker").is_in(list(tickers))) if tickers else rows
    once = asked.unique(NEWS.identity, keep="last", maintain_order=True)
    return [ProvidedNews(once, once["news_id"].n_unique())]


def _published(source: PolygonNews, since: datetime, until: datetime, ticker: str, now: datetime) -> Iterable[Page]:
    return source.published(since, until, ticker=ticker, seen_at=now)


def _midnight(day: date, after: int = 0) -> datetime:
    """Return the instant at which a New York day begins, or one so many days after it."""
    return datetime.combine(day + timedelta(days=after), time(), tzinfo=NEW_YORK)
