from dataclasses import replace

import numpy as np
import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.effects import planted_ic
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan
from edgewise.simulate.price_files import price_table
from edgewise.simulate.schedule import schedule_filings


@pytest.fixture(scope="module")
def large():
    plan = Plan(companies=500, years=2, seed=11, splits_per_year=0.0, dividend_payers=0.0)
    companies = invent_companies(plan)
    filings = schedule_filings(plan, companies)
    return plan, companies, filings, trade(plan, companies, filings)


def realised(market, horizon, *, whole):
    """Correlation of z at each close with the return from the next open to the close `horizon` sessions later."""
    own = np.cumsum(market.own_intraday + market.own_overnight, axis=0)
    own_at_open = own - market.own_intraday
    ics = []
    for now in range(len(market.sessions) - horizon):
        z = market.z[now]
        held = np.log(market.close[now + horizon] / market.open[now + 1])
        gained = held if whole else own[now + horizon] - own_at_open[now + 1]
        present = ~np.isnan(z)
        if present.sum() > 100:
            ics.append(np.corrcoef(z[present], gained[present])[0, 1])
    return np.mean(ics), np.std(ics) * np.sqrt(horizon / len(ics))


def test_a_filing_moves_no_price_before_the_open_after_its_tradable_session(large):
    plan, companies, filings, market = large
    place = 4_000
    loud = [replace(f, tone=f.tone + 3) if n == place and f.tone is not None else f for n, f in enumerate(filings)]
    assert loud != filings
    changed = trade(plan, companies, loud)
    first = market.sessions.index(filings[place].tradable_session)
    for panel in ("open", "close", "own_intraday", "own_overnight"):
        np.testing.assert_array_equal(getattr(changed, panel)[: first + 1], getattr(market, panel)[: first + 1])
    np.testing.assert_array_equal(changed.z[:first], market.z[:first])
    assert (changed.open[first + 1] == market.open[first + 1]).all()
    assert (changed.close[first + 1] != market.close[first + 1]).any()


@pytest.mark.parametrize("horizon", [1, 5, 21])
@pytest.mark.parametrize("whole", [False, True])
def test_the_realised_correlation_is_the_planted_one_within_three_standard_errors(large, horizon, whole):
    plan, _, _, market = large
    mean, error = realised(market, horizon, whole=whole)
    assert abs(mean - planted_ic(plan, market, horizon, whole=whole)) < 3 * error
    assert mean > 3 * error


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_the_control_has_no_effect_within_three_standard_errors(large, horizon):
    plan, companies, filings, market = large
    control = replace(plan, tone_ic=0.0)
    without = trade(control, companies, filings)
    np.testing.assert_array_equal(without.z, market.z)
    assert planted_ic(control, without, horizon) == 0
    mean, error = realised(without, horizon, whole=False)
    assert abs(mean) < 3 * error


def test_a_negative_effect_can_be_planted(large):
    plan, companies, filings, _ = large
    reversed_plan = replace(plan, tone_ic=-0.2)
    mean, error = realised(trade(reversed_plan, companies, filings), 1, whole=False)
    assert abs(mean + 0.2 / np.sqrt(1.04)) < 3 * error + 0.002


def test_placebos_say_nothing_about_the_tone_or_the_next_return(large):
    _, _, filings, market = large
    place = {session: number for number, session in enumerate(market.sessions)}
    rows = [
        (f.placebo, f.tone, market.own_intraday[place[f.tradable_session] + 1, f.companies[0].index])
        for f in filings
        if f.tone is not None and place.get(f.tradable_session, len(place)) + 1 < len(place)
    ]
    correlations = np.corrcoef(np.array(rows).T)[0, 1:]
    assert (np.abs(correlations) < 3 / np.sqrt(len(rows))).all()


def test_bars_are_consistent_and_as_volatile_as_stocks(large):
    _, companies, _, market = large
    bars = price_table(companies, market)
    assert bars.select((bars["low"] <= bars["open"]) & (bars["open"] <= bars["high"])).to_series().all()
    assert bars.select((bars["low"] <= bars["close"]) & (bars["close"] <= bars["high"])).to_series().all()
    assert bars["low"].min() > 0
    assert bars["volume"].min() > 0
    assert bars.height == 500 * 502
    own = (market.own_intraday + market.own_overnight).std(axis=0)
    assert 0.0145 < np.quantile(own, 0.05) < np.quantile(own, 0.95) < 0.0208
    assert 0.018 < np.diff(np.log(market.close), axis=0).std() < 0.025
