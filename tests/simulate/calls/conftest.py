"""The calls of one small market on disk, written without the rest of it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from edgewise.simulate.calls.calendar import company_calls, results_by_company
from edgewise.simulate.calls.written import write_calls
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

PLAN = Plan(companies=44, years=2, end=date(2024, 12, 31), seed=5, lives=1.0)


@pytest.fixture(scope="session")
def market(tmp_path_factory):
    """plan, companies, filings, calls by company, and the folder in which they were written."""
    companies = invent_companies(PLAN)
    filings = schedule_filings(PLAN, companies)
    folder = tmp_path_factory.mktemp("calls")
    for name in ("truth", "wrds"):
        (folder / name).mkdir()
    write_calls(folder, PLAN, companies, filings)
    own = results_by_company(filings)
    calls = [call for company in companies for call in company_calls(PLAN, own.get(company.index, []))]
    return SimpleNamespace(plan=PLAN, companies=companies, filings=filings, calls=calls, folder=folder)


@pytest.fixture(scope="session")
def table(market):
    """Reads a table of the market: `table("wrds/ciqtranscript")`."""
    return lambda name: pl.read_parquet(market.folder / f"{name}.parquet")
