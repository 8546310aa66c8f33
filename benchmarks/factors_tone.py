"""The tone factor with sector z-scores for a whole market: 4,600 companies, ten years, 40 filings a company and year.

The world is drawn from a seed and has nothing real in it. The peer is the definition written the way one would first
write it in polars, a filter and a group-by per session; it runs on a smaller world, on which both must agree.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from harness import record

from edgewise.core.clock import session_closes, session_ordinals, sessions, tradable_sessions
from edgewise.core.tables import FILING_TONE, FILINGS
from edgewise.factors.build import build
from edgewise.factors.filing_tone import FACTOR

if TYPE_CHECKING:
    from edgewise.core.table import Table

BAR_SECONDS = 60.0
START = date(2014, 1, 2)
FILINGS_A_YEAR = 40
ELEVEN_SECTORS = [2911, 2821, 3721, 5961, 2080, 2834, 6021, 3571, 4813, 4911, 6798]
KEY = ("session", "instrument_id")


def draw_world(*, companies: int, years: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Return FILINGS and FILING_TONE of a market that files evenly through the year."""
    dice = np.random.default_rng(seed)
    count = companies * years * FILINGS_A_YEAR
    cik = np.repeat(np.arange(1, companies + 1), years * FILINGS_A_YEAR)
    began, year = np.datetime64(START, "us").astype(np.int64), int(365.25 * 86_400e6)
    drawn = pl.DataFrame(
        {
            "cik": cik,
            "known_at": began + dice.integers(0, years * year, count),
            "form": dice.choice(["10-K", "10-Q", "8-K", "8-K/A"], count, p=[0.03, 0.08, 0.85, 0.04]),
            "sic": dice.choice(ELEVEN_SECTORS, companies)[cik - 1],
            "net": dice.normal(0, 0.3, count).clip(-1, 1),
        }
    ).with_columns(
        accession=pl.format(
            "{}-14-{}", pl.col("cik").cast(pl.String).str.zfill(10), pl.int_range(pl.len()) % 900_000 + 100_000
        ),
        role=pl.lit("issuer"),
        item=pl.lit("all"),
        model_version=pl.lit("drawn-1"),
        status=pl.lit("ok"),
        known_at=pl.col("known_at").cast(pl.Datetime("us", "UTC")),
    )
    return {table.name: fitted(drawn, table) for table in (FILINGS, FILING_TONE)}


def fitted(drawn: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the columns of `table`; what was not drawn is null, which the factor never reads."""
    return drawn.select(
        pl.col(name).cast(dtype) if name in drawn.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in table.schema.items()
    )


def build_by_year(tables: dict[str, pl.DataFrame], days: list[date]) -> tuple[float, int]:
    """Return the seconds and rows of building all `days`, a year at a time as the pipeline does."""
    began, rows = time.perf_counter(), 0
    for year in range(days[0].year, days[-1].year + 1):
        rows += build(FACTOR, tables, [day for day in days if day.year == year]).height
    return time.perf_counter() - began, rows


def straightforward(tables: dict[str, pl.DataFrame], days: list[date]) -> pl.DataFrame:
    """Return session, instrument_id and z by the definition: one filter and one group-by per session."""
    events = (
        tables["filings"]
        .select("accession", "cik", "known_at", "form", "sic")
        .join(tables["filing_tone"].select("accession", "net"), on="accession")
    )
    events = events.with_columns(
        ordinal=session_ordinals(tradable_sessions(events["known_at"])),
        family=pl.col("form").str.extract("^(10-K|10-Q|8-K)"),
        instrument_id=pl.format("{}-01", pl.col("cik").cast(pl.String).str.zfill(10)),
    )
    baselines = [
        events.filter(pl.col("ordinal").is_between(day - 252, day - 1))
        .group_by("family")
        .agg(baseline=pl.col("net").mean(), heard=pl.len())
        .filter(pl.col("heard") >= 20)
        .with_columns(ordinal=pl.lit(day, pl.Int32))
        for day in events["ordinal"].unique().sort()
    ]
    events = events.join(pl.concat(baselines), on=("family", "ordinal"))
    closes = session_closes(pl.Series(days))
    frames = []
    for day, number, close in zip(days, session_ordinals(pl.Series(days)), closes, strict=True):
        age = number - pl.col("ordinal")
        raw = (
            events.filter(age.is_between(0, 126))
            .group_by("instrument_id")
            .agg(raw=(pl.lit(2.0).pow(-age / 21) * (pl.col("net") - pl.col("baseline"))).sum())
        )
        newest = (
            events.filter(pl.col("known_at") < close)
            .sort("known_at")
            .group_by("instrument_id")
            .agg(pl.col("sic").last())
        )
        value = pl.col("raw")
        frames.append(
            raw.join(newest, on="instrument_id").select(
                "instrument_id", session=pl.lit(day), z=(value - value.mean().over("sic")) / value.std().over("sic")
            )
        )
    return pl.concat(frames)


def largest_difference(ours: pl.DataFrame, theirs: pl.DataFrame) -> float:
    """Return the largest difference of z-scores; a value that only one of them has counts as infinite."""
    pairs = ours.drop_nulls("z").join(theirs, on=KEY, suffix="_theirs", how="full")
    return float(pairs.select((pl.col("z") - pl.col("z_theirs")).abs().fill_null(float("inf")).max()).item())


def main() -> None:
    """Measure both and write the result."""
    small, few = draw_world(companies=460, years=3), sessions(date(2016, 1, 4), date(2016, 12, 30))
    began = time.perf_counter()
    theirs = straightforward(small, few)
    peer_seconds = time.perf_counter() - began
    seconds, _ = build_by_year(small, few)
    difference = largest_difference(build(FACTOR, small, few), theirs)
    if difference > 1e-9:
        raise SystemExit(f"the factor and its definition differ by {difference}: a time would say nothing")
    record(
        "factors",
        "tone_460_companies_1_year",
        value=seconds,
        unit="s",
        bar=peer_seconds,
        higher_is_better=False,
        peer="a filter and a group-by per session, polars",
        peer_value=peer_seconds,
        details={"largest_difference_of_z": difference, "sessions": len(few)},
    )
    days = sessions(START, date(2023, 12, 29))
    market = draw_world(companies=4_600, years=10)
    seconds, rows = build_by_year(market, days)
    record(
        "factors",
        "tone_4600_companies_10_years",
        value=seconds,
        unit="s",
        bar=BAR_SECONDS,
        higher_is_better=False,
        details={"rows": rows, "rows_per_s": round(rows / seconds), "filings": market["filings"].height},
    )


if __name__ == "__main__":
    main()
