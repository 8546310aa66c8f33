"""How many shares a company has: the cover page's count, on the split basis of an instant.

A cover page counts all shares of a company with one class. One with several classes tags each class apart, with a
dimension that company facts leave out; then the balance sheet's total is taken, else the average of the statements, and
the count says so. A count that is far from that average is doubtful as well: it may be of one class only.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.fundamentals.declared import declaration
from edgewise.fundamentals.splits import DOUBT, SPLIT_SCHEMA, factors

if TYPE_CHECKING:
    from datetime import datetime

    from polars._typing import PolarsDataType

SHARES_SCHEMA: dict[str, PolarsDataType] = {
    "cik": pl.Int64,
    "counted_on": pl.Date,
    "shares": pl.Float64,
    "status": pl.String,
    "reasons": pl.String,
    "sources": pl.String,
    "known_at": Instant,
}
# In the order in which they are believed, each with the reason that taking it gives.
_COUNTS = (
    ("EntityCommonStockSharesOutstanding", None),
    ("CommonStockSharesOutstanding", "not_on_cover"),
    ("WeightedAverageNumberOfSharesOutstandingBasic", "weighted_average"),
    ("WeightedAverageShares", "weighted_average"),
)
_AVERAGES = ("WeightedAverageNumberOfSharesOutstandingBasic", "WeightedAverageShares")
_STALE = pl.duration(days=200)  # a company that stopped telling a count: more than two quarters behind the others
_NEAR = (0.6, 1.6)  # of a count to the average of its newest statements
_FOREIGN = ("20-F", "40-F", "6-K")
_NO_SPLITS = pl.DataFrame(schema=SPLIT_SCHEMA)


def shares_outstanding(
    facts: pl.DataFrame, *, as_of: datetime | None = None, splits: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return per company its newest count of shares, SHARES_SCHEMA; no row where none is known.

    facts:   rows of table `facts`, of any number of companies.
    as_of:   aware instant, inclusive: facts and splits that count; None: all.
    splits:  splits.SPLIT_SCHEMA; the count is in shares as of `as_of`.
    Returns: counted_on, the day that the count is of. status ok or suspect, then `reasons` has codes separated by
             commas: not_on_cover, weighted_average, unlike_average, splits_disagree, and depositary_receipts for
             foreign filers, whose listed security may be several shares.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise InvalidInput(f"{as_of} has no zone", advice="Give an instant in UTC.")
    until = None if as_of is None else as_of.astimezone(UTC)
    known = facts if until is None else facts.filter(pl.col("known_at") <= until)
    counts = _newest_counts(known)
    events = _NO_SPLITS if splits is None else splits
    last = pl.concat([events["effective_at"], counts["known_at"]]).max() if until is None else until
    counted = factors(counts.with_columns(at=pl.lit(last, Instant)), events).with_columns(
        shares=pl.col("value") * pl.col("factor")
    )
    averages = counted.filter(pl.col("concept").is_in(_AVERAGES)).select("cik", average="shares")
    chosen = (
        counted.sort("cik", "rank")
        .unique("cik", keep="first", maintain_order=True)
        .join(averages.unique("cik", keep="first"), on="cik", how="left", maintain_order="left")
    )
    reasons = pl.concat_list(
        "reason",
        pl.when(~(pl.col("shares") / pl.col("average")).is_between(*_NEAR)).then(pl.lit("unlike_average")),
        pl.when("split_doubt").then(pl.lit(DOUBT)),
        pl.when(pl.col("form").str.strip_suffix("/A").is_in(_FOREIGN)).then(pl.lit("depositary_receipts")),
    ).list.drop_nulls()
    return (
        chosen.with_columns(reasons=reasons)
        .with_columns(
            status=pl.when(pl.col("reasons").list.len() > 0).then(pl.lit("suspect")).otherwise(pl.lit("ok")),
            reasons=pl.when(pl.col("reasons").list.len() > 0).then(pl.col("reasons").list.join(",")),
            counted_on="period_end",
            sources=pl.col("accession") + ":" + pl.col("concept"),
        )
        .select(SHARES_SCHEMA.keys())
    )


def _newest_counts(facts: pl.DataFrame) -> pl.DataFrame:
    """Return per company and concept the newest count, without concepts that the company stopped telling."""
    ranks = pl.DataFrame(
        [(rank, concept, reason) for rank, (concept, reason) in enumerate(_COUNTS)],
        schema={"rank": pl.Int8, "concept": pl.String, "reason": pl.String},
        orient="row",
    )
    forms = declaration().forms
    told = facts.filter(
        pl.col("unit") == "shares", pl.col("value") > 0, pl.col("form").str.strip_suffix("/A").is_in(forms)
    )
    newest = (
        told.join(ranks, on="concept")
        .sort("known_at", "period_end", "accession", "period_start")
        .unique(["cik", "concept"], keep="last", maintain_order=True)
    )
    last = pl.col("known_at").max().over("cik")
    return newest.filter(pl.col("known_at") >= last - _STALE)
