"""Lives of simulated companies. Failure case 31: symbols reused, renamed and delisted, share classes, new CIKs."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from edgewise.core import clock
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.company import EndingKind
from edgewise.simulate.lives import (
    alive,
    as_of,
    instrument_id,
    last_filing_day,
    listings,
    names_at,
    notices,
    tickers_at,
)
from edgewise.simulate.plan import Plan

YEARS = 3
PLAN = Plan(companies=200, years=YEARS, seed=5, lives=1.0)
SMALL = (Plan(companies=20, years=1, seed=seed, lives=1.0) for seed in range(8))
LARGE = (Plan(companies=5_000, years=20, seed=1, lives=5.0), Plan(companies=20, years=20, seed=2, lives=5.0))


@pytest.fixture(scope="module")
def companies():
    return invent_companies(PLAN)


def some(companies, happened):
    return next(company for company in companies if happened(company.life))


def test_without_lives_everybody_is_listed_under_one_symbol_throughout():
    plan = Plan(companies=50)
    companies = invent_companies(plan)
    assert [(one.ticker, one.first_session, one.last_session) for one in listings(companies)] == [
        (company.ticker, date(2023, 1, 3), None) for company in companies
    ]
    for company in companies:
        assert as_of(company, plan.start).name == company.name
        assert alive(company, plan.start)
        assert alive(company, plan.end)
        assert last_filing_day(company) is None
        assert list(notices(company)) == []


@pytest.mark.parametrize("plan", [*SMALL, PLAN])
def test_every_kind_of_event_happens_even_in_the_smallest_market(plan):
    """Failure case 31."""
    companies = invent_companies(plan)
    lives = [company.life for company in companies]
    assert {life.ending.kind for life in lives if life.ending} == set(EndingKind)
    assert any(life.begins > plan.start for life in lives)
    assert any(len(life.names) > 1 for life in lives)
    assert any(len(life.ciks) > 1 for life in lives)
    assert any(listing.share_class == 2 for life in lives for listing in life.listings)
    users = defaultdict(set)
    for listing in listings(companies):
        users[listing.ticker].add(listing.company)
    assert max(map(len, users.values())) == 2


@pytest.mark.parametrize("plan", [*LARGE, PLAN])
def test_no_symbol_names_two_securities_at_once_and_no_name_or_cik_two_companies(plan):
    """Failure case 31."""
    companies = invent_companies(plan)
    assert len({company.cik for company in companies} | {c.life.first_cik for c in companies}) == sum(
        len(company.life.ciks) for company in companies
    )
    assert max(Counter(name for company in companies for _, name in company.life.names).values()) == 1
    for one, other in pairwise(listings(companies)):
        if one.ticker == other.ticker:
            assert one.last_session is not None
            assert one.last_session < other.first_session
            assert (other.first_session - one.last_session).days > 20


def test_a_renamed_company_files_and_trades_under_its_old_name_before(companies):
    """Failure case 31: FB becomes META."""
    renamed = some(companies, lambda life: len(life.names) > 1 and life.ending is None and not life.begins > PLAN.start)
    day = renamed.life.names[1][0]
    before, after = as_of(renamed, day - timedelta(days=1)), as_of(renamed, day)
    assert before.name != after.name == renamed.name
    assert before.ticker != after.ticker == renamed.ticker
    assert before.cik == after.cik
    assert tickers_at(renamed, clock.shift_session(day, -1)) == (before.ticker,)
    assert tickers_at(renamed, day) == (after.ticker,)
    assert [name for _, name in names_at(renamed, day)] == [before.name, after.name]
    assert [name for _, name in names_at(renamed, day - timedelta(days=1))] == [before.name]
    assert before == renamed  # the same company, whatever it is called
    assert len({instrument_id(companies, one) for one in renamed.life.listings}) == 1


def test_a_successor_issuer_keeps_symbol_and_security(companies):
    """Failure case 31: a reorganised CIK."""
    moved = some(companies, lambda life: len(life.ciks) > 1)
    day = moved.life.ciks[1][0]
    before = as_of(moved, day - timedelta(days=1))
    assert before.cik == moved.life.first_cik != moved.cik == as_of(moved, day).cik
    assert before.ticker == moved.ticker
    assert instrument_id(companies, moved.life.listings[0]).startswith(before.cik.padded)
    own_sender = {company.sender == company.cik for company in (moved, before)}
    assert len(own_sender) == 1


def test_two_classes_are_two_securities_of_one_issuer(companies):
    """Failure case 31: GOOG and GOOGL, BRK-A and BRK-B."""
    dual = [c for c in companies if any(one.share_class == 2 for one in c.life.listings)]
    for company in dual:
        first, second = tickers_at(company, PLAN.end)
        assert second in {f"{first}L", f"{first}-B"}
        assert len({instrument_id(companies, one) for one in company.life.listings}) == 2
    assert len({str(tickers_at(company, PLAN.end)[1])[5:] for company in dual}) == 2


def test_a_delisted_company_ends_with_its_notices(companies):
    for company in companies:
        ending = company.life.ending
        if ending is None:
            continue
        assert ending.announced_on < ending.last_session
        assert clock.is_session(ending.announced_on)
        assert alive(company, ending.last_session)
        assert not alive(company, ending.last_session + timedelta(days=1))
        assert tickers_at(company, ending.last_session + timedelta(days=1)) == ()
        told = list(notices(company))
        assert [notice.form for notice in told][-2:] == ["25-NSE", "15-12G"]
        assert told[-1].day == last_filing_day(company) > ending.last_session
        assert "3.01" in told[-3].items
        assert ("2.01" in told[-3].items) == (ending.kind is EndingKind.ACQUIRED)


def test_bankruptcies_lose_nearly_all_and_takeovers_pay_a_premium():
    """Failure case 39: the delisting return."""
    endings = [company.life.ending for company in invent_companies(Plan(companies=2_000, years=5, lives=1.0))]
    of = {kind: [one for one in endings if one and one.kind is kind] for kind in EndingKind}
    assert all(-0.97 <= one.delisting_return <= -0.83 and one.jump < -0.4 for one in of[EndingKind.BANKRUPT])
    assert all(0.2 <= one.jump <= 0.45 and abs(one.delisting_return) < 0.02 for one in of[EndingKind.ACQUIRED])
    # 2,000 companies at 2.5, 0.8 and 0.8 % a year for five years: 1 - exp(-0.205) of them end.
    assert sum(map(len, of.values())) == 371
    assert len(of[EndingKind.ACQUIRED]) > 2 * len(of[EndingKind.BANKRUPT])


def test_a_late_listing_neither_files_nor_trades_before(companies):
    late = some(companies, lambda life: life.begins > PLAN.start)
    day = late.life.begins
    assert not alive(late, day - timedelta(days=1))
    assert alive(late, day)
    assert tickers_at(late, clock.shift_session(day, -1)) == ()
    assert tickers_at(late, day) != ()


def test_lives_leave_everything_else_about_a_company_as_it_was(companies):
    still = invent_companies(Plan(companies=200, years=YEARS, seed=5))
    for company, other in zip(companies, still, strict=True):
        assert (company.industry, company.calendar, company.lag_days) == (
            other.industry,
            other.calendar,
            other.lag_days,
        )
        assert as_of(company, company.life.begins).name == other.name
