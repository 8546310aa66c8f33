"""The point-in-time panel: 14 fields of 3,000 securities at every close of 13 years, each cell as it was known then.

The lake is drawn by lot and lies as our own ingesters leave it: runs of 300 companies each. Of each company there are
28 lines on three bases, four thousand rows as the real archive has of a company, of which eight are asked for; one line
in five is restated three months later. Of each session there are a bar, one in a thousand corrected three days later,
and indicators; one security in ten is delisted on the way.

What is measured is `known_panel`, from the files to 14 arrays of 9.8 million cells, warm: the process has done it once.
The peer is Polars' own `join_asof` of the grid with each field's rows, on the same files in the same run; it is told
which rows are newest by a running maximum, and its cells are compared with ours. The bar is one of elapsed seconds on
two cores that do nothing else; where they are shared, look at the processor seconds beside it.

`python benchmarks/panel.py --lake FOLDER` keeps the lake there, or takes the one that is there.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from harness import record

from edgewise.core.clock import session_closes, sessions
from edgewise.core.table import Instant
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.core.tables_market import INDICATORS
from edgewise.fundamentals import declaration
from edgewise.lake import Lake
from edgewise.pipelines.panel import MARKET_DAYS, STATEMENT_DAYS, known_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.core.table import Table
    from edgewise.pipelines.panel import KnownPanel

STOCKS, AT_ONCE = 3_000, 300
FIRST, LAST = date(2011, 1, 3), date(2023, 12, 29)
ROUNDS = 3
BAR_S = 5.0
LINES = 28
FLOWS = ("revenue", "gross_profit", "operating_income", "net_income", "operating_cash_flow", "free_cash_flow")
BALANCES = ("total_assets", "equity")
DAILY = {PRICES: ("close", "volume"), INDICATORS: ("rsi_14", "momentum_12_1", "volatility_252", "beta_252")}
FIELDS = [
    *(f"ttm.{line}" for line in FLOWS),
    *(f"quarter.{line}" for line in BALANCES),
    *(f"{table.name}.{line}" for table, lines in DAILY.items() for line in lines),
]
RESTATED, LATER = 5, timedelta(days=90)
CORRECTED, NEXT = 1000, timedelta(days=3)
DELISTED = 10
_KNOWN = datetime(2010, 1, 1, tzinfo=UTC)


def filled(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the columns they lack: a status of ok, null where that is allowed, else some text."""
    lacking = {column.name: column for column in table.columns if column.name not in rows.columns}
    texts = {name: None if column.nullable else "simulated:lots" for name, column in lacking.items()}
    if "status" in lacking:
        texts["status"] = "ok"
    return rows.with_columns(
        pl.lit(text, dtype=lacking[name].dtype).alias(name) for name, text in texts.items()
    ).select(table.schema.keys())


def instruments() -> pl.DataFrame:
    """Return a security for each company."""
    rows = pl.DataFrame({"cik": range(1, STOCKS + 1)}).with_columns(
        instrument_id=pl.format("{}-01", pl.col("cik").cast(pl.String).str.zfill(10)),
        ticker=pl.format("T{}", "cik"),
        valid_from=pl.lit(date(1990, 1, 2)),
        known_at=pl.lit(_KNOWN).cast(Instant),
    )
    return filled(INSTRUMENTS, rows)


def daily(table: Table, lines: tuple[str, ...], names: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    """Return a row for each security and session with random numbers in `lines`, and corrections of prices."""
    closes = pl.DataFrame({"session": days}).with_columns(known_at=session_closes(pl.Series(days)))
    lives = names.select("instrument_id", "cik").with_columns(
        last=pl.when(pl.col("cik") % DELISTED == 0).then(pl.lit(FIRST) + pl.duration(days="cik")).otherwise(LAST)
    )
    rows = lives.join(closes, how="cross").filter(pl.col("session") <= pl.col("last")).drop("cik", "last")
    draws = np.random.default_rng(names["cik"][0])
    values = [pl.Series(line, draws.random(rows.height).round(4) * 100).cast(table.schema[line]) for line in lines]
    told = filled(table, rows.with_columns(values))
    if table is not PRICES:
        return told
    again = told.gather_every(CORRECTED, CORRECTED // 2).with_columns(pl.col("known_at") + NEXT, pl.col("close") * 1.01)
    return pl.concat([told, again])


def statements(names: pl.DataFrame) -> pl.DataFrame:
    """Return a value for each company, basis, period and line, told forty days later; one in five told anew."""
    ends = pl.DataFrame({"period_end": pl.date_range(FIRST, LAST, "3mo", closed="left", eager=True).dt.month_end()})
    lines = pl.DataFrame({"field": [*FLOWS, *BALANCES, *_others()]})
    bases = pl.DataFrame({"basis": ["quarter", "ttm", "annual"], "months": ["-3mo", "-1y", "-1y"]})
    periods = bases.join(ends, how="cross").filter(
        (pl.col("basis") != "annual") | (pl.col("period_end").dt.month() == 12)
    )
    told = names.select("cik").join(periods, how="cross").join(lines, how="cross")
    told = told.with_columns(
        unit=pl.lit("USD"),
        method=pl.lit("filed"),
        sources=pl.format("{}-11-000001:{}", pl.col("cik").cast(pl.String).str.zfill(10), "field"),
        period_start=pl.col("period_end").dt.offset_by(pl.col("months")),
        known_at=pl.col("period_end").cast(Instant) + pl.duration(days=40, seconds="cik"),
        value=(pl.struct("cik", "basis", "period_end", "field").hash(1) % 10**12).cast(pl.Float64),
    ).drop("months")
    again = told.gather_every(RESTATED).with_columns(pl.col("known_at") + LATER, pl.col("value") * 0.9)
    return filled(FUNDAMENTALS, pl.concat([told, again]))


def _others() -> list[str]:
    return [line for line in declaration().shown if line not in (*FLOWS, *BALANCES)][: LINES - len(FLOWS + BALANCES)]


def store(folder: str, days: list[date]) -> None:
    """Write the lake, some companies at a time."""
    lake, names = Lake(folder), instruments()
    for block in names.iter_slices(AT_ONCE):
        lake.append(FUNDAMENTALS, statements(block))
        for table, lines in DAILY.items():
            lake.append(table, daily(table, lines, block, days))
    lake.append(INSTRUMENTS, names)


def joined(lake: Lake, days: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    """Yield each field's cells by security and instant, by Polars' own join: the peer."""
    grid = instruments().select("instrument_id", "cik").join(session_closes(days).alias("at").to_frame(), how="cross")
    for table, lines in DAILY.items():
        rows = pl.scan_delta(f"{lake.url}/{table.name}").select(
            "instrument_id", "known_at", pl.col("session").alias("end"), *lines
        )
        found = _asof(grid, rows, "instrument_id", MARKET_DAYS, lines)
        yield from ((f"{table.name}.{line}", found[line]) for line in lines)
    statements = pl.scan_delta(f"{lake.url}/{FUNDAMENTALS.name}")
    for name in FIELDS:
        basis, line = name.split(".")
        if basis not in {"prices", "indicators"}:
            own = statements.filter(pl.col("basis") == basis, pl.col("field") == line)
            rows = own.select("cik", "known_at", "value", end="period_end")
            yield name, _asof(grid, rows, "cik", STATEMENT_DAYS, ("value",))["value"]


def _asof(grid: pl.DataFrame, rows: pl.LazyFrame, by: str, good_for: int, lines: tuple[str, ...]) -> pl.DataFrame:
    newest = pl.col("end") == pl.col("end").cum_max().over(by)
    ordered = rows.sort(by, "known_at", "end").filter(newest)
    found = grid.lazy().join_asof(
        ordered, left_on="at", right_on="known_at", by=by, strategy="backward", check_sortedness=False
    )
    stands = pl.col("at").dt.date() <= pl.col("end") + pl.duration(days=good_for)
    return found.select(pl.when(stands).then(pl.col(lines)).cast(pl.Float64).fill_null(np.nan)).collect()


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor and elapsed seconds."""
    began, at = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - began, time.perf_counter() - at


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lake", type=Path)
    chosen = parser.parse_args().lake
    with tempfile.TemporaryDirectory() as empty:
        folder, days = chosen or Path(empty), sessions(FIRST, LAST)
        if not (folder / INSTRUMENTS.name).exists():
            # In a process of its own, so that the memory told below is the panel's.
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                pool.submit(store, str(folder), days).result()
        measure(Lake(str(folder)), pl.Series(days))


def measure(lake: Lake, days: pl.Series) -> None:
    """Record what the panel takes, and the peer."""
    names, closes = instruments()["instrument_id"].to_list(), session_closes(days).to_list()

    def ours() -> KnownPanel:
        return known_panel(lake, FIELDS, closes, instruments=names)

    rounds = [taken(ours) for _ in range(ROUNDS + 1)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    panel = ours()
    cells: dict[str, pl.Series] = {}
    processor, elapsed = zip(*rounds, strict=True)
    theirs, waited = taken(lambda: cells.update(joined(lake, days)))
    for name in FIELDS:
        np.testing.assert_array_equal(panel.values[name].T.ravel(), cells[name].to_numpy(), err_msg=name)
    record(
        "lake",
        "panel_s",
        value=min(elapsed[1:]),
        unit=f"s from a lake to {len(FIELDS)} fields x {len(names):,} stocks x {len(days):,} sessions",
        bar=BAR_S,
        higher_is_better=False,
        peer="Polars join_asof per field on the same files",
        peer_value=waited,
        details={
            "rows_stored": {status.name: status.rows for status in lake.tables([FUNDAMENTALS, *DAILY])},
            "cells": sum(array.size for array in panel.values.values()),
            "known": sum(int(np.isfinite(array).sum()) for array in panel.values.values()),
            "first_round_s": elapsed[0],
            "elapsed_s": elapsed[1:],
            "processor_s": processor[1:],
            "peer_processor_s": theirs,
            "peak_gb": peak,
        },
    )


if __name__ == "__main__":
    main()
