"""Polygon's daily bars, splits and dividends at a simulated instant, from the market's own files of prices.

A bar can be had from the close of its session on, a split or a dividend from the close after which it was announced.
Bars are divided by the splits up to now unless `adjusted=false` is asked for, as at Polygon, which does not say by
which. A few weeks of bars are in memory at a time: who asks for one session asks for the next one next.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import NEW_YORK, session_close, session_closes
from edgewise.simulate.server.messages import OK, Reply
from edgewise.simulate.server.polygon_pages import digest, question

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SPLITS, DIVIDENDS = "splits", "dividends"
_MOST_BARS, _USUAL_BARS = 50_000, 5_000
_READ_AHEAD = timedelta(days=30)
_ON = {SPLITS: "execution_date", DIVIDENDS: "ex_dividend_date"}
_SUFFIXES = ("", ".gte", ".gt", ".lte", ".lt")
_SPECIAL = "special_dividend"


class PolygonPrices:
    """Answers aggregates and reference lists of events."""

    def __init__(self, folder: Path) -> None:
        self._bars = pl.scan_parquet(folder / "prices" / "ohlcv.parquet")
        actions = pl.read_parquet(folder / "prices" / "corporate_actions.parquet")
        told_at = [session_close(day) for day in actions["announced_on"].to_list()]
        self._actions = actions.with_columns(pl.Series("told_at", told_at, dtype=pl.Datetime("us", "UTC")))
        self._window = pl.DataFrame()
        self._window_from = self._window_until = date.min

    def grouped(self, session: str, query: Mapping[str, str], now: datetime) -> Reply:
        """Return the bars of all securities on one day; none on a day without a closed session. Raises ValueError."""
        day = date.fromisoformat(session)
        if not self._window_from <= day < self._window_until:
            self._window_from, self._window_until = day, day + _READ_AHEAD
            within = pl.col("session").is_between(day, self._window_until, closed="left")
            self._window = self._bars.filter(within).collect()
        return self._aggregates(self._window.filter(session=day), query, now, {}, at=time(16))

    def of_ticker(self, ticker: str, span: tuple[str, str], query: Mapping[str, str], now: datetime) -> Reply:
        """Return the daily bars of one symbol from the first day to the last, oldest first. Raises ValueError."""
        first, last = (date.fromisoformat(day) for day in span)
        most = min(int(query.get("limit") or _USUAL_BARS), _MOST_BARS)
        named = (pl.col("ticker") == _ours(ticker)) & pl.col("session").is_between(first, last)
        found = self._bars.filter(named).collect().sort("session").head(most)
        return self._aggregates(found, query, now, {"ticker": ticker}, at=time(0))

    def events(self, kind: str, query: Mapping[str, str], now: datetime) -> Reply:
        """Return a page of splits or of dividends that were announced by now. Raises ValueError for a bad question."""
        on = _ON[kind]
        bounds = [f"{on}{suffix}" for suffix in _SUFFIXES]
        asked = question(query, ("ticker", "order", "limit", "sort", *bounds), now)
        if asked.asked.get("sort", on) not in {on, "ticker"}:
            raise ValueError(f"sort is {on} or ticker")
        own = (pl.col("kind") == "split") == (kind == SPLITS)
        found = self._actions.filter(own & (pl.col("told_at") <= asked.as_of), *_within(asked.asked, on))
        order = ["ticker", "ex_session"] if asked.asked.get("sort") == "ticker" else ["ex_session", "ticker"]
        ordered = found.sort(*order, descending=asked.descending("desc"))
        first = asked.number * asked.size
        rows = ordered.slice(first, asked.size).to_dicts()
        item = _split if kind == SPLITS else _dividend
        return asked.reply(
            [json.dumps(item(row)) for row in rows], f"/v3/reference/{kind}", more=first + asked.size < found.height
        )

    def _aggregates(
        self, rows: pl.DataFrame, query: Mapping[str, str], now: datetime, head: dict[str, str], *, at: time
    ) -> Reply:
        """Return bars of closed sessions in Polygon's answer. `at` is the New York time that stands for a session."""
        adjusted = query.get("adjusted", "true").lower() != "false"
        bars = rows.filter(session_closes(rows["session"]) <= now, pl.col("volume") > 0)
        told = self._divided(bars, now) if adjusted else bars
        results = _results(told, at, named=not head)
        first = {**head, "queryCount": results.height, "resultsCount": results.height, "adjusted": adjusted}
        last = {
            "status": "OK",
            "request_id": digest(repr((head, sorted(query.items()), now))),
            "count": results.height,
        }
        # A whole market's bars take five times as long by way of Python's objects.
        listed = f', "results": {results.write_json()}' if results.height else ""
        body = f"{json.dumps(first)[:-1]}{listed}, {json.dumps(last)[1:]}\n"
        return Reply(OK, body.encode(), "application/json")

    def _divided(self, bars: pl.DataFrame, now: datetime) -> pl.DataFrame:
        """Return bars on the share count of now."""
        today = now.astimezone(NEW_YORK).date()
        splits = self._actions.filter(pl.col("kind") == "split", pl.col("ex_session") <= today)
        later = bars.select("ticker", "session").join(splits.select("ticker", "ex_session", "ratio"), on="ticker")
        factors = (
            later.filter(pl.col("ex_session") > pl.col("session"))
            .group_by("ticker", "session")
            .agg(factor=pl.col("ratio").product())
        )
        factor = pl.col("factor").fill_null(1.0)
        return (
            bars.join(factors, on=["ticker", "session"], how="left", maintain_order="left")
            .with_columns(pl.col("open", "high", "low", "close") / factor, volume=pl.col("volume") * factor)
            .drop("factor")
        )


def _within(asked: Mapping[str, str], on: str) -> list[pl.Expr]:
    """Return what the question demands of an event. Raises ValueError for what is no date."""
    day = pl.col("ex_session")
    demands = {"": day.eq, ".gte": day.ge, ".gt": day.gt, ".lte": day.le, ".lt": day.lt}
    found = [
        demand(date.fromisoformat(asked[f"{on}{suffix}"]))
        for suffix, demand in demands.items()
        if f"{on}{suffix}" in asked
    ]
    return [*found, pl.col("ticker") == _ours(asked["ticker"])] if "ticker" in asked else found


def _results(bars: pl.DataFrame, at: time, *, named: bool) -> pl.DataFrame:
    """Return bars in Polygon's letters, with their symbols where these differ."""
    days = bars["session"].unique().to_list()
    stamps = {day: int(datetime.combine(day, at, tzinfo=NEW_YORK).timestamp()) * 1000 for day in days}
    symbol = [pl.col("ticker").str.replace_all("-", ".", literal=True).alias("T")] if named else []
    return bars.select(
        *symbol,
        v="volume",
        vw=((pl.col("high") + pl.col("low") + pl.col("close")) / 3).round(4),
        o="open",
        c="close",
        h="high",
        l="low",
        t=pl.col("session").replace_strict(stamps, return_dtype=pl.Int64),
        n=(pl.col("volume") // 100).clip(lower_bound=1).cast(pl.Int64),
    )


def _split(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a split; one share into three is 1 to 3, twenty into one 20 to 1."""
    new, old = (round(row["ratio"]), 1) if row["ratio"] >= 1 else (1, round(1 / row["ratio"]))
    return {
        "execution_date": row["ex_session"].isoformat(),
        "id": _number(row),
        "split_from": old,
        "split_to": new,
        "ticker": _theirs(row["ticker"]),
    }


def _dividend(row: Mapping[str, Any]) -> dict[str, object]:
    ex = row["ex_session"]
    return {
        "cash_amount": row["amount"],
        "currency": "USD",
        "declaration_date": row["announced_on"].isoformat(),
        "dividend_type": "SC" if row["kind"] == _SPECIAL else "CD",
        "ex_dividend_date": ex.isoformat(),
        "frequency": 0 if row["kind"] == _SPECIAL else 4,
        "id": _number(row),
        "pay_date": (ex + timedelta(days=14)).isoformat(),
        "record_date": ex.isoformat(),
        "ticker": _theirs(row["ticker"]),
    }


def _number(row: Mapping[str, Any]) -> str:
    return f"E{digest(repr((row['ticker'], row['kind'], row['ex_session'])))}"


def _theirs(ticker: str) -> str:
    """Return a symbol as Polygon spells it: the class after a dot."""
    return ticker.replace("-", ".")


def _ours(ticker: str) -> str:
    return ticker.replace(".", "-")
