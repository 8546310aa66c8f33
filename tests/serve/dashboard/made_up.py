"""Readings that are made up: a market of any size, in which Apple fell in the last week because analysts left it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.errors import NotFound
from edgewise.factors.sectors import SECTORS
from edgewise.score.contributions import factor_points
from edgewise.score.rating import confidence_of, rating_of
from edgewise.score.weights import STANDARD
from edgewise.serve.dashboard.data import (
    Branch,
    FactorMove,
    FilingBehind,
    Health,
    Hit,
    MarketDay,
    Screen,
    StockDay,
    StockRecord,
    TableState,
    Why,
)
from edgewise.serve.lags import Lag, Milestone

SESSION = datetime(2024, 6, 28, tzinfo=UTC).date()
ACCESSION = "0000320193-24-000069"
URL = f"https://www.sec.gov/Archives/edgar/data/320193/{ACCESSION.replace('-', '')}/{ACCESSION}-index.htm"
FACTORS = tuple(STANDARD.weights)
STRETCH = 1.9


@dataclass(slots=True)
class MadeUp:
    """Implements `Readings`. names: how many securities; error: raised by every question, if given."""

    names: int = 120
    error: Exception | None = None
    day: MarketDay = field(init=False)

    def __post_init__(self) -> None:
        week = shift_session(SESSION, -5)
        close = session_close(SESSION)
        self.day = MarketDay(SESSION, close, shift_session(SESSION, -1), week, _rows(self.names))

    def market(self) -> MarketDay:
        self._fail()
        return self.day

    def find(self, text: str, *, limit: int) -> list[Hit]:
        self._fail()
        wanted = text.lower()
        found = self.day.rows.filter(
            pl.col("ticker").str.to_lowercase().str.starts_with(wanted)
            | pl.col("company").str.to_lowercase().str.contains(wanted, literal=True)
        )
        return [Hit(row["ticker"], row["company"], row["overall"]) for row in found.head(limit).iter_rows(named=True)]

    def stock(self, ticker: str) -> StockDay:
        self._fail()
        row = self._row(ticker)
        same = self.day.rows.filter(pl.col("sector") == row["sector"])
        points = factor_points(row, STANDARD)
        moves = [
            FactorMove(name, row[name], row[name], points.get(name, 0.0), points.get(name, 0.0)) for name in FACTORS
        ]
        if ticker == "AAPL":
            moves = _apples_moves(row, points)
        return StockDay(
            ticker=row["ticker"],
            company=row["company"],
            score=row,
            points=points,
            medians={name: same[name].median() for name in (*FACTORS, "low_risk")},  # type: ignore[misc]
            history=_history(row["overall"]),
            week=self.day.week if row["overall"] is not None else None,
            moves=moves if row["overall"] is not None else (),
        )

    def record(self, ticker: str) -> StockRecord:
        self._fail()
        self._row(ticker)
        return StockRecord(_prices(), _filings(), _risks())

    def explanation(self, ticker: str) -> Why:
        self._fail()
        row = self._row(ticker)
        points = factor_points(row, STANDARD)
        known = [name for name in FACTORS if row[name] is not None and name in points]
        tree = Branch("Score", f"{row['score']:.2f}" if row["score"] else "not rated", None, "score", "", tuple(
            Branch(name.capitalize(), f"{row[name]:.0f} of 100", points[name], name, "", (_metric(name, points[name]),))
            for name in known
        ))  # fmt: skip
        told = datetime(2024, 5, 3, 10, 4, tzinfo=UTC)
        filing = FilingBehind(ACCESSION, "10-Q", told, URL, ("value", "growth", "profitability"), is_new=False)
        return Why(tree, [filing])

    def screen(self) -> Screen:
        self._fail()
        return Screen(SESSION, self.day.known_at, self.day.rows)

    def health(self) -> Health:
        self._fail()
        at = session_close(SESSION) + timedelta(hours=3)
        tables = [
            TableState("filings", 20_431, 88, at - timedelta(minutes=4)),
            TableState("prices", 1_204_112, 12, at - timedelta(hours=3)),
            TableState("scores", 4_600, 3, at - timedelta(days=6)),
            TableState("news", 0, 0, None),
        ]
        lag = Lag("all", Milestone.SCORED, 41, 3.0, 9.5, 12.0, 0, 2, 0)
        return Health(at, SESSION, tables, {"scored": 20_400, "failed": 31}, {"no_text": 19, "too_large": 12}, [lag])

    def _row(self, ticker: str) -> dict[str, Any]:
        found = self.day.rows.filter(pl.col("ticker") == ticker.upper())
        if found.is_empty():
            raise NotFound(f"nobody is listed as {ticker!r}", advice="Search for its name.")
        return found.row(0, named=True)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


def _rows(names: int) -> pl.DataFrame:
    draw = np.random.default_rng(7)
    tickers = ["AAPL", *(f"T{at:04d}" for at in range(1, names))]
    frame = pl.DataFrame(
        {
            "ticker": tickers,
            "company": ["Apple Inc. /SIM/", *(f"Made-up Company {at}" for at in range(1, names))],
            "instrument_id": [f"{at:010d}-01" for at in range(names)],
            "cik": list(range(names)),
            "sector": ["information_technology", *draw.choice(SECTORS, names - 1)],
            **{name: np.clip(draw.normal(50, 22, names), 1, 99) for name in (*FACTORS, "low_risk")},
            "completeness": np.clip(draw.normal(0.9, 0.08, names), 0.3, 1.0),
            "freshness": draw.uniform(0.4, 1, names),
            "stability": draw.uniform(0.5, 1, names),
            "close": draw.lognormal(4, 0.8, names),
            "market_value": draw.lognormal(22, 1.6, names),
            "moved": draw.normal(0, 3, names),
        }
    )
    apple = dict(zip(FACTORS, (38, 55, 93, 52, 61, 58, 31, 66, 44, 57), strict=True))
    frame = frame.with_columns(
        pl.when(pl.col("ticker") == "AAPL").then(pl.lit(float(apple.get(name, 50)))).otherwise(pl.col(name)).alias(name)
        for name in FACTORS
    ).with_columns(
        pl.when(pl.int_range(pl.len()) % 9 == 5).then(None).otherwise(pl.col("news")).alias("news"),
        known=pl.int_range(pl.len()) % 23 != 11,
        stretch=pl.lit(STRETCH),
    )
    weights = {name: pl.when(pl.col(name).is_not_null()).then(weight) for name, weight in STANDARD.weights.items()}
    total = pl.sum_horizontal(weights.values())
    mean = pl.sum_horizontal(weight * (pl.col(name) - 50) for name, weight in weights.items()) / total
    score = (50 + STRETCH * mean).clip(1, 100)
    return (
        frame.with_columns(score=pl.when("known").then(score))
        .with_columns(overall=pl.col("score").round(0).cast(pl.Int32))
        .with_columns(
            last=(pl.col("overall") + pl.col("moved") / 2).round(0).clip(1, 100).cast(pl.Int32),
            week=(pl.col("overall") + pl.col("moved")).round(0).clip(1, 100).cast(pl.Int32),
            rating=rating_of(pl.col("overall")),
            sector_percentile=(pl.col("score").rank() - 0.5).over("sector") / pl.len().over("sector") * 100,
            status=pl.when("known").then(pl.lit("rated")).otherwise(pl.lit("not_rated")),
            reasons=pl.when("known").then(None).otherwise(pl.lit("too_little_known")),
            confidence=pl.when("known").then(
                confidence_of(pl.col("completeness"), pl.col("freshness"), pl.col("stability"))
            ),
            session=pl.lit(SESSION),
            correction=pl.lit(None, pl.String),
            known_at=pl.lit(session_close(SESSION)),
        )
        .with_columns(
            pl.when(pl.col("ticker") == "AAPL").then(pl.col("overall") + 9).otherwise(pl.col("week")).alias("week")
        )
    )


def _apples_moves(row: dict[str, Any], points: dict[str, float]) -> list[FactorMove]:
    was = {"analysts": 96.0, "news": 61.0, "momentum": 58.0}
    moves = []
    for name in FACTORS:
        before = STRETCH * STANDARD.weights[name] * (was.get(name, row[name]) - 50)
        moves.append(FactorMove(name, was.get(name, row[name]), row[name], before, points[name]))
    return moves


def _metric(factor: str, points: float) -> Branch:
    filing = Branch("10-Q", f"{ACCESSION}, public since 2024-05-03 10:04 UTC", url=URL)
    fact = Branch("Net income", "$24,160 M, quarter to 2024-03-30", branches=(filing,))
    return Branch(f"A metric of {factor}", "0.041, better than 62 % of its sector", points, branches=(fact,))


def _days() -> list[date]:
    return sessions(SESSION - timedelta(days=500), SESSION)


def _history(overall: int | None) -> pl.DataFrame:
    days = _days()
    steps = np.random.default_rng(3).normal(0, 1.5, len(days)).cumsum()
    values = np.clip((overall or 50) + steps - steps[-1], 1, 100).round().astype(int)
    return pl.DataFrame({"session": days, "overall": values, "score": values.astype(float)})


def _prices() -> pl.DataFrame:
    days = _days()
    walk = 180 * np.exp(np.random.default_rng(5).normal(0.0004, 0.014, len(days)).cumsum())
    return pl.DataFrame({"session": days, "close": walk})


def _filings() -> pl.DataFrame:
    told = [
        ("8-K", 4, 0.12),
        ("4", 6, None),
        ("10-Q", 56, -0.21),
        ("8-K", 57, 0.3),
        ("10-Q", 147, 0.05),
        ("10-K", 239, -0.4),
    ]
    return pl.DataFrame(
        {
            "accession": [ACCESSION.replace("069", f"{70 - at:03d}") for at in range(1, len(told) + 1)],
            "form": [form for form, *_ in told],
            "known_at": [session_close(SESSION) - timedelta(days=days) for _, days, _ in told],
            "net_tone": [tone for *_, tone in told],
            "url": [URL] * len(told),
        },
        schema_overrides={"known_at": pl.Datetime("us", "UTC"), "net_tone": pl.Float64},
    )


def _risks() -> pl.DataFrame:
    told = [
        ("new", "The Company's use of artificial intelligence may bring liability", "technology", 212, 0),
        ("reworded", "The Company depends on component and product manufacturing abroad", "supply_chain", 41, 18),
        ("dropped", "The effects of the pandemic could continue", "health", 0, 480),
        ("kept", "Competition is strong", "competition", 0, 0),
    ]
    names = ("change", "heading", "category", "words_added", "words_removed")
    return pl.DataFrame([dict(zip(names, each, strict=True)) for each in told]).with_columns(
        accession=pl.lit(ACCESSION), known_at=pl.lit(session_close(SESSION)), url=pl.lit(URL)
    )
