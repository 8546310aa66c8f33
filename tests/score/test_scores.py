"""Scores of a session: by hand, by lot, and what nobody may be able to do to them."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.tables_score import SCORES
from edgewise.factors.registry import SCORED
from edgewise.score.scores import DEVIATION, NOT_TRADED, TOO_LITTLE, scores, session_before
from edgewise.score.weights import STANDARD, Configuration
from tests.factors.metrics import METRICS, SESSION, drawn, metrics_of

NOW = datetime(2024, 5, 15, 22, tzinfo=UTC)


def scored(metrics, configuration=STANDARD, before=None):
    return scores(metrics, SCORED, configuration, before=before, code_fingerprint="code", computed_at=NOW)


@pytest.fixture(scope="module")
def market():
    metrics = drawn(600, missing=0.2)
    return metrics, scored(metrics)


def test_every_security_has_a_row_and_the_rated_spread_around_fifty(market):
    metrics, rows = market
    assert rows.schema == SCORES.schema
    assert rows["instrument_id"].to_list() == metrics["instrument_id"].to_list()
    rated = rows.filter(pl.col("status") == "rated")
    assert rated.height > 500
    assert rated["score"].mean() == pytest.approx(50, abs=1.5)
    assert rated["score"].std() == pytest.approx(DEVIATION, rel=0.05)
    assert rated["overall"].is_between(1, 100).all()
    assert (rated["overall"] - rated["score"]).abs().max() <= 0.5


def test_names_of_which_little_is_known_crowd_neither_tail():
    metrics = pl.concat([drawn(1500, seed=1, missing=0.05), drawn(1500, seed=2, missing=0.55)])
    renamed = metrics.with_columns(
        instrument_id=pl.format("{}-01", pl.int_range(1, 3001).cast(pl.String).str.zfill(10))
    )
    rows = scored(renamed).filter(pl.col("status") == "rated")
    thin = rows["completeness"] < 0.6
    assert 300 < thin.sum() < 1500
    assert rows.filter(thin)["score"].std() == pytest.approx(rows.filter(~thin)["score"].std(), rel=0.1)


def test_who_does_not_trade_and_of_whom_little_is_known_is_not_rated_and_why():
    rows = scored(
        drawn(60, missing=0.0).with_columns(
            pl.when(pl.int_range(60) == 0).then(None).otherwise(pl.col("close")).alias("close"),
            *(pl.when(pl.int_range(60) == 1).then(None).otherwise(pl.col(name)).alias(name) for name in METRICS),
        )
    )
    assert rows["reasons"].to_list()[:3] == [NOT_TRADED, TOO_LITTLE, None]
    left = rows.head(2).select("overall", "score", "rating", "sector_percentile", "confidence", "stretch")
    assert left.rows() == [(None,) * 6] * 2
    assert rows["completeness"].to_list()[:3] == pytest.approx([1, 0, 1])


def test_completeness_is_the_share_of_the_weight_that_is_known():
    """Four of five value metrics of one name, and no news: 1 - 0.12 / 5 - 0.07."""
    first = pl.int_range(60) == 0
    gone = ("earnings_yield", "news_tone_7", "news_tone_30")
    metrics = drawn(60, missing=0.0).with_columns(
        pl.when(first).then(None).otherwise(pl.col(name)).alias(name) for name in gone
    )
    assert scored(metrics)["completeness"].to_list()[:2] == pytest.approx([1 - 0.12 / 5 - 0.07, 1.0])


def test_the_sector_percentile_is_the_place_among_the_rated_of_the_sector(market):
    _, rows = market
    one = rows.filter(pl.col("sector") == "energy", pl.col("status") == "rated").sort("score")
    number = one.height
    assert one["sector_percentile"].to_list() == pytest.approx(
        [(place + 0.5) / number * 100 for place in range(number)]
    )


def test_a_place_among_four_is_none():
    names = ["energy"] * 4 + ["materials"] * 56
    rows = scored(drawn(60, missing=0.0).with_columns(sector=pl.Series(names)))
    assert rows["sector_percentile"].null_count() == 4
    assert rows.filter(pl.col("sector") == "energy")["score"].count() == 4


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_another_order_of_rows_changes_no_bit(dice):
    metrics = drawn(80)
    order = list(range(80))
    dice.shuffle(order)
    assert scored(metrics[order]).equals(scored(metrics))


def test_a_small_change_of_one_metric_moves_no_score_by_a_jump(market):
    metrics, rows = market
    moved = metrics.with_columns(
        earnings_yield=pl.when(pl.int_range(pl.len()) == 5).then(pl.col("earnings_yield") + 1e-9).otherwise(
            pl.col("earnings_yield"))
    )  # fmt: skip
    assert (scored(moved)["score"] - rows["score"]).abs().max() < 0.5


def test_stability_is_how_little_the_factors_moved_in_a_month():
    metrics = drawn(60, missing=0.0)
    now = scored(metrics)
    same = scored(metrics, before=now.with_columns(session=pl.lit(session_before(SESSION))))
    assert same["stability"].to_list() == [1.0] * 60
    names = [factor.name for factor in SCORED]
    away = scored(metrics, before=now.with_columns(pl.col(name) + 25 for name in names))
    assert away["stability"].to_list() == pytest.approx([0.5] * 60)
    assert now["stability"].null_count() == 60


def test_a_month_before_is_twenty_one_sessions():
    assert session_before(date(2024, 5, 15)) == date(2024, 4, 16)


def test_the_fingerprint_is_of_all_that_a_score_is_compared_with(market):
    metrics, rows = market
    assert rows["inputs_fingerprint"].n_unique() == 1
    other = metrics.with_columns(rsi_14=pl.when(pl.int_range(pl.len()) == 599).then(1.0).otherwise(pl.col("rsi_14")))
    assert scored(other)["inputs_fingerprint"][0] != rows["inputs_fingerprint"][0]
    assert scored(metrics)["inputs_fingerprint"][0] == rows["inputs_fingerprint"][0]


def test_a_score_is_the_weighted_deviation_over_how_far_such_deviations_lie():
    """One factor of one metric: the score is its percentile, brought to a deviation of 20; by hand with numpy."""
    names = [f"{place:010d}-01" for place in range(1, 101)]
    metrics = metrics_of(names, {name: list(np.linspace(1, 2, 100)) for name in METRICS})
    only = Configuration("one", {"momentum": 1.0})
    rows = scores(metrics, SCORED, only, code_fingerprint="code", computed_at=NOW)
    assert rows["reasons"].unique().to_list() == [TOO_LITTLE]  # one factor is too few for anybody
    four = Configuration("four", dict.fromkeys(("momentum", "news", "growth", "profitability"), 0.25))
    rows = scores(metrics, SCORED, four, code_fingerprint="code", computed_at=NOW)
    percentile = (np.arange(100) + 0.5) - 50
    # The four agree, so their mean is as wide as each; a covariance of 100 names is believed by 100 in 130.
    own = np.mean(percentile**2)
    spread = np.sqrt(own / 4 + own * 12 / 16 * 100 / 130)
    assert rows["score"].to_numpy() == pytest.approx(np.clip(50 + DEVIATION / spread * percentile, 1, 100))
