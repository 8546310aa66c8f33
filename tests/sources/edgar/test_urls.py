"""Addresses as EDGAR serves them."""

from __future__ import annotations

from datetime import date

import pytest

from edgewise.core.errors import Hostile, InvalidInput
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar import urls

CIK, ACCESSION = Cik(320193), Accession("0000320193-24-000123")
FOLDER = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            urls.feed_page(form="10-K", start=200),
            (
                "https://www.sec.gov/cgi-bin/browse-edgar"
                "?action=getcurrent&count=100&start=200&type=10-K&owner=include&output=atom"
            ),
        ),
        (urls.structured_feed(), "https://www.sec.gov/Archives/edgar/xbrlrss.all.xml"),
        (
            urls.daily_index(date(2018, 12, 31)),
            "https://www.sec.gov/Archives/edgar/daily-index/2018/QTR4/master.20181231.idx",
        ),
        (
            urls.daily_index(date(2020, 1, 2), kind="company"),
            "https://www.sec.gov/Archives/edgar/daily-index/2020/QTR1/company.20200102.idx",
        ),
        (
            urls.insider_data_set(date(2024, 3, 31))[0],
            "https://www.sec.gov/files/structureddata/data/insider-transactions-data-sets/2024q1_form345.zip",
        ),
        (
            urls.insider_data_set(date(2026, 6, 30))[1],
            "https://www.sec.gov/files/datastandardsinnovation/data/insider-transactions-data-sets/2026q2_form345.zip",
        ),
        (
            urls.holdings_data_set(date(2023, 12, 31))[0],
            "https://www.sec.gov/files/structureddata/data/form-13f-data-sets/2023q4_form13f.zip",
        ),
        (
            urls.holdings_data_set(date(2024, 2, 29))[0],
            "https://www.sec.gov/files/structureddata/data/form-13f-data-sets/01jan2024-29feb2024_form13f.zip",
        ),
        (
            urls.holdings_data_set(date(2024, 3, 1))[0],
            "https://www.sec.gov/files/structureddata/data/form-13f-data-sets/01mar2024-31may2024_form13f.zip",
        ),
        (
            urls.holdings_data_set(date(2025, 2, 14))[0],
            "https://www.sec.gov/files/structureddata/data/form-13f-data-sets/01dec2024-28feb2025_form13f.zip",
        ),
        (urls.full_index(2021, 3), "https://www.sec.gov/Archives/edgar/full-index/2021/QTR3/master.idx"),
        (urls.submissions(CIK), "https://data.sec.gov/submissions/CIK0000320193.json"),
        (
            urls.older_submissions("CIK0000320193-submissions-001.json"),
            "https://data.sec.gov/submissions/CIK0000320193-submissions-001.json",
        ),
        (urls.folder(CIK, ACCESSION), FOLDER),
        (urls.full_submission(CIK, ACCESSION), f"{FOLDER}0000320193-24-000123.txt"),
        (urls.index_page(CIK, ACCESSION), f"{FOLDER}0000320193-24-000123-index.htm"),
        (urls.document(CIK, ACCESSION, "a b.htm"), f"{FOLDER}a%20b.htm"),
    ],
)
def test_addresses_are_those_of_the_service(made, expected):
    assert made == expected


@pytest.mark.parametrize(
    "url",
    [
        FOLDER,
        FOLDER.removesuffix("/"),
        f"{FOLDER}aapl.htm",
        "https://www.sec.gov/Archives/edgar/data/320193/0000320193-24-000123.txt",
        "https://www.sec.gov/Archives/edgar/data/320193/0000320193-24-000123-index.html",
    ],
)
def test_an_address_tells_its_folder_and_submission(url):
    assert urls.filing_at(url) == (CIK, ACCESSION)


@pytest.mark.parametrize("url", ["", "https://www.sec.gov/", f"{urls.FILINGS}320193/", f"{urls.FILINGS}0/{'1' * 18}/"])
def test_other_addresses_lie_in_no_submission(url):
    assert urls.filing_at(url) is None


@pytest.mark.parametrize("year_and_quarter", [(1992, 1), (2020, 0), (2020, 5)])
def test_quarters_that_cannot_be_are_refused(year_and_quarter):
    with pytest.raises(InvalidInput):
        urls.full_index(*year_and_quarter)


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "", "a\\b", "/etc/passwd"])
def test_failure_case_43_names_that_leave_the_folder_are_hostile(name):
    with pytest.raises(Hostile):
        urls.document(CIK, ACCESSION, name)


def test_a_page_of_submissions_must_look_like_one():
    with pytest.raises(InvalidInput):
        urls.older_submissions("../CIK0000320193.json")
