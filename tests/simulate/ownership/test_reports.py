from datetime import date, time

import exchange_calendars
import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.ownership.reports import clusters_of, insider_reports
from edgewise.simulate.plan import Plan

PLAN = Plan(companies=120, years=2, end=date(2023, 12, 29))
CLUSTER_SPAN = 10


@pytest.fixture(scope="module")
def by_company():
    companies = invent_companies(PLAN)
    return [insider_reports(PLAN, company, companies) for company in companies]


@pytest.fixture(scope="module")
def reports(by_company):
    return [report for own in by_company for report in own]


@pytest.fixture(scope="module")
def sessions():
    """The exchange's own sessions, taken here without our clock."""
    calendar = exchange_calendars.get_calendar("XNYS", start="2021-12-01", end="2024-06-28")
    return [session.date() for session in calendar.sessions]


def lines_of(reports, code):
    return [line for report in reports for line in report.lines if line.code == code]


def test_every_kind_of_dealing_occurs_and_goes_the_right_way(reports):
    for code, acquired in (("P", True), ("S", False), ("F", False), ("G", False), ("A", True)):
        found = lines_of(reports, code)
        assert len(found) > 10
        assert {line.acquired for line in found} == {acquired}
    assert all(line.price_factor == 0 for line in lines_of(reports, "G"))
    assert {line.open_market_purchase for line in lines_of(reports, "P")} == {True}
    assert not any(line.open_market_purchase for code in "SMFGA" for line in lines_of(reports, code))


def test_failure_case_28_an_option_exercise_comes_with_its_sale_and_its_derivative_line(reports):
    exercises = [r for r in reports if {line.code for line in r.lines} == {"M", "S"}]
    assert exercises
    for report in exercises:
        shares = [line for line in report.lines if not line.derivative]
        bought, *sold = shares
        assert (bought.code, bought.acquired) == ("M", True)
        assert {line.code for line in sold} == {"S"}
        assert sum(line.meant for line in sold) <= bought.meant
        assert [line.acquired for line in report.lines if line.derivative] == [False]


def test_failure_case_28_tranches_of_one_date_can_have_the_same_price_and_number_of_shares(reports):
    twins = [
        report
        for report in reports
        if len({(line.session, line.price_factor, line.shares) for line in report.lines if line.code in "PS"})
        < len([line for line in report.lines if line.code in "PS"])
    ]
    assert len(twins) > 20


def test_failure_case_28_some_lines_have_lost_their_coding_and_some_owners_file_jointly(reports):
    assert 0 < sum(not line.coded for report in reports for line in report.lines) < 30
    joint = [report for report in reports if len(report.insider.owners) == 2]
    assert joint
    assert all(line.nature == "By Fund" for report in joint for line in report.lines)


def test_failure_case_28_an_amendment_corrects_the_shares_of_its_original(by_company):
    seen = 0
    for own in by_company:
        for report in own:
            if report.amends is None:
                continue
            original = own[report.amends]
            assert (report.form, original.form) == ("4/A", "4")
            assert report.accepted > original.accepted
            assert original.lines[0].shares == 10 * report.lines[0].shares
            assert original.lines[0].meant == report.lines[0].shares == report.lines[0].meant
            assert original.lines[1:] == report.lines[1:]
            seen += 1
    assert seen > 30


def test_what_is_owned_follows_from_what_was_owned_and_dealt(by_company):
    checked = 0
    for own in by_company:
        owned = {}
        for report in own:
            if report.amends is not None:
                continue
            for line in report.lines:
                key = report.insider.seat, line.security
                after = line.owned_after - (line.shares - line.meant)
                if key in owned and line.code:
                    assert after == max(0, owned[key] + (line.meant if line.acquired else -line.meant))
                    checked += 1
                owned[key] = after
    assert checked > 1_000


def test_a_form_4_comes_two_business_days_later_and_one_in_twenty_is_late(reports, sessions):
    lags = [
        sum(report.period < day <= report.accepted.date() for day in sessions)
        for report in reports
        if report.form == "4" and report.period < date(2023, 12, 1)
    ]
    late = sum(lag > 2 for lag in lags) / len(lags)
    assert 0.02 < late < 0.09
    assert min(lags) >= 0
    assert all(time(6) <= report.accepted.time() < time(22) for report in reports)


def test_gifts_move_from_form_5_to_form_4_on_the_day_the_rule_did(reports):
    gifts = [(line.session, report.form) for report in reports for line in report.lines if line.code == "G"]
    before = {form for session, form in gifts if session < date(2023, 2, 27)}
    after = {form for session, form in gifts if session >= date(2023, 2, 27)}
    assert before == {"5"}
    assert after <= {"4", "4/A"}
    assert after


def test_a_new_director_files_a_form_3_before_anything_else(by_company):
    joined = 0
    for own in by_company:
        seats = {}
        for report in sorted(own, key=lambda one: one.period):
            if report.insider.joins and report.form != "5":
                assert seats.setdefault(report.insider.seat, report.form) == "3"
                joined += report.form == "3"
    assert joined > 20


def test_a_cluster_is_three_to_five_insiders_who_buy_within_ten_sessions(by_company, sessions):
    place = {session: number for number, session in enumerate(sessions)}
    found = [cluster for own in by_company for cluster in clusters_of(own).values()]
    assert 40 < len(found) < 130
    for cluster in found:
        assert 3 <= len({report.insider.seat for report in cluster}) == len(cluster) <= 5
        places = [place[report.period] for report in cluster]
        assert max(places) - min(places) < CLUSTER_SPAN
        assert all(line.open_market_purchase and line.coded for report in cluster for line in report.lines)
        assert not any(report.amends is not None for report in cluster)


def test_reports_do_not_depend_on_the_other_companies_beyond_who_owns_whom():
    many, few = Plan(companies=120), Plan(companies=60)
    first = insider_reports(many, (own := invent_companies(many))[0], own)
    second = insider_reports(few, (own := invent_companies(few))[0], own)
    assert [(r.form, r.accepted, r.lines) for r in first] == [(r.form, r.accepted, r.lines) for r in second]
