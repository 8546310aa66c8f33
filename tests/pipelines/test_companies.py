"""What EDGAR says of registrants: a row where something changed, known since it was asked, by hand."""

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.tables_companies import COMPANIES
from edgewise.lake import Lake
from edgewise.pipelines.companies import store_companies
from edgewise.sources.edgar.submissions import parse_submissions

ASKED = datetime(2024, 6, 28, 12, tzinfo=UTC)
APPLE = {
    "cik": "0000320193",
    "entityType": "operating",
    "sic": "3571",
    "sicDescription": "Electronic Computers",
    "name": "Apple Inc.",
    "category": "Large accelerated filer",
    "fiscalYearEnd": "0930",
    "stateOfIncorporation": "CA",
    "tickers": ["AAPL"],
    "exchanges": ["Nasdaq"],
    "formerNames": [
        {"name": "APPLE INC", "from": "2007-01-10T05:00:00.000Z", "to": "2019-08-05T04:00:00.000Z"},
        {"name": "APPLE COMPUTER INC", "to": "2007-01-04T05:00:00.000Z"},
    ],
    "filings": {"recent": {"accessionNumber": [], "form": [], "filingDate": []}},
}
PERSON = {"cik": 1494730, "name": "Musk Elon", "sic": "", "fiscalYearEnd": None, "tickers": [], "exchanges": []}


def said(**changes):
    return parse_submissions(json.dumps(APPLE | changes).encode())


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path))


def test_a_row_holds_what_the_list_says(lake):
    person = parse_submissions(json.dumps({**PERSON, "filings": APPLE["filings"]}).encode())
    assert store_companies(lake, [said(), person], at=ASKED) == 2
    apple, musk = lake.read(COMPANIES).to_dicts()
    assert apple == {
        "cik": 320193,
        "company": "Apple Inc.",
        "entity_type": "operating",
        "sic": 3571,
        "sic_description": "Electronic Computers",
        "fiscal_year_end": "0930",
        "state_of_incorporation": "CA",
        "category": "Large accelerated filer",
        "former_names": [
            {"name": "APPLE INC", "valid_from": date(2007, 1, 10), "valid_to": date(2019, 8, 5)},
            {"name": "APPLE COMPUTER INC", "valid_from": None, "valid_to": date(2007, 1, 4)},
        ],
        "source_url": "https://data.sec.gov/submissions/CIK0000320193.json",
        "known_at": ASKED,
    }
    assert {name for name, value in musk.items() if value is None} == {
        *("entity_type", "sic", "sic_description", "fiscal_year_end", "state_of_incorporation", "category")
    }
    assert (musk["company"], musk["former_names"]) == ("Musk Elon", [])


def test_nothing_is_known_before_it_was_asked(lake):
    store_companies(lake, [said()], at=ASKED)
    assert lake.read(COMPANIES, as_of=ASKED - timedelta(microseconds=1)).is_empty()
    assert lake.read(COMPANIES, as_of=ASKED).height == 1


def test_who_says_the_same_again_gets_no_row_and_the_first_instant_stands(lake):
    store_companies(lake, [said()], at=ASKED)
    version = lake.version(COMPANIES)
    assert store_companies(lake, [said()], at=ASKED + timedelta(days=1)) == 0
    assert store_companies(lake, [], at=ASKED + timedelta(days=1)) == 0
    assert lake.version(COMPANIES) == version


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Apple Corp."},
        {"entityType": ""},
        {"sic": "7372"},
        {"sic": ""},
        {"sicDescription": None},
        {"fiscalYearEnd": "0926"},
        {"stateOfIncorporation": "DE"},
        {"category": "<br>Emerging growth company"},
        {"formerNames": []},
        {"formerNames": [APPLE["formerNames"][0]]},
    ],
)
def test_a_change_of_anything_is_a_row_and_so_is_going_back(lake, changes):
    for place, one in enumerate((said(), said(**changes), said(**changes), said())):
        store_companies(lake, [one], at=ASKED + timedelta(days=place))
    days = lake.history(COMPANIES)["known_at"].dt.day().to_list()
    assert days == [28, 29, 1]


def test_who_asked_at_an_instant_before_those_stored_knows_it_since_then(lake):
    """A simulated market may be served from an earlier day once more."""
    for at, sic in ((ASKED, "6021"), (ASKED - timedelta(days=9), "3571"), (ASKED - timedelta(days=3), "3571")):
        store_companies(lake, [said(sic=sic)], at=at)
    assert lake.history(COMPANIES).select("sic", "known_at").rows() == [
        (3571, ASKED - timedelta(days=9)),
        (6021, ASKED),
    ]


def test_each_company_of_many_is_compared_with_its_own_newest_row(lake):
    lists = [said(cik=number, sic=str(1000 + number)) for number in range(1, 31)]
    assert store_companies(lake, lists, at=ASKED) == 30
    changed = [said(cik=number, sic=str(1000 + number + (number % 3 == 0))) for number in range(1, 36)]
    assert store_companies(lake, changed, at=ASKED + timedelta(days=1)) == 10 + 5
    newest = lake.read(COMPANIES).filter(pl.col("known_at") > ASKED)["cik"].to_list()
    assert newest == [*range(3, 31, 3), *range(31, 36)]


def test_a_company_that_is_told_twice_at_once_is_as_told_last(lake):
    assert store_companies(lake, [said(sic="1311"), said()], at=ASKED) == 1
    assert lake.read(COMPANIES)["sic"].to_list() == [3571]
