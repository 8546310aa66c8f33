from collections import Counter
from datetime import date, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import exchange_calendars
import numpy as np
import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

EASTERN = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def filings():
    plan = Plan()
    return schedule_filings(plan, invent_companies(plan))


@pytest.fixture(scope="module")
def disclosures(filings):
    """What companies file about themselves."""
    return [filing for filing in filings if filing.companies]


@pytest.fixture(scope="module")
def closes():
    """The exchange's published closes, UTC, taken here without our own clock."""
    calendar = exchange_calendars.get_calendar("XNYS", start="2022-12-01", end="2025-02-28")
    return {session.date(): close.to_pydatetime() for session, close in calendar.closes.items()}


def wall(filing):
    return filing.accepted_at.astimezone(EASTERN)


def test_forms_come_as_often_as_in_life(filings):
    forms = Counter(filing.form for filing in filings)
    assert 100 <= forms["10-K"] <= 120
    assert 330 <= forms["10-Q"] <= 360
    assert 480 <= forms["8-K"] <= 60 * 2 * 8
    assert forms["10-K/A"] > 5
    assert forms["NT 10-K"] + forms["NT 10-Q"] > 5
    assert 1_200 <= sum(bool(filing.companies) for filing in filings) <= 1_400
    assert 60 * 2 * 10 <= forms["4"] <= 60 * 2 * 20
    assert forms["4/A"] > 15
    assert 35 <= forms["13F-HR"] <= 6 * 8
    assert min(forms[form] for form in ("3", "5", "13F-HR/A", "13F-NT")) > 0


def test_filings_stand_in_order_within_the_plan_and_in_edgars_hours(filings):
    instants = [filing.accepted_at for filing in filings]
    assert instants == sorted(instants)
    assert all(date(2023, 1, 1) <= wall(f).date() <= date(2024, 12, 31) for f in filings)
    assert all(time(6) <= wall(f).time() <= time(22) and wall(f).weekday() < 5 for f in filings)


def test_a_reports_period_ends_before_it_is_filed_and_on_the_companys_calendar(filings):
    for filing in filings:
        if filing.form in {"10-K", "10-Q"}:
            company = filing.companies[0]
            assert 20 < (filing.filed_date - filing.period_end).days < 130
            assert company.calendar.quarter_ending(filing.period_end).form == filing.form


def test_failure_case_20_half_days_holidays_and_clock_changes_move_the_tradable_session(filings, closes):
    for filing in filings:
        expected = min(session for session, close in closes.items() if filing.accepted_at < close)
        assert filing.tradable_session == expected
    on_half_days = [f for f in filings if f.accepted_at.date() in closes and closes[wall(f).date()].hour in {17, 18}]
    at_the_close = [f for f in on_half_days if wall(f).time() == time(13)]
    before_it = [f for f in on_half_days if wall(f).time() == time(12, 59, 59)]
    assert at_the_close
    assert all(f.tradable_session > wall(f).date() for f in at_the_close)
    assert before_it
    assert all(f.tradable_session == wall(f).date() for f in before_it)
    good_fridays = [f for f in filings if wall(f).date() in {date(2023, 4, 7), date(2024, 3, 29)}]
    assert good_fridays
    assert all(f.tradable_session.weekday() == 0 for f in good_fridays)
    in_utc = {f.accepted_at.time() for f in filings if wall(f).time() == time(16) and wall(f).weekday() == 0}
    assert in_utc == {time(20), time(21)}


def test_failure_case_19_after_half_past_five_the_filing_date_moves_on(filings):
    at = {wall(f).time(): f for f in filings if wall(f).time() in {time(17, 30), time(17, 30, 1), time(17, 45)}}
    assert at[time(17, 30)].filed_date == wall(at[time(17, 30)]).date()
    assert at[time(17, 30, 1)].filed_date > wall(at[time(17, 30, 1)]).date()
    assert at[time(17, 45)].filed_date.weekday() == 0
    assert wall(at[time(17, 45)]).weekday() == 4


def test_failure_case_32_many_accession_numbers_start_with_an_agents_number(filings, disclosures):
    assert len({f.accession for f in filings}) == len(filings)
    by_agent = [f for f in disclosures if f.accession.sender != f.companies[0].cik]
    assert 0.2 < len(by_agent) / len(disclosures) < 0.6
    senders = {f.accession.sender - f.others[0].registrant.cik for f in filings if f.form == "4"}
    assert 0 in senders  # an owner who sends it alone
    assert len(senders) > 1
    assert all(f.accession.year == wall(f).year for f in filings)


def test_failure_case_30_some_submissions_have_two_registrants_of_one_sector(filings):
    joint = [f for f in filings if len(f.companies) == 2]
    assert len(joint) >= 2
    assert all(f.companies[0].industry.sector == f.companies[1].industry.sector for f in joint)


def test_failure_case_25_amendments_and_late_notices_have_no_tone(filings, disclosures):
    assert {f.form for f in disclosures if f.tone is None} == {"10-K/A", "NT 10-K", "NT 10-Q"}
    ages = [(f.filed_date - f.period_end).days for f in filings if f.form == "10-K/A"]
    # A year put right is amended later than Part III is added, and sometimes after the next annual report.
    assert all(100 < age < 130 or age >= 150 for age in ages)
    assert 0 < sum(age >= 150 for age in ages) <= 60 // 14 + 1


def test_failure_case_19_an_ownership_form_keeps_its_day_until_ten_in_the_evening(filings):
    late = [f for f in filings if f.form in {"3", "4", "4/A", "5"} and time(17, 30) < wall(f).time()]
    assert len(late) > 100
    assert all(f.filed_date == wall(f).date() and f.published_at == f.accepted_at for f in late)
    others = [f for f in filings if f.form in {"8-K", "10-Q"} and time(17, 30) < wall(f).time()]
    assert others
    assert all(f.filed_date > wall(f).date() and f.published_at > f.accepted_at for f in others)


def test_failure_case_44_every_day_has_two_bursts(filings):
    minutes = Counter(wall(f).strftime("%H:%M") for f in filings if wall(f).date() < date(2024, 12, 30))
    busiest = {minute for minute, _ in minutes.most_common(6)}
    assert busiest <= {"16:05", "16:06", "16:07", "16:08", "17:25", "17:26", "17:27", "17:28", "17:29"}
    in_bursts = sum(minutes[minute] for minute in busiest)
    assert in_bursts > 0.15 * sum(minutes.values())


def test_an_ownership_form_has_its_owners_and_then_its_issuer_and_no_filer(filings):
    for filing in filings:
        roles = [party.role.value for party in filing.parties]
        if filing.form in {"3", "4", "4/A", "5"}:
            assert filing.companies == ()
            assert set(roles[:-1]) == {"reporting_owner"}
            assert roles[-1] == "issuer"
        else:
            assert roles == ["filer", "co_registrant"][: len(roles)]
    assert {len(f.parties) for f in filings if f.form == "4"} == {2, 3}


def test_tones_are_standard_normal_and_last_while_placebos_do_not():
    plan = Plan(companies=400)
    speaking = [f for f in schedule_filings(plan, invent_companies(plan)) if f.tone is not None]
    tones = np.array([f.tone for f in speaking])
    assert abs(tones.mean()) < 0.1
    assert 0.93 < tones.std() < 1.07
    for values, low, high in ((tones, 0.43, 0.53), (np.array([f.placebo for f in speaking]), -0.04, 0.04)):
        own = {}
        for filing, value in zip(speaking, values, strict=True):
            own.setdefault(filing.companies[0].index, []).append(value)
        pairs = np.array([pair for path in own.values() for pair in pairwise(path)])
        assert low < np.corrcoef(pairs.T)[0, 1] < high
