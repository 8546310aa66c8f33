"""Companies brought in by batches: one company's failure is a row, and a killed run goes on after its last batch."""

import json
import pickle
import zipfile
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.errors import NotFound, ServiceUnavailable
from edgewise.core.identifiers import Cik
from edgewise.core.tables import FILINGS
from edgewise.core.tables_companies import COMPANIES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.fundamentals.versions import versions
from edgewise.lake import Lake
from edgewise.pipelines import fundamentals_build, fundamentals_intake
from edgewise.pipelines.failures import open_failures
from edgewise.pipelines.fundamentals_intake import _one_ahead, ingest_companies
from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip
from edgewise.sources.edgar.submissions import parse_submissions

CIKS = [Cik(number) for number in (1, 2, 3, 4, 5)]


class Killed(Exception):
    """The end of the process."""


class Edgar:
    """EDGAR, where the second company is away for the moment and the fourth has no facts; asked for whom."""

    def __init__(self):
        self.asked, self.away, self.killed_at, self.unnumbered = [], {2}, 0, 0

    def company_facts_file(self, cik):
        if cik == self.killed_at:
            raise Killed
        self.asked.append(int(cik))
        if cik in self.away:
            raise ServiceUnavailable("nobody answers")
        if cik == 4:
            raise NotFound("no facts")
        row = {"start": "2023-01-01", "end": "2023-12-31", "val": 7, "accn": f"{int(cik):010d}-24-000001"}
        if cik == self.unnumbered:
            row["accn"] = "derived"
        told = [row | {"fy": 2023, "fp": "FY", "form": "10-K", "filed": "2024-02-01"}]
        facts = {"us-gaap": {"Revenues": {"units": {"USD": told}}}}
        return json.dumps({"cik": int(cik), "entityName": "N", "facts": facts}).encode()

    def submissions(self, _cik):
        raise NotFound("no list")


class Listing(Edgar):
    """EDGAR that has a list of everybody's submissions, without any of them."""

    sic = "3571"

    def submissions(self, cik):
        none = {"accessionNumber": [], "form": [], "filingDate": []}
        said = {"cik": int(cik), "name": f"N{int(cik)}", "sic": self.sic, "tickers": [], "exchanges": []}
        return parse_submissions(json.dumps(said | {"filings": {"recent": none}}).encode())

    def older_filings(self, _listed):
        return iter(())


class Held:
    """The set of what was seen, in memory."""

    def __init__(self):
        self.until = {}

    def claim(self, keys, *, at, until):
        won = {key for key in keys if self.until.get(key, at) <= at}
        self.until |= dict.fromkeys(won, until)
        return won

    def keep(self, keys, *, until):
        self.until |= dict.fromkeys(keys, until)


class Clock:
    def __init__(self):
        self.at = datetime(2024, 6, 28, 12, tzinfo=UTC)

    def now(self):
        return self.at


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Bring the companies in, in batches of two; the run's doubles are its attributes."""
    monkeypatch.setattr(fundamentals_intake, "BATCH", 2)

    def ingest(*, resume=False):
        return ingest_companies(ingest.edgar, ingest.lake, ingest.seen, ingest.clock, CIKS, resume=resume)

    ingest.edgar, ingest.lake, ingest.seen, ingest.clock = Edgar(), Lake(str(tmp_path / "lake")), Held(), Clock()
    return ingest


def test_a_company_that_fails_is_a_row_with_the_command_that_asks_again_until_it_has_come(run):
    came = run()
    assert (came.facts.companies, came.facts.new, came.facts.failed) == (
        3,
        3,
        {2: "service_unavailable", 4: "not_found"},
    )
    assert open_failures(run.lake).select("asked", "reason", "retry", "command").sort("asked").rows() == [
        ("2", "service_unavailable", True, "edgewise fundamentals ingest --cik 2"),
        ("4", "not_found", False, "edgewise fundamentals ingest --cik 4"),
    ]
    run.edgar.away.clear()
    run.clock.at += timedelta(hours=1)
    again = run(resume=True)
    assert (again.resumed, again.facts.companies, run.edgar.asked[5:]) == (3, 1, [2, 4])
    assert open_failures(run.lake)["asked"].to_list() == ["4"]
    assert sorted(run.lake.read(FACTS)["cik"]) == [1, 2, 3, 5]


def test_what_edgar_says_of_companies_comes_with_their_facts_known_since_it_was_asked_and_once(run):
    run.edgar = Listing()
    run()
    first = run.clock.at
    assert run.lake.history(COMPANIES).select("cik", "company", "sic", "known_at").rows() == [
        (cik, f"N{cik}", 3571, first) for cik in (1, 3, 5)
    ]
    run.clock.at += timedelta(days=2)
    run()
    assert run.lake.history(COMPANIES).height == 3
    run.edgar.sic = "6021"
    run()
    assert run.lake.history(COMPANIES, where=pl.col("cik") == 3)["sic"].to_list() == [3571, 6021]


def test_of_a_company_whose_filings_are_all_stored_nobody_asks(run):
    filing = {"accession": "0000000001-24-000001", "cik": 1, "role": "issuer", "form": "10-K", "documents": 1}
    filing |= {"known_at_source": "header", "source_url": "test", "first_seen_at": run.clock.at}
    run.lake.append(FILINGS, FILINGS.frame([filing | {"known_at": run.clock.at}]))
    run.edgar = Listing()
    assert run().facts.known_by == {"header": 1, "filing_date": 2}
    assert run.lake.read(COMPANIES)["cik"].to_list() == [3, 5]


def test_a_company_of_which_every_row_is_unreadable_has_failed_with_the_reason_of_its_rows(run):
    run.edgar.unnumbered = 5
    came = run()
    assert (came.facts.companies, came.facts.failed[5]) == (2, "bad_accession")
    assert dict(came.facts.rejected) == {"bad_accession": 1}
    told = open_failures(run.lake).filter(pl.col("asked") == "5").select("reason", "retry").rows()
    assert told == [("bad_accession", False)]


def test_a_run_that_was_killed_goes_on_after_its_last_batch_and_a_day_later_begins_anew(run):
    run.edgar.killed_at = 3
    with pytest.raises(Killed):
        run()
    assert run.edgar.asked == [1, 2]
    run.edgar.killed_at = 0
    assert run(resume=True).resumed == 1
    assert run.edgar.asked[2:] == [2, 3, 4, 5]
    run.clock.at += timedelta(days=1)
    assert run(resume=True).resumed == 0


def test_from_a_zip_a_damaged_member_is_a_row_and_the_others_come(run, tmp_path):
    path = tmp_path / "companyfacts.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for cik in (1, 3, 5):
            bundle.writestr(f"CIK{cik:010d}.json", Edgar().company_facts_file(Cik(cik)))
    path.write_bytes(path.read_bytes().replace(b'"cik": 3', b'"cik": 4'))
    with CompanyFactsZip(path) as bulk:
        came = ingest_companies(run.edgar, run.lake, run.seen, run.clock, CIKS, bulk=bulk)
    assert came.facts.failed == {2: "not_found", 3: "unparsable", 4: "not_found"}
    assert open_failures(run.lake).filter(pl.col("asked") == "3")["reason"].to_list() == ["unparsable"]
    stored = run.lake.read(FACTS).select("cik", "value", "source_url").rows()
    assert stored == [(1, 7.0, "file:companyfacts.zip"), (5, 7.0, "file:companyfacts.zip")]
    assert run.edgar.asked == []


def test_other_processes_store_what_this_one_does(run, tmp_path, monkeypatch):
    """In a pool that pickles what it is given, as other processes do."""

    class Pickling:
        def map(self, function, items):
            return (pickle.loads(pickle.dumps(function))(pickle.loads(pickle.dumps(item))) for item in items)

    monkeypatch.setattr(fundamentals_intake, "_FEW", 1)
    run()
    other = Lake(str(tmp_path / "other"))
    came = ingest_companies(Edgar(), other, Held(), Clock(), CIKS, executor=Pickling())
    assert came.facts.failed == {2: "service_unavailable", 4: "not_found"}
    for table in (FACTS, FUNDAMENTALS):
        assert other.history(table).equals(run.lake.history(table))
        assert not other.history(table).is_empty()


def test_statements_that_do_not_fit_the_table_are_a_row_of_one_company(run, monkeypatch):
    def doubling(facts, *, splits):
        rows = versions(facts, splits=splits)
        return pl.concat([rows, rows.filter(pl.col("cik") == 1)])

    monkeypatch.setattr(fundamentals_build, "versions", doubling)
    monkeypatch.setattr(fundamentals_intake, "BATCH", 5)
    came = run()
    assert came.statements.failed == {1: "schema_mismatch"}
    assert sorted(run.lake.read(FUNDAMENTALS)["cik"].unique()) == [3, 5]
    assert sorted(open_failures(run.lake)["asked"]) == ["1", "2", "4"]
    assert run(resume=True).resumed == 2


def test_the_next_batch_is_worked_at_and_no_further_one():
    begun: list[int] = []

    def work(number):
        begun.append(number)
        return number * number

    for number, square in enumerate(_one_ahead(work, range(6))):
        assert square == number * number
        assert len(begun) <= number + 2
    assert begun == [0, 1, 2, 3, 4, 5]
    assert list(_one_ahead(work, [])) == []


def test_what_goes_wrong_in_a_batch_is_told_after_those_before_it():
    done = []
    with pytest.raises(ZeroDivisionError):
        done.extend(_one_ahead(lambda number: 6 // number, [3, 2, 0, 1]))
    assert done == [2, 3]
