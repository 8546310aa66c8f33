"""Growth by hand: a quarter more revenue, half as much again a share."""

import pytest

from edgewise.factors.growth import FACTOR
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {
    "revenue": 125.0,
    "revenue_before": 100.0,
    "eps_diluted": 3.0,
    "eps_diluted_before": 2.0,
    "revenue_growth_5y": 0.1,
    "eps_growth_5y": -0.02,
}
GROWTHS = {"revenue_growth_1y": 0.25, "eps_growth_1y": 0.5, "revenue_growth_5y": 0.1, "eps_growth_5y": -0.02}


def test_growths_by_hand():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx(GROWTHS)


def test_a_fall_into_a_loss_is_a_growth_below_minus_one():
    assert metrics_of(FACTOR, **COMPANY | {"eps_diluted": -1.0})["eps_growth_1y"] == pytest.approx(-1.5)


@pytest.mark.parametrize("before", [0.0, -2.0, None])
def test_from_a_loss_from_nothing_and_from_the_unknown_there_is_no_growth(before):
    """From -2 to 3 a share would be -250 percent: an improvement that ranks last."""
    assert metrics_of(FACTOR, **COMPANY | {"eps_diluted_before": before})["eps_growth_1y"] is None
    assert metrics_of(FACTOR, **COMPANY | {"revenue_before": before})["revenue_growth_1y"] is None


@pytest.mark.parametrize("field", COMPANY)
def test_one_missing_input_takes_its_own_growth_and_no_other(field):
    told = metrics_of(FACTOR, **COMPANY | {field: None})
    assert [name for name, value in told.items() if value is None] == [
        {"revenue": "revenue_growth_1y", "eps_diluted": "eps_growth_1y"}.get(field.removesuffix("_before"), field)
    ]


def test_growth_has_a_meaning_everywhere_and_ages():
    assert not any(without_meaning(FACTOR).values())
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
