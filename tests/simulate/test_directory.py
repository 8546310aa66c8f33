import json
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.directory import submissions_file, ticker_files
from edgewise.simulate.lives import tickers_at
from edgewise.simulate.plan import Plan

# The keys of a real file of 2026, copied by hand.
KEYS = [
    "cik",
    "entityType",
    "sic",
    "sicDescription",
    "ownerOrg",
    "insiderTransactionForOwnerExists",
    "insiderTransactionForIssuerExists",
    "name",
    "tickers",
    "exchanges",
    "ein",
    "lei",
    "description",
    "website",
    "investorWebsite",
    "category",
    "fiscalYearEnd",
    "stateOfIncorporation",
    "stateOfIncorporationDescription",
    "addresses",
    "phone",
    "flags",
    "formerNames",
    "filings",
]
RECENT = [
    "accessionNumber",
    "filingDate",
    "reportDate",
    "acceptanceDateTime",
    "act",
    "form",
    "fileNumber",
    "filmNumber",
    "items",
    "core_type",
    "size",
    "isXBRL",
    "isInlineXBRL",
    "isXBRLNumeric",
    "primaryDocument",
    "primaryDocDescription",
]


@pytest.fixture(scope="module")
def directory(simulated):
    paths = sorted((simulated.folder / "data.sec.gov/submissions").glob("CIK*.json"))
    return {path.name: json.loads(path.read_text()) for path in paths}


@pytest.fixture(scope="module")
def of_companies(directory):
    return {name: content for name, content in directory.items() if content["entityType"] == "operating"}


def test_submissions_have_the_real_keys_and_columns_of_one_length(directory):
    assert sum(content["entityType"] == "operating" for content in directory.values()) == 26
    assert sum(content["entityType"] == "other" for content in directory.values()) > 26
    for name, content in directory.items():
        assert name == f"CIK{content['cik']}.json"
        assert list(content) == KEYS
        assert list(content["filings"]) == ["recent", "files"]
        recent = content["filings"]["recent"]
        assert list(recent) == RECENT
        assert len({len(column) for column in recent.values()}) == 1


def test_submissions_list_each_filing_of_the_company_newest_first(directory, truth):
    for content in directory.values():
        own = truth.filter(cik=int(content["cik"])).sort("accepted_at", descending=True)
        recent = content["filings"]["recent"]
        assert Counter(recent["accessionNumber"]) == Counter(own["accession"])
        assert recent["filingDate"] == [str(day) for day in own["filed_date"]]


def test_failure_case_18_a_quarter_of_the_companies_has_eastern_times_that_end_in_z(of_companies, truth):
    accepted = dict(truth.select("accession", "accepted_at").iter_rows())
    zones = Counter()
    for content in of_companies.values():
        recent = content["filings"]["recent"]
        for zone in (UTC, ZoneInfo("America/New_York")):
            read = [
                datetime.fromisoformat(stamp.removesuffix("Z")).replace(tzinfo=zone)
                for stamp in recent["acceptanceDateTime"]
            ]
            zones[str(zone)] += read == [accepted[number] for number in recent["accessionNumber"]]
        assert all(stamp.endswith(".000Z") for stamp in recent["acceptanceDateTime"])
    assert zones["UTC"] + zones["America/New_York"] == 26
    assert zones["America/New_York"] == 7


def test_sizes_are_those_of_the_submission_files(directory, submissions):
    sizes = {read.path.stem: read.path.stat().st_size for read in submissions}
    for content in directory.values():
        recent = content["filings"]["recent"]
        assert recent["size"] == [sizes[number] for number in recent["accessionNumber"]]


def test_primary_documents_are_the_first_of_their_submissions(directory, submissions):
    first = {read.path.stem: read.documents[0][1] for read in submissions}
    for content in directory.values():
        recent = content["filings"]["recent"]
        names = [name.rpartition("/")[2] for name in recent["primaryDocument"]]
        assert names == [first[number] for number in recent["accessionNumber"]]


def test_the_primary_document_of_an_xml_form_is_the_page_the_sec_makes_of_it(directory):
    folders = {}
    for content in directory.values():
        recent = content["filings"]["recent"]
        for form, name in zip(recent["form"], recent["primaryDocument"], strict=True):
            folders.setdefault(form.removesuffix("/A"), set()).add(name.rpartition("/")[0])
    assert folders["4"] == {"xslF345X05"}
    assert folders["13F-HR"] == {"xslForm13F_X02"}
    assert folders["8-K"] == {""}


def test_failure_case_27_a_form_4_is_listed_with_its_issuer_and_with_its_owners(directory, truth):
    for row in truth.filter(form="4").iter_rows(named=True):
        content = directory[f"CIK{row['cik']:010d}.json"]
        assert row["accession"] in content["filings"]["recent"]["accessionNumber"]
        flag = {"issuer": "insiderTransactionForIssuerExists", "reporting_owner": "insiderTransactionForOwnerExists"}
        assert content[flag[row["role"]]] == 1
    owners = {row["cik"] for row in truth.filter(role="reporting_owner").iter_rows(named=True)}
    companies = {int(c["cik"]) for c in directory.values() if c["entityType"] == "operating"}
    assert owners & companies  # a company that owns another lists forms on which it is not the issuer
    assert owners - companies


def test_ticker_files_have_the_real_shapes_and_agree(simulated, of_companies):
    files = simulated.folder / "www.sec.gov/files"
    plain = json.loads((files / "company_tickers.json").read_text())
    assert list(plain) == [str(number) for number in range(26)]
    assert all(set(entry) == {"cik_str", "ticker", "title"} for entry in plain.values())
    exchange = json.loads((files / "company_tickers_exchange.json").read_text())
    assert exchange["fields"] == ["cik", "name", "ticker", "exchange"]
    by_cik = {row[0]: row for row in exchange["data"]}
    for entry in plain.values():
        assert by_cik[entry["cik_str"]][1:3] == [entry["title"], entry["ticker"]]
    for content in of_companies.values():
        assert by_cik[int(content["cik"])][2:] == [content["tickers"][0], content["exchanges"][0]]


def test_the_lists_give_the_symbols_in_use_at_the_end_and_the_names_of_before():
    """Failure case 31: delisted symbols are gone, renamed ones are the new ones, classes have one each."""
    plan = Plan(companies=60, years=2, lives=2.0)
    companies = invent_companies(plan)
    files = dict(ticker_files(companies))
    listed = [entry["ticker"] for entry in json.loads(files["www.sec.gov/files/company_tickers.json"]).values()]
    assert sorted(listed) == sorted(ticker for company in companies for ticker in tickers_at(company, plan.end))
    assert len(set(listed)) == len(listed)
    for company in companies:
        told = json.loads(submissions_file(company, [])[1])
        assert told["tickers"] == [str(ticker) for ticker in tickers_at(company, plan.end)]
        assert len(told["exchanges"]) == len(told["tickers"])
        assert [one["name"] for one in told["formerNames"]] == [name for _, name in company.life.names[-2::-1]]
