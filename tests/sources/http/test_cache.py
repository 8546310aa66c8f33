from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import NotConfigured
from edgewise.sources.http.cache import ConditionalCache, Kept

URL = "https://www.sec.gov/a"
KEPT = Kept(URL, '"v1"', "Fri, 12 Dec 2025 12:00:00 GMT", "text/html", b"one\ntwo")


def _only_file(folder):
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


def test_what_is_kept_is_found_again(tmp_path):
    cache = ConditionalCache(tmp_path / "new" / "cache")
    assert cache.find(URL) is None
    cache.keep(KEPT)
    assert cache.find(URL) == KEPT
    assert cache.find(URL + "?b") is None


def test_a_newer_body_replaces_the_one_before_and_leaves_no_draft(tmp_path):
    cache = ConditionalCache(tmp_path)
    cache.keep(KEPT)
    newer = Kept(URL, '"v2"', "", "text/html", b"three")
    cache.keep(newer)
    assert cache.find(URL) == newer
    assert _only_file(tmp_path)


def test_a_folder_that_cannot_be_used_is_a_matter_of_configuration(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    cache = ConditionalCache(tmp_path / "file")
    with pytest.raises(NotConfigured, match="cache folder"):
        cache.find(URL)
    with pytest.raises(NotConfigured, match="cache folder"):
        cache.keep(KEPT)


def test_only_validators_the_service_sent_are_asked_with():
    assert KEPT.conditions == {"If-None-Match": '"v1"', "If-Modified-Since": "Fri, 12 Dec 2025 12:00:00 GMT"}
    assert Kept(URL, "", "", "", b"").conditions == {}


def test_a_damaged_file_is_as_good_as_none(tmp_path):
    cache = ConditionalCache(tmp_path)
    cache.keep(KEPT)
    file = _only_file(tmp_path)
    whole = file.read_bytes()
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        assert cache.find(URL) is None
    file.write_bytes(whole[:-1] + b"X")
    assert cache.find(URL) is None


@given(head=st.one_of(st.binary(max_size=30), st.sampled_from([b"[]", b"1", b"{}", json.dumps({"body": 1}).encode()])))
def test_no_content_of_the_file_breaks_the_reader(tmp_path_factory, head):
    folder = tmp_path_factory.mktemp("cache")
    cache = ConditionalCache(folder)
    cache.keep(KEPT)
    _only_file(folder).write_bytes(head + b"\nbody")
    assert cache.find(URL) is None


def test_a_file_that_belongs_to_another_url_is_not_used(tmp_path):
    cache = ConditionalCache(tmp_path)
    cache.keep(KEPT)
    file = _only_file(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"www.sec.gov", b"www.sec.xyz"))
    assert cache.find(URL) is None
