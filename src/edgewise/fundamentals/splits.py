"""Shares and per-share values of filings made before a split, counted in shares as they are afterwards.

A filing counts in the shares of the day it is made on, also for years long past; so what it tells is brought to another
instant by the splits between the two, and by no others. A split counts from the open of its ex session and never before
it was known: as of the evening before, earnings per share are what they were (failure case 22).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

    from edgewise.fundamentals.declared import Declaration

SPLIT_SCHEMA: dict[str, PolarsDataType] = {
    "cik": pl.Int64,
    "effective_at": Instant,
    "ratio": pl.Float64,
    "doubtful": pl.Boolean,
}
DOUBT = "splits_disagree"


def in_shares_of(lines: pl.DataFrame, splits: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return the lines with shares and per-share values counted in shares of the instant `at`; order is not kept.

    lines:   of `repairs.repaired`, and `at`, an instant not before known_at.
    splits:  SPLIT_SCHEMA: company, instant from which a share is the new one, new shares for one old; `doubtful` where
             sources disagree about it, which gives the lines it touches the reason `splits_disagree`.
    Returns: the same columns; `sources` of a changed value end in " * 4" (shares) or " / 4" (per share).
    """
    shares, per_share = declared.named(unit="shares"), declared.named(unit="per_share")
    touched = pl.col("field").is_in([*shares, *per_share])
    counted = factors(lines.filter(touched), splits)
    grown = pl.col("factor") != 1.0
    told = pl.col("factor").cast(pl.String).str.strip_suffix(".0")
    of_shares = pl.col("field").is_in(shares)
    changed = counted.with_columns(
        value=pl.when(of_shares).then(pl.col("value") * pl.col("factor")).otherwise(pl.col("value") / pl.col("factor")),
        sources=pl.when(grown)
        .then(pl.col("sources") + pl.when(of_shares).then(pl.lit(" * ")).otherwise(pl.lit(" / ")) + told)
        .otherwise("sources"),
        repair=pl.coalesce("repair", pl.when("split_doubt").then(pl.lit(DOUBT))),
    )
    return pl.concat([lines.filter(~touched), changed.select(lines.columns)])


def factors(rows: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `cik`, `known_at` and `at` with `factor`, shares at `at` for one at `known_at`, and `split_doubt`.

    Row order is not kept. A company without splits has factor 1.
    """
    grown = splits.sort("effective_at").select(
        "cik",
        "effective_at",
        grown=pl.col("ratio").cum_prod().over("cik"),
        doubts=pl.col("doubtful").cast(pl.Int32).cum_sum().over("cik"),
    )
    both = rows
    for instant in ("known_at", "at"):
        both = both.sort(instant).join_asof(
            grown.rename({name: f"{name}_{instant}" for name in ("effective_at", "grown", "doubts")}),
            left_on=instant,
            right_on=f"effective_at_{instant}",
            by="cik",
            check_sortedness=False,
        )
    return both.select(
        *rows.columns,
        factor=pl.col("grown_at").fill_null(1.0) / pl.col("grown_known_at").fill_null(1.0),
        split_doubt=pl.col("doubts_at").fill_null(0) > pl.col("doubts_known_at").fill_null(0),
    )
