"""The real archive, replayed: error bodies told apart, every member readable, both crawls of the feed."""

from __future__ import annotations

import pytest

from edgewise.core.errors import NotFound, ServiceUnavailable, Throttled, Unparsable
from edgewise.sources.http import Archive
from edgewise.sources.http.verdict import Page, error_page, refusal

FEED = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&count=100&start={}&type=&owner=include&output=atom"
ERRORS = "www.sec.gov/_errors/"


@pytest.fixture(scope="module")
def archive(real_data):
    with Archive(f"archive://{real_data / 'sec.zip'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def error_bodies(sec_archive):
    """(status, body) of the recorded refusals; the file name begins with the status."""
    names = [name for name in sec_archive.namelist() if name.startswith(ERRORS)]
    return [(int(name.removeprefix(ERRORS)[:3]), sec_archive.read(name)) for name in names]


def test_failure_case_42_the_real_error_bodies_are_told_apart(error_bodies):
    kinds = {403: NotFound, 404: NotFound, 503: ServiceUnavailable}
    verdicts = [type(refusal("https://www.sec.gov/x", status, body)) for status, body in error_bodies]
    assert verdicts == [kinds[status] for status, _ in error_bodies]
    assert sorted(status for status, _ in error_bodies) == [403] * 5 + [404, 503, 503]


def test_failure_case_41_the_real_maintenance_page_is_no_document_even_with_status_200(error_bodies):
    pages = [body for status, body in error_bodies if status == 503]
    assert [type(refusal("https://www.sec.gov/x", 200, body)) for body in pages] == [ServiceUnavailable] * 2
    asked_to_wait = refusal("https://www.sec.gov/x", 503, pages[0], retry_after_s=30.0)
    assert isinstance(asked_to_wait, Throttled)


def test_failure_case_41_no_real_document_is_taken_for_an_error_page(sec_archive):
    mistaken = {
        name: page for name in sec_archive.namelist() if (page := error_page(sec_archive.read(name))) is not None
    }
    assert {name[len(ERRORS) :][:3] for name in mistaken} == {"403", "404", "503"}
    assert all(name.startswith(ERRORS) for name in mistaken)
    assert Page.BLOCKED not in mistaken.values()


def test_every_file_is_listed_once_and_readable(archive, sec_archive):
    below_hosts = {name for name in sec_archive.namelist() if "/" in name}
    urls = list(archive.listing("https://"))
    assert urls == sorted(urls)
    assert {url.removeprefix("https://") for url in urls} == below_hosts
    refused = []
    for url in urls:
        try:
            assert archive.get(url).body == sec_archive.read(url.removeprefix("https://"))
        except Unparsable:
            refused.append(url)
    assert len(refused) == 8
    assert all("/_errors/" in url for url in refused)


def test_a_prefix_lists_the_files_below_it(archive, sec_archive):
    prefix = "www.sec.gov/Archives/edgar/data/320193/"
    expected = sorted(name for name in sec_archive.namelist() if name.startswith(prefix))
    assert expected
    assert [url.removeprefix("https://") for url in archive.listing("https://" + prefix)] == expected


def test_a_feed_page_is_the_newest_crawls_unless_a_session_is_chosen(archive, real_data):
    assert b"12 Jan 2026 11:28:50 EST" in archive.get(FEED.format(0)).body[:300]
    with Archive(f"archive://{real_data / 'sec.zip'}", session="A_all_types") as first:
        assert b"12 Dec 2025 18:03:31 EST" in first.get(FEED.format(0)).body[:300]


def test_a_feed_page_beyond_the_recorded_ones_is_not_found(archive):
    with pytest.raises(NotFound, match=r"INDEX\.tsv"):
        archive.get(FEED.format(999_900))
