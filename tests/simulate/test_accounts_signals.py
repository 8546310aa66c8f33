"""Signals of the accounts, recomputed from the truth rows of the same filings."""

from datetime import date

import polars as pl
import pytest

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.accounts_signals import quality_events, value_inputs
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings
from edgewise.simulate.truth.statements import STATEMENT_SCHEMA, statement_rows


@pytest.fixture(scope="module")
def plan():
    return Plan(companies=44, years=2, end=date(2024, 12, 31))


@pytest.fixture(scope="module")
def companies(plan):
    return invent_companies(plan)


@pytest.fixture(scope="module")
def filings(plan, companies):
    return schedule_filings(plan, companies)


def truth_of(plan, filing):
    rows = list(statement_rows(filing, Accounts(plan, filing.companies[0])))
    return pl.DataFrame(rows, schema=STATEMENT_SCHEMA, orient="row").filter(pl.col("period_end") == filing.period_end)


def test_annual_values_are_those_of_the_10_k(plan, companies, filings):
    quality, value = quality_events(plan, companies, filings), value_inputs(plan, companies, filings)
    compared = 0
    for filing in [filing for filing in filings if filing.form == "10-K"][:20]:
        truth = truth_of(plan, filing)
        figure = dict(truth.select("field", "value").rows())
        here = (pl.col("company") == filing.companies[0].index) & (
            pl.col("tradable_session") == filing.tradable_session
        )
        if "gross_profit" in figure:
            (found,) = quality.filter(here)["value"].to_list()
            assert found == pytest.approx(figure["gross_profit"] / figure["total_assets"])
            compared += 1
        else:
            assert quality.filter(here).is_empty()
        (found,) = value.filter(here)["earnings_per_share"].to_list()
        assert found == pytest.approx(figure["eps_diluted"], abs=0.0051)
    assert compared > 10


def test_there_is_one_value_per_company_and_session_and_never_of_an_older_period(plan, companies, filings):
    value = value_inputs(plan, companies, filings)
    assert value.select("company", "tradable_session").is_unique().all()
    newest, allowed = {}, set()
    for filing in filings:
        if filing.form in {"10-K", "10-Q", "10-KT", "10-QT", "10-K/A"}:
            index = filing.companies[0].index
            if filing.period_end >= newest.get(index, filing.period_end):
                newest[index] = filing.period_end
                allowed.add((index, filing.tradable_session))
    assert set(value.select("company", "tradable_session").rows()) <= allowed
    corrections = {(f.companies[0].index, f.tradable_session) for f in filings if f.form == "10-K/A"} - allowed
    assert corrections
    assert value.null_count().sum_horizontal().item() == 0


def test_a_split_divides_values_per_share_from_the_next_report_on(plan, companies, filings):
    day = date(2024, 3, 1)
    plain = value_inputs(plan, companies[:1], [f for f in filings if f.companies == (companies[0],)])
    split = value_inputs(
        plan, companies[:1], [f for f in filings if f.companies == (companies[0],)], splits={0: [(day, 2.0)]}
    )
    ratio = plain["book_per_share"] / split["book_per_share"]
    later = plain["tradable_session"] > day
    assert ratio.filter(later).to_list() == pytest.approx([2.0] * later.sum(), rel=1e-3)
    assert ratio.filter(~later).to_list() == pytest.approx([1.0] * (~later).sum())
    assert 0 < later.sum() < len(later)
