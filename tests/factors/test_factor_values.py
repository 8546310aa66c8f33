"""Factors made of metrics: by hand, and what a missing metric does."""

import numpy as np
import polars as pl
import pytest

from edgewise.factors.metric import Metric, MetricFactor
from edgewise.factors.standing import standings
from tests.factors.metrics import drawn, metrics_of

NAMES = [f"{place:010d}-01" for place in range(1, 6)]


def metric(name, direction=1, weight=1.0, not_for=()):
    return Metric(
        name, "ratios", pl.col(name), name, "fraction", direction, 100, "test", not_for=not_for, weight=weight
    )


CHEAP = metric("earnings_yield")
SAFE = metric("debt_to_equity", -1, weight=3.0)
BOTH = MetricFactor("both", "1", "Both", "cheap and safe", (CHEAP, SAFE))


def test_a_factor_is_fifty_and_the_weighted_percentiles_beyond_it_less_is_better_where_it_says_so():
    """Percentiles of the first are 10 and 90: 50 + (-40 * 1 + 40 * 3) / 4 = 70."""
    rows = metrics_of(NAMES, {"earnings_yield": [1.0, 2, 3, 4, 5], "debt_to_equity": [1.0, 2, 3, 4, 5]})
    told = standings(rows, [BOTH])["both"]
    assert told.value.tolist() == pytest.approx([70, 60, 50, 40, 30])
    assert told.percentile[0].tolist() == pytest.approx([0.1, 0.9])
    assert told.parts[0].tolist() == pytest.approx([-10, 30])
    assert told.known.tolist() == [1.0] * 5


def test_a_factor_needs_half_of_the_weight_of_its_metrics():
    six = [*NAMES, "0000000006-01"]
    rows = metrics_of(six, {"earnings_yield": [1.0, 2, 3, 4, 5, 6], "debt_to_equity": [None, 2.0, 3, 4, 5, 6]})
    told = standings(rows, [BOTH])["both"]
    assert np.isnan(told.value[0])  # a quarter is known
    assert np.isfinite(told.value[1:]).all()


def test_what_has_no_meaning_in_an_industry_is_not_missed_there():
    safe = metric("debt_to_equity", -1, weight=3.0, not_for=("bank",))
    factor = MetricFactor("both", "1", "Both", "cheap and safe", (CHEAP, safe))
    values = {"earnings_yield": [1.0, 2, 3, 4, 5], "debt_to_equity": [None, 2.0, 3, 4, 5]}
    told = standings(metrics_of(NAMES, values, industry=["bank"] + ["other"] * 4), [factor])["both"]
    assert told.known[0] == 1.0
    assert np.isfinite(told.value[0])


def test_one_metric_alone_leads_no_further_out_than_all_of_them():
    dice = np.random.default_rng(2)
    names = [f"{place:010d}-01" for place in range(2000)]
    factor = MetricFactor("many", "1", "Many", "of four", tuple(map(metric, ("gross_margin", "net_margin", "accruals",
                                                                             "beta_252"))), least=0.2)  # fmt: skip
    values = {one.name: dice.normal(size=2000) for one in factor.metrics}
    for one in factor.metrics[1:]:
        values[one.name][:1000] = np.nan
    told = standings(metrics_of(names, values).fill_nan(None), [factor])["many"]
    assert np.std(told.value[:1000]) == pytest.approx(np.std(told.value[1000:]), rel=0.1)
    assert (np.abs(told.value - 50) <= 50).all()


def test_the_order_of_rows_does_not_matter_for_a_percentile():
    rows = drawn(60)
    told = standings(rows, [BOTH])["both"]
    again = standings(rows.reverse(), [BOTH])["both"]
    assert np.array_equal(told.percentile[::-1], again.percentile, equal_nan=True)
