"""Profitability: what the view gives, where it has a meaning."""

import pytest

from edgewise.factors.profitability import FACTOR
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {
    "return_on_equity": 0.3,
    "return_on_assets": 0.1,
    "return_on_invested_capital": -0.2,
    "gross_margin": 0.4,
    "operating_margin": -0.1,
    "net_margin": 0.05,
}


def test_returns_and_margins_stand_as_they_are_losses_too():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx(COMPANY)
    assert {metric.direction for metric in FACTOR.metrics} == {1}


@pytest.mark.parametrize("field", COMPANY)
def test_one_missing_input_takes_its_own_metric_and_no_other(field):
    told = metrics_of(FACTOR, **COMPANY | {field: None})
    assert [name for name, value in told.items() if value is None] == [field]


def test_industries_in_which_a_return_or_margin_has_no_meaning():
    trade = {"return_on_invested_capital", "gross_margin", "operating_margin"}
    assert without_meaning(FACTOR) == {
        "bank": trade, "insurer": trade, "reit": {"gross_margin"}, "utility": {"gross_margin"}
    }  # fmt: skip
    told = metrics_of(FACTOR, industry="insurer", **COMPANY)
    assert {name for name, one in told.items() if one is None} == trade


def test_half_a_year_later_without_a_report_it_has_aged():
    assert metrics_of(FACTOR, days=270, **COMPANY)["net_margin"] == 0.05
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
