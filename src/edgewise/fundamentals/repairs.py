"""Values as tagged that their own filing proves wrong, and what they should have been.

Two slips of tagging are common enough to be undone, and only where the same filing shows the right value to the unit: a
cash flow that lost its minus sign (failure case 26), and a number of shares tagged in thousands or millions. What was
undone says so in `repair`; nothing else is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGN_REVERSED, RESCALED = "sign_reversed", "shares_rescaled"
FLOWS = ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow")
_PERIOD = ("cik", "accession", "period_start", "period_end")
_SCALES = (1e3, 1e6)
# Earnings per share are rounded to cents, so the shares that they imply are known to about this fraction.
_SCALE_TOLERANCE = 0.05
_CASH_TOLERANCE = 1e-4


def repaired(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with a column `repair`, null where the value is as filed. Row order is not kept."""
    signs = _sides(lines, (*FLOWS, "net_cash_change", "exchange_rate_effect")).pipe(_reversed_signs)
    scales = _sides(lines, ("net_income_common", "eps_basic", "shares_basic", "shares_diluted")).pipe(_scales)
    factors = pl.concat([signs, scales])
    return (
        lines.join(factors, on=[*_PERIOD, "field"], how="left")
        .with_columns(pl.col("value") * pl.col("factor").fill_null(1.0))
        .drop("factor")
    )


def _sides(lines: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Return one row per filing and period, with each of the fields as a column."""
    return (
        lines.filter(pl.col("field").is_in(fields))
        .group_by(_PERIOD)
        .agg(pl.col("value").filter(pl.col("field") == field).first().alias(field) for field in fields)
    )


def _reversed_signs(flows: pl.DataFrame) -> pl.DataFrame:
    """Return factor -1 for the one flow whose other sign makes the three explain the change in cash."""
    total = pl.sum_horizontal(*FLOWS, pl.col("exchange_rate_effect").fill_null(0.0)) - pl.col("net_cash_change")
    allowed = pl.max_horizontal(pl.col(flow).abs() for flow in FLOWS) * _CASH_TOLERANCE
    complete = flows.drop_nulls([*FLOWS, "net_cash_change"]).filter(total.abs() > allowed)
    explains = [((total - 2 * pl.col(flow)).abs() <= allowed) & (pl.col(flow) != 0) for flow in FLOWS]
    single = complete.with_columns(
        pl.when(is_it).then(-1.0).alias(flow) for flow, is_it in zip(FLOWS, explains, strict=True)
    ).filter(pl.sum_horizontal(pl.col(flow).is_not_null() for flow in FLOWS) == 1)
    return _factors(single, FLOWS, SIGN_REVERSED)


def _scales(shares: pl.DataFrame) -> pl.DataFrame:
    """Return the factor by which shares must grow to agree with income and earnings per share."""
    implied = pl.col("net_income_common") / pl.col("eps_basic")
    counted = ("shares_basic", "shares_diluted")
    factor = pl.coalesce(
        pl.when((implied / (pl.col("shares_basic") * scale) - 1).abs() < _SCALE_TOLERANCE).then(scale)
        for scale in _SCALES
    )
    return _factors(shares.with_columns(factor.alias(field) for field in counted), counted, RESCALED)


def _factors(wide: pl.DataFrame, fields: Sequence[str], repair: str) -> pl.DataFrame:
    return (
        wide.unpivot(fields, index=_PERIOD, variable_name="field", value_name="factor")
        .cast({"factor": pl.Float64})
        .drop_nulls("factor")
        .with_columns(repair=pl.lit(repair))
    )
