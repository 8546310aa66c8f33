"""How many shares a company has together with when that became so: the history that table `share_counts` keeps."""

from __future__ import annotations

import polars as pl

from edgewise.core.tables_fundamentals import SHARE_COUNTS
from edgewise.fundamentals.share_counts import LOOKED_AT, counts_in, shares_outstanding

_LOOKED_BACK = pl.duration(days=201)  # a day more than what counts may be older than the newest count
_SAID = ("cik", "counted_on", "shares", "status", "reasons")


def count_versions(facts: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Return rows of SHARE_COUNTS: what `shares_outstanding` says at every instant, where that differs from before.

    facts:   rows of table `facts`, all knowledge times, of any number of companies. splits: splits.SPLIT_SCHEMA.
    Time:    known_at is the instant of the change: of a filing that counts, or a split.
    """
    told = facts.filter(pl.col("concept").is_in(LOOKED_AT))
    filings = told.select("cik", at="known_at").unique()
    effects = splits.join(filings, on="cik", how="semi").select("cik", at="effective_at")
    cases = pl.concat([filings, effects]).unique().sort("cik", "at").with_row_index("case").cast({"case": pl.Int64})
    counts = counts_in(facts).select("cik", at="known_at", last="known_at").unique().sort("at")
    cases = cases.sort("at").join_asof(counts, on="at", by="cik", check_sortedness=False)
    of_case = (
        cases.join(told, on="cik")
        .filter(pl.col("known_at") <= pl.col("at"), pl.col("known_at") >= pl.col("last") - _LOOKED_BACK)
        .with_columns(cik="case")
        .select(facts.columns)
    )
    splits_of_case = (
        cases.join(splits, on="cik")
        .filter(pl.col("effective_at") <= pl.col("at"))
        .with_columns(cik="case")
        .select(splits.columns)
    )
    told_then = shares_outstanding(of_case, splits=splits_of_case).drop("known_at").rename({"cik": "case"})
    rows = told_then.join(cases, on="case").rename({"at": "known_at"}).sort("cik", "known_at")
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in _SAID)
    return rows.filter(~again).select(SHARE_COUNTS.schema.keys())
