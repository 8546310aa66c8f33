from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.sources import http
from edgewise.sources.http import Archive, NoLimit, PoliteClient, open_fetcher


@pytest.mark.parametrize("url", [None, "", "https://www.sec.gov"])
def test_nothing_or_https_is_the_live_service(url):
    fetcher = open_fetcher(url, identity="A b@c.de")
    assert isinstance(fetcher, PoliteClient)
    fetcher.close()


def test_the_live_service_needs_an_identity():
    with pytest.raises(NotConfigured, match="EDGEWISE_IDENTITY"):
        open_fetcher(None)


def test_the_rate_is_passed_on():
    with pytest.raises(InvalidInput, match="at most 10"):
        open_fetcher(None, identity="A b@c.de", rate_per_s=12)


def test_the_sec_is_never_asked_without_a_limit():
    with pytest.raises(InvalidInput, match="never asked without a limit"):
        open_fetcher("https://www.sec.gov", identity="A b@c.de", rate_per_s=None)


def test_a_mirror_may_be_asked_without_a_limit():
    with open_fetcher("http://127.0.0.1:9", identity="A b@c.de", rate_per_s=None) as fetcher:
        assert isinstance(fetcher._limit, NoLimit)


def test_a_limit_that_others_share_is_passed_on():
    limit = NoLimit()
    with open_fetcher("http://127.0.0.1:9", identity="A b@c.de", limit=limit) as fetcher:
        assert fetcher._limit is limit


def test_an_archive_needs_no_identity(tmp_path):
    fetcher = open_fetcher(f"archive://{tmp_path}")
    assert isinstance(fetcher, Archive)


@pytest.mark.parametrize("url", ["ftp://www.sec.gov", "s3://bucket/a", "/data/sec.zip", "Archive:///a"])
def test_any_other_url_is_told_what_is_known(url):
    with pytest.raises(InvalidInput, match=r"https://.*archive:///folder"):
        open_fetcher(url)


def test_the_package_offers_what_it_says():
    assert [name for name in http.__all__ if not hasattr(http, name)] == []
