"""Capital return by hand: 10 million of dividends and 30 of buybacks of a company worth 1,000 million."""

import pytest

from edgewise.factors.capital_return import FACTOR
from tests.factors.statements import metrics_of, without_meaning

COMPANY = {"dividends_paid": 1e7, "buybacks": 3e7, "market_value": 1e9, "net_issuance": -0.02}


def test_capital_return_by_hand():
    assert metrics_of(FACTOR, **COMPANY) == pytest.approx({"net_issuance": -0.02, "payout_yield": 0.04})
    assert {metric.name: metric.direction for metric in FACTOR.metrics} == {"net_issuance": -1, "payout_yield": 1}


def test_who_pays_nothing_has_a_payout_of_zero_and_of_whom_it_is_not_known_none():
    assert metrics_of(FACTOR, **COMPANY | {"dividends_paid": 0.0, "buybacks": 0.0})["payout_yield"] == 0
    for field in ("dividends_paid", "buybacks", "market_value"):
        assert metrics_of(FACTOR, **COMPANY | {field: None}) == {"net_issuance": -0.02, "payout_yield": None}
    assert metrics_of(FACTOR, **COMPANY | {"market_value": 0.0})["payout_yield"] is None


def test_it_has_a_meaning_everywhere_and_ages():
    assert not any(without_meaning(FACTOR).values())
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
