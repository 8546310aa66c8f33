"""How many shares a company has: the cover page's count, on the split basis of an instant.

A cover page counts all shares of a company with one class. One with several classes tags each class apart, with a
dimension that company facts leave out; then the balance sheet's total is taken, else the average of the statements:

    total    doubtful (not_on_cover), unless it is within a tenth of the average
    average  doubtful (weighted_average), unless the filing that tells it tells another period's within a tenth, so that
             few shares were issued or bought back, and others hold less than a tenth of the equity: where they hold
             much, it is often by a class that has votes and no part in earnings, and the average leaves it out
    any      doubtful (unlike_average) far from the average: it may be of one class only
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
_TOTAL, _AVERAGE = "not_on_cover", "weighted_average"
# In the order in which they are believed, each with the reason that taking it gives if nothing speaks for it.
_COUNTS = (
    ("EntityCommonStockSharesOutstanding", None),
    ("CommonStockSharesOutstanding", _TOTAL),
    ("WeightedAverageNumberOfSharesOutstandingBasic", _AVERAGE),
    ("WeightedAverageShares", _AVERAGE),
)
_AVERAGES = ("WeightedAverageNumberOfSharesOutstandingBasic", "WeightedAverageShares")
_MINORITY, _EQUITY = "MinorityInterest", "StockholdersEquity"
LOOKED_AT = (*(concept for concept, _ in _COUNTS), _MINORITY, _EQUITY)
"""Concepts that a count rests on."""
_STALE = pl.duration(days=200)  # more than two quarters: what was told so long before the newest count is not looked at
_NEAR = (0.6, 1.6)  # of a count to the average of its newest statements
_AGREES = (1 / 1.1, 1.1)  # the same of a total; and of averages to each other
_SCALES = (1.0, 1e3, 1e6)  # averages are sometimes tagged in thousands or millions
_HELD_BY_OTHERS = 0.1
_FOREIGN = ("20-F", "40-F", "6-K")
_NO_SPLITS = pl.DataFrame(schema=SPLIT_SCHEMA)


def shares_outstanding(
    facts: pl.DataFrame, *, as_of: datetime | None = None, splits: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return per company its newest count of shares, SHARES_SCHEMA; no row where none is known.

    facts:   rows of table `facts`, of any number of companies.
    as_of:   aware instant, inclusive: facts and splits that count; None: all.
    splits:  splits.SPLIT_SCHEMA; the count is in shares as of `as_of`.
    Returns: counted_on, the day that the count is of; of an average the last day of its period. status ok or suspect,
             then `reasons` has codes separated by commas: not_on_cover, weighted_average, unlike_average,
             splits_disagree, and depositary_receipts for foreign filers, whose listed security may be several shares.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise InvalidInput(f"{as_of} has no zone", advice="Give an instant in UTC.")
    until = None if as_of is None else as_of.astimezone(UTC)
    known = _recent(facts if until is None else facts.filter(pl.col("known_at") <= until))
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
    to_average = pl.col("shares") / pl.col("average")
    likely = pl.any_horizontal((to_average / scale).is_between(*_NEAR) for scale in _SCALES)
    agrees = pl.any_horizontal((to_average / scale).is_between(*_AGREES) for scale in _SCALES).fill_null(value=False)
    settled = pl.col("cik").is_in(_with_settled_averages(known).implode())
    reasons = pl.concat_list(
        pl.when(~pl.when(pl.col("reason") == _TOTAL).then(agrees).otherwise(settled)).then("reason"),
        pl.when(~likely).then(pl.lit("unlike_average")),
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


def counts_in(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the facts that count shares, in filings that hold statements."""
    forms = declaration().forms
    return facts.filter(
        pl.col("concept").is_in([concept for concept, _ in _COUNTS]),
        pl.col("unit") == "shares",
        pl.col("value") > 0,
        pl.col("form").str.strip_suffix("/A").is_in(forms),
    )


def _recent(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the facts that were told since a while before the newest count: a company may stop to tell one."""
    newest = counts_in(facts).group_by("cik").agg(since=pl.col("known_at").max() - _STALE)
    return facts.join(newest, on="cik").filter(pl.col("known_at") >= pl.col("since")).drop("since")


def _newest_counts(facts: pl.DataFrame) -> pl.DataFrame:
    """Return per company and concept the newest count."""
    ranks = pl.DataFrame(
        [(rank, concept, reason) for rank, (concept, reason) in enumerate(_COUNTS)],
        schema={"rank": pl.Int8, "concept": pl.String, "reason": pl.String},
        orient="row",
    )
    return (
        counts_in(facts)
        .join(ranks, on="concept")
        .sort("known_at", "period_end", "accession", "period_start")
        .unique(["cik", "concept"], keep="last", maintain_order=True)
    )


def _with_settled_averages(facts: pl.DataFrame) -> pl.Series:
    """Return the companies whose average number of shares is as good as a count; the head of this file says when."""
    averages = counts_in(facts).filter(pl.col("concept").is_in(_AVERAGES))
    newest = averages.sort("known_at", "accession").group_by("cik").agg(pl.col("accession").last())
    even = (
        averages.join(newest, on=["cik", "accession"])
        .group_by("cik")
        .agg(periods=pl.col("period_end").n_unique(), spread=pl.col("value").max() / pl.col("value").min())
        .filter(pl.col("periods") > 1, pl.col("spread") <= _AGREES[1])
    )
    return even.join(_held_by_others(facts), on="cik", how="anti")["cik"]


def _held_by_others(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the companies of whose newest equity others hold much, or nobody can tell how much."""
    newest = [
        facts.filter(pl.col("concept") == concept)
        .sort("known_at", "period_end", "accession")
        .group_by("cik")
        .agg(pl.col("value").last().alias(name))
        for concept, name in ((_MINORITY, "others"), (_EQUITY, "own"))
    ]
    little = pl.col("others") <= _HELD_BY_OTHERS * pl.col("own").abs()
    return newest[0].join(newest[1], on="cik", how="left").filter(~little.fill_null(value=False))
