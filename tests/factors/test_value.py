"""Yields by hand: 2 dollars a share at a price of 40, and a company that the market values at 1,000 million."""

from datetime import date

import pytest

from edgewise.factors.value import FACTOR
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {
    "eps_diluted": 2.0,
    "price": 40.0,
    "market_value": 1e9,
    "equity": 5e8,
    "revenue": 2e9,
    "ebitda": 3e8,
    "net_debt_and_minority": 2e8,
    "free_cash_flow": 8e7,
}
YIELDS = {
    "earnings_yield": 0.05,
    "book_yield": 0.5,
    "sales_yield": 2.0,
    "ebitda_yield": 0.25,
    "free_cash_flow_yield": 0.08,
}


def test_yields_by_hand():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx(YIELDS)


def test_a_loss_negative_equity_and_cash_burnt_are_yields_below_zero_and_not_missing():
    told = metrics_of(FACTOR, **COMPANY | {"eps_diluted": -2.0, "equity": -1e8, "free_cash_flow": -4e7})
    assert told == pytest.approx(YIELDS | {"earnings_yield": -0.05, "book_yield": -0.1, "free_cash_flow_yield": -0.04})


@pytest.mark.parametrize(
    ("field", "value", "lost"),
    [
        ("price", None, {"earnings_yield"}),
        ("eps_diluted", None, {"earnings_yield"}),
        ("market_value", None, set(YIELDS) - {"earnings_yield"}),
        ("market_value", 0.0, set(YIELDS) - {"earnings_yield", "ebitda_yield"}),
        ("net_debt_and_minority", None, {"ebitda_yield"}),
        ("net_debt_and_minority", -1e9, {"ebitda_yield"}),  # more cash than the company is worth
        ("equity", float("nan"), {"book_yield"}),
    ],
)
def test_what_is_not_known_or_has_no_positive_denominator_is_null(field, value, lost):
    told = metrics_of(FACTOR, **COMPANY | {field: value})
    assert {name for name, one in told.items() if one is None} == lost


def test_industries_in_which_a_yield_has_no_meaning():
    assert without_meaning(FACTOR) == {
        "bank": {"sales_yield", "ebitda_yield", "free_cash_flow_yield"},
        "insurer": {"sales_yield", "ebitda_yield", "free_cash_flow_yield"},
        "reit": {"earnings_yield", "free_cash_flow_yield"},
        "utility": set(),
    }
    trust = metrics_of(FACTOR, industry="reit", **COMPANY, operating_cash_flow=7e7)
    assert trust["reit_cash_flow_yield"] == pytest.approx(0.07)
    told = metrics_of(FACTOR, industry="bank", **COMPANY)
    assert {name for name, one in told.items() if one is not None} == {"earnings_yield", "book_yield"}


@pytest.mark.parametrize(("days", "known"), [(0, True), (270, True), (271, False), (-1, False)])
def test_a_period_counts_for_270_days_and_not_before_it_has_ended(days, known):
    assert (metrics_of(FACTOR, days=days, **COMPANY)["book_yield"] is not None) == known


def test_the_age_cap_covers_a_late_annual_report_until_the_next_quarter_is_due():
    """A year that ends on 31 December 2023 stands until 45 days after the first quarter, and some time for one late."""
    due = date(2024, 3, 31).toordinal() + 45
    assert FACTOR.metrics[0].max_age_days > due - date(2023, 12, 31).toordinal()
