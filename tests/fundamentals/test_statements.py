"""Standardised statements from facts written by hand; the expected numbers can be redone on paper."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.fundamentals import STATEMENT_SCHEMA, statements
from tests.fundamentals.tagged import accession, tagged, value_of

CASH = "NetCashProvidedByUsedInOperatingActivities"
BASIC, DILUTED = "EarningsPerShareBasic@USD/shares", "EarningsPerShareDiluted@USD/shares"
SHARES = "WeightedAverageNumberOfSharesOutstandingBasic@shares"


def year_2023(*, first=1, shift=0.0):
    """Four reports of 2023: revenue 10, 11, 12, 13; cash flow 1, 2, 3, 4 told from the start of the year."""
    quarters = [("2023-01-01", "2023-03-31"), ("2023-04-01", "2023-06-30"), ("2023-07-01", "2023-09-30")]
    filed = ["2023-05-01", "2023-08-01", "2023-11-01"]
    reports = []
    for at, (start, end) in enumerate(quarters):
        reports.append(
            tagged(
                ("Revenues", start, end, 10 + at + shift, first + at),
                ("NetIncomeLoss", start, end, 2, first + at),
                ("Assets", None, end, 100 + at, first + at),
                (CASH, "2023-01-01", end, [1, 3, 6][at], first + at),
                (SHARES, start, end, 10, first + at),
                (SHARES, "2023-01-01", end, 10, first + at),
                (BASIC, start, end, 0.2, first + at),
                ("NetIncomeLoss", "2023-01-01", end, 2 * (at + 1), first + at),
                ("Revenues", "2023-01-01", end, [10, 21, 33][at] + shift * (at + 1), first + at),
                on=filed[at],
            )
        )
    annual = tagged(
        ("Revenues", "2023-01-01", "2023-12-31", 46 + 4 * shift, first + 3),
        ("NetIncomeLoss", "2023-01-01", "2023-12-31", 9, first + 3),
        ("Assets", None, "2023-12-31", 103, first + 3),
        (CASH, "2023-01-01", "2023-12-31", 10, first + 3),
        (SHARES, "2023-01-01", "2023-12-31", 10, first + 3),
        (BASIC, "2023-01-01", "2023-12-31", 0.9, first + 3),
        form="10-K",
        on="2024-02-15",
    )
    return pl.concat([*reports, annual])


@pytest.fixture(scope="module")
def plain():
    return statements(year_2023())


def test_a_statement_has_the_declared_columns_and_sources(plain):
    assert dict(plain.schema) == STATEMENT_SCHEMA
    row = plain.filter(basis="annual", field="revenue").to_dicts()[0]
    assert row["sources"] == f"{accession(4)}:Revenues"
    assert (row["method"], row["status"], row["reasons"]) == ("filed", "ok", None)


def test_failure_case_24_the_fourth_quarter_is_the_year_less_nine_months(plain):
    assert value_of(plain, "revenue", "2023-12-31", "quarter") == 13
    fourth = plain.filter(basis="quarter", field="revenue", period_end=date(2023, 12, 31)).to_dicts()[0]
    assert fourth["period_start"] == date(2023, 10, 1)
    assert fourth["method"] == "difference"
    assert fourth["sources"] == f"{accession(4)}:Revenues; {accession(3)}:Revenues"


def test_failure_case_24_cash_flows_told_from_the_start_of_the_year_are_differenced(plain):
    ends = ["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"]
    assert [value_of(plain, "operating_cash_flow", end, "quarter") for end in ends] == [1, 2, 3, 4]


def test_failure_case_24_earnings_per_share_of_a_fourth_quarter_are_income_over_shares(plain):
    """Income 9 - 6 = 3 over 10 shares; 0.9 - 0.6 would be the same here, so the method is looked at, too."""
    row = plain.filter(basis="quarter", field="eps_basic", period_end=date(2023, 12, 31)).to_dicts()[0]
    assert row["value"] == pytest.approx(0.3)
    assert row["method"] == "per_share"


def test_per_share_values_are_never_subtracted():
    """Shares grow from 10 to 14.97 on average over the fourth quarter: 3 over those, and not 0.8 - 0.6 = 0.2."""
    facts = year_2023().with_columns(
        value=pl.when((pl.col("accession") == accession(4)) & (pl.col("unit") == "shares"))
        .then(11.25)
        .otherwise("value")
    )
    fourth = (11.25 * 365 - 10 * 273) / 92
    rows = statements(facts, bases=["quarter"])
    assert value_of(rows, "shares_basic", "2023-12-31") == pytest.approx(fourth)
    assert value_of(rows, "eps_basic", "2023-12-31") == pytest.approx(3 / fourth)


def test_across_a_split_the_fourth_quarter_has_no_shares_and_no_earnings_per_share():
    facts = year_2023().with_columns(
        value=pl.when((pl.col("accession") == accession(4)) & (pl.col("unit") == "shares"))
        .then(40.0)
        .otherwise("value")
    )
    rows = statements(facts, bases=["quarter"])
    assert value_of(rows, "shares_basic", "2023-12-31") is None
    assert value_of(rows, "eps_basic", "2023-12-31") is None


def test_twelve_months_are_the_year_at_its_end_and_four_quarters_between(plain):
    assert value_of(plain, "revenue", "2023-12-31", "ttm") == 46
    assert value_of(plain, "revenue", "2023-09-30", "ttm") is None
    more = tagged(
        ("Revenues", "2024-01-01", "2024-03-31", 14, 9),
        ("NetIncomeLoss", "2024-01-01", "2024-03-31", 4, 9),
        (SHARES, "2024-01-01", "2024-03-31", 10, 9),
        ("Assets", None, "2024-03-31", 200, 9),
        on="2024-05-01",
    )
    rows = statements(pl.concat([year_2023(), more]), bases=["ttm"])
    assert value_of(rows, "revenue", "2024-03-31") == 11 + 12 + 13 + 14
    assert value_of(rows, "eps_basic", "2024-03-31") == pytest.approx((2 + 2 + 3 + 4) / 10)
    assert value_of(rows, "total_assets", "2024-03-31") == 200


def test_what_is_not_known_yet_is_not_there():
    before = datetime(2024, 2, 15, 20, 59, tzinfo=UTC)
    rows = statements(year_2023(), as_of=before)
    assert rows.filter(basis="annual").is_empty()
    assert rows["period_end"].max() == date(2023, 9, 30)


def test_failure_case_22_a_date_before_a_restatement_has_the_value_first_filed():
    restated = tagged(("Revenues", "2023-01-01", "2023-12-31", 29.4, 8), form="10-K", on="2025-02-15")
    facts = pl.concat([year_2023(), restated])
    assert (
        value_of(statements(facts, bases=["annual"], as_of=datetime(2025, 1, 1, tzinfo=UTC)), "revenue", "2023-12-31")
        == 46
    )
    assert value_of(statements(facts, bases=["annual"]), "revenue", "2023-12-31") == 29.4


def test_failure_case_22_a_late_restatement_never_becomes_the_latest_period():
    newer = tagged(("Revenues", "2024-01-01", "2024-12-31", 60, 8), form="10-K", on="2025-02-15")
    late = tagged(("Revenues", "2023-01-01", "2023-12-31", 45, 9), form="10-K/A", on="2025-06-15")
    rows = statements(pl.concat([year_2023(), newer, late]), bases=["annual"]).filter(field="revenue")
    assert rows["period_end"].to_list() == [date(2023, 12, 31), date(2024, 12, 31)]
    assert rows["value"].to_list() == [45, 60]


def test_failure_case_22_a_year_restated_long_after_is_not_set_against_nine_months_that_nobody_restated():
    late = tagged(("Revenues", "2023-01-01", "2023-12-31", 29, 9), form="10-K", on="2026-02-15")
    rows = statements(pl.concat([year_2023(), late]), bases=["quarter"])
    assert value_of(rows, "revenue", "2023-12-31") == 13


def test_a_quarter_of_which_only_one_part_was_restated_is_suspect():
    amended = tagged(("Revenues", "2023-01-01", "2023-12-31", 44, 9), form="10-K/A", on="2024-04-15")
    rows = statements(pl.concat([year_2023(), amended]), bases=["quarter"])
    row = rows.filter(field="revenue", period_end=date(2023, 12, 31)).to_dicts()[0]
    assert (row["value"], row["status"]) == (11, "suspect")
    assert "restated_in_part" in row["reasons"]


def test_failure_case_21_what_filings_call_their_year_and_quarter_changes_nothing(plain):
    facts = year_2023().with_columns(
        fiscal_year=pl.lit(1999, pl.Int32), fiscal_period=pl.lit("Q3"), filed_date=pl.lit(date(2030, 1, 1))
    )
    assert statements(facts).equals(plain)


def test_failure_case_25_an_amendment_without_statements_changes_nothing(plain):
    part_three = tagged(("dei:EntityPublicFloat", None, "2023-06-30", 5e9, 7), form="10-K/A", on="2024-04-29")
    assert statements(pl.concat([year_2023(), part_three])).equals(plain)


def test_proxy_statements_hold_no_statements(plain):
    proxy = tagged(("NetIncomeLoss", "2023-01-01", "2023-12-31", 9e6, 7), form="DEF 14A", on="2024-04-29")
    assert statements(pl.concat([year_2023(), proxy])).equals(plain)


def test_failure_case_23_a_53_week_year_has_a_quarter_of_14_weeks():
    facts = pl.concat(
        [
            tagged((CASH, "2022-01-03", "2022-10-02", 30, 1), on="2022-10-28"),
            tagged(
                (CASH, "2022-01-03", "2023-01-08", 44, 2),
                ("Assets", None, "2023-01-08", 5, 2),
                form="10-K",
                on="2023-02-16",
            ),
        ]
    )
    rows = statements(facts, bases=["quarter", "annual"])
    fourth = rows.filter(basis="quarter", field="operating_cash_flow").to_dicts()[0]
    assert (fourth["period_start"], fourth["period_end"]) == (date(2022, 10, 3), date(2023, 1, 8))
    assert fourth["value"] == 14
    assert value_of(rows, "operating_cash_flow", "2023-01-08", "annual") == 44


def test_failure_case_23_a_series_goes_on_where_its_tag_changes():
    old, new = "PaymentsToAcquireProductiveAssets", "PaymentsToAcquirePropertyPlantAndEquipment"
    facts = pl.concat(
        [
            tagged((old, "2022-01-31", "2023-01-29", 18, 1), form="10-K", on="2023-02-24"),
            tagged(
                (new, "2023-01-30", "2024-01-28", 11, 2),
                (new, "2022-01-31", "2023-01-29", 18, 2),
                form="10-K",
                on="2024-02-21",
            ),
        ]
    )
    rows = statements(facts, bases=["annual"]).filter(field="capital_expenditure")
    assert rows["value"].to_list() == [18, 11]


def test_twelve_months_shown_in_a_quarterly_report_are_no_year():
    facts = pl.concat([year_2023(), tagged(("Revenues", "2022-07-01", "2023-06-30", 41, 2), on="2023-08-01")])
    assert statements(facts, bases=["annual"]).filter(field="revenue")["value"].to_list() == [46]


def test_failure_case_26_a_flow_that_lost_its_minus_sign_gets_it_back_and_is_suspect():
    year = ("2023-01-01", "2023-12-31")
    said = [
        (CASH, 100),
        ("NetCashProvidedByUsedInInvestingActivities", 70),
        ("NetCashProvidedByUsedInFinancingActivities", -20),
        (
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect",
            10,
        ),
    ]
    facts = tagged(*[(concept, *year, value, 1) for concept, value in said], form="10-K", on="2024-02-15")
    rows = statements(facts, bases=["annual"])
    row = rows.filter(field="investing_cash_flow").to_dicts()[0]
    assert (row["value"], row["status"], row["reasons"]) == (-70, "suspect", "sign_reversed")
    assert rows.filter(field="operating_cash_flow")["status"].to_list() == ["ok"]


def test_failure_case_26_shares_tagged_in_millions_are_counted_whole():
    year = ("2023-01-01", "2023-12-31")
    facts = tagged(
        ("NetIncomeLoss", *year, 8_468_800_000, 1),
        (BASIC, *year, 11.63, 1),
        (SHARES, *year, 727.9, 1),
        form="10-K",
        on="2024-02-15",
    )
    row = statements(facts, bases=["annual"]).filter(field="shares_basic").to_dicts()[0]
    assert (row["value"], row["reasons"]) == (pytest.approx(727_900_000), "shares_rescaled")


def test_failure_case_26_where_the_usual_concept_is_missing_another_holds_the_line():
    end = "2023-12-31"
    facts = tagged(
        ("CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents", None, end, 7, 1),
        ("StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", None, end, 50, 1),
        ("MinorityInterest", None, end, 8, 1),
        ("InventoryRawMaterialsAndSuppliesNetOfReserves", None, end, 3, 1),
        form="10-K",
        on="2024-02-15",
    )
    rows = statements(facts, bases=["instant"])
    told = {
        field: value_of(rows, field, end) for field in ("cash_and_equivalents", "equity", "equity_total", "inventory")
    }
    assert told == {"cash_and_equivalents": 7, "equity": 42, "equity_total": 50, "inventory": 3}


def test_failure_case_26_a_later_note_under_another_concept_does_not_replace_the_usual_one():
    end = "2022-12-31"
    facts = pl.concat(
        [
            tagged(("CashAndCashEquivalentsAtCarryingValue", None, end, 5, 1), form="10-K", on="2023-02-15"),
            tagged(
                ("CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents", None, end, 9, 2),
                form="10-K",
                on="2024-02-15",
            ),
        ]
    )
    assert value_of(statements(facts, bases=["instant"]), "cash_and_equivalents", end) == 5


def test_failure_case_26_the_currency_of_most_facts_is_kept_and_a_convenience_translation_left_out():
    end, year = "2023-12-31", ("2023-01-01", "2023-12-31")
    facts = tagged(
        ("ifrs-full:Assets@TWD", None, end, 5500, 1),
        ("ifrs-full:Revenue@TWD", *year, 2100, 1),
        ("ifrs-full:ProfitLoss@TWD", *year, 800, 1),
        ("ifrs-full:Revenue@USD", *year, 70, 1),
        form="20-F",
        on="2024-04-18",
    )
    rows = statements(facts, bases=["annual"])
    assert rows.filter(field="revenue").select("value", "unit").rows() == [(2100, "TWD")]
    assert value_of(rows, "total_assets", end) == 5500


def test_lines_that_do_not_add_up_are_suspect_and_say_why():
    end = "2023-12-31"
    facts = tagged(
        ("Assets", None, end, 100, 1),
        ("Liabilities", None, end, 60, 1),
        ("StockholdersEquity", None, end, 30, 1),
        form="10-K",
        on="2024-02-15",
    )
    rows = statements(facts, bases=["instant"])
    assert set(rows["status"]) - {"ok"} == {"suspect"}
    assert rows.filter(field="total_assets")["reasons"].to_list() == ["assets_are_not_liabilities_and_equity"]


def test_companies_do_not_mix_and_the_order_of_rows_does_not_matter(plain):
    """Failure case 30: both tell their values in one submission, as a holding and its utility do."""
    other = year_2023(first=11, shift=5.0).with_columns(cik=pl.lit(7, pl.Int64))
    rows = statements(pl.concat([other, year_2023()]).sample(fraction=1.0, shuffle=True, seed=1))
    assert rows.filter(cik=1234567).equals(plain)
    assert value_of(rows.filter(cik=7), "revenue", "2023-12-31", "annual") == 66


def test_no_facts_are_no_rows():
    assert dict(statements(year_2023().clear()).schema) == STATEMENT_SCHEMA


def test_an_unknown_basis_and_an_instant_without_zone_are_refused():
    with pytest.raises(InvalidInput, match="monthly"):
        statements(year_2023(), bases=["monthly"])
    with pytest.raises(InvalidInput, match="zone"):
        statements(year_2023(), as_of=datetime(2024, 1, 1))  # noqa: DTZ001 - what is tested
