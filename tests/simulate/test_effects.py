from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.effects import planted_effects, planted_ic
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan
from edgewise.simulate.signals import Signal


@pytest.fixture
def still():
    """A market whose z never changes: two sectors of two, -1 and 1; all companies alike, own deviation 2 %."""
    plan = Plan(companies=22, years=1, tone_ic=0.1)
    market = trade(plan, invent_companies(plan), [])
    z = np.tile(np.array([-1.0, 1.0] * 11), (len(market.sessions), 1))
    sector = np.repeat(np.arange(11), 2)
    return plan, replace(
        market, signals={"tone": Signal(z, z)}, sector=sector, own_sd=np.full(22, 0.02), beta=np.full(22, 1.0)
    )


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_of_a_factor_that_never_changes_by_hand(still, horizon):
    # A session's variance is 0.7 intraday and 0.3 overnight; h sessions have h intraday and h - 1 overnight parts.
    signal = 0.1 * sqrt(0.7) * horizon
    expected = signal / sqrt(signal**2 + 0.7 * horizon + 0.3 * (horizon - 1))
    assert planted_ic(*still, horizon) == pytest.approx(expected)


def test_sectors_dilute_the_whole_return_by_hand(still):
    # 11 equal sectors: 10/11 of the sector variance (0.006 squared) lies across companies; equal betas add nothing.
    noise = 0.02**2 + 0.006**2 * 10 / 11
    assert planted_ic(*still, 1, whole=True) == pytest.approx(0.1 * 0.02 / sqrt(0.01 * 0.02**2 + noise))


def test_sessions_without_a_factor_do_not_count(still):
    plan, market = still
    z = market.z.copy()
    z[:100] = np.nan
    assert planted_ic(plan, replace(market, signals={"tone": Signal(z, z)}), 1) == pytest.approx(
        planted_ic(plan, market, 1)
    )


def test_the_effects_name_their_convention_and_horizons(still):
    effects = planted_effects(*still)
    assert "close of session S" in effects["convention"]
    assert set(effects["planted_ic"]) == {"own_return", "whole_return"}
    assert set(effects["planted_ic"]["own_return"]) == {"1", "5", "21"}
