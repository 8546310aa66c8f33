"""News, brought into `news`: from Polygon, an archive of it, or files; scored where the provider gives no tone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_news import NEWS
from edgewise.pipelines.provided import Intake, Part, archived_parts, day_chunks, settled_key, spellings
from edgewise.sources.news.files import read_news_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.core.ports import ToneModel
    from edgewise.lake import Lake
    from edgewise.pipelines.provided import Span
    from edgewise.sources.news.service import PolygonNews

_WEEK, _QUARTER = 7, 91


def news_parts(source: PolygonNews, span: Span, clock: Clock, *, tickers: Sequence[str] = ()) -> list[Part]:
    """Return the questions that bring the news of a span: week by week, or quarter by quarter for one symbol each.

    An archive is read week by week, too.
    """
    now = clock.now()
    if source.archived:
        return archived_parts(source, NEWS, span, now, tickers=tickers)
    until, named = span.until or now, spellings(tickers) or [""]
    return [
        Part(
            f"news of {first} to {last}{f' on {ticker}' if ticker else ''}",
            partial(
                source.published,
                max(_midnight(first), span.since),
                min(_midnight(last, 1), until),
                ticker=ticker,
                seen_at=now,
            ),
            settled_key("polygon/news", ticker, first, last, now=now) if _midnight(first) >= span.since else "",
        )
        for ticker in named
        for first, last in day_chunks(span, now, days=_QUARTER if ticker else _WEEK)
    ]


def news_intake(model: ToneModel) -> Intake:
    """Return how news comes in, its tone scored by `model` where the provider gives none."""
    return Intake(NEWS, news_parts, read_news_file, partial(with_tone, model=model))


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


def news_of(lake: Lake, instrument_id: str, *, as_of: datetime | None) -> pl.DataFrame:
    """Return the rows about a security that were known at `as_of` (None: now), each in its newest version."""
    return lake.read(NEWS, as_of=as_of).filter(instrument_id=instrument_id)


def _midnight(day: date, after: int = 0) -> datetime:
    """Return the instant at which a New York day begins, or one so many days after it."""
    return datetime.combine(day + timedelta(days=after), time(), tzinfo=NEW_YORK)
