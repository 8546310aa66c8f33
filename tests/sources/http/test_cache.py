from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

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


class TestBound:
    def body(self, number, size=900):
        return Kept(f"{URL}/{number}", '"v"', "", "text/html", bytes([number % 256]) * size)

    def bytes_in(self, folder):
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def age(self, folder, seconds):
        """Make everything kept so far look as if it had last been used that much earlier."""
        for path in folder.rglob("*"):
            if path.is_file():
                before = path.stat().st_mtime - seconds
                os.utime(path, (before, before))

    def test_the_folder_stays_within_its_bound_and_keeps_the_newest(self, tmp_path):
        cache = ConditionalCache(tmp_path, max_bytes=20_000)
        for number in range(60):
            self.age(tmp_path, 10)
            cache.keep(self.body(number))
            assert self.bytes_in(tmp_path) <= 22_000
        assert cache.find(f"{URL}/59") == self.body(59)
        assert cache.find(f"{URL}/0") is None
        assert len([number for number in range(60) if cache.find(f"{URL}/{number}")]) >= 10

    def test_what_is_used_stays(self, tmp_path):
        cache = ConditionalCache(tmp_path, max_bytes=20_000)
        for number in range(60):
            self.age(tmp_path, 10)
            cache.keep(self.body(number))
            assert cache.find(f"{URL}/0") == self.body(0)

    def test_what_others_kept_counts_too(self, tmp_path):
        for number in range(60):
            self.age(tmp_path, 10)
            ConditionalCache(tmp_path, max_bytes=20_000).keep(self.body(number))
        assert self.bytes_in(tmp_path) <= 20_000

    def test_a_body_that_would_push_out_the_rest_is_not_kept_nor_is_the_one_before(self, tmp_path):
        cache = ConditionalCache(tmp_path, max_bytes=20_000)
        cache.keep(self.body(1))
        cache.keep(self.body(2))
        cache.keep(self.body(1, size=3_000))
        assert cache.find(f"{URL}/1") is None
        assert cache.find(f"{URL}/2") == self.body(2)

    def test_what_a_killed_process_left_half_written_goes(self, tmp_path):
        cache = ConditionalCache(tmp_path, max_bytes=20_000)
        cache.keep(self.body(1))
        file = _only_file(tmp_path)
        drafts = [file.with_name(f"{file.name}.{age}") for age in ("old", "new")]
        for draft in drafts:
            draft.write_bytes(b"half")
        os.utime(drafts[0], (file.stat().st_mtime - 7200,) * 2)
        ConditionalCache(tmp_path, max_bytes=20_000).keep(self.body(2))
        assert [draft.exists() for draft in drafts] == [False, True]

    def test_what_another_is_about_to_finish_is_not_cleared_away(self, tmp_path):
        cache = ConditionalCache(tmp_path, max_bytes=20_000)
        draft = tmp_path / "ab" / "abcd.draft"
        draft.parent.mkdir()
        draft.write_bytes(bytes(30_000))
        cache.keep(self.body(1))
        assert draft.exists()

    def test_many_writers_at_once_do_no_harm(self, tmp_path):
        caches = [ConditionalCache(tmp_path, max_bytes=20_000) for _ in range(4)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: caches[number % 4].keep(self.body(number)), range(200)))
        assert self.bytes_in(tmp_path) <= 40_000  # of 200,000 that were written
