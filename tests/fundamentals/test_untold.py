"""What a statement leaves out because there is none of it, and what it leaves out for other reasons."""

from datetime import date

import polars as pl
import pytest

from edgewise.fundamentals.ratio_inputs import told_columns
from edgewise.fundamentals.untold import LINES, PAYOUTS, owed_and_paid

END = date(2024, 3, 31)
SCHEMA = {"period_end": pl.Date} | {
    column: dtype
    for line in LINES
    for column, dtype in zip(told_columns(line)[:2], (pl.Float64, pl.String), strict=True)
}
SCHEMA |= {f"{line} last": pl.Date for line in PAYOUTS.values()}
TOLD = {"total_assets": 100.0, "cash_and_equivalents": 5.0, "operating_cash_flow": 9.0}


def told(**lines):
    row = {"period_end": END, **TOLD, **{name.replace("__", " "): value for name, value in lines.items()}}
    assert row.keys() <= SCHEMA.keys()
    rows = owed_and_paid(pl.DataFrame([row], schema=SCHEMA))
    return rows.select("debt", "net_debt_and_minority", *PAYOUTS).row(0, named=True)


def test_debt_is_both_parts_of_it_and_net_of_cash_and_investments():
    lines = {"long_term_debt": 30.0, "short_term_debt": 10.0, "short_term_investments": 4.0, "minority_interest": 2.0}
    found = told(**lines)
    assert (found["debt"], found["net_debt_and_minority"]) == (40, 40 + 2 - 5 - 4)
    assert told(short_term_debt=10.0)["debt"] == 10


@pytest.mark.parametrize("interest", [None, 0.0])
def test_who_tells_neither_debt_nor_interest_owes_nothing(interest):
    found = told(interest_expense=interest)
    assert (found["debt"], found["net_debt_and_minority"]) == (0, -5)


@pytest.mark.parametrize(
    "lines",
    [
        {"interest_expense": 1.0},  # somebody lent: the debt has a name of its own
        {"interest_expense": 1.0, "interest_expense__reasons": "doubtful_concept"},
        {"total_assets": None},  # no balance sheet
        {"long_term_debt": 30.0, "long_term_debt__reasons": "rounded"},
        {"long_term_debt": 30.0, "short_term_debt": 1.0, "short_term_debt__reasons": "rounded"},
    ],
)
def test_debt_that_is_not_known_or_in_doubt_is_null(lines):
    found = told(**lines)
    assert found["debt"] is None
    assert found["net_debt_and_minority"] is None


def test_cash_that_is_in_doubt_leaves_debt_and_takes_net_debt():
    found = told(long_term_debt=30.0, cash_and_equivalents__reasons="doubtful_concept")
    assert (found["debt"], found["net_debt_and_minority"]) == (30, None)


@pytest.mark.parametrize(("name", "line"), PAYOUTS.items())
def test_payouts_are_as_told_zero_where_none_are_and_null_where_told_in_part_or_in_doubt(name, line):
    def paid(**lines):
        return told(**{key.replace("line", line): value for key, value in lines.items()})[name]

    assert paid(line=7.0) == 7
    assert paid() == 0
    assert paid(line=7.0, line__reasons="negative") is None
    assert paid(operating_cash_flow=None) is None
    assert paid(line__last=date(2023, 12, 31)) is None  # a quarter of the twelve months tells some
    assert paid(line__last=date(2023, 3, 31)) == 0  # they ended before the twelve months began
    assert paid(line=7.0, line__last=date(2023, 12, 31)) == 7
