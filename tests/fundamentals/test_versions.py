"""The history of statements is what statements say, asked at every instant."""

from datetime import UTC, datetime, timedelta

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
    return pl.concat([year_2023(), restated, first, second, late, neighbour])


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


def test_no_facts_are_no_rows(facts):
    assert versions(facts.clear()).schema == pl.Schema(FUNDAMENTALS.schema)
