"""Shares and per-share values on one split basis, from the instant on from which people counted that way."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import NEW_YORK
from edgewise.fundamentals import statements
from edgewise.fundamentals.share_counts import SHARES_SCHEMA, shares_outstanding
from edgewise.fundamentals.splits import SPLIT_SCHEMA
from tests.fundamentals.tagged import CIK, accession, tagged, value_of

EPS, SHARES = "EarningsPerShareDiluted@USD/shares", "WeightedAverageNumberOfDilutedSharesOutstanding@shares"
AVERAGE, COVER = "WeightedAverageNumberOfSharesOutstandingBasic@shares", "dei:EntityCommonStockSharesOutstanding@shares"
SPLIT_AT = datetime(2023, 12, 4, 14, 30, tzinfo=UTC)
EVENING_BEFORE = datetime(2023, 12, 3, 23, tzinfo=UTC)


def split(ratio=4.0, *, doubtful=False):
    return pl.DataFrame([(CIK, SPLIT_AT, ratio, doubtful)], schema=SPLIT_SCHEMA, orient="row")


@pytest.fixture(scope="module")
def facts():
    """100 shares; nine months are told before a split four for one, the year after it."""
    year, nine = ("2023-01-01", "2023-12-31"), ("2023-01-01", "2023-09-30")
    return pl.concat(
        [
            tagged(
                ("NetIncomeLoss", *nine, 600, 1),
                (EPS, *nine, 6, 1),
                (SHARES, *nine, 100, 1),
                ("NetIncomeLoss", "2023-07-01", nine[1], 200, 1),
                (EPS, "2023-07-01", nine[1], 2, 1),
                (SHARES, "2023-07-01", nine[1], 100, 1),
                on="2023-11-01",
            ),
            tagged(
                ("NetIncomeLoss", *year, 1000, 2),
                (EPS, *year, 2.5, 2),
                (SHARES, *year, 400, 2),
                form="10-K",
                on="2024-02-15",
            ),
        ]
    )


def test_failure_case_22_a_split_counts_from_its_open_and_never_before(facts):
    told = {
        at: statements(facts, bases=["quarter"], as_of=at, splits=split()).filter(field="eps_diluted").to_dicts()[0]
        for at in (EVENING_BEFORE, SPLIT_AT)
    }
    assert told[EVENING_BEFORE]["value"] == 2
    assert told[EVENING_BEFORE]["sources"] == f"{accession(1)}:EarningsPerShareDiluted"
    assert told[SPLIT_AT]["value"] == 0.5
    assert told[SPLIT_AT]["sources"] == f"{accession(1)}:EarningsPerShareDiluted / 4"


def test_an_instant_may_be_told_in_any_zone(facts):
    in_new_york = SPLIT_AT.astimezone(NEW_YORK)
    for made in (statements, shares_outstanding):
        there, here = (made(facts, as_of=at, splits=split()) for at in (in_new_york, SPLIT_AT))
        assert there.equals(here)


def test_failure_case_24_across_a_known_split_the_fourth_quarter_has_shares_and_earnings_per_share(facts):
    """400 shares all year; 1000 less 600 over them. Without the split there is no telling, and nothing is told."""
    rows = statements(facts, bases=["quarter"], splits=split())
    assert value_of(rows, "shares_diluted", "2023-12-31") == pytest.approx(400)
    assert value_of(rows, "eps_diluted", "2023-12-31") == pytest.approx(1)
    assert value_of(statements(facts, bases=["quarter"]), "eps_diluted", "2023-12-31") is None


def test_what_is_filed_after_the_split_and_what_is_money_stay_as_they_are(facts):
    rows = statements(facts, bases=["annual", "ytd"], splits=split())
    assert value_of(rows, "eps_diluted", "2023-12-31", "annual") == 2.5
    assert value_of(rows, "net_income", "2023-09-30", "ytd") == 600


def test_a_split_that_sources_disagree_about_makes_what_it_touches_suspect(facts):
    rows = statements(facts, bases=["ytd", "annual"], splits=split(doubtful=True))
    assert rows.filter(field="eps_diluted", basis="ytd")["reasons"].to_list() == ["splits_disagree"]
    assert rows.filter(field="eps_diluted", basis="annual")["status"].to_list() == ["ok"]


def cover(*said, on="2023-11-01", form="10-Q"):
    return tagged(*said, form=form, on=on)


def test_the_cover_page_count_is_in_shares_of_the_instant():
    facts = cover((COVER, None, "2023-10-20", 100, 1), (AVERAGE, "2023-07-01", "2023-09-30", 99, 1))
    before = shares_outstanding(facts, as_of=EVENING_BEFORE, splits=split())
    after = shares_outstanding(facts, as_of=SPLIT_AT, splits=split())
    assert dict(after.schema) == SHARES_SCHEMA
    assert (before["shares"][0], after["shares"][0]) == (100, 400)
    assert after.select("status", "counted_on").rows() == [("ok", date(2023, 10, 20))]
    assert shares_outstanding(facts, as_of=datetime(2023, 10, 31, tzinfo=UTC)).is_empty()


@pytest.mark.parametrize(
    ("facts", "shares", "reasons"),
    [
        # Several classes are tagged each apart, and company facts leave such values out: the total is elsewhere.
        (cover(("CommonStockSharesOutstanding@shares", None, "2023-09-30", 110, 1)), 110, "not_on_cover"),
        (cover((AVERAGE, "2023-07-01", "2023-09-30", 99, 1)), 99, "weighted_average"),
        # One class of two on the cover.
        (
            cover((COVER, None, "2023-10-20", 40, 1), (AVERAGE, "2023-07-01", "2023-09-30", 99, 1)),
            40,
            "unlike_average",
        ),
        (cover((COVER, None, "2023-10-20", 40, 1), form="20-F"), 40, "depositary_receipts"),
        # The cover told a total until years ago.
        (
            pl.concat(
                [
                    cover((COVER, None, "2021-10-20", 50, 1), on="2021-11-01"),
                    cover(("CommonStockSharesOutstanding@shares", None, "2023-09-30", 110, 2)),
                ]
            ),
            110,
            "not_on_cover",
        ),
    ],
)
def test_a_count_that_is_not_surely_of_all_shares_says_so(facts, shares, reasons):
    row = shares_outstanding(facts).to_dicts()[0]
    assert (row["shares"], row["status"], row["reasons"]) == (shares, "suspect", reasons)
