import csv
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.directory import Filed
from edgewise.simulate.feed import feed_files
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def accessions(page):
    return [one.text.split("=")[1] for one in page.iterfind("a:entry/a:id", ATOM)]


@pytest.fixture(scope="module")
def feed(simulated):
    """The rows of INDEX.tsv, each with its page parsed."""
    table = simulated.folder / "www.sec.gov/cgi-bin/browse-edgar/INDEX.tsv"
    with table.open(encoding="ascii", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [(row, etree.fromstring((simulated.folder / row["path"]).read_bytes())) for row in rows]


def test_the_table_names_every_page_with_its_url_time_and_entries(simulated, feed):
    pages = (simulated.folder / "www.sec.gov/cgi-bin/browse-edgar").rglob("*.atom")
    assert {row["path"] for row, _ in feed} == {str(page.relative_to(simulated.folder)) for page in pages}
    for row, page in feed:
        assert list(row) == ["session", "path", "url", "feed_updated", "entries"]
        assert re.fullmatch(
            r"https://www\.sec\.gov/cgi-bin/browse-edgar\?action=getcurrent&count=100&start=\d+&type=&owner=include"
            r"&output=atom",
            row["url"],
        )
        assert row["feed_updated"] == page.findtext("a:updated", namespaces=ATOM)
        assert int(row["entries"]) == len(accessions(page))


def test_entries_agree_with_the_truth_and_stand_newest_first(feed, truth):
    rows = {(row["accession"], row["cik"]): row for row in truth.iter_rows(named=True)}
    for _, page in feed:
        times = []
        for entry in page.iterfind("a:entry", ATOM):
            title, number = entry.findtext("a:title", namespaces=ATOM), entry.findtext("a:id", namespaces=ATOM)
            form, cik, role = re.fullmatch(r"(\S.*?) - .* \((\d{10})\) \((Filer|Issuer|Reporting)\)", title).groups()
            row = rows[number.rpartition("=")[2], int(cik)]
            assert row["role"] in {"Filer": {"filer", "co_registrant"}, "Issuer": {"issuer"}}.get(
                role, {"reporting_owner"}
            )
            times.append(datetime.fromisoformat(entry.findtext("a:updated", namespaces=ATOM)))
            assert (form, times[-1]) == (row["form"], row["accepted_at"])
            assert f"/edgar/data/{int(cik)}/" in entry.find("a:link", ATOM).get("href")
            assert str(row["filed_date"]) in entry.findtext("a:summary", namespaces=ATOM)
        assert times == sorted(times, reverse=True)


def test_the_last_two_business_days_are_complete_and_two_crawls_overlap(feed, truth):
    eastern = truth["accepted_at"].dt.convert_time_zone("America/New_York").dt.date()
    seen = {session: set() for session in ("A_last_day", "C_day_before", "D_last_day_in_the_burst")}
    for row, page in feed:
        seen[row["session"]] |= set(accessions(page))
    assert seen["A_last_day"] == set(truth.filter(eastern == date(2024, 12, 31))["accession"])
    assert seen["C_day_before"] == set(truth.filter(eastern == date(2024, 12, 30))["accession"])
    assert seen["D_last_day_in_the_burst"]
    assert seen["D_last_day_in_the_burst"] < seen["A_last_day"]


def test_failure_case_44_pages_of_one_crawl_overlap_when_filings_arrive_meanwhile():
    plan = Plan(companies=1_500, years=1)
    filed = [Filed(filing, 9_000) for filing in schedule_filings(plan, invent_companies(plan))]
    files = dict(feed_files(plan, filed))
    crawls = {}
    for path, text in files.items():
        if path.endswith(".atom"):
            start = int(re.search(r"start-(\d+)", path).group(1))
            crawls.setdefault(path.split("/")[3], {})[start] = accessions(etree.fromstring(text.encode()))
    burst = crawls["D_last_day_in_the_burst"]
    assert set(burst[0]) & set(burst[100])
    for pages in crawls.values():
        sizes = [len(pages[start]) for start in sorted(pages)]
        assert set(sizes[:-1]) <= {100}
        assert sizes[-1] < 100
    last_day = [filing.filing for filing in filed if filing.filing.filed_date >= date(2024, 12, 31)]
    times = {f.accepted_at.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") for f in last_day}
    assert {"16:05", "17:25"} <= times
