"""What a score is called, and how sure it is."""

from __future__ import annotations

import polars as pl

RATINGS: tuple[tuple[int, str], ...] = (
    (80, "Strong Buy"),
    (65, "Buy"),
    (50, "Hold"),
    (35, "Underperform"),
    (1, "Sell"),
)
"""The lowest score of each rating."""
LEVELS: tuple[str, ...] = ("Low", "Medium", "High")
HIGH, MEDIUM = 0.90, 0.70
"""Completeness above which confidence is High, and from which it is Medium."""
OLD, UNSTEADY = 0.5, 0.5
"""Freshness and stability below which confidence is a level lower."""


def rating_of(overall: pl.Expr) -> pl.Expr:
    """Return the rating of a score from 1 to 100; null stays null.

    >>> pl.select(rating_of(pl.Series([100, 80, 79, 65, 50, 35, 34, 1, None]))).to_series().to_list()
    ['Strong Buy', 'Strong Buy', 'Buy', 'Buy', 'Hold', 'Underperform', 'Sell', 'Sell', None]
    """
    told = pl.lit(None, pl.String)
    for lowest, name in reversed(RATINGS):
        told = pl.when(overall >= lowest).then(pl.lit(name)).otherwise(told)
    return told


def confidence_of(completeness: pl.Expr, freshness: pl.Expr, stability: pl.Expr) -> pl.Expr:
    """Return High, Medium or Low: by completeness, a level lower for old and one for unsteady inputs.

    Nulls: null where completeness is; a freshness or stability that is not known lowers nothing.
    """
    by_completeness = (completeness > HIGH).cast(pl.Int8) + (completeness >= MEDIUM).cast(pl.Int8)
    lower = (freshness < OLD).fill_null(value=False).cast(pl.Int8) + (stability < UNSTEADY).fill_null(value=False).cast(
        pl.Int8
    )
    level = pl.max_horizontal(by_completeness - lower, pl.lit(0, pl.Int8))
    return pl.when(completeness.is_not_null()).then(level.replace_strict({0: "Low", 1: "Medium", 2: "High"}))
