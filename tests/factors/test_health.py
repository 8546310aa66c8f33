"""Health by hand: 30 million of debt against 60 of equity; no debt; no equity."""

import pytest

from edgewise.factors.health import FACTOR, MOST_DEBT
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {"debt": 3e7, "equity": 6e7, "current_ratio": 1.5, "quick_ratio": 0.9, "interest_cover": -4.0}
HEALTH = {"debt_to_equity": 0.5, "current_ratio": 1.5, "quick_ratio": 0.9, "interest_cover": -4.0}


def test_health_by_hand():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx(HEALTH)


@pytest.mark.parametrize(
    ("debt", "equity", "ratio"),
    [
        (0.0, 6e7, 0.0),
        (3e7, 3e7, 1.0),
        (6e8, 3e7, MOST_DEBT),
        (3e9, 3e7, MOST_DEBT),
        (3e7, 1.0, MOST_DEBT),
        (3e7, 0.0, MOST_DEBT),
        (3e7, -6e7, MOST_DEBT),
        (0.0, -6e7, None),
        (0.0, 0.0, None),
        (None, 6e7, None),
        (None, -6e7, None),
        (3e7, None, None),
    ],
)
def test_debt_to_equity_is_worst_where_debt_has_eaten_equity_and_unknown_where_either_is(debt, equity, ratio):
    assert metrics_of(FACTOR, debt=debt, equity=equity)["debt_to_equity"] == ratio


def test_as_equity_shrinks_through_zero_health_never_gets_better():
    ratios = [metrics_of(FACTOR, debt=1.0, equity=equity)["debt_to_equity"] for equity in (2, 1, 0.1, 0.01, 0, -1, -9)]
    assert ratios == sorted(ratios)
    assert next(metric.direction for metric in FACTOR.metrics if metric.name == "debt_to_equity") == -1


@pytest.mark.parametrize("field", ["current_ratio", "quick_ratio", "interest_cover"])
def test_one_missing_input_takes_its_own_metric_and_no_other(field):
    told = metrics_of(FACTOR, **COMPANY | {field: None})
    assert [name for name, value in told.items() if value is None] == [field]


def test_a_bank_has_no_metric_of_health_and_a_property_trust_no_current_part():
    assert set(metrics_of(FACTOR, industry="bank", **COMPANY).values()) == {None}
    assert without_meaning(FACTOR)["insurer"] == set(HEALTH)
    assert without_meaning(FACTOR)["reit"] == {"current_ratio", "quick_ratio"}
    assert without_meaning(FACTOR)["utility"] == set()


def test_an_old_balance_sheet_is_none():
    assert metrics_of(FACTOR, days=270, **COMPANY)["debt_to_equity"] == 0.5
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
