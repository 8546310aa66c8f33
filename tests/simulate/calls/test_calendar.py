from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from edgewise.simulate.calls.calendar import Copy, Part, company_calls, results_by_company, theme_events, waves
from edgewise.simulate.calls.subjects import THEMES
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

NEW_YORK = ZoneInfo("America/New_York")


def test_every_results_8k_has_its_call_after_the_public_could_read_it(market):
    results = sum(filing.form == "8-K" and "2.02" in filing.items for filing in market.filings)
    assert max(call.known_at for call in market.calls).astimezone(NEW_YORK).date() <= market.plan.end
    assert 0.97 * results < len(market.calls) <= results
    for call in market.calls:
        assert call.begins >= call.results.published_at + timedelta(minutes=30)
        assert call.begins - call.results.published_at < timedelta(days=5)
        assert call.quarter.end < call.day <= call.quarter.end + timedelta(days=75)


def test_calls_are_held_before_the_market_or_after_it_or_in_the_late_morning(market):
    times = [call.begins.astimezone(NEW_YORK).time() for call in market.calls]
    assert set(times) <= {time(8), time(8, 30), time(9), time(10), time(11), time(16, 30), time(17)}
    assert {time(8), time(17)} <= set(times)
    assert all(call.day.weekday() < 5 for call in market.calls)


def test_copies_come_after_the_call_in_the_order_of_their_kinds(market):
    kinds = list(Copy)
    for call in market.calls:
        made = [call.begins, *(instant for _, instant in call.copies)]
        assert made == sorted(made)
        assert [copy for copy, _ in call.copies] == kinds[: len(call.copies)]
        assert call.known_at - call.begins >= timedelta(hours=2)
    assert {len(call.copies) for call in market.calls} == {1, 2, 3, 4}


def test_failure_case_36_some_calls_have_no_questions_and_some_only_an_operator(market):
    parts = [call.part for call in market.calls]
    assert set(parts) == set(Part)
    assert parts.count(Part.WHOLE) > 0.85 * len(parts)


def test_the_tone_of_a_call_is_mostly_that_of_the_results_before_it(market):
    pairs = np.array([(call.results.tone, call.tone) for call in market.calls])
    assert 0.65 < np.corrcoef(pairs.T)[0, 1] < 0.85


def test_themes_rise_and_fall_and_every_firm_has_its_own_share(market):
    days = [market.plan.start + timedelta(days=30 * month) for month in range(24)]
    over_time = np.array([waves(market.plan, day) for day in days])
    assert (over_time.max(axis=0) > 0.9).all()
    assert (over_time.min(axis=0) < 0.6 * over_time.max(axis=0)).all()
    # The peaks lie in different months, so that no quarter has all themes.
    assert len(set(over_time.argmax(axis=0))) >= 6
    strengths = np.array([call.themes for call in market.calls])
    assert strengths.min() >= 0
    assert strengths.max() <= 1
    own = [theme.name for theme in THEMES].index("interest rates")
    by_sector = {
        sector: np.mean([call.themes[own] for call in market.calls if call.company.industry.sector == sector])
        for sector in ("Real Estate", "Consumer Staples")
    }
    assert by_sector["Real Estate"] > 2 * by_sector["Consumer Staples"]


def test_theme_events_count_good_less_bad_from_the_session_in_which_the_transcript_can_be_acted_on(market):
    events = theme_events(market.plan, market.filings)
    assert events.schema == {"company": pl.Int64, "tradable_session": pl.Date, "value": pl.Float64}
    call, row = market.calls[3], events.row(3, named=True)
    good = ("artificial intelligence", "energy transition", "cloud migration")
    by_hand = sum(s if theme.name in good else -s for theme, s in zip(THEMES, call.themes, strict=True))
    assert row["company"] == call.company.index
    assert np.isclose(row["value"], by_hand)
    assert row["tradable_session"] >= call.known_at.astimezone(NEW_YORK).date()


def test_a_call_does_not_change_with_what_is_filed_after_it(market):
    own = results_by_company(market.filings)[4]
    assert company_calls(market.plan, own[:3]) == company_calls(market.plan, own)[:3]


def test_themes_can_be_planted_in_prices():
    plan = Plan(companies=132, years=1, seed=3, tone_ic=0.0, effects=(("themes", 0.3),))
    companies = invent_companies(plan)
    filings = schedule_filings(plan, companies)
    market = trade(plan, companies, filings)
    nothing = trade(replace(plan, effects=(("themes", 0.0),)), companies, filings)
    led = (market.own_intraday - nothing.own_intraday)[1:]
    z = market.signals["themes"].z[:-1]
    said = ~np.isnan(z) & (np.abs(z) > 0.5)
    assert said.mean() > 0.2
    assert (np.sign(led[said]) == np.sign(z[said])).all()
