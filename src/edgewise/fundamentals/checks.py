"""What must hold between the lines of one period; where it does not, the lines it speaks of become suspect.

A check that lacks one of its lines says nothing. Tolerances cover rounding on the face of a statement, not errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from edgewise.fundamentals.declared import Declaration

_PERIOD = ("basis", "cik", "period_start", "period_end")
_TINY = 0.002  # a fraction: statements in millions of companies that have hundreds of them
_CENTS = 0.0055  # of earnings per share: rounding to a cent
_EPS = 0.03  # a fraction: participating securities, averages


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: `fails` is true where it is broken, null where it cannot be judged; `fields` are then suspect."""

    reason: str
    fields: tuple[str, ...]
    fails: pl.Expr


def _line(name: str) -> pl.Expr:
    return pl.col(name)


def _zero(name: str) -> pl.Expr:
    return pl.col(name).fill_null(0.0)


def _differs(one: pl.Expr, other: pl.Expr, *, of: pl.Expr) -> pl.Expr:
    return (one - other).abs() > _TINY * of.abs()


def _per_share(kind: str) -> Check:
    shares, eps = _line(f"shares_{kind}"), _line(f"eps_{kind}")
    income = _line("net_income_common")
    off = (eps * shares - income).abs()
    return Check(
        "income_is_not_shares_times_earnings_per_share",
        (f"eps_{kind}", f"shares_{kind}"),
        off > _EPS * income.abs() + _CENTS * shares,
    )


_PROSE = 1e8


def _rounded(field: str) -> Check:
    """Return whether a value is of whole hundred millions and the balance sheet is not: told in prose, in billions."""
    return Check(
        "rounded",
        (field,),
        (_line(field) >= 10 * _PROSE) & (_line(field) % _PROSE == 0) & (_line("total_assets") % _PROSE != 0),
    )


CHECKS = (
    Check(
        "assets_are_not_liabilities_and_equity",
        ("total_assets", "total_liabilities", "equity_total"),
        _differs(
            _line("total_assets"),
            _line("total_liabilities") + _line("equity_total") + _zero("temporary_equity"),
            of=_line("total_assets"),
        ),
    ),
    Check(
        "equity_is_not_parent_and_minority",
        ("equity", "equity_total", "minority_interest"),
        _differs(_line("equity_total"), _line("equity") + _zero("minority_interest"), of=_line("equity_total")),
    ),
    Check(
        "gross_profit_is_not_revenue_less_cost",
        ("gross_profit", "cost_of_revenue", "revenue"),
        _differs(_line("gross_profit"), _line("revenue") - _line("cost_of_revenue"), of=_line("revenue")),
    ),
    Check(
        "flows_do_not_explain_cash",
        ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow"),
        _differs(
            _line("operating_cash_flow")
            + _line("investing_cash_flow")
            + _line("financing_cash_flow")
            + _zero("exchange_rate_effect"),
            _line("net_cash_change"),
            of=pl.max_horizontal("operating_cash_flow", "investing_cash_flow", "financing_cash_flow"),
        ),
    ),
    _per_share("basic"),
    _per_share("diluted"),
    _rounded("short_term_debt"),
    _rounded("long_term_debt"),
    *(
        Check("part_exceeds_whole", (part,), _line(part) > _line(whole) * (1 + _TINY))
        for part, whole in (
            ("cash_and_equivalents", "total_assets"),
            ("current_assets", "total_assets"),
            ("receivables", "current_assets"),
            ("inventory", "current_assets"),
            ("short_term_investments", "total_assets"),
            ("current_liabilities", "total_liabilities"),
            ("short_term_debt", "current_liabilities"),
            ("long_term_debt", "total_liabilities"),
            ("shares_basic", "shares_diluted"),
        )
    ),
)


_CHECKED = tuple(dict.fromkeys(field for check in CHECKS for field in check.fields))


def _broken(field: str) -> pl.Expr:
    """Return the codes of the broken rules that speak of a line, in their order, with commas; '' where none is."""
    codes = [pl.when(check.fails).then(pl.lit(check.reason)) for check in CHECKS if field in check.fields]
    return pl.concat_str(codes, separator=",", ignore_nulls=True)


def joined_codes(*codes: str | pl.Expr | pl.Series) -> pl.Expr:
    """Return these codes separated by commas, each of which may be several or null; null where there are none."""
    joined = pl.concat_str(*codes, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def checked(rows: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return the rows, in any order, with the codes of broken rules added to their `reasons`."""
    names = [one.name for one in declared.fields]
    wide = rows.group_by(_PERIOD).agg(
        pl.col("value").filter(pl.col("field") == name).first().alias(name) for name in names
    )
    broken = (
        wide.select(*_PERIOD, *(_broken(field).alias(field) for field in _CHECKED))
        .unpivot(_CHECKED, index=_PERIOD, variable_name="field", value_name="code")
        .filter(pl.col("code") != "")
        .cast({"field": rows.schema["field"]})
    )
    negative = rows.filter(
        pl.col("field").is_in([one.name for one in declared.fields if one.positive]) & (pl.col("value") < 0)
    ).select(*_PERIOD, "field", code=pl.lit("negative"))
    period = [*_PERIOD, "field"]
    codes = pl.concat([broken, negative]).group_by(period, maintain_order=True).agg(pl.col("code").str.join(","))
    return (
        rows.join(codes, on=period, how="left")
        .with_columns(reasons=joined_codes("reasons", "code"))
        .select(rows.columns)
    )
