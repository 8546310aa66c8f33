from __future__ import annotations

import pytest

from edgewise.core.errors import Hostile, InvalidInput
from edgewise.sources.http.urls import parse_url, redirected

BASE = "https://www.sec.gov/Archives/a"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "www.sec.gov/a",
        "ftp://www.sec.gov/a",
        "file:///etc/passwd",
        "https:///a",
        "https://www.sec.gov/a b",
        "https://www.sec.gov/a\nb",
        "https://www.sec.gov/\x00",
        "https://www.sec.gov:99999/a",
        "https://[::1/a",
    ],
)
def test_what_cannot_be_fetched_is_refused(url):
    with pytest.raises(InvalidInput):
        parse_url(url)


def test_secrets_in_a_url_are_refused_and_not_repeated():
    with pytest.raises(InvalidInput, match="user or password") as caught:
        parse_url("https://me:hunter2@www.sec.gov/a")
    assert "hunter2" not in str(caught.value)


def test_the_host_is_lower_case_and_the_fragment_gone():
    assert parse_url("https://WWW.SEC.gov/A?b=C#d").geturl() == "https://www.sec.gov/A?b=C"


@pytest.mark.parametrize(
    ("source", "location", "target"),
    [
        (BASE, "/b", "https://www.sec.gov/b"),
        (BASE, "b?c=1", "https://www.sec.gov/Archives/b?c=1"),
        (BASE, "https://data.sec.gov/b", "https://data.sec.gov/b"),
        (BASE, "//sec.gov/b", "https://sec.gov/b"),
        ("http://www.sec.gov/a", "https://www.sec.gov/a", "https://www.sec.gov/a"),
        ("http://127.0.0.1:8080/a", "/b", "http://127.0.0.1:8080/b"),
    ],
)
def test_the_same_host_and_the_secs_hosts_are_followed(source, location, target):
    assert redirected(source, location) == target


@pytest.mark.parametrize(
    "location",
    [
        "https://example.com/",
        "https://notsec.gov/",
        "https://sec.gov.example.com/",
        "http://www.sec.gov/a",
        "http://data.sec.gov/a",
        "https://data.sec.gov:8443/a",
        "https://www.sec.gov:22/",
        "file:///etc/passwd",
        "https://me:pw@www.sec.gov/",
        "http://169.254.169.254/latest/meta-data",
        "https://[",
    ],
)
def test_no_redirect_leads_elsewhere(location):
    with pytest.raises(Hostile, match="redirects to"):
        redirected(BASE, location)
