"""The nightly zip holds what each company's own file held in the night it was made in."""

from datetime import timedelta

import httpx2
import polars as pl
import pytest

from edgewise.core.identifiers import Cik
from edgewise.simulate.server.faults import Fault, Faults, Odds
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip
from edgewise.sources.http import Retry


def test_failure_case_22_the_zip_holds_what_filings_had_said_by_the_night_before(edgar_at, tmp_path, truth):
    report = truth.filter(pl.col("form") == "10-Q").sort("published_at").row(-1, named=True)
    cik, path = Cik(report["cik"]), tmp_path / "companyfacts.zip"
    after = report["published_at"] + timedelta(minutes=1)
    with edgar_at(f"{after:%Y-%m-%d}T08:00") as (_, edgar):  # 3:00 in New York, or 4:00
        before = edgar.company_facts_file(cik)
    with edgar_at(f"{after:%Y-%m-%dT%H:%M:%S}") as (_, edgar):
        edgar.company_facts_bundle(urls.company_facts_zip(), path)
        now = edgar.company_facts_file(cik)
    with CompanyFactsZip(path) as bundle:
        assert bundle.file(cik) == before
    assert before != now


def test_at_the_end_of_a_market_it_is_what_was_written(edgar_at, small, tmp_path):
    path = tmp_path / "companyfacts.zip"
    with edgar_at("2024-07-10T12:00") as (_, edgar):
        edgar.company_facts_bundle(urls.company_facts_zip(), path)
        written = sorted((small / "data.sec.gov" / "api" / "xbrl" / "companyfacts").glob("CIK*.json"))
        served = edgar.company_facts_file(Cik(written[0].stem[3:]))
    with CompanyFactsZip(path) as bundle:
        assert len(bundle) == len(written)
        assert bundle.file(Cik(written[0].stem[3:])) == served


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.RESET_LATE, Fault.UNAVAILABLE])
def test_over_a_line_that_breaks_it_comes_whole_and_no_byte_twice(edgar_at, tmp_path, fault):
    whole, path = tmp_path / "whole.zip", tmp_path / "companyfacts.zip"
    with edgar_at("2024-07-10T12:00") as (_, edgar):
        edgar.company_facts_bundle(urls.company_facts_zip(), whole)
    faults, retry = Faults((Odds(fault, 0.7),), seed=3), Retry()  # strikes three times
    with edgar_at("2024-07-10T12:00", faults=faults, retry=retry) as (served, edgar):
        edgar.company_facts_bundle(urls.company_facts_zip(), path)
        seen = [arrival.status for arrival in served.log.since()]
    assert path.read_bytes() == whole.read_bytes()
    assert seen == ([503, 503, 503, 200] if fault is Fault.UNAVAILABLE else [200, 206, 206, 206])


def test_one_of_another_night_begins_anew(edgar_at, tmp_path, truth):
    path, before = tmp_path / "companyfacts.zip", tmp_path / "before.zip"
    report = truth.filter(pl.col("form") == "10-Q").sort("published_at").row(-1, named=True)
    evening, after = report["published_at"], tmp_path / "after.zip"

    def overnight(_seconds):
        served.simulation.faults = Faults()
        served.clock.set(now=evening + timedelta(days=1))

    with edgar_at(f"{evening:%Y-%m-%dT%H:%M:%S}", sleep=overnight, retry=Retry()) as (served, edgar):
        edgar.company_facts_bundle(urls.company_facts_zip(), before)
        served.simulation.faults = Faults((Odds(Fault.TRUNCATED, 1.0),))
        edgar.company_facts_bundle(urls.company_facts_zip(), path)
        assert [arrival.status for arrival in served.log.since()][1:] == [200, 200]
        edgar.company_facts_bundle(urls.company_facts_zip(), after)
    assert path.read_bytes() == after.read_bytes() != before.read_bytes()


def test_parts_can_be_asked_for_as_at_the_sec(simulated):
    with simulated("2024-07-10T12:00") as (served, _):
        url = f"{served.url}/{urls.company_facts_zip().removeprefix('https://')}"
        agent = {"User-Agent": "Example Research contact@example.com"}

        def ask(**headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return httpx2.get(url, headers=agent | named)

        whole = ask()
        size, etag = len(whole.content), whole.headers["etag"]
        assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
        assert (whole.headers["content-length"], etag[0]) == (str(size), '"')
        assert "content-encoding" not in whole.headers
        part = ask(range="bytes=100-", if_range=etag)
        assert (part.status_code, part.content) == (206, whole.content[100:])
        assert part.headers["content-range"] == f"bytes 100-{size - 1}/{size}"
        assert part.headers["etag"] == etag
        assert ask(range="bytes=5-9", if_range=whole.headers["last-modified"]).content == whole.content[5:10]
        assert ask(range="bytes=-3").content == whole.content[-3:]
        assert ask(range="bytes=100-", if_range='"other"').status_code == 200
        beyond = ask(range=f"bytes={size}-")
        assert (beyond.status_code, beyond.content) == (416, b"")
        assert beyond.headers["content-range"] == f"bytes */{size}"
        assert ask(if_none_match=etag).status_code == 304
