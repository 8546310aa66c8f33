"""The history of share counts is what `shares_outstanding` says, asked at every instant."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.tables_fundamentals import SHARE_COUNTS
from edgewise.fundamentals.count_versions import count_versions
from edgewise.fundamentals.share_counts import shares_outstanding
from edgewise.fundamentals.splits import SPLIT_SCHEMA
from tests.fundamentals.tagged import CIK, tagged

COVER, BALANCE = "dei:EntityCommonStockSharesOutstanding@shares", "CommonStockSharesOutstanding@shares"
AVERAGE = "WeightedAverageNumberOfSharesOutstandingBasic@shares"
OTHERS, EQUITY = "MinorityInterest", "StockholdersEquity"
SPLIT_AT = datetime(2024, 6, 10, 13, 30, tzinfo=UTC)
SPLITS = pl.DataFrame([(CIK, SPLIT_AT, 4.0, False), (9, SPLIT_AT, 2.0, True)], schema=SPLIT_SCHEMA, orient="row")
SAID = ["cik", "counted_on", "shares", "status", "reasons"]


@pytest.fixture(scope="module")
def facts():
    """A cover page; one unlike the average; none any more but a balance; a repetition; and a neighbour of averages."""
    return pl.concat(
        [
            tagged((COVER, None, "2024-02-01", 10, 1), (AVERAGE, "2023-01-01", "2023-12-31", 9, 1), on="2024-02-15"),
            tagged((COVER, None, "2024-05-01", 3, 2), (AVERAGE, "2024-01-01", "2024-03-31", 11, 2), on="2024-05-15"),
            tagged((BALANCE, None, "2024-12-31", 44, 3), on="2025-01-15"),
            tagged((BALANCE, None, "2024-12-31", 44, 4), ("Assets", None, "2024-12-31", 1, 4), on="2025-02-15"),
            tagged((AVERAGE, "2023-01-01", "2023-12-31", 7, 5), on="2024-03-15", cik=9),
            *(
                tagged((AVERAGE, "2023-01-01", "2023-12-31", 100, 6), (AVERAGE, "2022-01-01", "2022-12-31", 99, 6),
                       (EQUITY, None, "2023-12-31", 50, 6), on="2024-02-15", cik=10),
                # Much comes to belong to others, as a filing tells that counts no shares, and leaves again.
                tagged((OTHERS, None, "2024-01-31", 20, 7), on="2024-04-15", cik=10),
                tagged((OTHERS, None, "2024-03-31", 2, 8), on="2024-05-15", cik=10),
                # A count long after: what was told of others is too old.
                tagged((AVERAGE, "2023-01-01", "2023-12-31", 100, 9), (AVERAGE, "2024-01-01", "2024-12-31", 99, 9),
                       on="2025-02-15", cik=10),
            ),
        ]
    )  # fmt: skip


def test_at_every_instant_the_history_says_what_the_count_is(facts):
    history = SHARE_COUNTS.check(count_versions(facts, SPLITS))
    instants = sorted({*facts["known_at"], SPLIT_AT})
    for at in [moment for instant in instants for moment in (instant - timedelta(seconds=1), instant)]:
        known = history.filter(pl.col("known_at") <= at).unique("cik", keep="last", maintain_order=True)
        truth = shares_outstanding(facts, as_of=at, splits=SPLITS.filter(pl.col("effective_at") <= at))
        assert known.select(SAID).equals(truth.sort("cik").select(SAID)), at


def test_failure_case_22_a_split_is_a_row_at_its_open_and_a_count_told_again_is_none(facts):
    own = count_versions(facts, SPLITS).filter(cik=CIK)
    assert own.select(pl.col("known_at").dt.date().cast(pl.String), "shares", "reasons").rows() == [
        ("2024-02-15", 10, None),
        ("2024-05-15", 3, "unlike_average"),
        ("2024-06-10", 12, "unlike_average"),
        ("2025-01-15", 44, "not_on_cover"),
    ]


def test_what_others_hold_makes_an_average_doubtful_from_when_it_is_told(facts):
    own = count_versions(facts, SPLITS).filter(cik=10)
    assert own.select(pl.col("known_at").dt.date().cast(pl.String), "status", "shares").rows() == [
        ("2024-02-15", "ok", 100),
        ("2024-04-15", "suspect", 100),
        ("2024-05-15", "ok", 100),
        ("2025-02-15", "ok", 99),
    ]
