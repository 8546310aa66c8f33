"""Company facts into the lake: known since the filing was public, once, and one company's failure stops nobody."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Cik
from edgewise.core.tables import FILINGS
from edgewise.core.tables_fundamentals import FACTS
from edgewise.lake import Lake
from edgewise.pipelines import fundamentals
from edgewise.pipelines.fundamentals import ingest_facts, known_statements
from edgewise.pipelines.fundamentals_build import build_fundamentals
from edgewise.sources.edgar.company_facts import parse_files
from edgewise.sources.edgar.submissions import parse_submissions

CIK, BROKEN, SILENT = Cik(1163302), Cik(2), Cik(3)
STORED, LISTED, UNLISTED = "0001163302-25-000010", "0001163302-25-000028", "0001163302-24-000099"
ACCEPTED = datetime(2025, 1, 30, 21, 4, tzinfo=UTC)


def fact(accession, start, end, value, form, filed):  # noqa: PLR0917 - the row as EDGAR writes it
    return {
        "start": start,
        "end": end,
        "val": value,
        "accn": accession,
        "fy": 2025,
        "fp": "Q1",
        "form": form,
        "filed": filed,
    }


FACTS_FILE = json.dumps(
    {
        "cik": int(CIK),
        "entityName": "Steel",
        "facts": {
            "us-gaap": {
                "Revenues": {
                    "units": {
                        "USD": [
                            fact(STORED, "2024-01-01", "2024-12-31", 15640, "10-K", "2025-01-30"),
                            fact(LISTED, "2025-01-01", "2025-03-31", 3727, "10-Q", "2025-05-01"),
                            fact(UNLISTED, "2023-01-01", "2023-12-31", 18053, "10-K", "2024-02-02"),
                            fact("nonsense", "2023-01-01", "2023-12-31", 1, "10-K", "2024-02-02"),
                        ]
                    }
                }
            }
        },
    }
).encode()
SUBMISSIONS = json.dumps(
    {
        "cik": str(int(CIK)),
        "name": "Steel",
        "tickers": [],
        "exchanges": [],
        "filings": {
            "recent": {
                "accessionNumber": [LISTED],
                "form": ["10-Q"],
                "filingDate": ["2025-05-01"],
                "acceptanceDateTime": ["2025-05-01T16:21:59.000Z"],
            },
            "files": [],
        },
    }
).encode()


class Told:
    """EDGAR with one company that has facts, one whose file is broken and one without any."""

    def company_facts_file(self, cik):
        if cik == SILENT:
            raise NotFound("no facts")
        return FACTS_FILE if cik == CIK else b"<html>"

    def submissions(self, cik):
        if cik != CIK:
            raise NotFound("no list")
        return parse_submissions(SUBMISSIONS)

    def older_filings(self, _listed):
        return iter(())


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    filing = {
        "accession": STORED,
        "cik": int(CIK),
        "role": "issuer",
        "form": "10-K",
        "company": "Steel",
        "filed_date": date(2025, 1, 30),
        "known_at_source": "header",
        "documents": 1,
        "source_url": "test",
        "first_seen_at": ACCEPTED,
        "known_at": ACCEPTED,
    }
    lake.append(FILINGS, FILINGS.frame([filing]))
    return lake


def test_each_fact_is_known_since_its_filing_was_public(lake):
    ingest_facts(Told(), lake, [CIK])
    known = {row["accession"]: (row["known_at"], row["known_at_source"]) for row in lake.read(FACTS).to_dicts()}
    assert known[STORED] == (ACCEPTED, "header")
    # Failure case 18: the stamp says 16:21:59 in the afternoon of New York; either reading may be right here.
    assert known[LISTED][0] == datetime(2025, 5, 1, 20, 21, 59, tzinfo=UTC)
    # Nothing but a filing date: 22:00 in New York of that day.
    assert known[UNLISTED] == (datetime(2024, 2, 3, 3, tzinfo=UTC), "filing_date")


def test_a_company_that_fails_is_a_reason_and_the_others_go_on(lake):
    report = ingest_facts(Told(), lake, [SILENT, BROKEN, CIK])
    assert report.failed == {int(SILENT): "not_found", int(BROKEN): "unparsable"}
    assert (report.companies, report.rows, report.new) == (1, 3, 3)
    assert dict(report.rejected) == {"bad_accession": 1}


def test_a_company_whose_rows_do_not_fit_the_table_fails_alone_and_the_rest_of_its_batch_is_stored(lake, monkeypatch):
    def doubling(bodies):
        first, *others = parse_files(bodies)
        return [replace(first, facts=pl.concat([first.facts, first.facts])), *others]

    class Whole(Told):
        def company_facts_file(self, _cik):
            return FACTS_FILE

    monkeypatch.setattr(fundamentals, "parse_files", doubling)
    done = []
    report = ingest_facts(Whole(), lake, [BROKEN, CIK], on_progress=done.append)
    assert report.failed == {int(BROKEN): "schema_mismatch"}
    assert (report.companies, report.rows, report.new) == (1, 3, 3)
    assert lake.read(FACTS)["cik"].unique().to_list() == [int(CIK)]
    assert done == [2]


def test_a_second_run_stores_nothing_new(lake):
    ingest_facts(Told(), lake, [CIK])
    version = lake.version(FACTS)
    assert ingest_facts(Told(), lake, [CIK]).new == 0
    assert lake.version(FACTS) == version


def test_statements_are_those_known_at_the_instant(lake):
    ingest_facts(Told(), lake, [CIK])
    build_fundamentals(lake, [CIK, SILENT])
    before = known_statements(lake, CIK, basis="annual", as_of=datetime(2025, 1, 30, 21, 3, tzinfo=UTC))
    assert before["value"].to_list() == [18053]
    assert known_statements(lake, CIK, basis="annual", as_of=ACCEPTED)["value"].to_list() == [18053, 15640]
    assert known_statements(lake, SILENT, basis="annual").is_empty()
