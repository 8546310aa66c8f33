"""Ratios of twelve months, and of a price to them. `RATIOS` holds every formula.

In the formulas a name is a line of the statements at the end of, or over, the period. `before(line)` is the same line a
year earlier, `before(line, 5)` five years. `average(line)` is the mean of a balance at both ends of the period; without
`average` it is the balance at its end. `or_zero(line)` is a line that companies without such a thing do not tell.

Flows are over twelve months: of the fiscal year (`annual`) or the last four quarters (`ttm`). Numbers of shares and
per-share lines must be on one split basis, the price's: compute statements with splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant

if TYPE_CHECKING:
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
_SAME_DAY_OF_YEAR = "20d"  # fiscal years of 52 or 53 weeks end some days apart
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


def or_zero(name: str) -> pl.Expr:
    """Return a line that is not told by companies that have no such thing, as zero there."""
    return line(name).fill_null(0.0)


def _either(name: str, other: str) -> pl.Expr:
    """Return the sum of two lines of which one may be missing; null where both are."""
    return pl.when(line(name).is_not_null() | line(other).is_not_null()).then(or_zero(name) + or_zero(other))


DEBT = _either("long_term_debt", "short_term_debt")
DEBT_BEFORE = _either("long_term_debt@1", "short_term_debt@1")
EBITDA = line("operating_income") + line("depreciation_and_amortization")
ENTERPRISE_VALUE = (
    line("market_value")
    + DEBT
    + or_zero("minority_interest")
    - line("cash_and_equivalents")
    - or_zero("short_term_investments")
)
GROSS_PROFIT = pl.coalesce("gross_profit", line("revenue") - line("cost_of_revenue"))
INVESTED_CAPITAL = (DEBT + line("equity_total") + DEBT_BEFORE + before("equity_total")) / 2


@dataclass(frozen=True)
class Ratio:
    """One formula: `over` / `under` ** (1 / `years`) - 1 if it is a growth a year, else `over` / `under`.

    unit: times, or fraction (0.05 is five percent); of a growth, a fraction a year.
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


RATIOS = (
    Ratio("price_to_earnings", line("price"), line("eps_diluted")),
    Ratio("earnings_yield", line("eps_diluted"), line("price"), "fraction"),
    Ratio("price_to_book", line("market_value"), line("equity")),
    Ratio("book_yield", line("equity"), line("market_value"), "fraction"),
    Ratio("price_to_sales", line("market_value"), line("revenue")),
    Ratio("sales_yield", line("revenue"), line("market_value"), "fraction"),
    Ratio("ev_to_ebitda", ENTERPRISE_VALUE, EBITDA),
    Ratio("ebitda_yield", EBITDA, ENTERPRISE_VALUE, "fraction"),
    Ratio("debt_to_equity", DEBT, line("equity")),
    Ratio("current_ratio", line("current_assets"), line("current_liabilities")),
    Ratio("quick_ratio", line("current_assets") - or_zero("inventory"), line("current_liabilities")),
    Ratio("interest_cover", line("operating_income"), line("interest_expense")),
    Ratio("return_on_equity", line("net_income"), average("equity"), "fraction"),
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


def ratios(statements: pl.DataFrame, quotes: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return every ratio of every period of twelve months.

    statements: columns of STATEMENT_SCHEMA with the bases annual or ttm, as of one instant and on one split basis;
                rows of other bases are left out, since three months over a balance are no yearly return.
    quotes:     QUOTE_SCHEMA, at most one row a company: price per share and market value as of the same instant, in
                whole units of `currency`, each with the reasons to doubt it. Without it, or where the currency differs
                from the statements', what rests on a price is missing.
    Returns:    RATIO_SCHEMA, one row per company, basis, period and ratio, also where there is no value; sorted. Ratios
                of a price stand with the newest period only. status: ok; suspect, if an input is (`reasons` has
                "input:reason"); undefined, where the denominator is not above zero; missing, where an input is
                ("missing:input"). inputs: what the formula rests on, "@1" from a year before.
    Nulls:      a value is null where undefined or missing, and nothing is filled but what the formula says.
    Time:       known_at is the latest of the inputs' that are there.
    """
    periods = _wide(statements.filter(pl.col("basis").is_in(TWELVE_MONTHS), pl.col("value").is_not_null()))
    for years in (1, 5):
        periods = _with_earlier(periods, years)
    quoted = _with_quotes(periods, quotes)
    newest = quoted.filter(pl.col("period_end") == pl.col("period_end").max().over(_GROUP))
    frames = [_rows(newest if set(QUOTED) & set(one.inputs) else quoted, one) for one in RATIOS]
    places = pl.DataFrame({"ratio": [one.name for one in RATIOS]}).with_row_index("place")
    return (
        pl.concat(frames)
        .join(places, on="ratio")
        .sort("cik", "basis", "period_end", "place")
        .select(RATIO_SCHEMA.keys())
    )


def _names(years: int) -> list[str]:
    """Return the lines that the formulas take of so many years before, 0 for the period itself."""
    parts = [name.partition("@") for one in RATIOS for name in one.inputs]
    of_then = dict.fromkeys(name for name, _, at in parts if int(at or 0) == years)
    return [name for name in of_then if name not in QUOTED]


def _why(name: str) -> str:
    return f"{name} reasons"


def _known(name: str) -> str:
    return f"{name} known_at"


def _columns(name: str) -> tuple[str, str, str]:
    return name, _why(name), _known(name)


def _wide(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per company, basis and end, with value, reasons and known_at of each line, and the currency.

    Where two periods end on one day, or a filing of another currency told some lines, what most lines are of is taken.
    """
    currency = pl.col("unit").str.extract(r"^([A-Z]{3})(?:/shares)?$")
    money = rows.with_columns(currency=currency)
    kind = ["cik", "basis", "period_end", "period_start"]
    main = (
        money.drop_nulls("currency")
        .group_by(*kind, "currency")
        .agg(pl.len(), pl.col("known_at").max())
        .sort("len", "known_at", "period_start", "currency")
        .unique(kind[:3], keep="last", maintain_order=True)
        .select(*kind, main="currency")
    )
    of_main = money.join(main, on=kind).filter(pl.col("currency").fill_null(pl.col("main")) == pl.col("main"))
    wanted = list(dict.fromkeys(name for years in (0, 1, 5) for name in _names(years)))
    return of_main.group_by(*kind[:3], maintain_order=True).agg(
        pl.col("main").first().alias("currency"),
        *(
            pl.col(column).filter(pl.col("field") == name).last().alias(told)
            for name in wanted
            for column, told in zip(("value", "reasons", "known_at"), _columns(name), strict=True)
        ),
    )


def _with_earlier(periods: pl.DataFrame, years: int) -> pl.DataFrame:
    """Return the periods with the lines "name@years" of the period that ended so many years before, in one currency."""
    columns = [(told, told.replace(name, f"{name}@{years}", 1)) for name in _names(years) for told in _columns(name)]
    past = periods.sort("period_end").select(
        *_GROUP, "currency", *(pl.col(told).alias(then) for told, then in columns), then="period_end"
    )
    return (
        periods.with_columns(anniversary=pl.col("period_end").dt.offset_by(f"-{years}y"))
        .sort("anniversary")
        .join_asof(
            past,
            left_on="anniversary",
            right_on="then",
            by=[*_GROUP, "currency"],
            strategy="nearest",
            tolerance=_SAME_DAY_OF_YEAR,
            check_sortedness=False,
        )
        .select(*periods.columns, *(then for _, then in columns))
    )


def _with_quotes(periods: pl.DataFrame, quotes: pl.DataFrame | None) -> pl.DataFrame:
    """Return the periods with price and market value, null with a reason where they are in another currency."""
    told = pl.DataFrame(schema=QUOTE_SCHEMA) if quotes is None else quotes.select(QUOTE_SCHEMA.keys())
    joined = periods.join(told, on="cik", how="left", suffix="_quoted", maintain_order="left")
    comparable = pl.col("currency") == pl.col("currency_quoted")
    old = pl.when(pl.col("session") > pl.col("period_end") + _OLD).then(pl.lit("statements_are_old"))
    return joined.with_columns(
        column
        for name in QUOTED
        for column in (
            pl.when(comparable).then(name).alias(name),
            pl.when(comparable)
            .then(pl.concat_str(f"{name}_reasons", old, separator=",", ignore_nulls=True).replace("", None))
            .when(~comparable)
            .then(pl.lit("currency_differs"))
            .alias(_why(name)),
            pl.col("known_at").alias(_known(name)),
        )
    )


def _rows(periods: pl.DataFrame, one: Ratio) -> pl.DataFrame:
    """Return the rows of one ratio."""
    doubts = [
        pl.when(pl.col(_why(name)).is_not_null()).then(pl.concat_str(pl.lit(f"{name}:"), _why(name)))
        for name in one.inputs
    ]
    absent = [pl.when(pl.col(name).is_null()).then(pl.lit(f"missing:{name}")) for name in one.inputs]
    undefined = one.undefined.fill_null(value=False)
    none = pl.lit(None, dtype=pl.String)
    return periods.with_columns(
        value=one.value,
        doubts=pl.concat_str(doubts, separator=",", ignore_nulls=True).replace("", None),
        absent=pl.concat_str(absent, separator=",", ignore_nulls=True),
    ).select(
        "cik",
        "basis",
        "period_end",
        "value",
        ratio=pl.lit(one.name),
        unit=pl.lit(one.unit),
        status=pl.when(undefined)
        .then(pl.lit("undefined"))
        .when(pl.col("value").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("doubts").is_not_null())
        .then(pl.lit("suspect"))
        .otherwise(pl.lit("ok")),
        reasons=pl.when(undefined)
        .then(none)
        .when(pl.col("value").is_null())
        .then(pl.concat_str("absent", pl.col("doubts"), separator=",", ignore_nulls=True))
        .otherwise("doubts"),
        inputs=pl.lit(", ".join(one.inputs)),
        known_at=pl.max_horizontal(pl.col(_known(name)) for name in one.inputs),
    )
