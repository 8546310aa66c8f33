"""The nightly zip holds what each company's own file held in the night it was made in."""

from datetime import timedelta

import polars as pl

from edgewise.core.identifiers import Cik
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip


def test_failure_case_22_the_zip_holds_what_filings_had_said_by_the_night_before(edgar_at, tmp_path, truth):
    report = truth.filter(pl.col("form") == "10-Q").sort("published_at").row(-1, named=True)
    cik, path = Cik(report["cik"]), tmp_path / "companyfacts.zip"
    after = report["published_at"] + timedelta(minutes=1)
    with edgar_at(f"{after:%Y-%m-%d}T08:00") as (_, edgar):  # 3:00 in New York, or 4:00
        before = edgar.company_facts_file(cik)
    with edgar_at(f"{after:%Y-%m-%dT%H:%M:%S}") as (_, edgar):
        path.write_bytes(edgar.company_facts_bundle(urls.company_facts_zip()))
        now = edgar.company_facts_file(cik)
    with CompanyFactsZip(path) as bundle:
        assert bundle.file(cik) == before
    assert before != now


def test_at_the_end_of_a_market_it_is_what_was_written(edgar_at, small, tmp_path):
    path = tmp_path / "companyfacts.zip"
    with edgar_at("2024-07-10T12:00") as (_, edgar):
        path.write_bytes(edgar.company_facts_bundle(urls.company_facts_zip()))
        written = sorted((small / "data.sec.gov" / "api" / "xbrl" / "companyfacts").glob("CIK*.json"))
        served = edgar.company_facts_file(Cik(written[0].stem[3:]))
    with CompanyFactsZip(path) as bundle:
        assert len(bundle) == len(written)
        assert bundle.file(Cik(written[0].stem[3:])) == served
