"""Every ratio of every period together with when it became so: the history that table `ratios` keeps.

It is what `ratios` says of the statements in force at every instant at which one of its inputs changes, where that
differs from before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_fundamentals import RATIOS
from edgewise.fundamentals.ratio_inputs import ENDS, in_turn, inputs_of
from edgewise.fundamentals.ratios import STORED, TWELVE_MONTHS, WANTED, evaluated
from edgewise.fundamentals.versions import WITHDRAWN

if TYPE_CHECKING:
    from edgewise.fundamentals.ratio_inputs import Inputs

VERSION = "2"
"""Raise it with any change of a formula: stored rows of another version are computed anew."""
NAMES = [one.name for one in STORED]
_PERIOD = list(RATIOS.key)
_LINE = ["cik", "basis", "period_end", "period_start", "field", "unit"]
_ACCESSION = 20  # characters of 0000320193-24-000123
_SAID = ("currency", *NAMES, "status", "reasons")


def ratio_versions(lines: pl.DataFrame) -> pl.DataFrame:
    """Return rows of RATIOS: what `ratios` says at every instant, where that differs from before.

    lines:   rows of FUNDAMENTALS, all knowledge times; of any number of whole companies. Memory grows with them.
    Returns: sorted by identity. Read as of T, without the withdrawn rows, they are the ratios as of T, except those of
             a price; `sources` are those of whoever told it first.
    Time:    known_at is the instant of the change, so no row rests on what was known later.
    """
    known = lines.filter(pl.col("basis").is_in(TWELVE_MONTHS)).sort(*_LINE, "known_at")
    inputs = inputs_of(in_turn(known), WANTED)
    told = evaluated(inputs.frame, [*_PERIOD, "at", "currency", *ENDS.values()], STORED)
    gone = pl.col("currency").is_null()
    rows = told.select(
        *_PERIOD,
        *("currency", *ENDS.values(), *NAMES),
        status=pl.when(gone).then(pl.lit(WITHDRAWN)).when(_doubted()).then(pl.lit("suspect")).otherwise(pl.lit("ok")),
        reasons=pl.when(~gone).then(codes(tuple(NAMES))),
        sources=_filings(inputs),
        version=pl.lit(VERSION),
        known_at="at",
    )
    first = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _PERIOD)
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in (*_PERIOD, *_SAID))
    empty = first & (pl.col("status") == WITHDRAWN)
    return rows.filter(~empty).filter(~again).select(RATIOS.schema.keys())


def stands(name: str) -> pl.Expr:
    """Return what `reasons` of RATIOS says of a column: suspect, missing or undefined and why; null where it is ok."""
    return pl.col("reasons").str.extract(rf"(?:^|; ){name} ([^;]+)")


def doubted(name: str) -> pl.Expr:
    """Return whether a value of RATIOS rests on a suspect input."""
    return stands(name).str.starts_with("suspect").fill_null(value=False)


@lru_cache(maxsize=2)
def codes(names: tuple[str, ...]) -> pl.Expr:
    """Return what is not ok of the columns that `evaluated` gives, in the words of column `reasons`."""
    return pl.concat_str(
        [
            pl.when(pl.col(f"{name} status") != "ok").then(
                pl.concat_str(
                    pl.lit(name), f"{name} status", f"{name} reasons", separator=" ", ignore_nulls=True
                )
            )
            for name in names
        ],
        separator="; ",
        ignore_nulls=True,
    ).replace("", None)  # fmt: skip


def _doubted() -> pl.Expr:
    return pl.any_horizontal(pl.col(f"{name} status") == "suspect" for name in NAMES)


def _filings(inputs: Inputs) -> pl.Series:
    """Return per row the accession numbers of all that its formulas take, each once, separated by "; "."""
    facts = inputs.held.select("state", "field", filing=pl.col("sources").str.split("; ")).explode("filing")
    named = facts.with_columns(pl.col("filing").str.head(_ACCESSION))
    parts = []
    for years, names in WANTED.items():
        taken = named.filter(pl.col("field").is_in(names)).select("state", "filing").unique()
        states = inputs.states[years].alias("state").to_frame().with_row_index("row")
        parts.append(states.join(taken, on="state").select("row", "filing"))
    told = pl.concat(parts).unique().sort("row", "filing").group_by("row").agg(pl.col("filing").str.join("; "))
    rows = pl.DataFrame({"row": pl.int_range(inputs.frame.height, dtype=pl.UInt32, eager=True)})
    return rows.join(told, on="row", how="left", maintain_order="left")["filing"]
