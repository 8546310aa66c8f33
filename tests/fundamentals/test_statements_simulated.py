"""Statements from simulated company facts against what the simulated reports display, with every quirk of tagging.

The truth is what the documents show, written by the simulator and never from tags: a lost minus sign, cash tagged only
with restricted cash, equity only with minority, materials for inventory, tags that change, businesses sold.
"""

import json
from datetime import date

import polars as pl
import pytest

from edgewise.core.tables_fundamentals import FACTS
from edgewise.fundamentals import statements
from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.company_facts import company_facts_file
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings
from edgewise.simulate.truth.statements import STATEMENT_SCHEMA, statement_rows
from edgewise.sources.edgar.company_facts import parse_company_facts

# By index, as in tests/simulate/test_company_facts.py: a wrong year, a business sold, a lost sign, total equity.
CHOSEN = (3, 4, 5, 9)
BASES = ("annual", "quarter", "ytd", "instant")


@pytest.fixture(scope="module")
def judged():
    """Each displayed figure of the last two reports of each company, beside what was known then."""
    plan = Plan(companies=22, years=2, end=date(2024, 12, 31), seed=3)
    companies = invent_companies(plan)
    filings = schedule_filings(plan, companies)
    found = []
    for index in CHOSEN:
        accounts = Accounts(plan, companies[index], ())
        own = [filing for filing in filings if filing.companies and filing.companies[0] == companies[index]]
        facts = known_facts(company_facts_file(companies[index], own, accounts)[1], own)
        reports = [filing for filing in own if list(statement_rows(filing, accounts))]
        for filing in reports[-2:]:
            truth = pl.DataFrame(list(statement_rows(filing, accounts)), schema=STATEMENT_SCHEMA, orient="row")
            ours = statements(facts, bases=BASES, as_of=filing.accepted_at)
            found.append(beside(truth, ours))
    return pl.concat(found)


def known_facts(text, filings):
    read = parse_company_facts(text.encode())
    assert json.loads(text)["cik"] == int(read.cik)
    known = pl.DataFrame(
        {
            "accession": [str(filing.accession) for filing in filings],
            "known_at": pl.Series([filing.accepted_at for filing in filings], dtype=pl.Datetime("us", "UTC")),
        }
    )
    return FACTS.check(
        read.facts.join(known, on="accession").with_columns(
            cik=pl.lit(int(read.cik), pl.Int64), known_at_source=pl.lit("header"), source_url=pl.lit("simulated")
        )
    )


def beside(truth, ours):
    first_quarter = (pl.col("basis") == "ytd") & (pl.col("period_end") - pl.col("period_start") < pl.duration(days=125))
    spans = truth.with_columns(
        pl.coalesce("period_start", "period_end").alias("period_start"),
        basis=pl.when(first_quarter).then(pl.lit("quarter")).otherwise("basis"),
    )
    said = ours.select("basis", "field", "period_start", "period_end", "status", "reasons", ours="value")
    return spans.join(said, on=["basis", "field", "period_start", "period_end"], how="left")


def test_nothing_that_is_displayed_is_wrong_without_a_flag(judged):
    silent = judged.filter(
        ((pl.col("ours") - pl.col("value")).abs() > pl.col("scale") / 2) & (pl.col("status") == "ok")
    )
    assert silent.select("accession", "basis", "field", "period_end", "value", "ours").rows() == []


def test_nearly_everything_that_is_displayed_is_given_and_right(judged):
    """A figure of zero may be displayed as a dash and not tagged."""
    expected = judged.filter(pl.col("value") != 0)
    right = (expected["ours"] - expected["value"]).abs() <= expected["scale"] / 2
    assert expected.height > 400
    missing = expected.filter(~right.fill_null(value=False)).group_by("field").len().rows()
    assert right.fill_null(value=False).mean() >= 0.99, missing
