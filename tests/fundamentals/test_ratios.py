"""Ratios of a company small enough to redo on paper: two years, five years apart and one apart, and a price."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.fundamentals.ratios import FIGURES, QUOTE_SCHEMA, RATIO_SCHEMA, RATIOS, ratios
from edgewise.fundamentals.statements import STATEMENT_SCHEMA

NOW = {
    "revenue": 200.0,
    "cost_of_revenue": 120.0,
    "operating_income": 40.0,
    "depreciation_and_amortization": 10.0,
    "interest_expense": 5.0,
    "income_tax": 10.0,
    "net_income": 24.0,
    "eps_diluted": 2.0,
    "shares_basic": 11.0,
    "shares_diluted": 12.5,
    "cash_and_equivalents": 30.0,
    "current_assets": 90.0,
    "inventory": 15.0,
    "total_assets": 330.0,
    "current_liabilities": 50.0,
    "long_term_debt": 60.0,
    "equity": 120.0,
    "equity_total": 120.0,
    "operating_cash_flow": 33.0,
    "free_cash_flow": 24.3,
}
YEAR_AGO = {"total_assets": 300.0, "equity": 80.0, "equity_total": 80.0, "long_term_debt": 40.0, "shares_basic": 10.0}
FIVE_YEARS_AGO = {"revenue": 6.25, "eps_diluted": 0.0625, "free_cash_flow": 0.1}
# 44 a share, 484 in all; enterprise value 484 + 60 - 30 = 514; invested 180 and 120 before.
EXPECTED = {
    "price_to_earnings": 22,
    "earnings_yield": 2 / 44,
    "price_to_book": 484 / 120,
    "book_yield": 120 / 484,
    "price_to_sales": 2.42,
    "sales_yield": 200 / 484,
    "ev_to_ebitda": 10.28,
    "ebitda_yield": 50 / 514,
    "debt_to_equity": 0.5,
    "current_ratio": 1.8,
    "quick_ratio": 1.5,
    "interest_cover": 8,
    "return_on_equity": 0.24,
    "return_on_assets": 24 / 315,
    "return_on_invested_capital": 0.2,
    "gross_margin": 0.4,
    "operating_margin": 0.2,
    "net_margin": 0.12,
    "revenue_growth_5y": 1,
    "eps_growth_5y": 1,
    "free_cash_flow_growth_5y": 2,
    "accruals": -9 / 315,
    "asset_growth": 0.1,
    "net_issuance": 0.1,
    "revenue": 200,
    "equity": 120,
    "free_cash_flow": 24.3,
    "ebitda": 50,
    "net_debt_and_minority": 30,
    "eps_diluted": 2,
    "revenue_per_share": 16,
    "free_cash_flow_per_share": 1.944,
}
END, BEFORE, LONG_BEFORE = date(2024, 12, 28), date(2023, 12, 30), date(2019, 12, 28)
IN_SHARES, PER_SHARE = {"shares_basic", "shares_diluted"}, {"eps_diluted"}


def told(lines, end, *, basis="annual", currency="USD", reasons=None):
    """Statement rows of one period."""
    unit = {name: "shares" if name in IN_SHARES else currency + "/shares" * (name in PER_SHARE) for name in lines}
    rows = [
        {
            "cik": 7,
            "basis": basis,
            "field": name,
            "unit": unit[name],
            "period_start": end.replace(year=end.year - 1),
            "period_end": end,
            "value": value,
            "status": "suspect" if name in (reasons or {}) else "ok",
            "reasons": (reasons or {}).get(name),
            "known_at": datetime(end.year + 1, 2, 1, tzinfo=UTC),
        }
        for name, value in lines.items()
    ]
    return pl.DataFrame(rows, schema=STATEMENT_SCHEMA)


def quoted(price=44.0, market_value=484.0, *, currency="USD", session=date(2025, 3, 3), doubt=None):
    known = datetime(2025, 3, 3, 21, tzinfo=UTC)
    row = (7, session, price, market_value, currency, None, doubt, known)
    return pl.DataFrame([row], schema=QUOTE_SCHEMA, orient="row")


def company(now=None, **kinds):
    return pl.concat(
        [
            told(NOW | (now or {}), END, **kinds),
            told(YEAR_AGO, BEFORE, **kinds),
            told(FIVE_YEARS_AGO, LONG_BEFORE, **kinds),
        ]
    )


def at_end(rows, name):
    return rows.filter(ratio=name, period_end=END).to_dicts()[0]


@pytest.fixture(scope="module")
def plain():
    return ratios(company(), quoted())


def test_every_ratio_is_what_paper_says_across_years_of_52_and_53_weeks(plain):
    found = {row["ratio"]: row["value"] for row in plain.filter(period_end=END).to_dicts()}
    assert found == pytest.approx(EXPECTED)
    assert list(found) == [one.name for one in RATIOS]
    assert set(plain.filter(period_end=END)["status"]) == {"ok"}


def test_a_row_names_its_inputs_its_unit_and_when_it_was_known(plain):
    assert dict(plain.schema) == RATIO_SCHEMA
    row = at_end(plain, "return_on_equity")
    assert (row["inputs"], row["unit"]) == ("net_income, equity, equity@1", "fraction")
    assert row["known_at"] == datetime(2025, 2, 1, tzinfo=UTC)
    assert at_end(plain, "price_to_sales")["known_at"] == datetime(2025, 3, 3, 21, tzinfo=UTC)


def test_a_price_meets_the_newest_period_only(plain):
    assert plain.filter(ratio="price_to_book")["period_end"].to_list() == [END]
    assert plain.filter(ratio="net_margin")["period_end"].to_list() == [LONG_BEFORE, BEFORE, END]


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("equity", {"price_to_book", "debt_to_equity", "return_on_equity"}),
        ("current_liabilities", {"current_ratio", "quick_ratio"}),
        ("interest_expense", {"interest_cover"}),
        ("eps_diluted", {"price_to_earnings", "eps_growth_5y"}),
        ("free_cash_flow", {"free_cash_flow_growth_5y"}),
        ("operating_income", {"ev_to_ebitda"}),
    ],
)
@pytest.mark.parametrize("value", [0.0, -50.0])
def test_a_denominator_at_or_below_zero_gives_null_and_not_nonsense(line, broken, value):
    now = {line: value} if line != "operating_income" else {line: value - 10}
    rows = ratios(company(now), quoted()).filter(period_end=END)
    assert set(rows.filter(status="undefined")["ratio"]) == broken
    assert rows.filter(status="undefined")["value"].null_count() == len(broken)


def test_a_return_on_equity_that_was_below_zero_a_year_ago_is_undefined_though_the_mean_is_above():
    """Kimberly-Clark in June 2019: 317 million after -305 million make a mean of 6, and a return of 300."""
    rows = pl.concat([told(NOW, END), told(YEAR_AGO | {"equity": -100.0}, BEFORE)])
    row = at_end(ratios(rows, quoted()), "return_on_equity")
    assert (row["value"], row["status"]) == (None, "undefined")


def test_a_missing_input_gives_null_and_says_which_and_is_never_zero():
    lines = {name: value for name, value in NOW.items() if name not in {"equity", "inventory", "long_term_debt"}}
    rows = ratios(told(lines, END), quoted())
    book = at_end(rows, "price_to_book")
    assert (book["value"], book["status"], book["reasons"]) == (None, "missing", "missing:equity")
    assert at_end(rows, "debt_to_equity")["status"] == "missing"
    assert at_end(rows, "return_on_assets")["reasons"] == "missing:total_assets@1"
    # A company without inventories tells none; that is declared, and the only kind of zero there is.
    assert at_end(rows, "quick_ratio")["value"] == pytest.approx(1.8)


def test_the_doubt_about_an_input_carries_over():
    rows = ratios(company(reasons={"long_term_debt": "rounded"}), quoted(doubt="weighted_average"))
    debt = at_end(rows, "debt_to_equity")
    assert (debt["status"], debt["reasons"]) == ("suspect", "long_term_debt:rounded")
    assert at_end(rows, "price_to_book")["reasons"] == "market_value:weighted_average"
    assert {at_end(rows, name)["status"] for name in ("price_to_earnings", "net_margin")} == {"ok"}


def test_failure_case_26_a_price_in_dollars_never_meets_statements_in_another_currency():
    rows = ratios(company(currency="TWD"), quoted())
    row = at_end(rows, "price_to_sales")
    assert (row["value"], row["status"]) == (None, "missing")
    assert "market_value:currency_differs" in row["reasons"]
    assert at_end(rows, "net_margin")["value"] == pytest.approx(0.12)


def test_a_price_beside_statements_of_long_ago_is_suspect():
    row = at_end(ratios(company(), quoted(session=date(2026, 9, 1))), "price_to_sales")
    assert (row["status"], row["reasons"]) == ("suspect", "market_value:statements_are_old")


def test_quarters_have_no_ratios_and_without_a_quote_prices_are_missing():
    assert ratios(company(basis="quarter"), quoted()).is_empty()
    rows = ratios(company())
    assert at_end(rows, "price_to_earnings")["status"] == "missing"
    assert at_end(rows, "current_ratio")["value"] == pytest.approx(1.8)


@settings(max_examples=15, deadline=None)
@given(
    st.floats(1e-3, 1e6),
    st.fixed_dictionaries({name: st.floats(0.5, 1e4) for name in NOW}),
    st.floats(1, 1e3),
)
def test_counting_in_another_currency_changes_no_ratio(k, now, price):
    def scaled(times):
        rows = company(now).with_columns(
            value=pl.when(pl.col("unit") == "shares").then("value").otherwise(pl.col("value") * times)
        )
        found = ratios(rows, quoted(price * times, price * 11 * times))
        return found.filter(~pl.col("ratio").is_in([one.name for one in FIGURES]))

    one, other = scaled(1.0), scaled(k)
    assert other["value"].to_list() == pytest.approx(one["value"].to_list(), rel=1e-6, abs=1e-9, nan_ok=True)
    assert other["status"].to_list() == one["status"].to_list()
