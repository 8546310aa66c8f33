"""Polygon's list of symbols at a simulated instant, from what a market's folder holds already.

Which symbol named which security in which sessions is in the market's truth; names are those that registrants had
filed under by then; the SEC's list has the exchange of what is in use when the market ends, and its registrant, who may
have succeeded the first. Nothing tells where the others were listed: they have no exchange, as some at Polygon have
none. A symbol has ended once its last session has closed. A share class keeps its FIGI through renamings.

Parameters: active (true unless told otherwise), market, type, ticker, cik, sort (ticker, name, cik, delisted_utc),
order (ascending unless told otherwise), limit (100, at most 1,000).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import NEW_YORK, session_closes
from edgewise.simulate.server.polygon_pages import digest, question

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from edgewise.simulate.server.messages import Reply

PATH = "/v3/reference/tickers"
_USUAL = "100"
_KEPT = ("active", "market", "type", "ticker", "cik", "sort", "order", "limit")
_ALLOWED = {
    "active": ("true", "false"),
    "market": ("stocks", "crypto", "fx", "otc", "indices"),
    "sort": ("ticker", "name", "cik", "delisted_utc"),
}
_STOCKS, _COMMON = "stocks", "CS"
_CODES = {"NYSE": "XNYS", "Nasdaq": "XNAS"}
_LISTED = {"cik": pl.Int64, "name": pl.String, "ticker": pl.String, "exchange": pl.String}


class PolygonTickers:
    """Answers `/v3/reference/tickers`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, query: Mapping[str, str], now: datetime) -> Reply:
        """Return a page; those after the first as of the first's instant. Raises ValueError for a bad question."""
        told = query if "cursor" in query else {"active": "true", "limit": _USUAL, **query}
        asked = question(told, _KEPT, now)
        for name, values in _ALLOWED.items():
            if asked.asked.get(name, values[0]) not in values:
                raise ValueError(f"{name} is one of {', '.join(values)}")
        sort = asked.asked.get("sort", "ticker")
        found = self._shown(asked.as_of, asked.asked).sort(
            sort, "ticker", "share_class_figi", descending=[asked.descending("asc"), False, False]
        )
        first = asked.number * asked.size
        items = [json.dumps(_item(row)) for row in found.slice(first, asked.size).iter_rows(named=True)]
        return asked.reply(items, PATH, more=first + asked.size < found.height)

    def _shown(self, now: datetime, asked: Mapping[str, str]) -> pl.DataFrame:
        """Return what fits the question, as it stood at `now`."""
        if asked.get("market", _STOCKS) != _STOCKS or asked.get("type", _COMMON) != _COMMON:
            return self._at(now).clear()
        demands = [pl.col("active") == (asked["active"] == "true")]
        if "ticker" in asked:
            demands.append(pl.col("ticker") == asked["ticker"])
        if "cik" in asked:
            demands.append(pl.col("cik") == asked["cik"].zfill(10))
        return self._at(now).filter(demands)

    def _at(self, now: datetime) -> pl.DataFrame:
        """Return all symbols that there had been by `now`, with the names and the registrants of then."""
        spans = self._spans.filter(pl.col("first") <= now.astimezone(NEW_YORK).date())
        ended = spans["ends"] & (session_closes(spans["last"]) <= now)
        told = self._names.filter((pl.col("since") <= now) | (pl.col("since") == pl.col("ever")))
        names = told.sort("since").group_by("cik").agg(pl.col("name").last(), pl.col("ever").first())
        successors = names.filter(pl.col("ever") <= now).select(successor="cik", succeeded=pl.lit(value=True))
        told_by = spans.with_columns(active=~ended).join(successors, on="successor", how="left")
        own = told_by.with_columns(cik=pl.when("succeeded").then("successor").otherwise("cik"))
        return own.join(names.drop("ever"), on="cik", how="left").select(
            pl.col("ticker").str.replace("-", ".", literal=True),
            pl.coalesce("name", "company", "ticker").alias("name"),
            pl.col("cik").cast(pl.String).str.zfill(10),
            "active",
            delisted_utc=pl.when(pl.col("active").not_()).then("last"),
            exchange=pl.col("exchange").replace_strict(_CODES, default=None, return_dtype=pl.String),
            share_class_figi="figi",
            updated=pl.when("active").then("first").otherwise("last"),
        )

    @cached_property
    def _spans(self) -> pl.DataFrame:
        """Symbols, each with its security's sessions under it, and whether they end before the market does.

        cik: of the first registrant; successor, company, exchange: of the SEC's list when the market ends.
        """
        returns = pl.scan_parquet(self._folder / "truth" / "returns.parquet")
        session = pl.col("session")
        spans = returns.group_by("ticker", "instrument_id").agg(first=session.min(), last=session.max()).collect()
        file = self._folder / "www.sec.gov" / "files" / "company_tickers_exchange.json"
        listed = pl.DataFrame(json.loads(file.read_bytes())["data"], schema=_LISTED, orient="row")
        figis = {name: f"BBG{digest(name)[:9].upper()}" for name in spans["instrument_id"].unique().to_list()}
        held = spans.with_columns(
            ends=pl.col("last") < pl.col("last").max(),
            cik=pl.col("instrument_id").str.head(10).cast(pl.Int64),
            figi=pl.col("instrument_id").replace_strict(figis, return_dtype=pl.String),
        )
        in_use = listed.select("ticker", "exchange", successor="cik", company="name", ends=pl.lit(value=False))
        return held.join(in_use, on=["ticker", "ends"], how="left")

    @cached_property
    def _names(self) -> pl.DataFrame:
        """Names under which registrants filed, each since when, and when each registrant first filed at all."""
        filings = pl.scan_parquet(self._folder / "truth" / "filings.parquet").filter(
            pl.col("role") != "reporting_owner"
        )
        named = filings.group_by("cik", "name").agg(since=pl.col("accepted_at").min()).collect()
        return named.with_columns(ever=pl.col("since").min().over("cik"))


def _item(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a row in Polygon's letters; what is not known is left out."""
    told = {
        "ticker": row["ticker"],
        "name": row["name"],
        "market": _STOCKS,
        "locale": "us",
        "primary_exchange": row["exchange"],
        "type": _COMMON,
        "active": row["active"],
        "currency_name": "usd",
        "cik": row["cik"],
        "share_class_figi": row["share_class_figi"],
        "last_updated_utc": _midnight(row["updated"]),
        "delisted_utc": _midnight(row["delisted_utc"]) if row["delisted_utc"] else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _midnight(day: date) -> str:
    """Return midnight in New York as Polygon stamps a day."""
    return f"{datetime.combine(day, time(0), tzinfo=NEW_YORK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
