"""Factors made of metrics: by hand, and what a missing metric does."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.factors.factor_values import factor_values
from edgewise.factors.metric import Metric, MetricFactor
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
    told = factor_values(rows, [BOTH])["both"]
    assert told.value.tolist() == pytest.approx([70, 60, 50, 40, 30])
    assert told.percentile[0].tolist() == pytest.approx([0.1, 0.9])
    assert told.parts[0].tolist() == pytest.approx([-10, 30])
    assert told.known.tolist() == [1.0] * 5


def test_failure_case_38_names_of_two_sessions_are_never_ranked_together():
    both = pl.concat([metrics_of(NAMES, {}), metrics_of(NAMES, {}, session=date(2024, 5, 16))])
    with pytest.raises(InvalidInput, match="several sessions"):
        factor_values(both, [BOTH])


def test_a_factor_needs_half_of_the_weight_of_its_metrics():
    six = [*NAMES, "0000000006-01"]
    rows = metrics_of(six, {"earnings_yield": [1.0, 2, 3, 4, 5, 6], "debt_to_equity": [None, 2.0, 3, 4, 5, 6]})
    told = factor_values(rows, [BOTH])["both"]
    assert np.isnan(told.value[0])  # a quarter is known
    assert np.isfinite(told.value[1:]).all()


def test_what_has_no_meaning_in_an_industry_is_not_missed_there():
    safe = metric("debt_to_equity", -1, weight=3.0, not_for=("bank",))
    factor = MetricFactor("both", "1", "Both", "cheap and safe", (CHEAP, safe))
    values = {"earnings_yield": [1.0, 2, 3, 4, 5], "debt_to_equity": [None, 2.0, 3, 4, 5]}
    told = factor_values(metrics_of(NAMES, values, industry=["bank"] + ["other"] * 4), [factor])["both"]
    assert told.known[0] == 1.0
    assert np.isfinite(told.value[0])


def test_who_is_asked_one_thing_only_lies_no_further_out_than_who_is_asked_all_others():
    """A bank has one metric of its own and none of the four of others; nobody's spread may be of metrics nobody has."""
    dice = np.random.default_rng(3)
    names = [f"{place:010d}-01" for place in range(2000)]
    usual = tuple(metric(name, not_for=("bank",)) for name in ("gross_margin", "net_margin", "accruals", "beta_252"))
    own = Metric("bank_equity_to_assets", "ratios", pl.col("equity"), "x", "x", 1, 9, "test", only_for=("bank",))
    values = {one.name: np.where(np.arange(2000) < 1000, np.nan, dice.normal(size=2000)) for one in usual}
    values[own.name] = np.where(np.arange(2000) < 1000, dice.normal(size=2000), np.nan)
    rows = metrics_of(names, values, industry=["bank"] * 1000 + ["other"] * 1000).fill_nan(None)
    factor = MetricFactor("health", "1", "Health", "sound", (*usual, own))
    told = factor_values(rows, [factor])["health"]
    assert (told.known == 1.0).all()
    assert np.std(told.value[:1000]) == pytest.approx(np.std(told.value[1000:]), rel=0.1)
    without = factor_values(rows[1000:], [MetricFactor("health", "1", "Health", "sound", usual)])["health"]
    assert told.value[1000:] == pytest.approx(without.value, abs=0.05)


def test_names_that_are_all_alike_are_in_the_middle():
    names = [f"{place:010d}-01" for place in range(40)]
    varied = [float(place) if place < 20 else None for place in range(40)]
    rows = metrics_of(names, {"earnings_yield": varied, "debt_to_equity": [1.0] * 40})
    told = factor_values(rows, [BOTH])["both"]
    assert told.value[20:].tolist() == [50.0] * 20


def test_one_metric_alone_leads_no_further_out_than_all_of_them():
    dice = np.random.default_rng(2)
    names = [f"{place:010d}-01" for place in range(2000)]
    factor = MetricFactor("many", "1", "Many", "of four", tuple(map(metric, ("gross_margin", "net_margin", "accruals",
                                                                             "beta_252"))), least=0.2)  # fmt: skip
    values = {one.name: dice.normal(size=2000) for one in factor.metrics}
    for one in factor.metrics[1:]:
        values[one.name][:1000] = np.nan
    told = factor_values(metrics_of(names, values).fill_nan(None), [factor])["many"]
    assert np.std(told.value[:1000]) == pytest.approx(np.std(told.value[1000:]), rel=0.1)
    assert (np.abs(told.value - 50) <= 50).all()


def test_the_order_of_rows_does_not_matter_for_a_percentile():
    rows = drawn(60)
    told = factor_values(rows, [BOTH])["both"]
    again = factor_values(rows.reverse(), [BOTH])["both"]
    assert np.array_equal(told.percentile[::-1], again.percentile, equal_nan=True)
