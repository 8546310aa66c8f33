"""Momentum: returns as the table of indicators has them, while they are young."""

import pytest

from edgewise.factors.momentum import FACTOR
from tests.factors.views import directions_of, fields_of, metrics_of

YEAR = {"momentum_12_1": 0.4, "return_126": -0.1, "to_high_252": 0.8}


def test_more_is_better():
    assert metrics_of(FACTOR, **YEAR) == YEAR
    assert directions_of(FACTOR) == {"momentum_12_1": 1, "return_126": 1, "to_high_252": 1}


def test_failure_case_39_after_ten_days_without_a_trade_there_is_no_momentum():
    assert metrics_of(FACTOR, days=10, **YEAR) == YEAR
    assert set(metrics_of(FACTOR, days=11, **YEAR).values()) == {None}


@pytest.mark.parametrize("field", sorted(fields_of(FACTOR)))
def test_a_window_that_is_not_full_takes_its_own_metric_and_no_other(field):
    assert metrics_of(FACTOR, **YEAR | {field: None}) == YEAR | {field: None}
