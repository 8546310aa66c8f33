"""Periods from what was filed: years, quarters that stand alone, quarters that are a difference, four in a row.

Nothing here asks what a filing calls its fiscal year or quarter, and nothing assumes where months end: a span is told
by its first and last day, so 52/53-week years and years that end in January need no rule of their own (failure case
23).

Cash flows are told from the start of the year, and no filing tells a fourth quarter (failure case 24). So each longer
span is paired with the shorter one that began on the same day and ended a quarter earlier, *as it was known when the
longer one was filed*. A year restated long after is not set against nine months that nobody restated (failure case 22).

What is taken depends on what was known, so each choice is made for all instants at once: every line that ever was the
one to be taken, from when on (`told_at`) and until when (`replaced_at`). What is taken now is what nothing replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.fundamentals.checks import joined_codes
from edgewise.fundamentals.declared import TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

QUARTER_DAYS, YEAR_DAYS = (70, 125), (340, 390)
YEAR_TO_DATE_DAYS = (126, 339)
# The report a year later still shows a span beside its own; what comes after it restates years without their quarters.
_RESTATED_WITH_ITS_PARTS = pl.duration(days=500)
_ROUNDING = 0.001
SPAN = ("cik", "field", "unit", "period_start", "period_end")
_QUARTER = ("cik", "field", "unit", "short_end", "period_end")


def days() -> pl.Expr:
    """Return the days of a span, both ends counted."""
    return (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1


def newest(lines: pl.DataFrame) -> pl.DataFrame:
    """Return every line that ever was the one to be taken for its field and span: filed last, of the best tier known.

    Returns: the columns of `lines`, told_at (from when on it was) and replaced_at (until when; null: it still is).
    """
    ordered = lines.sort(*SPAN, "known_at", "accession")
    return _in_turn(ordered.filter(pl.col("tier") == _best_tier(SPAN)), SPAN)


def _begins(key: Sequence[str]) -> pl.Expr:
    """Return whether a row is the first of its key, of rows that are sorted by it."""
    return ~pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in key).fill_null(value=False)


def _best_tier(key: Sequence[str]) -> pl.Expr:
    """Return the least tier of a key so far, of rows that are sorted by it."""
    # Each key has numbers below those of the keys before it, so that one running minimum serves all of them.
    below = _begins(key).cum_sum().cast(pl.Int64) * len(TIERS)
    return (pl.col("tier") - below).cum_min() + below


def _first(value: str | pl.Expr, key: Sequence[str]) -> pl.Expr:
    """Return the value, never null, of the first row of a key, of rows that are sorted by it."""
    one = pl.col(value) if isinstance(value, str) else value
    return pl.when(_begins(key)).then(one).forward_fill()


def _in_turn(ordered: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Return rows, sorted by key and known_at, each until the next of its key; none that is replaced when it comes."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in key)
    return ordered.with_columns(
        told_at="known_at", replaced_at=pl.when(same).then(pl.col("known_at").shift(-1))
    ).filter((pl.col("replaced_at") > pl.col("told_at")).fill_null(value=True))


def shown_years(lines: pl.DataFrame, annual_forms: tuple[str, ...]) -> pl.DataFrame:
    """Return since when an annual report shows a span of a year: cik, period_start, period_end, shown_at."""
    shown = lines.filter(pl.col("form").is_in(annual_forms), days().is_between(*YEAR_DAYS))
    return shown.group_by("cik", "period_start", "period_end").agg(shown_at=pl.col("known_at").min())


def years(told: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Return those of `newest` that are years, as such: twelve months that only a quarterly report shows are no year.

    shown: of `shown_years`; before that instant a line is told, but not as a year.
    """
    return (
        told.join(shown, on=["cik", "period_start", "period_end"])
        .filter((pl.col("replaced_at") > pl.col("shown_at")).fill_null(value=True))
        .with_columns(told_at=pl.max_horizontal("told_at", "shown_at"))
        .drop("shown_at")
    )


def differences(lines: pl.DataFrame) -> pl.DataFrame:
    """Return every difference of a longer span and a shorter one that ever was the one to be taken for its quarter.

    lines:   of durations that add up.
    Returns: the columns of `lines` for quarters, told_at and replaced_at as of `newest`, and: long_value, short_value,
             long_days, short_days, part_doubt (true where of the two only one was restated).
    A quarter may be the difference of spans that began on different days, where a company moved the end of its year:
    that which was filed last is taken.
    """
    pairs = _pairs(lines).sort(*_QUARTER, "known_at", "accession", "period_start")
    late = pl.col("known_at").dt.date() > pl.col("period_end") + _RESTATED_WITH_ITS_PARTS
    best = _best_tier(_QUARTER)
    better = _begins(_QUARTER) | (pl.col("tier") < best.shift(1))
    # Never a late restatement, unless nothing earlier is known: then the first of the late ones.
    taken = pl.when(late).then(_first(late, _QUARTER) & better).otherwise(pl.col("tier") == best)
    return (
        _in_turn(pairs.filter(taken), _QUARTER)
        .with_columns(
            period_start=pl.col("short_end") + pl.duration(days=1),
            long_value=pl.col("value"),
            value=pl.col("value") - pl.col("short_value"),
            tier=pl.max_horizontal("tier", "short_tier"),
            repair=pl.coalesce("repair", "short_repair"),
            sources=pl.col("sources") + "; " + pl.col("short_sources"),
            part_doubt=_moved("value", "first_long") != _moved("short_value", "first_short"),
        )
        .select(
            *lines.columns,
            *("told_at", "replaced_at", "long_value", "short_value", "long_days", "short_days", "part_doubt"),
        )
    )


def _pairs(lines: pl.DataFrame) -> pl.DataFrame:
    """Return each line of a longer span with the newest of a span a quarter shorter that was known by then.

    Returns: the columns of `lines`; those of the shorter as short_*; first_long and first_short, the values of the
             first pair of the same two spans.
    """
    longer = lines.filter(days() > QUARTER_DAYS[0] * 2).with_columns(long_days=days())
    shorter = lines.select(
        *SPAN[:4],
        short_end="period_end",
        short_value="value",
        short_known="known_at",
        short_accession="accession",
        short_tier="tier",
        short_sources="sources",
        short_days=days(),
        short_repair="repair",
    )
    gap = (pl.col("period_end") - pl.col("short_end")).dt.total_days()
    span = [*SPAN, "short_end"]
    return (
        longer.join(shorter, on=SPAN[:4])
        .filter(gap.is_between(*QUARTER_DAYS), pl.col("short_known") <= pl.col("known_at"))
        .with_columns(worse=-pl.col("short_tier"))
        .sort(*span, "known_at", "accession", "worse", "short_known", "short_accession")
        .filter(_begins([*span, "accession"]).shift(-1, fill_value=True))
        .with_columns(first_long=_first("value", span), first_short=_first("short_value", span))
        .drop("worse")
    )


def _moved(value: str, first: str) -> pl.Expr:
    return (pl.col(value) - pl.col(first)).abs() > _ROUNDING * pl.col(first).abs()


def four_in_a_row(quarters: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of four quarters that follow each other without a gap, ending at each quarter.

    quarters: one row per field and quarter, with value, sources, tier, known_at, reasons (codes separated by commas)
              and `recent`: only those are a last one.
    """
    ordered = quarters.sort("cik", "field", "unit", "period_end", "period_start")
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in ("cik", "field", "unit"))
    follows = same & (pl.col("period_start") == pl.col("period_end").shift(1) + pl.duration(days=1))
    chains = ordered.select(follows=follows.fill_null(value=False)).select(
        last=pl.col("follows") & pl.col("follows").shift(1) & pl.col("follows").shift(2) & ordered["recent"]
    )
    last = chains["last"].fill_null(value=False).arg_true()
    four = [ordered[last - back] for back in range(4)]  # the last quarter first
    return (
        four[0]
        .with_columns(
            value=sum((one["value"] for one in four), start=pl.zeros(len(last), dtype=pl.Float64, eager=True)),
            period_start=four[3]["period_start"],
            known_at=pl.max_horizontal(*(one["known_at"] for one in four)),
            sources=pl.concat_str([one["sources"] for one in reversed(four)], separator="; "),
            reasons=joined_codes(*(one["reasons"] for one in four)),
            method=pl.lit("summed"),
        )
        .select(quarters.columns)
        .filter(days().is_between(*YEAR_DAYS))
    )
