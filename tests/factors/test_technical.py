"""The trend by hand: a close of 120 over means of 110 and 100."""

import pytest

from edgewise.factors.technical import FACTOR
from tests.factors.views import directions_of, metrics_of

CHART = {"close": 120.0, "sma_50": 110.0, "sma_200": 100.0, "macd_histogram": -0.6, "rsi_14": 71.0}
TREND = {"close_to_sma_200": 0.2, "sma_50_to_sma_200": 0.1, "macd_histogram_to_close": -0.005, "rsi_14": 71.0}
READS = {
    "close": {"close_to_sma_200", "macd_histogram_to_close"},
    "sma_50": {"sma_50_to_sma_200"},
    "sma_200": {"close_to_sma_200", "sma_50_to_sma_200"},
    "macd_histogram": {"macd_histogram_to_close"},
    "rsi_14": {"rsi_14"},
}


def test_the_trend_by_hand():
    assert metrics_of(FACTOR, **CHART) == pytest.approx(TREND)


def test_what_ran_ahead_is_worse_and_a_trend_is_better():
    assert directions_of(FACTOR) == dict.fromkeys(TREND, 1) | {"rsi_14": -1}


def test_failure_case_39_a_split_is_no_trend():
    """Four shares for one: every level is a quarter, every metric as before."""
    split = {name: value if name == "rsi_14" else value / 4 for name, value in CHART.items()}
    assert metrics_of(FACTOR, **split) == pytest.approx(TREND)


@pytest.mark.parametrize("field", CHART)
def test_what_is_missing_takes_only_what_is_made_of_it(field):
    told = metrics_of(FACTOR, **CHART | {field: None})
    assert {name for name, value in told.items() if value is None} == READS[field]


def test_failure_case_39_a_stale_price_has_no_trend():
    assert None not in metrics_of(FACTOR, days=10, **CHART).values()
    assert set(metrics_of(FACTOR, days=11, **CHART).values()) == {None}
