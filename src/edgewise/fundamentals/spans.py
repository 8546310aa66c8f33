"""Periods from what was filed: years, quarters that stand alone, quarters that are a difference, four in a row.

Nothing here asks what a filing calls its fiscal year or quarter, and nothing assumes where months end: a span is told
by its first and last day, so 52/53-week years and years that end in January need no rule of their own (failure case
23).

Cash flows are told from the start of the year, and no filing tells a fourth quarter (failure case 24). So each longer
span is paired with the shorter one that began on the same day and ended a quarter earlier, *as it was known when the
longer one was filed*. A year restated long after is not set against nine months that nobody restated (failure case 22).
"""

from __future__ import annotations

import polars as pl

QUARTER_DAYS, YEAR_DAYS = (70, 125), (340, 390)
YEAR_TO_DATE_DAYS = (126, 339)
# The report a year later still shows a span beside its own; what comes after it restates years without their quarters.
_RESTATED_WITH_ITS_PARTS = pl.duration(days=500)
_ROUNDING = 0.001
SPAN = ("cik", "field", "unit", "period_start", "period_end")


def days() -> pl.Expr:
    """Return the days of a span, both ends counted."""
    return (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1


def newest(lines: pl.DataFrame) -> pl.DataFrame:
    """Return per field and span the line filed last, among those of its best tier."""
    return lines.sort("tier", "known_at", "accession", descending=[True, False, False]).unique(
        SPAN, keep="last", maintain_order=True
    )


def years(lines: pl.DataFrame, annual_forms: tuple[str, ...]) -> pl.DataFrame:
    """Return the lines of spans of a year that an annual report shows: twelve months in a quarterly one are no year."""
    shown = lines.filter(pl.col("form").is_in(annual_forms), days().is_between(*YEAR_DAYS))
    return lines.join(shown, on=["cik", "period_start", "period_end"], how="semi")


def differences(lines: pl.DataFrame) -> pl.DataFrame:
    """Return each quarter that is a longer span less a shorter one.

    lines:   of durations that add up.
    Returns: the columns of `lines` for quarters, and: long_value, short_value, long_days, short_days, part_doubt (true
             where of the two only one was restated).
    """
    longer = lines.filter(days() > QUARTER_DAYS[0] * 2).with_columns(long_days=days())
    shorter = lines.select(
        *SPAN[:4],
        short_end="period_end",
        short_value="value",
        short_known="known_at",
        short_tier="tier",
        short_sources="sources",
        short_days=days(),
        short_repair="repair",
    )
    gap = (pl.col("period_end") - pl.col("short_end")).dt.total_days()
    span = [*SPAN, "short_end"]
    pairs = (
        longer.join(shorter, on=SPAN[:4])
        .filter(gap.is_between(*QUARTER_DAYS), pl.col("short_known") <= pl.col("known_at"))
        .sort("short_tier", "short_known", descending=[True, False])
        .unique([*span, "accession"], keep="last", maintain_order=True)
        .sort("known_at", "accession")
        .with_columns(
            first_long=pl.col("value").first().over(span), first_short=pl.col("short_value").first().over(span)
        )
    )
    late = pl.col("known_at").dt.date() > pl.col("period_end") + _RESTATED_WITH_ITS_PARTS
    chosen = (
        pairs.with_columns(
            # Never a late restatement, unless nothing earlier is known: then the first of the late ones.
            late=late,
            age=pl.when(late).then(-pl.col("known_at").rank("dense").over(span).cast(pl.Int64)).otherwise(0),
        )
        .sort("late", "tier", "age", "known_at", descending=[True, True, False, False])
        .unique(span, keep="last", maintain_order=True)
    )
    return chosen.with_columns(
        period_start=pl.col("short_end") + pl.duration(days=1),
        long_value=pl.col("value"),
        value=pl.col("value") - pl.col("short_value"),
        tier=pl.max_horizontal("tier", "short_tier"),
        repair=pl.coalesce("repair", "short_repair"),
        sources=pl.col("sources") + "; " + pl.col("short_sources"),
        part_doubt=_moved("value", "first_long") != _moved("short_value", "first_short"),
    ).select(*lines.columns, "long_value", "short_value", "long_days", "short_days", "part_doubt")


def _moved(value: str, first: str) -> pl.Expr:
    return (pl.col(value) - pl.col(first)).abs() > _ROUNDING * pl.col(first).abs()


def four_in_a_row(quarters: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of four quarters that follow each other without a gap, ending at each quarter.

    quarters: one row per field and quarter, with value, sources, tier, known_at, reasons and status.
    """
    by = ["cik", "field", "unit"]
    ordered = quarters.sort(*by, "period_end", "period_start")
    follows = pl.col("period_start") == pl.col("period_end").shift(1).over(by) + pl.duration(days=1)
    joined = ordered.with_columns(follows=follows.fill_null(value=False).cast(pl.Int8))
    last = [pl.col("sources").shift(back).over(by) for back in range(3, -1, -1)]
    return (
        joined.with_columns(
            chain=sum((pl.col("follows").shift(back).over(by) for back in range(3)), start=pl.lit(0)),
            total=sum((pl.col("value").shift(back).over(by) for back in range(4)), start=pl.lit(0.0)),
            first_day=pl.col("period_start").shift(3).over(by),
            newest_known=pl.max_horizontal(pl.col("known_at").shift(back).over(by) for back in range(4)),
            all_sources=pl.concat_str(last, separator="; "),
            all_reasons=pl.concat_list(pl.col("reasons").shift(back).over(by) for back in range(4)),
        )
        .filter(pl.col("chain") == 3)  # noqa: PLR2004 - three of four follow the one before
        .with_columns(
            value=pl.col("total"),
            period_start=pl.col("first_day"),
            known_at=pl.col("newest_known"),
            sources=pl.col("all_sources"),
            reasons=pl.col("all_reasons"),
            method=pl.lit("summed"),
        )
        .select(quarters.columns)
        .filter(days().is_between(*YEAR_DAYS))
    )
