"""Accruals and growth of assets, of which less is better; not of those whose trade is money."""

import pytest

from edgewise.factors.earnings_quality import FACTOR
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {"accruals": -0.03, "asset_growth": 0.4}


def test_both_stand_as_they_are_and_less_is_better():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx(COMPANY)
    assert {metric.direction for metric in FACTOR.metrics} == {-1}


@pytest.mark.parametrize("field", COMPANY)
def test_one_missing_input_takes_its_own_metric_and_no_other(field):
    told = metrics_of(FACTOR, **COMPANY | {field: None})
    assert [name for name, value in told.items() if value is None] == [field]


def test_industries_and_age():
    assert without_meaning(FACTOR) == {
        "bank": set(COMPANY), "insurer": set(COMPANY), "reit": {"asset_growth"}, "utility": set()
    }  # fmt: skip
    assert set(metrics_of(FACTOR, industry="bank", **COMPANY).values()) == {None}
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
