"""Ratios of twelve months, and of a price to them. `RATIOS` holds every formula.

In the formulas a name is a line of the statements at the end of, or over, the period. `before(line)` is the same line a
year earlier, `before(line, 5)` five years. `average(line)` is the mean of a balance at both ends of the period, and
`average_above_zero` the same where both are above zero; without them it is the balance at its end. `or_zero(line)` is a
line that companies without such a thing do not tell.

Flows are over twelve months: of the fiscal year (`annual`) or the last four quarters (`ttm`). Numbers of shares and
per-share lines must be on one split basis, the price's: compute statements with splits.

`FIGURES` are amounts and not ratios: what a price is set against, so that no price needs the statements again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.table import Instant
from edgewise.fundamentals.ratio_inputs import always, inputs_of, told_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polars._typing import PolarsDataType

TWELVE_MONTHS = ("annual", "ttm")
QUOTE_SCHEMA: dict[str, PolarsDataType] = {
    "cik": pl.Int64,
    "session": pl.Date,
    "price": pl.Float64,
    "market_value": pl.Float64,
    "currency": pl.String,
    "price_reasons": pl.String,
    "market_value_reasons": pl.String,
    "known_at": Instant,
}
RATIO_SCHEMA: dict[str, PolarsDataType] = {
    "cik": pl.Int64,
    "basis": pl.String,
    "ratio": pl.String,
    "period_end": pl.Date,
    "value": pl.Float64,
    "unit": pl.String,
    "status": pl.String,
    "reasons": pl.String,
    "inputs": pl.String,
    "known_at": Instant,
}
QUOTED = ("price", "market_value")
_GROUP = ["cik", "basis"]
_PERIOD = [*_GROUP, "period_end"]
_OLD = pl.duration(days=500)  # a year, and time to report it


def line(name: str) -> pl.Expr:
    """Return a line of the period, null where no filing tells it."""
    return pl.col(name)


def before(name: str, years: int = 1) -> pl.Expr:
    """Return the line of the period that ended so many years earlier, null where there is none."""
    return pl.col(f"{name}@{years}")


def average(name: str) -> pl.Expr:
    """Return the mean of a balance at both ends of the twelve months; null unless both are known."""
    return (line(name) + before(name)) / 2


def average_above_zero(name: str) -> pl.Expr:
    """Return the mean of a balance at both ends, zero where it is not above zero at both; null unless both are known.

    A return on equity that was lost in between, or that is new, would be any number.
    """
    both = line(name).is_not_null() & before(name).is_not_null()
    return pl.when((line(name) > 0) & (before(name) > 0)).then(average(name)).when(both).then(0.0)


def or_zero(name: str) -> pl.Expr:
    """Return a line that is not told by companies that have no such thing, as zero there."""
    return line(name).fill_null(0.0)


def _either(name: str, other: str) -> pl.Expr:
    """Return the sum of two lines of which one may be missing; null where both are."""
    return pl.when(line(name).is_not_null() | line(other).is_not_null()).then(or_zero(name) + or_zero(other))


DEBT = _either("long_term_debt", "short_term_debt")
DEBT_BEFORE = _either("long_term_debt@1", "short_term_debt@1")
EBITDA = line("operating_income") + line("depreciation_and_amortization")
NET_DEBT_AND_MINORITY = (
    DEBT + or_zero("minority_interest") - line("cash_and_equivalents") - or_zero("short_term_investments")
)
ENTERPRISE_VALUE = line("market_value") + line("net_debt_and_minority")
GROSS_PROFIT = pl.coalesce("gross_profit", line("revenue") - line("cost_of_revenue"))
INVESTED_CAPITAL = (DEBT + line("equity_total") + DEBT_BEFORE + before("equity_total")) / 2


@dataclass(frozen=True)
class Ratio:
    """One formula: `over` / `under` ** (1 / `years`) - 1 if it is a growth a year, else `over` / `under`.

    unit: times, or fraction (0.05 is five percent); of a growth, a fraction a year; of a figure, currency.
    """

    name: str
    over: pl.Expr
    under: pl.Expr
    unit: str = "times"
    years: int = 0

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of what it rests on; "@1" is the year before."""
        return tuple(dict.fromkeys([*self.over.meta.root_names(), *self.under.meta.root_names()]))

    @property
    def undefined(self) -> pl.Expr:
        """Whether it has no meaning: its denominator, or an end of a growth, is at or below zero."""
        return (self.under <= 0) | (self.over <= 0) if self.years else self.under <= 0

    @property
    def value(self) -> pl.Expr:
        """The ratio where it is defined, null elsewhere and where an input is missing."""
        quotient = self.over / self.under
        grown = quotient ** (1 / self.years) - 1 if self.years else quotient
        return pl.when(~self.undefined).then(grown)


def _change(name: str, unit: str, of: str) -> Ratio:
    return Ratio(name, line(of) - before(of), before(of), unit)


def _figure(name: str, amount: pl.Expr, unit: str = "currency") -> Ratio:
    return Ratio(name, amount, pl.lit(1.0), unit)


PRICE_RATIOS = (
    Ratio("price_to_earnings", line("price"), line("eps_diluted")),
    Ratio("earnings_yield", line("eps_diluted"), line("price"), "fraction"),
    Ratio("price_to_book", line("market_value"), line("equity")),
    Ratio("book_yield", line("equity"), line("market_value"), "fraction"),
    Ratio("price_to_sales", line("market_value"), line("revenue")),
    Ratio("sales_yield", line("revenue"), line("market_value"), "fraction"),
    Ratio("ev_to_ebitda", ENTERPRISE_VALUE, line("ebitda")),
    Ratio("ebitda_yield", line("ebitda"), ENTERPRISE_VALUE, "fraction"),
)
STATEMENT_RATIOS = (
    Ratio("debt_to_equity", DEBT, line("equity")),
    Ratio("current_ratio", line("current_assets"), line("current_liabilities")),
    Ratio("quick_ratio", line("current_assets") - or_zero("inventory"), line("current_liabilities")),
    Ratio("interest_cover", line("operating_income"), line("interest_expense")),
    Ratio("return_on_equity", line("net_income"), average_above_zero("equity"), "fraction"),
    Ratio("return_on_assets", line("net_income"), average("total_assets"), "fraction"),
    Ratio("return_on_invested_capital", line("operating_income") - line("income_tax"), INVESTED_CAPITAL, "fraction"),
    Ratio("gross_margin", GROSS_PROFIT, line("revenue"), "fraction"),
    Ratio("operating_margin", line("operating_income"), line("revenue"), "fraction"),
    Ratio("net_margin", line("net_income"), line("revenue"), "fraction"),
    Ratio("revenue_growth_5y", line("revenue"), before("revenue", 5), "fraction a year", 5),
    Ratio("eps_growth_5y", line("eps_diluted"), before("eps_diluted", 5), "fraction a year", 5),
    Ratio("free_cash_flow_growth_5y", line("free_cash_flow"), before("free_cash_flow", 5), "fraction a year", 5),
    Ratio("accruals", line("net_income") - line("operating_cash_flow"), average("total_assets"), "fraction"),
    _change("asset_growth", "fraction", "total_assets"),
    _change("net_issuance", "fraction", "shares_basic"),
)
FIGURES = (
    _figure("revenue", line("revenue")),
    _figure("equity", line("equity")),
    _figure("free_cash_flow", line("free_cash_flow")),
    _figure("ebitda", EBITDA),
    _figure("net_debt_and_minority", NET_DEBT_AND_MINORITY),
    _figure("eps_diluted", line("eps_diluted"), "currency a share"),
    Ratio("revenue_per_share", line("revenue"), line("shares_diluted"), "currency a share"),
    Ratio("free_cash_flow_per_share", line("free_cash_flow"), line("shares_diluted"), "currency a share"),
)
STORED = (*STATEMENT_RATIOS, *FIGURES)
"""What rests on statements alone, and is a column of table RATIOS."""
RATIOS = (*PRICE_RATIOS, *STORED)
_NAMED = pl.DataFrame(
    [(one.name, one.unit, ", ".join(one.inputs)) for one in RATIOS], schema=["ratio", "unit", "inputs"], orient="row"
)
_OF_PRICE = [one.name for one in FIGURES if any(one.name in ratio.inputs for ratio in PRICE_RATIOS)]


def ratios(statements: pl.DataFrame, quotes: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return every ratio and figure of every period of twelve months.

    statements: columns of STATEMENT_SCHEMA with the bases annual or ttm, as of one instant and on one split basis;
                rows of other bases are left out, since three months over a balance are no yearly return.
    quotes:     QUOTE_SCHEMA, at most one row a company: price per share and market value as of the same instant, in
                whole units of `currency`, each with the reasons to doubt it. Without it, or where the currency differs
                from the statements', what rests on a price is missing.
    Returns:    RATIO_SCHEMA, one row per company, basis, period and ratio, also where there is no value; sorted. Ratios
                of a price stand with the newest period only. status: ok; suspect, if an input is (`reasons` has
                "input:reason"); undefined, where the denominator is not above zero; missing, where an input is
                ("missing:input"). inputs: what the formula rests on, "@1" from a year before; of a ratio of a price,
                figures.
    Nulls:      a value is null where undefined or missing, and nothing is filled but what the formula says.
    Time:       known_at is the latest of the inputs' that are there.
    """
    rows = statements.filter(pl.col("basis").is_in(TWELVE_MONTHS), pl.col("value").is_not_null())
    inputs = inputs_of(always(rows), WANTED).frame.drop_nulls("currency")
    told = evaluated(inputs, [*_PERIOD, "currency"], STORED)
    newest = told.filter(pl.col("period_end") == pl.col("period_end").max().over(_GROUP))
    quoted = pl.DataFrame(schema=QUOTE_SCHEMA) if quotes is None else quotes.select(QUOTE_SCHEMA.keys())
    joined = newest.join(quoted, on="cik", how="left", suffix="_quoted", maintain_order="left")
    of_price = evaluated(against_price(joined), _PERIOD, PRICE_RATIOS)
    long = pl.concat([*(_part(of_price, one) for one in PRICE_RATIOS), *(_part(told, one) for one in STORED)])
    of_each = [of_price.height] * len(PRICE_RATIOS) + [told.height] * len(STORED)
    named = _NAMED[np.repeat(np.arange(len(RATIOS)), of_each)]
    return pl.concat([long, named], how="horizontal").sort(*_PERIOD, maintain_order=True).select(RATIO_SCHEMA.keys())


def against_price(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with price and market value beside the figures, ready for PRICE_RATIOS.

    rows:  `currency`, the columns that `evaluated` gives of the figures, and of QUOTE_SCHEMA, its currency as
           `currency_quoted`.
    Nulls: a price in another currency than the statements' is null, with the reason currency_differs.
    """
    comparable = pl.col("currency") == pl.col("currency_quoted")
    old = pl.when(pl.col("session") > pl.col("period_end") + _OLD).then(pl.lit("statements_are_old"))
    why = {
        name: pl.when(comparable)
        .then(pl.concat_str(f"{name}_reasons", old, separator=",", ignore_nulls=True).replace("", None))
        .when(~comparable)
        .then(pl.lit("currency_differs"))
        for name in QUOTED
    }
    doubts = [pl.when(pl.col(f"{name} status") == "suspect").then(f"{name} reasons").alias(f"{name} reasons")
              for name in _OF_PRICE]  # fmt: skip
    return rows.with_columns(
        *(pl.when(comparable).then(name).alias(name) for name in QUOTED),
        *(expression.alias(told_columns(name)[1]) for name, expression in why.items()),
        *(pl.col("known_at").alias(told_columns(name)[2]) for name in QUOTED),
        *doubts,
    )


def evaluated(inputs: pl.DataFrame, keys: list[str], of: tuple[Ratio, ...]) -> pl.DataFrame:
    """Return `keys` of each row and, of each ratio, its value and what stands about it.

    inputs:  per input of a formula its `told_columns`.
    Returns: per ratio `name`, `name status` (ok, suspect, undefined or missing), `name reasons` and `name known_at`,
             as `ratios` says.
    """
    parts = inputs.select(*keys, *_parts(of[0].name))
    return parts.select(*keys, *_told(of[0].name))


def _names(years: int) -> list[str]:
    """Return the lines that STORED takes of so many years before, 0 for the period itself."""
    parts = [name.partition("@") for one in STORED for name in one.inputs]
    return list(dict.fromkeys(name for name, _, at in parts if int(at or 0) == years))


WANTED = {years: _names(years) for years in (0, 1, 5)}
"""Lines that STORED rests on, by how many years before."""
_BY_FIRST = {of[0].name: of for of in (PRICE_RATIOS, STORED)}


@lru_cache(maxsize=2)
def _parts(first: str) -> tuple[pl.Expr, ...]:
    """Return what ratios are made of, a column "ratio part" each: making these texts anew would take as long.

    first: name of the first ratio of its group.
    """
    return tuple(part.alias(f"{one.name} {name}") for one in _BY_FIRST[first] for name, part in _parts_of(one).items())


@lru_cache(maxsize=2)
def _told(first: str) -> tuple[pl.Expr, ...]:
    """Return the columns that `evaluated` gives, made of the parts."""
    return tuple(
        expression.alias(name) for one in _BY_FIRST[first] for name, expression in _columns_of(one.name).items()
    )


def _parts_of(one: Ratio) -> dict[str, pl.Expr]:
    """Return value, whether it is undefined, the doubts about its inputs, which are absent, and when it was known."""
    why = {name: pl.col(told_columns(name)[1]) for name in one.inputs}
    return {
        "value": one.value,
        "undefined": one.undefined.fill_null(value=False),
        # What a figure that is a line says of itself needs no name before it.
        "doubts": _joined(
            reasons if name == one.name else pl.when(reasons.is_not_null()).then(pl.lit(f"{name}:") + reasons)
            for name, reasons in why.items()
        ),
        "absent": _joined(pl.when(pl.col(name).is_null()).then(pl.lit(f"missing:{name}")) for name in one.inputs),
        "known_at": pl.max_horizontal(pl.col(told_columns(name)[2]) for name in one.inputs),
    }


def _columns_of(name: str) -> dict[str, pl.Expr]:
    value, undefined, doubts = (pl.col(f"{name} {part}") for part in ("value", "undefined", "doubts"))
    status = (
        pl.when(undefined)
        .then(pl.lit("undefined"))
        .when(value.is_null())
        .then(pl.lit("missing"))
        .when(doubts.is_not_null())
        .then(pl.lit("suspect"))
        .otherwise(pl.lit("ok"))
    )
    codes = pl.concat_str(f"{name} absent", doubts, separator=",", ignore_nulls=True)
    reasons = pl.when(undefined).then(None).when(value.is_null()).then(codes).otherwise(doubts)
    told = (value, reasons, pl.col(f"{name} known_at"))
    return dict(zip(told_columns(name), told, strict=True)) | {f"{name} status": status}


def _part(told: pl.DataFrame, one: Ratio) -> pl.DataFrame:
    """Return what stands about one ratio, a row a period."""
    part = told[[*_PERIOD, *told_columns(one.name), f"{one.name} status"]]
    part.columns = [*_PERIOD, "value", "reasons", "known_at", "status"]
    return part


def _joined(codes: Iterable[pl.Expr]) -> pl.Expr:
    """Return codes with commas between them, null where there is none."""
    return pl.concat_str(list(codes), separator=",", ignore_nulls=True).replace("", None)
