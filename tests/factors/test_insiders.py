"""Insiders by hand: what purchases and sales are worth, and when there is nothing to say."""

import polars as pl
import pytest

from edgewise.factors.insiders import FACTOR
from tests.factors.views import directions_of, fields_of, metrics_of

BOUGHT = {"buyers": 3, "sellers": 1, "net_value": -2e6, "market_value": 1e9, "cluster_buyers": 3}
NAMES = ("insider_net_buyers_90", "insider_net_value_90", "insider_cluster_90")


def of(**fields):
    told = metrics_of(FACTOR, days=0, **fields)
    return tuple(told[name] for name in NAMES)


def test_buyers_less_sellers_value_over_market_value_and_the_cluster():
    assert of(**BOUGHT) == (2, -0.002, 3)
    assert set(directions_of(FACTOR).values()) == {1}


def test_who_did_nothing_has_zeros_not_nulls():
    assert of(**BOUGHT | {"buyers": 0, "sellers": 0, "net_value": 0.0, "cluster_buyers": 0}) == (0, 0, 0)


def test_a_sale_is_weaker_news_than_a_purchase():
    """The sale of one moves two of three metrics, the purchase of one all three, each by as much."""
    nothing = {"buyers": 0, "sellers": 0, "net_value": 0.0, "market_value": 1e9, "cluster_buyers": 0}
    calm = of(**nothing)
    bought = of(**nothing | {"buyers": 1, "net_value": 1e6, "cluster_buyers": 1})
    sold = of(**nothing | {"sellers": 1, "net_value": -1e6})
    assert [b - c for b, c in zip(bought, calm, strict=True)] == [1, 0.001, 1]
    assert [s - c for s, c in zip(sold, calm, strict=True)] == [-1, -0.001, 0]


def test_counts_without_a_sign_do_not_wrap_around():
    """`insider_activity` counts in unsigned numbers, of which one less two is four billion."""
    counts = pl.DataFrame({"buyers": [1], "sellers": [2]}, schema={"buyers": pl.UInt32, "sellers": pl.UInt32})
    assert counts.select(FACTOR.metrics[0].value).item() == -1


@pytest.mark.parametrize("value", [None, 0.0, -1.0])
def test_without_a_market_value_there_is_no_share_of_it(value):
    assert of(**BOUGHT | {"market_value": value}) == (2, None, 3)


@pytest.mark.parametrize("field", sorted(fields_of(FACTOR)))
def test_one_missing_input_takes_its_own_metric_and_no_other(field):
    told = of(**BOUGHT | {field: None})
    own = {"buyers": 0, "sellers": 0, "net_value": 1, "market_value": 1, "cluster_buyers": 2}[field]
    assert [place for place, value in enumerate(told) if value is None] == [own]


def test_what_was_counted_up_to_another_day_does_not_count():
    assert set(metrics_of(FACTOR, days=1, **BOUGHT).values()) == {None}
