"""What speaks for a count of shares that is not on the cover page."""

import pytest

from edgewise.fundamentals.share_counts import shares_outstanding
from tests.fundamentals.tagged import tagged

TOTAL = "CommonStockSharesOutstanding@shares"
AVERAGE = "WeightedAverageNumberOfSharesOutstandingBasic@shares"
THIS_YEAR, LAST_YEAR = ("2023-01-01", "2023-12-31"), ("2022-01-01", "2022-12-31")


def counted(*said):
    row = shares_outstanding(tagged(*said, on="2024-02-15")).to_dicts()[0]
    return row["shares"], row["reasons"]


def total(shares):
    return TOTAL, None, "2023-12-31", shares, 1


def average(shares, period=THIS_YEAR):
    return AVERAGE, *period, shares, 1


def balance(concept, amount):
    return concept, None, "2023-12-31", amount, 1


@pytest.mark.parametrize(
    ("average_shares", "reasons"),
    [(2_740, None), (2_400, "not_on_cover"), (1_600, "not_on_cover,unlike_average"), (2.74, None)],
)
def test_a_total_counts_where_the_average_agrees(average_shares, reasons):
    """A bank's 2,696 millions at the year's end; the last average is one in thousands."""
    assert counted(total(2_696), average(average_shares)) == (2_696, reasons)


@pytest.mark.parametrize(("year_before", "reasons"), [(2_574, None), (2_800, "weighted_average")])
def test_an_average_counts_where_few_shares_were_issued_or_bought_back(year_before, reasons):
    assert counted(average(2_534), average(year_before, LAST_YEAR)) == (2_534, reasons)


@pytest.mark.parametrize(
    ("own", "others", "reasons"),
    [
        (650, 60, None),
        (650, 70, "weighted_average"),
        (-650, 60, None),
        (None, 60, "weighted_average"),
        (650, None, None),
    ],
)
def test_an_average_counts_where_little_belongs_to_others(own, others, reasons):
    """Else it may leave out a class that has votes, and its part of the company as a holding of others."""
    told = [balance("StockholdersEquity", own), balance("MinorityInterest", others)]
    shares = counted(average(100), average(99, LAST_YEAR), *(one for one in told if one[3] is not None))
    assert shares == (100, reasons)


def test_averages_of_one_period_told_twice_are_one():
    assert counted(average(100), average(100)) == (100, "weighted_average")
