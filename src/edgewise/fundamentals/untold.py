"""What statements leave out because there is none of it: debt, dividends, buybacks.

    debt                = long-term + short-term debt; 0 where neither is told, nor interest, of a balance sheet that is
    dividends, buybacks = as told over twelve months; 0 where the cash flow statement is told without them, and nothing
                          that ended within a year tells any

A company without debt tags none, and one that pays nothing has no line for it. But one that names its debt in its own
way tells none either, and pays interest; and one that bought shares in three quarters of four has no sum of the four.
"""

from __future__ import annotations

import polars as pl

from edgewise.fundamentals.ratio_inputs import told_columns
from edgewise.fundamentals.ratios import DEBT, NET_DEBT_AND_MINORITY

_OWED = ("long_term_debt", "short_term_debt")
_NETTED = ("minority_interest", "cash_and_equivalents", "short_term_investments")
PAYOUTS = {"dividends_paid": "dividends_paid", "buybacks": "share_repurchases"}
"""Lines of statements by what they are called here."""
LINES = (*_OWED, *_NETTED, *PAYOUTS.values(), "interest_expense", "total_assets", "operating_cash_flow")
_A_YEAR = pl.duration(days=350)  # less than fifty-two weeks: what ended a year before counts in the year before


def owed_and_paid(told: pl.DataFrame) -> pl.DataFrame:
    """Return `told` with debt, net_debt_and_minority, dividends_paid and buybacks, in whole units of its currency.

    told:  a row per company and instant: period_end, per line of LINES its value and `line reasons` (null: no doubt),
           and for each of PAYOUTS `line last`, the last day of the newest period of any length that tells some of it.
    Nulls: not known, in doubt, or told in part.
    """
    none_owed = (
        pl.all_horizontal(pl.col(name).is_null() for name in _OWED)
        & (pl.col("interest_expense").fill_null(0.0) == 0)
        & pl.col("total_assets").is_not_null()
    )
    owed = told.with_columns(long_term_debt=pl.when(none_owed).then(0.0).otherwise("long_term_debt"))
    return owed.with_columns(
        debt=pl.when(_sure(_OWED)).then(DEBT),
        net_debt_and_minority=pl.when(_sure((*_OWED, *_NETTED))).then(NET_DEBT_AND_MINORITY),
        **{name: _paid(line) for name, line in PAYOUTS.items()},
    )


def _paid(line: str) -> pl.Expr:
    lately = (pl.col(f"{line} last") > pl.col("period_end") - _A_YEAR).fill_null(value=False)
    none = pl.col(line).is_null() & ~lately & pl.col("operating_cash_flow").is_not_null()
    return pl.when(none).then(0.0).when(_sure((line,))).then(line)


def _sure(lines: tuple[str, ...]) -> pl.Expr:
    """Return whether nothing puts these lines in doubt."""
    return pl.all_horizontal(pl.col(told_columns(line)[1]).is_null() for line in lines)
