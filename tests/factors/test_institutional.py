"""Institutional by hand: breadth, share, and the change of it across a split."""

import polars as pl
import pytest

from edgewise.factors.institutional import FACTOR
from tests.factors.views import directions_of, metrics_of

HELD = {
    "opened": 30,
    "closed": 10,
    "managers_both": 400,
    "shares": 600,
    "outstanding": 1000.0,
    "shares_before": 450,
    "outstanding_before": 900.0,
}
NAMES = ("institutional_breadth_change", "institutional_share", "institutional_share_change")


def of(days=60, **fields):
    told = metrics_of(FACTOR, days=days, **fields)
    return tuple(told[name] for name in NAMES)


def test_breadth_share_and_its_change_by_hand():
    """20 of 400 managers more; 600 of 1000 shares; 0.6 after 450 / 900 = 0.5."""
    assert of(**HELD) == pytest.approx((0.05, 0.6, 0.1))
    assert set(directions_of(FACTOR).values()) == {1}


def test_failure_case_39_a_split_between_the_quarters_changes_no_share():
    split = {"shares": 9000, "outstanding": 18_000.0}  # 450 of 900, twenty for one
    assert of(**HELD | split) == pytest.approx((0.05, 0.5, 0.0))


def test_more_who_left_than_came_is_below_zero():
    counts = pl.DataFrame({"opened": [1], "closed": [3], "managers_both": [10]}).cast(pl.UInt32)
    assert counts.select(FACTOR.metrics[0].value).item() == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("field", "value", "lost"),
    [
        ("managers_both", 0, {0}),
        ("opened", None, {0}),
        ("outstanding", None, {1, 2}),
        ("outstanding", 0.0, {1, 2}),
        ("shares_before", None, {2}),
        ("outstanding_before", None, {2}),
    ],
)
def test_what_is_not_known_takes_what_rests_on_it(field, value, lost):
    told = of(**HELD | {field: value})
    assert {place for place, one in enumerate(told) if one is None} == lost


def test_failure_case_37_a_quarter_counts_for_two_hundred_days_after_its_end():
    assert None not in of(days=200, **HELD)
    assert set(of(days=201, **HELD)) == {None}
