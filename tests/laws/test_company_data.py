"""Laws 2 and 4 for company data: numbers name what they rest on; a killed run that is begun again leaves no trace."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Cik
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_companies import COMPANIES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_holdings import HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.pipelines.companies import store_companies
from edgewise.pipelines.fundamentals import ingest_facts
from edgewise.pipelines.fundamentals_build import build_fundamentals
from edgewise.pipelines.prices import ingest_prices
from edgewise.pipelines.ratios_build import build_ratios
from edgewise.pipelines.trace import untraceable
from tests.fundamentals.tagged import CIK, accession, tagged
from tests.fundamentals.test_statements import year_2023
from tests.ownership.test_institutions import line as holding
from tests.ownership.trades import frame, line
from tests.pipelines.test_companies import ASKED, said
from tests.pipelines.test_fundamentals_intake import Held
from tests.pipelines.test_ratios_build import Noon

NO_DOCUMENTS = None  # none of the tables below has a blob that would be looked for
TWO = [Cik(7), Cik(8)]


@pytest.fixture
def traced(tmp_path):
    """Statements of a year, shares brought over a split, and a sum of two concepts."""
    lake = Lake(str(tmp_path))
    debt = tagged(
        ("CommercialPaper", None, "2023-12-31", 2, 4),
        ("LongTermDebtCurrent", None, "2023-12-31", 3, 4),
        on="2024-02-15",
    )
    lake.append(FACTS, pl.concat([year_2023(), debt]))
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([instrument(CIK)]))
    split = {"instrument_id": "A-1", "ex_session": date(2024, 6, 10), "kind": "split", "ratio": 4.0}
    known = {"source_url": "test", "known_at": datetime(2024, 5, 20, tzinfo=UTC)}
    lake.append(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame([split | known]))
    cover = ("dei:EntityCommonStockSharesOutstanding@shares", None, "2024-02-01", 10, 4)
    lake.append(FACTS, tagged(cover, form="10-K", on="2024-02-15"))
    build_fundamentals(lake)
    build_ratios(lake, Held(), Noon())
    return lake


def instrument(cik: int) -> dict[str, object]:
    named = {"instrument_id": "A-1", "ticker": "AAA", "valid_from": date(2020, 1, 2), "cik": cik, "company": "A"}
    return named | {"source_url": "test", "known_at": datetime(2020, 1, 2, tzinfo=UTC)}


def breaks(lake):
    return [(one.table, one.missing) for one in untraceable(lake, NO_DOCUMENTS)]


def test_law_2_every_line_of_every_statement_names_facts_that_are_there(traced):
    sources = traced.history(FUNDAMENTALS)["sources"].drop_nulls()
    assert sources.str.contains("CommercialPaper + LongTermDebtCurrent", literal=True).any()
    assert sources.str.contains(" * 4", literal=True).any()
    assert breaks(traced) == []


def test_law_2_every_ratio_names_filings_that_its_statements_rest_on_and_others_are_found(traced):
    assert traced.read(RATIOS)["sources"].str.split("; ").list.len().min() > 0
    assert traced.read(SHARE_COUNTS)["sources"].to_list() == [f"{accession(4)}:EntityCommonStockSharesOutstanding"]
    for table in (RATIOS, SHARE_COUNTS):
        stray = traced.read(table).head(1).with_columns(sources=pl.lit("0000000001-24-000001:Hearsay"))
        traced.upsert(table, stray)
    assert sorted(breaks(traced)) == [
        ("ratios", "0000000001-24-000001:Hearsay"),
        ("share_counts", "0000000001-24-000001:Hearsay"),
    ]


def test_law_2_a_fact_that_nobody_stored_a_form_without_its_document_and_a_line_without_its_report_are_found(traced):
    stray = traced.history(FUNDAMENTALS).drop_nulls("sources").head(1)
    traced.upsert(FUNDAMENTALS, stray.with_columns(sources=pl.lit("0000000001-24-000001:Hearsay + Rumour * 4")))
    traced.upsert(INSIDER_TRADES, frame(line("0000000001-24-000002", document_sha256="f" * 64), line("b")))
    held = holding("0000000001-24-000003", datetime(2024, 2, 14, tzinfo=UTC), "037833100", 1)
    traced.upsert(HOLDINGS, HOLDINGS.frame([held]))
    assert sorted(breaks(traced)) == [
        ("fundamentals", "0000000001-24-000001:Hearsay"),
        ("fundamentals", "0000000001-24-000001:Rumour"),
        ("holdings", "0000000001-24-000003"),
        ("insider_trades", "f" * 64),
    ]


class KilledError(BaseException):
    """The process is gone: nothing may catch it."""


class Mortal(Lake):
    """A lake whose process dies at its n-th write: before the commit, or when it stands and nobody was told."""

    def __init__(self, url: str, *, dies_at: int = 0, committed: bool = False) -> None:
        super().__init__(url)
        self.left, self.committed = dies_at, committed

    def upsert(self, table, rows, **options):
        self.left -= 1
        if self.left == 0 and not self.committed:
            raise KilledError
        done = super().upsert(table, rows, **options)
        if self.left == 0:
            raise KilledError
        return done


class Told:
    """EDGAR with facts of any company, and no list of filings."""

    def company_facts_file(self, cik):
        row = {"start": "2023-01-01", "end": "2023-12-31", "val": int(cik), "accn": "0000000007-24-000001"}
        row |= {"fy": 2023, "fp": "FY", "form": "10-K", "filed": "2024-02-15"}
        facts = {"us-gaap": {"Revenues": {"units": {"USD": [row]}}}}
        return json.dumps({"cik": int(cik), "entityName": "A", "facts": facts}).encode()

    def submissions(self, _cik):
        raise NotFound("no list")


def facts_statements_and_ratios(lake, _folder):
    ingest_facts(Told(), lake, TWO)
    build_fundamentals(lake, TWO)
    build_ratios(lake, Held(), Noon(), TWO)


def prices_and_splits(lake, folder):
    bars, splits = folder / "bars.csv", folder / "splits.csv"
    days = ("2023-12-29", "2024-01-02")
    bars.write_text("ticker,session,open,high,low,close,volume\n" + "".join(f"AAA,{day},5,5,5,5,9\n" for day in days))
    splits.write_text("ticker,session,split_ratio\nAAA,2024-01-02,4\n")
    ingest_prices(bars, lake, INSTRUMENTS.frame([instrument(7)]), splits=splits)


def what_edgar_says(lake, _folder):
    for first in (1, 3):
        store_companies(lake, [said(cik=first), said(cik=first + 1)], at=ASKED)
    store_companies(lake, [said(cik=cik, sic="6021") for cik in (2, 3)], at=ASKED.replace(hour=13))


def unless_it_began(lake, folder):
    """The planted violation: what has any rows is taken for done."""
    if lake.read(PRICES).is_empty():
        prices_and_splits(lake, folder)


def outcome(lake):
    tables = (FACTS, FUNDAMENTALS, RATIOS, PRICES, CORPORATE_ACTIONS, COMPANIES)
    return [lake.history(table).rows() for table in tables]


def ends_otherwise(run, folder, *, committed):
    """How many of the runs that are killed at one of their writes, and begun again, end as no other would."""
    whole = Mortal(str(folder / f"whole {committed}"))
    run(whole, folder)
    writes, wrong = -whole.left, 0
    assert writes > 1
    for write in range(1, writes + 1):
        url = str(folder / f"killed at {write} {committed}")
        with pytest.raises(KilledError):
            run(Mortal(url, dies_at=write, committed=committed), folder)
        again = Mortal(url)
        run(again, folder)
        wrong += outcome(again) != outcome(whole)
    return wrong


@pytest.mark.parametrize("run", [facts_statements_and_ratios, prices_and_splits, what_edgar_says])
def test_law_4_killed_at_any_write_and_begun_again_the_tables_are_the_same(run, tmp_path):
    assert ends_otherwise(run, tmp_path, committed=False) == 0
    assert ends_otherwise(run, tmp_path, committed=True) == 0


def test_law_4_a_run_that_takes_what_it_began_for_done_is_caught(tmp_path):
    assert ends_otherwise(unless_it_began, tmp_path, committed=True) > 0
