from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.sources import http
from edgewise.sources.http import Archive, PoliteClient, open_fetcher


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


def test_an_archive_needs_no_identity(tmp_path):
    fetcher = open_fetcher(f"archive://{tmp_path}")
    assert isinstance(fetcher, Archive)


@pytest.mark.parametrize("url", ["ftp://www.sec.gov", "s3://bucket/a", "/data/sec.zip", "Archive:///a"])
def test_any_other_url_is_told_what_is_known(url):
    with pytest.raises(InvalidInput, match=r"https://.*archive:///folder"):
        open_fetcher(url)


def test_the_package_offers_what_it_says():
    assert [name for name in http.__all__ if not hasattr(http, name)] == []
