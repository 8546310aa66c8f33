"""The index of a simulated market in which companies come and go. Failure cases 31 and 38."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from edgewise.core import clock
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.index_members import index_members
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan

PLAN = Plan(companies=60, years=2, seed=4, lives=4.0)


@pytest.fixture(scope="module")
def companies():
    return invent_companies(PLAN)


@pytest.fixture(scope="module")
def market(companies):
    return trade(PLAN, companies, [])


@pytest.fixture(scope="module")
def members(companies, market):
    return index_members(companies, market)


def on(members, day):
    return members.filter(pl.col("member_from") <= day, pl.col("member_to").is_null() | (pl.col("member_to") >= day))


def test_a_third_of_the_companies_belongs_to_it_and_they_are_not_the_same_at_the_end(members):
    first, last = on(members, date(2023, 4, 3)), on(members, date(2024, 12, 31))
    assert first.height == 20
    assert 15 <= last.height <= 20  # who was delisted since the last review has left
    assert 0 < len(set(first["cik"]) - set(last["cik"])) < 20
    assert first["ticker"].n_unique() == 20


def test_nobody_belongs_to_it_before_being_listed_or_after_being_delisted(members, companies):
    """Failure case 38."""
    by_cik = {int(cik): company for company in companies for _, cik in company.life.ciks}
    gone = 0
    for row in members.iter_rows(named=True):
        life = by_cik[row["cik"]].life
        assert life.begins <= row["member_from"]
        if life.ending and (row["member_to"] is None or row["member_to"] >= life.ending.announced_on):
            assert row["member_to"] == life.ending.last_session
            gone += 1
    assert gone > 2


def test_a_change_holds_from_a_session_and_was_announced_a_week_before(members):
    for begins, told in members.select("member_from", "announced_on").iter_rows():
        assert clock.shift_session(begins, -5) == told
    reviewed = members.filter(pl.col("member_to").is_in([date(2023, 6, 30), date(2024, 6, 28)]))
    assert reviewed.height
    for told in reviewed["removal_announced_on"]:
        assert timedelta(0) < min(abs(day - told) for day in (date(2023, 7, 3), date(2024, 7, 1))) < timedelta(days=9)


def test_members_traded_more_than_the_others_in_the_month_before_the_announcement(members, companies, market):
    review = market.sessions.index(date(2024, 7, 1))
    seen = slice(review - 5 - 21, review - 5)
    value = np.nansum(market.close[seen] * market.volume[seen], axis=0)
    inside = set(on(members, date(2024, 7, 1))["cik"])
    among = {True: [], False: []}
    for company in companies:
        if company.life.ending is None and market.listed[review, company.index]:
            among[any(int(cik) in inside for _, cik in company.life.ciks)].append(value[company.index])
    assert min(among[True]) > max(among[False])
