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


BALANCE = COMPANY | {"total_assets": 6e8, "ebitda": 5e7, "interest_expense": 2e7}


@pytest.mark.parametrize("industry", ["bank", "insurer"])
def test_of_a_bank_and_of_an_insurer_counts_what_part_of_its_assets_is_its_own(industry):
    """60 of 600 million; a third of it lost, and more than all of it."""
    name = f"{industry}_equity_to_assets"
    left = dict.fromkeys(HEALTH)
    assert metrics_of(FACTOR, industry=industry, **BALANCE) == left | {name: pytest.approx(0.1)}
    worse = [metrics_of(FACTOR, industry=industry, **BALANCE | {"equity": own})[name] for own in (4e7, -6e6)]
    assert worse == pytest.approx([40 / 600, -0.01])
    assert metrics_of(FACTOR, industry=industry, **BALANCE | {"total_assets": None}) == left | {name: None}


def test_a_property_trust_is_asked_what_the_indentures_of_its_bonds_ask():
    """30 of 600 million are owed, and 50 earned before depreciation for 20 of interest."""
    told = metrics_of(FACTOR, industry="reit", **BALANCE)
    own = {"reit_debt_to_assets": 0.05, "reit_interest_cover": 2.5}
    assert told == pytest.approx(dict.fromkeys(HEALTH) | own)
    better = {metric.name: metric.direction for metric in FACTOR.metrics}
    assert [better[name] for name in own] == [-1, 1]
    free = metrics_of(FACTOR, industry="reit", **BALANCE | {"debt": 0.0, "interest_expense": 0.0})
    assert (free["reit_debt_to_assets"], free["reit_interest_cover"]) == (0.0, None)


def test_what_has_no_meaning_where():
    assert without_meaning(FACTOR) == {kind: set(HEALTH) for kind in ("bank", "insurer", "reit")} | {"utility": set()}


def test_an_old_balance_sheet_is_none():
    assert metrics_of(FACTOR, days=270, **COMPANY)["debt_to_equity"] == 0.5
    assert set(metrics_of(FACTOR, days=271, **COMPANY).values()) == {None}
