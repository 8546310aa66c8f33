"""News of a file: Polygon's JSON, or Parquet or CSV with a row per story and symbol. Bytes in, rows out.

Columns may be called as several vendors call them (`COLUMNS`). A time has a zone: one without is no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.tables_news import NEWS
from edgewise.sources.answers import Origin, ProvidedRows, provided_rows
from edgewise.sources.items import digest_of, identity_of, instant_of, symbol_of, text_of
from edgewise.sources.news.polygon import parse_news
from edgewise.sources.news.said import Said, news_rows
from edgewise.sources.tabular import file_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PROVIDER = "file"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "news_id", "row_id"),
    "ticker": ("ticker", "symbol", "stock"),
    "title": ("title", "headline"),
    "at": ("published_at", "published_utc", "date"),
    "description": ("description", "summary", "teaser"),
    "publisher": ("publisher", "source"),
    "url": ("url", "article_url"),
    "sentiment": ("sentiment", "sentiment_score"),
}


def read_news_file(body: bytes, name: str, *, seen_at: datetime) -> ProvidedRows:
    """Return the rows of a file's stories; `named` counts the symbols of rows with one headline at one instant.

    name: of the file; .json is an answer of Polygon, .parquet and .csv have a row per story and symbol.
    Raises what `parse_news` and `file_records` raise.
    """
    source_url = f"file:{name}"
    if name.lower().endswith(".json"):
        return parse_news(body, source_url=source_url, seen_at=seen_at)
    frame = file_records(body, name, COLUMNS, needed=("ticker", "title", "at"))
    origin = Origin(PROVIDER, source_url, seen_at)
    rows = (row for given in frame.to_dicts() for row in news_rows(_said(given), origin))
    read = provided_rows(NEWS, rows, items=frame.height)
    told = read.rows.with_columns(
        named=pl.when(pl.col("status") == "absent")
        .then(pl.col("named"))
        .otherwise(pl.col("ticker").n_unique().over("story", "published_at").cast(pl.Int32))
    )
    return ProvidedRows(told, read.items)


def _said(row: dict[str, Any]) -> Said:
    symbol = symbol_of(row.get("ticker"))
    return Said(
        news_id=identity_of(row, "id") or digest_of(row),
        title=text_of(row.get("title")),
        tickers=[row["ticker"]] if row.get("ticker") else [],
        at=instant_of(row.get("at")),
        description=row.get("description"),
        publisher=text_of(row.get("publisher")),
        url=row.get("url"),
        sentiments={symbol: row.get("sentiment")} if symbol else {},
    )
