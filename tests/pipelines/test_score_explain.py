"""Which metrics an explanation tells of a company, and why one has no value."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.factors.registry import METRICS_VERSION
from edgewise.lake import Lake
from edgewise.pipelines.score_explain import explain_score
from edgewise.pipelines.scores import compute_scores
from edgewise.score.weights import STANDARD
from tests.factors.metrics import drawn

DAY = date(2024, 5, 15)
OTHER, BANK, TRUST = (f"{number:010d}-01" for number in (1, 2, 3))
USUAL = {"debt_to_equity", "current_ratio", "quick_ratio", "interest_cover"}


class Evening:
    def now(self):
        return datetime(2024, 5, 15, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Eighty companies, the second of them a bank with a seventh of its assets its own, the third a property trust."""
    lake = Lake(str(tmp_path_factory.mktemp("explained")))
    rows = drawn(80, session=DAY, missing=0.0)
    name, is_bank = pl.col("instrument_id"), pl.col("instrument_id") == BANK
    industry = pl.when(is_bank).then(pl.lit("bank")).when(name == TRUST).then(pl.lit("reit")).otherwise("industry")
    planted = rows.with_columns(
        industry=industry,
        bank_equity_to_assets=pl.when(is_bank).then(1 / 7),
        version=pl.lit(METRICS_VERSION),
        **{metric: pl.when(name != BANK, name != TRUST).then(metric) for metric in USUAL},
    )
    lake.append(FACTOR_METRICS, planted.select(FACTOR_METRICS.schema.keys()))
    compute_scores(lake, [DAY], STANDARD, Evening(), tone_version="test")
    return lake


def health(lake, name):
    told = explain_score(lake, name, DAY, STANDARD, evidence=False)
    (factor,) = (one for one in told.factors if one.factor.name == "health")
    return {metric.metric.name: metric for metric in factor.metrics}


@pytest.mark.parametrize(
    ("name", "own"),
    [(OTHER, set()), (BANK, {"bank_equity_to_assets"}), (TRUST, {"reit_debt_to_assets", "reit_interest_cover"})],
)
def test_metrics_of_single_other_industries_are_not_told(lake, name, own):
    assert health(lake, name).keys() == USUAL | own


def test_a_metric_without_a_value_says_why(lake):
    of_bank, of_trust = health(lake, BANK), health(lake, TRUST)
    assert of_bank["bank_equity_to_assets"].value == pytest.approx(1 / 7)
    assert of_bank["bank_equity_to_assets"].missing == ""
    assert {of_bank[name].missing for name in USUAL} == {"has no meaning for a company of industry bank"}
    assert of_trust["reit_debt_to_assets"].missing == (
        "not known then, in doubt, or older than 270 days (500 where the company reports once a year)"
    )
