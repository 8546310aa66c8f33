"""`--data-set` of insiders and holdings against a simulated server: a quarter is fetched, and a form is one row."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.tables_holdings import HOLDING_REPORTS, HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.lake import Lake
from edgewise.simulate import Plan
from edgewise.simulate.server import Rules, SimulatedClock, serve
from tests.markets import written_once

RULES = Rules(document_delay_s=(0, 0), rate_per_s=0, shuffle_s=0)
IN_A_FORM = ["shares", "price", "value", "owned_after", "exercise_price"]
"""Numbers that a data set rounds to cents."""


@pytest.fixture(scope="module")
def market(tmp_path_factory, worker_id):
    plan = Plan(companies=22, years=1, end=date(2024, 6, 28))
    return written_once(plan, "served-market", tmp_path_factory, worker_id).folder


@pytest.fixture
def served(market, empty):
    """Run a command against the market as it was served two and a half weeks after its end."""
    with serve(market, SimulatedClock(datetime(2024, 7, 16, tzinfo=UTC), 0.0), rules=RULES) as server:
        asked = {"edgar": server.url, "identity": "Example Research contact@example.com", "rate_per_s": 0}
        yield lambda *words: empty(*words, **asked), server


def filed(market, forms: str, first: date, last: date) -> set[str]:
    truth = pl.read_parquet(market / "truth" / "filings.parquet")
    return set(
        truth.filter(pl.col("form").str.contains(forms), pl.col("filed_date").is_between(first, last))["accession"]
    )


def test_a_trade_that_came_by_data_set_and_by_form_is_one_row(served, market, tmp_path):
    """Failure case 28. The form says more than the data set, so its reading stays, whichever came first."""
    run, _ = served
    forms = filed(market, r"^[345](/A)?$", date(2024, 4, 1), date(2024, 6, 30))
    by_set = run("insiders", "ingest", "--data-set", "2024Q2", "--json")
    assert by_set.json["forms"] == len(forms) > 50, by_set.err
    lake = Lake(str(tmp_path / "empty" / "lake"))
    told = lake.read(INSIDER_TRADES)
    assert set(told["source_url"]) == {
        "https://www.sec.gov/files/structureddata/data/insider-transactions-data-sets/2024q2_form345.zip"
    }
    assert run("insiders", "ingest", "--quarter", "2024Q2", "--json").json["failed"] == 0
    read = lake.read(INSIDER_TRADES)
    assert (set(read["accession"]), read.height) == (forms, told.height)
    assert read["document_sha256"].null_count() == 0
    both = read.join(told, on=["accession", "line"], suffix="_set")
    assert both.height == read.height
    for name in IN_A_FORM:
        differ = both.filter((pl.col(name) - pl.col(f"{name}_set")).abs() > 0.005 * (1 + pl.col("shares").fill_null(0)))
        assert differ.height == 0, name
        assert both[name].is_null().equals(both[f"{name}_set"].is_null()), name
    again = run("insiders", "ingest", "--data-set", "2024Q2", "--json").json
    assert (again["forms"], again["already"]) == (0, len(forms))
    assert lake.read(INSIDER_TRADES).equals(read)


def test_a_report_that_came_by_data_set_and_by_form_is_one_row(served, market, tmp_path):
    """Failure case 29. The set is that of the months in which reports about the quarter were due."""
    run, _ = served
    forms = filed(market, "^13F", date(2024, 3, 1), date(2024, 5, 31))
    by_set = run("holdings", "ingest", "--data-set", "2024Q1", "--json")
    assert by_set.json["reports"] == len(forms) > 5, by_set.err
    lake = Lake(str(tmp_path / "empty" / "lake"))
    key = {HOLDING_REPORTS: ["accession"], HOLDINGS: ["accession", "line"]}
    told = {table: lake.read(table).sort(names) for table, names in key.items()}
    one_by_one = run("holdings", "ingest", "--since", "2024-03-01", "--until", "2024-05-31", "--json")
    assert one_by_one.json["read"] == len(forms), one_by_one.err
    for table, names in key.items():
        read = lake.read(table).filter(pl.col("accession").is_in(told[table]["accession"].implode())).sort(names)
        same = [
            name for name in read.columns if name not in {"known_at", "known_at_source", "source_url", "title_of_class"}
        ]
        assert read.select(same).equals(told[table].select(same)), table.name


def test_a_data_set_that_is_not_out_yet_is_not_found_with_what_to_do_until_then(served):
    run, server = served
    server.clock.set(now=datetime(2024, 7, 14, 12, tzinfo=UTC))
    for noun, quarter in (("insiders", "2024Q2"), ("holdings", "2024Q2")):
        ended = run(noun, "ingest", "--data-set", quarter)
        assert ended.status == 1
        assert "--quarter" in ended.complaint


def test_of_a_quarter_that_is_not_over_the_days_are_taken_whose_index_is_out(served, market):
    run, server = served
    server.clock.set(now=datetime(2024, 4, 17, 13, tzinfo=UTC))
    taken = run("insiders", "ingest", "--quarter", "2024Q2", "--json")
    forms = filed(market, r"^[345](/A)?$", date(2024, 4, 1), date(2024, 4, 16))
    assert taken.json["read"] == len(forms) > 5, taken.err


def test_filings_of_the_last_days_are_taken_though_the_index_of_today_is_not_out(served, market):
    run, server = served
    server.clock.set(now=datetime(2024, 4, 17, 13, tzinfo=UTC))
    taken = run("filings", "ingest", "--backfill", "16", "--form", "8-K", "--json")
    assert taken.json["found"] == len(filed(market, "^8-K$", date(2024, 4, 1), date(2024, 4, 16))) > 2, taken.err
