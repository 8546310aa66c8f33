"""The history of statements is what statements say, asked at every instant."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.fundamentals import statements
from edgewise.fundamentals.splits import SPLIT_SCHEMA
from edgewise.fundamentals.versions import STORED, WITHDRAWN, versions
from tests.fundamentals.tagged import CIK, accession, tagged
from tests.fundamentals.test_statements import BASIC, CASH, SHARES, year_2023

KEY = list(FUNDAMENTALS.key)
SAID = [*KEY, "value", "status", "reasons"]
SPLIT_AT = datetime(2024, 6, 10, 13, 30, tzinfo=UTC)
SPLITS = pl.DataFrame([(CIK, SPLIT_AT, 4.0, False)], schema=SPLIT_SCHEMA, orient="row")


@pytest.fixture(scope="module")
def facts():
    """2023 in four reports; two quarters of 2024 around a split; a year restated in part, and years later; a neighbour.

    The second quarter's report tells 2023's first quarter under another number of shares, as filers do after a split.
    """
    restated = tagged(("Revenues", "2023-01-01", "2023-12-31", 44, 8), form="10-K/A", on="2024-04-15")
    first = tagged(
        ("Revenues", "2024-01-01", "2024-03-31", 14, 9),
        ("NetIncomeLoss", "2024-01-01", "2024-03-31", 4, 9),
        (SHARES, "2024-01-01", "2024-03-31", 10, 9),
        (BASIC, "2024-01-01", "2024-03-31", 0.4, 9),
        (CASH, "2024-01-01", "2024-03-31", 5, 9),
        ("Assets", None, "2024-03-31", 200, 9),
        on="2024-05-01",
    )
    second = tagged(
        ("Revenues", "2024-04-01", "2024-06-30", 15, 10),
        ("NetIncomeLoss", "2024-04-01", "2024-06-30", 4, 10),
        (SHARES, "2024-04-01", "2024-06-30", 40, 10),
        (CASH, "2024-01-01", "2024-06-30", 11, 10),
        ("Assets", None, "2024-06-30", 210, 10),
        ("Liabilities", None, "2024-06-30", 100, 10),
        ("StockholdersEquity", None, "2024-06-30", 50, 10),
        ("Revenues", "2023-04-01", "2023-06-30", 11, 10),
        on="2024-08-01",
    )
    late = tagged(("Revenues", "2023-01-01", "2023-12-31", 29, 11), form="10-K", on="2026-02-15")
    neighbour = year_2023(first=21, shift=5.0).with_columns(cik=pl.lit(7, pl.Int64))
    return pl.concat([year_2023(), restated, first, second, late, neighbour, moved_year(), early_year()])


def moved_year():
    """A company whose years ended in September, then in December: two differences tell the summer of 2022."""
    spans = [("2021-10-01", "2022-06-30", 30, 31, "2022-08-01"), ("2021-10-01", "2022-09-30", 41, 32, "2022-11-20")]
    spans += [("2022-01-01", "2022-06-30", 21, 33, "2023-08-01"), ("2022-01-01", "2022-09-30", 33, 34, "2023-11-01")]
    return pl.concat(
        tagged(
            ("Revenues", start, end, value, number),
            ("NetIncomeLoss", start, end, value / 10, number),
            form="10-K" if number == 32 else "10-Q",
            on=on,
            cik=8,
        )
        for start, end, value, number, on in spans
    )


def early_year():
    """A company that told a year in a current report, a month before the annual report showed it, restated."""
    year = ("2023-01-01", "2023-12-31")
    return pl.concat(
        [
            tagged(("Revenues", *year, 50, 41), ("GrossProfit", *year, 20, 41), form="8-K", on="2024-01-20", cik=9),
            tagged(("Revenues", *year, 51, 42), ("NetIncomeLoss", *year, 5, 42), form="10-K", on="2024-02-20", cik=9),
        ]
    )


@pytest.fixture(scope="module")
def history(facts):
    return FUNDAMENTALS.check(versions(facts, splits=SPLITS))


def read_as_of(history, at):
    known = history.filter(pl.col("known_at") <= at).sort("known_at").unique(KEY, keep="last", maintain_order=True)
    return known.filter(pl.col("status") != WITHDRAWN)


def test_at_every_instant_the_history_says_what_statements_say(facts, history):
    instants = sorted({*facts["known_at"], SPLIT_AT})
    compared = 0
    for at in [moment for instant in instants for moment in (instant - timedelta(seconds=1), instant)]:
        ours = read_as_of(history, at).select(SAID).sort(KEY)
        truth = statements(facts, bases=STORED, as_of=at, splits=SPLITS).select(SAID).sort(KEY)
        assert ours.equals(truth), (at, ours.join(truth, on=SAID, how="anti", nulls_equal=True))
        compared += truth.height
    assert compared > 300


def test_a_value_told_again_is_no_new_row_and_names_who_told_it_first(history):
    second = history.filter(cik=CIK, basis="quarter", field="revenue", period_end=datetime(2023, 6, 30).date())  # noqa: DTZ001
    assert second["known_at"].to_list() == [datetime(2023, 8, 1, 21, tzinfo=UTC)]
    assert second["sources"].to_list() == [f"{accession(2)}:Revenues"]


def test_failure_case_22_a_restatement_is_a_later_row_and_the_first_one_stays(history):
    year = history.filter(cik=CIK, basis="annual", field="revenue")
    assert year.select(pl.col("known_at").dt.date().cast(pl.String), "value").rows() == [
        ("2024-02-15", 46),
        ("2024-04-15", 44),
        ("2026-02-15", 29),
    ]


def test_a_split_makes_a_row_at_its_open(history):
    eps = history.filter(cik=CIK, basis="annual", field="eps_basic")
    assert eps.select("known_at", "value").rows() == [
        (datetime(2024, 2, 15, 21, tzinfo=UTC), 0.9),
        (SPLIT_AT, 0.225),
    ]


def test_a_summer_that_two_fiscal_years_tell_is_one_quarter_as_filed_last(history):
    """41 - 30 as the first year told it, 33 - 21 as the report of a year later did."""
    summer = history.filter(cik=8, basis="quarter", field="revenue", period_end=date(2022, 9, 30))
    assert summer["value"].to_list() == [11, 12]
    assert summer["known_at"].dt.year().to_list() == [2022, 2023]


def test_twelve_months_are_a_year_from_the_annual_report_on_that_shows_them(history):
    year = history.filter(pl.col("field").is_in(["revenue", "gross_profit"]), cik=9, basis="annual").sort("field")
    assert year.select("field", "value", pl.col("known_at").dt.month()).rows() == [
        ("gross_profit", 20, 2),
        ("revenue", 51, 2),
    ]


def test_no_facts_are_no_rows(facts):
    assert versions(facts.clear()).schema == pl.Schema(FUNDAMENTALS.schema)
