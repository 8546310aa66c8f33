"""What holds for every factor of the score and every metric of it."""

import hashlib
import inspect
import re
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.metric import INDUSTRY_KINDS, Metric, MetricFactor
from edgewise.factors.registry import METRICS_VERSION, SCORED

METRICS = [metric for factor in SCORED for metric in factor.metrics]
WORDS = {"2": "ff426578e95a6061"}  # of each version: what it is made of
TEN = "value growth profitability health momentum analysts insiders institutional news technical"
BESIDE = "filing_tone filing_tone_change risk_factor_change text_similarity earnings_quality capital_return low_risk"


def test_the_ten_and_those_beside_them_are_there_in_their_order():
    assert [factor.name for factor in SCORED] == [*TEN.split(), *BESIDE.split()]


def test_every_metric_has_its_column_and_every_column_its_metric():
    told = FACTOR_METRICS.schema
    beside = {"close", "market_value", "mean_age"}
    numbers = [name for name, dtype in told.items() if dtype == pl.Float64 and name not in beside]
    assert numbers == [metric.name for metric in sorted(METRICS, key=lambda one: list(told).index(one.name))]
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(SCORES.schema[factor.name] == pl.Float64 for factor in SCORED)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_says_what_people_need(metric):
    assert metric.formula
    assert metric.unit
    assert re.search(r"\(\d{4}[a-z]?\)|\d{4}$", metric.source), "a source names a year"
    assert 0 <= metric.max_age_days <= metric.yearly_max_age_days <= 500
    assert set(metric.not_for) | set(metric.only_for) <= set(INDUSTRY_KINDS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_of_nothing_known_nothing_is_made(metric):
    names = metric.value.meta.root_names()
    empty = pl.DataFrame({name: [None] for name in names}, schema=dict.fromkeys(names, pl.Float64))
    assert empty.select(metric.value).item() is None


def test_a_metric_is_not_for_some_industries_or_only_for_some():
    with pytest.raises(InvalidInput, match=r"not for .*bank.* only for .*reit"):
        Metric("x", "ratios", pl.col("a"), "a", "fraction", 1, 10, "X (2000)", not_for=("bank",), only_for=("reit",))


@pytest.mark.parametrize("industry", [*INDUSTRY_KINDS, "other", None])
def test_every_industry_has_metrics_of_each_of_the_ten(industry):
    """Whatever a company does, at least one metric of each factor that counts is asked of it."""
    for factor in SCORED[:10]:
        assert any(metric.has_meaning(industry) for metric in factor.metrics), factor.name


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_meaning_is_the_same_of_one_industry_and_of_a_column(metric):
    industries = pl.DataFrame({"industry": [*INDUSTRY_KINDS, "other", None]})
    told = industries.select(metric.is_meant()).to_series().to_list()
    assert told == [metric.has_meaning(industry) for industry in industries["industry"]]


@pytest.mark.parametrize("factor", SCORED, ids=lambda factor: factor.name)
def test_a_factor_is_the_file_of_its_name_and_tells_itself(factor):
    module = import_module(f"edgewise.factors.{factor.name}")
    assert factor in vars(module).values()
    assert len(inspect.cleandoc(module.__doc__)) > 200
    assert factor.meaning.endswith(".")


def test_another_formula_is_another_version():
    """Change a formula, and raise METRICS_VERSION: scores of one version must not be of two makes."""
    assert WORDS[METRICS_VERSION] == digest(SCORED), f"the metrics of version {METRICS_VERSION} have changed"


def digest(factors):
    told = [
        (factor.name, factor.version, factor.least, *told_of(metric)) for factor in factors for metric in factor.metrics
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def told_of(metric):
    formula = metric.value.meta.tree_format(return_as_string=True)
    ages = metric.max_age_days, metric.yearly_max_age_days
    return metric.name, metric.view, formula, metric.direction, *ages, metric.not_for, metric.only_for, metric.weight


def test_the_digest_sees_a_changed_formula():
    metric = Metric("x", "ratios", pl.col("a") / pl.col("b"), "a / b", "fraction", 1, 10, "X (2000)")
    other = Metric("x", "ratios", pl.col("a") / pl.col("c"), "a / b", "fraction", 1, 10, "X (2000)")
    assert digest([MetricFactor("f", "1", "F", "f.", (metric,))]) != digest(
        [MetricFactor("f", "1", "F", "f.", (other,))]
    )


def test_no_factor_of_the_folder_is_forgotten():
    folder = import_module("edgewise.factors").__path__[0]
    declaring = {path.stem for path in Path(folder).glob("*.py") if "MetricFactor(" in path.read_text()}
    assert declaring == {factor.name for factor in SCORED}
