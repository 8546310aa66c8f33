"""Every line of every statement together with when it became so: the history that table `fundamentals` keeps.

Statements change at few instants: when a filing tells something, and when a split takes effect. At each, only periods
that end on or after the earliest one told can change, and they rest on lines that began not long before. So for each
instant a *case* is made, a copy of the lines known by then that can matter; all cases are computed at once, as if each
were a company of its own; what a case says that the one before did not is a version.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.fundamentals.declared import declaration
from edgewise.fundamentals.filed import filed_lines
from edgewise.fundamentals.repairs import repaired
from edgewise.fundamentals.splits import SPLIT_SCHEMA, in_shares_of
from edgewise.fundamentals.statements import standardised

if TYPE_CHECKING:
    from edgewise.fundamentals.declared import Declaration

STORED = ("annual", "quarter", "ttm")
WITHDRAWN = "withdrawn"
_KEY = list(FUNDAMENTALS.key)
_SAID = ("value", "status", "reasons")
# Four quarters, and the nine months that the first of them may be a difference to.
_REACH = "-500d"
_ALWAYS = date(1900, 1, 1)


def versions(
    facts: pl.DataFrame, *, splits: pl.DataFrame | None = None, declared: Declaration | None = None
) -> pl.DataFrame:
    """Return rows of FUNDAMENTALS: what `statements` says at every instant, where that differs from before.

    facts:   rows of table `facts`, all knowledge times; of any number of companies. Memory grows with their number.
    splits:  splits.SPLIT_SCHEMA; per-share values and shares change when one takes effect.
    Returns: sorted by identity. Read as of T, without the withdrawn rows, they are the statements as of T in value,
             status and reasons; `method` and `sources` are those of whoever told it first.
    Time:    known_at is the instant of the change, so no row rests on what was known later.
    """
    declared = declared or declaration()
    events = pl.DataFrame(schema=SPLIT_SCHEMA) if splits is None else splits
    lines = repaired(filed_lines(facts, declared))
    cases = _cases(lines, events.join(lines, on="cik", how="semi"))
    rows = standardised(_copies(lines, cases, events, declared), declared, STORED)
    told = (
        rows.rename({"cik": "case"})
        .drop("known_at")
        .join(cases, on="case")
        .filter(pl.col("period_end") >= pl.col("since"))
    )
    every = pl.concat([told, _withdrawn(told, cases)], how="diagonal").sort(*_KEY, "at")
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in (*_KEY, *_SAID))
    return every.filter(~again).rename({"at": "known_at"}).select(FUNDAMENTALS.schema.keys())


def _cases(lines: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Return each instant of a company at which something can change: cik, at, since (first end of period), case."""
    filings = lines.group_by("cik", at="known_at").agg(since=pl.col("period_end").min())
    effects = splits.select("cik", at="effective_at", since=pl.lit(_ALWAYS))
    return (
        pl.concat([filings, effects])
        .group_by("cik", "at")
        .agg(pl.col("since").min())
        .sort("cik", "at")
        .with_row_index("case")
        .cast({"case": pl.Int64})
    )


def _copies(lines: pl.DataFrame, cases: pl.DataFrame, splits: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return per case the lines that can matter in it, in shares of its instant, with the case for company."""
    numbered = lines.with_row_index("line")
    pairs = (
        cases.join(numbered.select("cik", "line", "known_at", "period_end"), on="cik")
        .filter(pl.col("known_at") <= pl.col("at"), pl.col("period_end") >= pl.col("since").dt.offset_by(_REACH))
        .select("case", "at", "line")
    )
    copies = lines[pairs["line"]].with_columns(pairs["case"], pairs["at"])
    if not splits.is_empty():
        copies = in_shares_of(copies, splits, declared)
    return copies.with_columns(cik="case").drop("case", "at")


def _withdrawn(told: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return a row without value where a case could have told a line that was told before, and does not."""
    seen = told.group_by(_KEY).agg(pl.col("statement").first(), first=pl.col("at").min())
    expected = seen.join(cases, on="cik").filter(
        pl.col("at") > pl.col("first"), pl.col("period_end") >= pl.col("since")
    )
    return expected.join(told, on=[*_KEY, "case"], how="anti").select(
        *_KEY, "statement", "case", "at", status=pl.lit(WITHDRAWN)
    )
