"""Signals by hand, and each planted effect found again in the returns at the size the formula gives."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from edgewise.core import clock
from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.company import Company
from edgewise.simulate.effects import planted_ic
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan
from edgewise.simulate.signals import (
    EVENTS,
    FADINGS,
    Fading,
    checked_events,
    event_panel,
    fading,
    standardise,
    tone_change_events,
    tone_events,
)

SESSIONS = [date(2024, 1, day) for day in (2, 3, 4, 5, 8)]
NAN = float("nan")


@dataclass(frozen=True)
class Speaker:
    index: int


@dataclass(frozen=True)
class Said:
    """What signals look at in a filing."""

    companies: tuple[Speaker | Company, ...]
    tradable_session: date
    tone: float | None
    form: str = "8-K"
    placebo: float | None = 0.0


def events(*rows):
    return pl.DataFrame(list(rows), schema=EVENTS, orient="row")


def test_the_tone_of_two_filings_by_hand():
    plan = Plan(half_life=1, memory=2)
    said = [
        Said((Speaker(0),), SESSIONS[0], 1.0),
        Said((Speaker(0), Speaker(1)), SESSIONS[1], -2.0),
        Said((Speaker(1),), SESSIONS[1], None),
        Said((Speaker(1),), date(2024, 1, 9), 5.0),
    ]
    tone = event_panel(tone_events(said), fading(plan, "tone"), SESSIONS, 3)
    expected = np.array([[1.0, 0.5 - 2.0, 0.25 - 1.0, -0.5, NAN], [NAN, -2.0, -1.0, -0.5, NAN], [NAN] * 5])
    np.testing.assert_allclose(tone, expected.T)


def test_a_change_of_tone_is_against_the_same_companys_same_form():
    said = [
        Said((Speaker(0),), SESSIONS[0], 1.0, "10-K"),
        Said((Speaker(0),), SESSIONS[1], 5.0, "8-K"),
        Said((Speaker(1),), SESSIONS[1], 7.0, "10-K"),
        Said((Speaker(0),), SESSIONS[2], None, "10-K"),
        Said((Speaker(0),), SESSIONS[3], -1.5, "10-K"),
    ]
    assert tone_change_events(said).rows() == [(0, SESSIONS[3], -2.5)]


def test_the_latest_value_holds_until_the_next_or_until_it_is_too_old():
    told = events((0, SESSIONS[0], 3.0), (0, SESSIONS[1], 4.0), (1, SESSIONS[2], 9.0))
    panel = event_panel(told, Fading(None, 2, latest=True), SESSIONS, 2)
    np.testing.assert_array_equal(panel.T, [[3, 4, 4, 4, NAN], [NAN, NAN, 9, 9, 9]])


def test_silence_counts_where_it_says_something():
    panel = event_panel(events((0, SESSIONS[1], 3.0)), Fading(1.0, 1, silence=0.0), SESSIONS, 2)
    np.testing.assert_array_equal(panel.T, [[0, 3, 1.5, 0, 0], [0, 0, 0, 0, 0]])


@pytest.mark.parametrize(
    "frame",
    [
        events((0, SESSIONS[0], NAN)),
        events((0, SESSIONS[0], None)),
        events((0, SESSIONS[0], 1.0)).drop("value"),
        events((0, SESSIONS[0], 1.0)).with_columns(pl.col("company").cast(pl.Int32)),
    ],
)
def test_events_of_another_shape_are_refused(frame):
    with pytest.raises(SchemaMismatch, match="events of insiders"):
        checked_events("insiders", frame)


def test_an_effect_nobody_tells_of_is_refused(monkeypatch):
    monkeypatch.setattr("edgewise.simulate.plan.FURTHER_EFFECTS", ("astrology",))
    monkeypatch.setitem(FADINGS, "astrology", Fading(21.0, 126))
    plan = Plan(companies=22, years=1, effects=(("astrology", 0.1),))
    with pytest.raises(InvalidInput, match="astrology"):
        trade(plan, invent_companies(plan), [])


def test_z_scores_of_two_sectors_by_hand():
    values = np.array([[1.0, 3.0, NAN, 7.0, NAN], [1.0, 1.0, 1.0, 2.0, 4.0]])
    z = standardise(values, np.array([0, 0, 0, 1, 1]))
    # The second sector has one company at first; the first sector has no spread at the second session.
    np.testing.assert_allclose(z, [[-1.0, 1.0, NAN, NAN, NAN], [NAN, NAN, NAN, -1.0, 1.0]])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e3, 1e3)), min_size=2, max_size=20), st.integers(1, 3))
def test_z_has_mean_0_and_deviation_1_in_each_sector_or_is_missing(values, sectors):
    row = np.array([[NAN if value is None else round(value, 3) for value in values]])
    sector = np.arange(len(values)) % sectors
    before = row.copy()
    z = standardise(row, sector)
    np.testing.assert_array_equal(row, before)
    for number in range(sectors):
        present = z[0, (sector == number) & ~np.isnan(z[0])]
        if len(present):
            assert abs(present.mean()) < 1e-6
            assert abs(present.std() - 1) < 1e-6


# ---- the effects in a market -----------------------------------------------------------------------------------------

PLANTED = (
    *(("tone_change", 0.05), ("insiders", 0.08), ("momentum", 0.08), ("value", -0.06)),
    *(("quality", 0.06), ("themes", 0.06), ("placebo", 0.0)),
)
PLAN = Plan(companies=264, years=2, seed=2, tone_ic=0.05, effects=PLANTED)


@pytest.fixture(scope="module")
def companies():
    return invent_companies(PLAN)


@pytest.fixture(scope="module")
def told(companies):
    """Filings and events drawn here, so that nothing of the market rests on what other files of the simulator do."""
    draws = np.random.default_rng(17)
    sessions = clock.sessions(PLAN.start, PLAN.end)

    def drawn(count, value):
        who, when = draws.integers(0, len(companies), count), draws.integers(0, len(sessions), count)
        rows = ((int(i), sessions[s], float(x)) for i, s, x in zip(who, when, value(count), strict=True))
        return pl.DataFrame(list(rows), schema=EVENTS, orient="row").sort("tradable_session")

    spoken = drawn(3_600, draws.standard_normal)
    filings = [
        Said((companies[i],), session, x, ("8-K", "10-Q")[number % 2], float(draws.standard_normal()))
        for number, (i, session, x) in enumerate(spoken.iter_rows())
    ]
    return filings, {
        "insiders": drawn(240, lambda count: draws.uniform(1, 1.7, count)),
        "value": drawn(3_600, lambda count: np.exp(draws.normal(2, 0.5, count))),
        "quality": drawn(3_600, draws.standard_normal),
        "themes": drawn(1_800, draws.standard_normal),
    }


@pytest.fixture(scope="module")
def market(companies, told):
    return trade(PLAN, companies, told[0], events=told[1])


@pytest.fixture(scope="module")
def control(companies, told):
    return trade(PLAN.control(), companies, told[0], events=told[1])


def realised(market, effect, horizon, *, ranks):
    """Mean correlation of z with the own return from the next open, and its standard error."""
    own = np.cumsum(market.own_overnight + market.own_intraday, axis=0)
    entered = own - market.own_intraday
    z, ics = market.signals[effect].z, []
    for now in range(len(z) - horizon):
        there = ~np.isnan(z[now])
        pair = z[now, there].astype(float), (own[now + horizon] - entered[now + 1])[there]
        if there.sum() > 100 and pair[0].min() < pair[0].max():
            ics.append(np.corrcoef(*(map(rankdata, pair) if ranks else pair))[0, 1])
    return np.mean(ics), np.std(ics) * np.sqrt(horizon / len(ics))


@pytest.mark.parametrize("effect", [name for name in PLAN.planted if name != "placebo"])
@pytest.mark.parametrize(("horizon", "ranks"), [(1, True), (5, False)])
def test_each_effect_is_realised_as_large_as_planted_within_three_standard_errors(market, effect, horizon, ranks):
    mean, error = realised(market, effect, horizon, ranks=ranks)
    planted = planted_ic(PLAN, market, horizon, effect=effect, ranks=ranks)
    assert abs(mean - planted) < 3 * error
    assert abs(planted) > 3 * error


@pytest.mark.parametrize("effect", list(PLAN.planted))
def test_the_control_shows_no_effect_within_three_standard_errors(control, effect):
    assert planted_ic(PLAN.control(), control, 1, effect=effect) == 0
    mean, error = realised(control, effect, 1, ranks=True)
    assert abs(mean) < 3 * error


def test_the_placebo_shows_none_beside_planted_effects(market):
    mean, error = realised(market, "placebo", 1, ranks=True)
    assert abs(mean) < 3 * error


def test_no_further_z_lies_beyond_three_deviations(market):
    assert max(np.nanmax(np.abs(signal.z)) for name, signal in market.signals.items() if name != "tone") == 3.0


def test_momentum_is_the_return_from_a_year_ago_to_a_month_ago(companies):
    plan = replace(PLAN, effects=(("momentum", 0.0),), splits_per_year=0.0, dividend_payers=0.0)
    quiet = trade(plan, companies, [])
    momentum = quiet.signals["momentum"].values
    assert np.isnan(momentum[:252]).all()
    expected = np.log(quiet.close[300 - 21] / quiet.close[300 - 252])
    np.testing.assert_allclose(momentum[300], expected, atol=2e-5)


def test_value_is_the_latest_book_value_over_the_close_with_splits_undone(companies):
    plan = replace(PLAN, effects=(("value", 0.0),), splits_per_year=1.0, dividend_payers=0.0)
    first = clock.sessions(plan.start, plan.end)[0]
    every = pl.DataFrame([(i, first, 50.0) for i in range(len(companies))], schema=EVENTS, orient="row")
    split = trade(plan, companies, [], events={"value": every})
    now, ratios = 150, np.ones(len(companies))
    for one in split.paid:
        if one.action.ex_session <= split.sessions[now]:
            ratios[one.action.company] *= one.action.ratio
    assert (ratios != 1).sum() > 60
    np.testing.assert_allclose(split.signals["value"].values[now], 50 / (split.close[now] * ratios), rtol=1e-6)


def test_what_looks_at_prices_looks_at_none_after_its_close(companies, told, market):
    """A later filing changes prices from the next open on, and no signal before them."""
    filings, given_events = told
    place = len(filings) * 3 // 5
    loud = [*filings[:place], replace(filings[place], tone=9.0), *filings[place + 1 :]]
    changed = trade(PLAN, companies, loud, events=given_events)
    first = market.sessions.index(filings[place].tradable_session)
    for effect in ("momentum", "value"):
        ours, theirs = (one.signals[effect].z for one in (changed, market))
        np.testing.assert_array_equal(ours[: first + 1], theirs[: first + 1])
        assert not np.array_equal(ours, theirs, equal_nan=True)
    np.testing.assert_array_equal(changed.close[: first + 1], market.close[: first + 1])
    assert (changed.close[first + 1] != market.close[first + 1]).any()
