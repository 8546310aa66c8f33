"""Points of factors and metrics add up to the score, to the last digit that a double has."""

from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.factors.registry import SCORED
from edgewise.score.contributions import BASE, contributions, factor_points
from edgewise.score.scores import scores
from edgewise.score.weights import STANDARD
from tests.factors.metrics import drawn

NOW = datetime(2024, 5, 15, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def market():
    metrics = drawn(300, missing=0.35)
    return metrics, scores(metrics, SCORED, STANDARD, code_fingerprint="code", computed_at=NOW)


def test_the_points_of_every_stocks_factors_add_up_to_its_score(market):
    _, rows = market
    rated = rows.filter(pl.col("status") == "rated")
    assert rated.height > 200
    for row in rated.iter_rows(named=True):
        assert BASE + sum(factor_points(row, STANDARD).values()) == pytest.approx(row["score"], abs=1e-9)


def test_the_points_of_metrics_add_up_to_those_of_their_factor_and_to_the_score(market):
    metrics, rows = market
    for row in rows.filter(pl.col("status") == "rated").head(40).iter_rows(named=True):
        told = contributions(metrics, SCORED, STANDARD, row["instrument_id"])
        assert BASE + told["points"].sum() == pytest.approx(row["score"], abs=1e-9)
        by_factor = dict(told.group_by("factor").agg(pl.col("points").sum()).iter_rows())
        for name, points in factor_points(row, STANDARD).items():
            assert by_factor[name] == pytest.approx(points, abs=1e-9)
        assert told["weight"].sum() == pytest.approx(1)


def test_what_a_score_beyond_its_bounds_was_brought_back_by_is_told(market):
    _, rows = market
    at_the_end = rows.filter(pl.col("score").is_in([1.0, 100.0]))
    assert at_the_end.height > 0
    assert all(factor_points(row, STANDARD)["bounds"] != 0 for row in at_the_end.iter_rows(named=True))
    inside = rows.filter(pl.col("score").is_between(2, 99)).iter_rows(named=True)
    assert all(abs(factor_points(row, STANDARD)["bounds"]) < 1e-9 for row in inside)


def test_a_metric_that_is_missing_has_no_points_and_no_peers(market):
    metrics, rows = market
    name = rows.filter(pl.col("status") == "rated")["instrument_id"][0]
    told = contributions(metrics, SCORED, STANDARD, name).filter(pl.col("metric") != "bounds")
    missing = told.filter(pl.col("value").is_null())
    assert missing.height > 0
    assert missing.select("percentile", "peers").null_count().row(0) == (missing.height,) * 2
    assert set(missing["points"]) == {0.0}


def test_factors_of_weight_zero_are_told_and_count_for_nothing(market):
    metrics, _ = market
    told = contributions(metrics, SCORED, STANDARD, metrics["instrument_id"][0])
    beside = told.filter(~pl.col("factor").is_in([*STANDARD.weights, "bounds"]))
    assert beside.height == sum(len(one.metrics) for one in SCORED if one.name not in STANDARD.weights)
    assert set(beside["points"]) <= {0.0}


def test_who_is_not_rated_has_no_points(market):
    _, rows = market
    row = rows.filter(pl.col("status") != "rated").row(0, named=True)
    assert factor_points(row, STANDARD) == {}


def test_a_security_without_a_row_is_not_found(market):
    metrics, _ = market
    with pytest.raises(NotFound, match="9999999999-01"):
        contributions(metrics, SCORED, STANDARD, "9999999999-01")
