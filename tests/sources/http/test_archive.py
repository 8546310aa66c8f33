from __future__ import annotations

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgewise.core.errors import (
    Hostile,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
    TooLarge,
    Unparsable,
)
from edgewise.sources.http import Archive

if TYPE_CHECKING:
    from pathlib import Path

HOST = "https://www.sec.gov"
FEED = f"{HOST}/cgi-bin/browse-edgar?action=getcurrent&start=0"
FILES = {
    "www.sec.gov/Archives/edgar/data/1/a.htm": b"<p>10-K",
    "www.sec.gov/Archives/edgar/data/1/b.txt": b"text",
    "www.sec.gov/Archives/edgar/data/1-old/c.json": b"{}",
    "www.sec.gov/Archives/edgar/data/10/d e%20f.xml": b"<a/>",
    "www.sec.gov/cgi-bin/browse-edgar/INDEX.tsv": (
        f"url\tpath\tsession\tfeed_updated\n{FEED}\tfeeds/old.atom\told\t2025-01-01T00:00:00Z\n"
        f"{FEED}\tfeeds/new.atom\tnew\t2025-01-02T00:00:00Z\n"
    ).encode(),
    "feeds/old.atom": b"<feed>old",
    "feeds/new.atom": b"<feed>new",
    "data.sec.gov/submissions/CIK0000000001.json": b"{}",
    "README.md": b"beside the hosts",
}
EVERY_URL = [
    "https://data.sec.gov/submissions/CIK0000000001.json",
    "https://feeds/new.atom",
    "https://feeds/old.atom",
    f"{HOST}/Archives/edgar/data/1-old/c.json",
    f"{HOST}/Archives/edgar/data/1/a.htm",
    f"{HOST}/Archives/edgar/data/1/b.txt",
    f"{HOST}/Archives/edgar/data/10/d%20e%2520f.xml",
    f"{HOST}/cgi-bin/browse-edgar/INDEX.tsv",
]


def _write_folder(root, files):
    for name, body in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


@pytest.fixture(params=["folder", "zip"])
def root(request, tmp_path) -> Path:
    if request.param == "zip":
        return _write_zip(tmp_path / "sec.zip", FILES)
    _write_folder(tmp_path / "sec", FILES)
    return tmp_path / "sec"


@pytest.fixture
def archive(root):
    with Archive(f"archive://{root}") as opened:
        yield opened


class TestBothKinds:
    def test_a_file_answers_its_url(self, archive):
        answer = archive.get(f"{HOST}/Archives/edgar/data/1/a.htm")
        assert (answer.body, answer.content_type) == (b"<p>10-K", "text/html")
        assert answer.last_modified is None
        assert not answer.from_cache

    def test_scheme_case_of_the_host_and_fragment_do_not_matter(self, archive):
        assert archive.get("http://WWW.SEC.GOV/Archives/edgar/data/1/b.txt#here").body == b"text"

    def test_a_missing_file_is_named(self, archive):
        with pytest.raises(NotFound, match=r"no www\.sec\.gov/Archives/edgar/data/1/zzz\.htm in /"):
            archive.get(f"{HOST}/Archives/edgar/data/1/zzz.htm")

    @pytest.mark.parametrize(
        "path", ["/Archives/edgar/data/1/", "/Archives/edgar/data/1", "", "/", "//a", "/" + "x" * 999]
    )
    def test_what_is_no_file_is_not_found(self, archive, path):
        with pytest.raises(NotFound):
            archive.get(HOST + path)

    def test_everything_is_listed_once_and_sorted(self, archive):
        listed = list(archive.listing("https://"))
        assert listed == EVERY_URL == sorted(EVERY_URL)
        assert [archive.get(url).url for url in listed] == listed

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            (f"{HOST}/Archives/edgar/data/1/", [EVERY_URL[4], EVERY_URL[5]]),
            (f"{HOST}/Archives/edgar/data/1", EVERY_URL[3:7]),
            (f"{HOST}/Archives/edgar/data/1/a", [EVERY_URL[4]]),
            (f"{HOST}/Archives/edgar/data/10/d%20", [EVERY_URL[6]]),
            ("http://data.", ["http://data.sec.gov/submissions/CIK0000000001.json"]),
            (f"{HOST}/nothing/", []),
            (f"{HOST}/../", []),
        ],
    )
    def test_a_prefix_selects(self, archive, prefix, found):
        assert list(archive.listing(prefix)) == found

    def test_a_prefix_that_begins_no_url_is_refused(self, archive):
        with pytest.raises(InvalidInput, match="https://"):
            archive.listing("www.sec.gov")

    def test_a_query_is_answered_by_its_newest_recording(self, archive):
        answer = archive.get(FEED)
        assert (answer.body, answer.url, answer.content_type) == (b"<feed>new", FEED, "application/atom+xml")

    def test_a_session_can_be_chosen(self, root):
        with Archive(f"archive://{root}", session="old") as archive:
            assert archive.get(FEED).body == b"<feed>old"
        with Archive(f"archive://{root}", session="none") as archive, pytest.raises(NotFound, match="session none"):
            archive.get(FEED)

    def test_an_unrecorded_query_is_not_found(self, archive):
        with pytest.raises(NotFound, match=r"INDEX\.tsv"):
            archive.get(FEED + "00")
        with pytest.raises(NotFound, match=r"company\.idx/INDEX\.tsv"):
            archive.get(f"{HOST}/company.idx?x=1")

    @pytest.mark.parametrize(
        "path",
        ["/../../etc/passwd", "/a/%2e%2e/b", "/./a", "/a%5cb", "/a\\b", "/a%00b", "/a%0ab", "/%ff"],
    )
    def test_failure_case_43_a_url_cannot_climb_out(self, archive, path):
        with pytest.raises(Hostile):
            archive.get(HOST + path)

    def test_a_body_over_the_limit_is_too_large(self, archive):
        url = f"{HOST}/Archives/edgar/data/1/a.htm"
        assert archive.get(url, max_bytes=7).body == b"<p>10-K"
        with pytest.raises(TooLarge, match="more than 6 bytes"):
            archive.get(url, max_bytes=6)

    def test_it_can_be_sent_to_another_process(self, root):
        with Archive(f"archive://{root}", session="old") as archive:
            archive.get(FEED)
            sent = pickle.loads(pickle.dumps(archive))
            assert sent.url == archive.url
            assert sent.get(FEED).body == b"<feed>old"
            sent.close()

    def test_after_closing_it_opens_again(self, archive):
        archive.close()
        assert archive.get(FEED).body == b"<feed>new"

    def test_an_archive_that_vanishes_is_an_outage_not_an_empty_answer(self, root):
        with Archive(f"archive://{root}") as archive:
            root.rename(root.with_name("moved"))
            with pytest.raises(ServiceUnavailable):
                archive.get(f"{HOST}/Archives/edgar/data/1/a.htm")


def _body_in_child(archive: Archive, url: str) -> bytes:
    return archive.get(url).body


class TestConcurrency:
    FILES: ClassVar = {f"h/{number}": bytes([number]) * 50_000 for number in range(64)}

    def test_threads_read_members_side_by_side(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", self.FILES)
        with Archive(f"archive://{path}") as archive, ThreadPoolExecutor(8) as threads:
            urls = [f"https://h/{number % 64}" for number in range(256)]
            bodies = list(threads.map(lambda url: archive.get(url).body, urls))
        assert bodies == [self.FILES[f"h/{number % 64}"] for number in range(256)]

    def test_a_worker_process_opens_its_own_file(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", self.FILES)
        with Archive(f"archive://{path}") as archive, ProcessPoolExecutor(1, get_context("spawn")) as workers:
            assert archive.get("https://h/1").body == self.FILES["h/1"]
            assert workers.submit(_body_in_child, archive, "https://h/2").result() == self.FILES["h/2"]

    def test_a_forked_child_does_not_share_the_parents_file(self, tmp_path, monkeypatch):
        path = _write_zip(tmp_path / "a.zip", self.FILES)
        with Archive(f"archive://{path}") as archive:
            archive.get("https://h/1")
            before = archive._shelf._opened[1]
            monkeypatch.setattr(os, "getpid", lambda: -1)
            assert archive.get("https://h/2").body == self.FILES["h/2"]
            assert archive._shelf._opened[1] is not before
            before.close()


class TestNames:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        names=st.sets(
            st.text(
                st.characters(codec="utf-8", exclude_characters="/\\", exclude_categories=["Cc"]),
                min_size=1,
                max_size=20,
            )
            .filter(lambda name: name not in {".", ".."} and len(name.encode()) < 200)
            .map(lambda name: "h/" + name),
            min_size=1,
            max_size=8,
        )
    )
    def test_every_listed_url_brings_its_own_file(self, names, tmp_path_factory):
        root = tmp_path_factory.mktemp("names")
        files = {name: name.encode() for name in names}
        _write_folder(root / "sec", files)
        _write_zip(root / "sec.zip", files)
        for path in (root / "sec", root / "sec.zip"):
            with Archive(f"archive://{path}") as archive:
                urls = list(archive.listing("https://h/"))
                assert urls == sorted("https://h/" + quote(n[2:], "-._~!$&'()*+,;=:@") for n in names)
                assert {archive.get(url).body for url in urls} == set(files.values())

    def test_a_relative_path_is_below_the_working_folder(self, tmp_path, monkeypatch):
        _write_folder(tmp_path / "sec", FILES)
        monkeypatch.chdir(tmp_path)
        archive = Archive("archive://sec")
        monkeypatch.chdir("/")
        assert archive.url == f"archive://{tmp_path / 'sec'}"
        assert archive.get(FEED).body == b"<feed>new"

    @pytest.mark.parametrize("url", ["archive://", "archive:/a", "/a", "archive:///no/such/place"])
    def test_what_is_no_archive_is_refused(self, url):
        with pytest.raises(InvalidInput):
            Archive(url)


class TestErrorPages:
    @pytest.mark.parametrize(
        "body",
        [
            b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title>",
            b"<html><title>SEC.gov | File Unavailable</title>",
            b"<Error><Code>NoSuchKey</Code></Error>",
        ],
    )
    def test_failure_case_41_a_recorded_error_page_is_no_document(self, tmp_path, body):
        _write_folder(tmp_path, {"h/a.htm": body})
        with pytest.raises(Unparsable, match="not a document") as caught:
            Archive(f"archive://{tmp_path}").get("https://h/a.htm")
        assert caught.value.code == "recorded_error"


class TestHostileFolders:
    def test_failure_case_43_a_link_that_leaves_the_folder_is_refused(self, tmp_path):
        (tmp_path / "secret").write_bytes(b"secret")
        _write_folder(tmp_path / "sec", {"h/a": b"a"})
        (tmp_path / "sec/h/out").symlink_to(tmp_path / "secret")
        archive = Archive(f"archive://{tmp_path / 'sec'}")
        with pytest.raises(Hostile, match="leads out"):
            archive.get("https://h/out")
        with pytest.raises(Hostile, match="leads out"):
            list(archive.listing("https://h/"))

    def test_a_linked_folder_that_leaves_is_refused(self, tmp_path):
        _write_folder(tmp_path / "other", {"b": b"b"})
        _write_folder(tmp_path / "sec", {"h/a": b"a"})
        (tmp_path / "sec/h/out").symlink_to(tmp_path / "other")
        with pytest.raises(Hostile):
            Archive(f"archive://{tmp_path / 'sec'}").get("https://h/out/b")

    def test_a_circle_of_links_is_refused(self, tmp_path):
        (tmp_path / "h").mkdir()
        (tmp_path / "h/a").symlink_to(tmp_path / "h/b")
        (tmp_path / "h/b").symlink_to(tmp_path / "h/a")
        with pytest.raises((Hostile, NotFound)):
            Archive(f"archive://{tmp_path}").get("https://h/a")

    def test_links_inside_are_served_and_linked_folders_listed_once(self, tmp_path):
        _write_folder(tmp_path, {"h/d/a": b"a"})
        (tmp_path / "h/link").symlink_to(tmp_path / "h/d/a")
        (tmp_path / "h/folder").symlink_to(tmp_path / "h/d")
        archive = Archive(f"archive://{tmp_path}")
        assert archive.get("https://h/link").body == archive.get("https://h/folder/a").body == b"a"
        assert list(archive.listing("https://h/")) == ["https://h/d/a", "https://h/link"]

    def test_a_pipe_is_no_file(self, tmp_path):
        (tmp_path / "h").mkdir()
        os.mkfifo(tmp_path / "h/pipe")
        archive = Archive(f"archive://{tmp_path}")
        with pytest.raises(NotFound):
            archive.get("https://h/pipe")
        assert list(archive.listing("https://")) == []

    @pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "a\\b", "feeds/../../secret"])
    def test_failure_case_43_an_index_cannot_point_outside(self, tmp_path, target):
        (tmp_path / "secret").write_bytes(b"secret")
        files = {"h/x/INDEX.tsv": f"url\tpath\nhttps://h/x?a=1\t{target}\n".encode()}
        _write_folder(tmp_path / "sec", files)
        _write_zip(tmp_path / "sec.zip", files)
        for name in ("sec", "sec.zip"):
            with Archive(f"archive://{tmp_path / name}") as archive, pytest.raises(Hostile):
                archive.get("https://h/x?a=1")


class TestHostileZips:
    def _refusal(self, path, kind, url="https://h/a", **options):
        with Archive(f"archive://{path}") as archive, pytest.raises(kind) as caught:
            archive.get(url, **options)
        return str(caught.value)

    @pytest.mark.parametrize("name", ["../a", "h/../../a", "/etc/a", "h\\a", "h/\x00a", "h//a", "./a", "h/a\nb"])
    def test_failure_case_43_names_that_climb_out_condemn_the_archive(self, tmp_path, name):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("h/a", b"harmless")
            archive.writestr("h/" + "X" * (len(name) - 2) if len(name) > 2 else "XX", b"evil")
        placeholder = ("h/" + "X" * (len(name) - 2)).encode()
        path = tmp_path / "a.zip"
        path.write_bytes(buffer.getvalue().replace(placeholder, name.encode()))
        assert "leaves its archive" in self._refusal(path, Hostile)

    def test_a_name_that_stands_twice_condemns_the_archive(self, tmp_path):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("h/a", b"one")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("h/a", b"two")
        assert "stands twice" in self._refusal(path, Hostile)

    def test_a_link_condemns_the_archive(self, tmp_path):
        link = zipfile.ZipInfo("h/link")
        link.external_attr = 0o120777 << 16
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(link, b"/etc/passwd")
        assert "is a link" in self._refusal(path, Hostile)

    def test_failure_case_43_a_member_that_unfolds_absurdly_is_refused(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", {"h/a": b"\0" * 5_000_000})
        assert "to 5000000" in self._refusal(path, Hostile)

    def test_a_large_member_is_refused_before_it_is_read(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", {"h/a": os.urandom(5000)})
        assert "more than 4999 bytes" in self._refusal(path, TooLarge, max_bytes=4999)

    def test_failure_case_43_a_member_that_lies_about_its_size_unfolds_no_further(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", {"h/a": b"\0" * 30_000_000})
        data = path.read_bytes().replace(struct.pack("<L", 30_000_000), struct.pack("<L", 100))
        path.write_bytes(data)
        tracemalloc.start()
        try:
            assert "CRC" in self._refusal(path, Unparsable)
            _, most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most_bytes < 1_000_000

    def test_a_damaged_member_is_told(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", {"h/a": os.urandom(1000)})
        data = bytearray(path.read_bytes())
        data[200] ^= 0xFF
        path.write_bytes(data)
        assert "h/a" in self._refusal(path, Unparsable)

    @pytest.mark.parametrize("cut", [1, 10, 30, 500, 1000, 1200])
    def test_a_cut_off_zip_is_told(self, tmp_path, cut):
        path = _write_zip(tmp_path / "a.zip", {"h/a": os.urandom(1000)})
        path.write_bytes(path.read_bytes()[:-cut])
        self._refusal(path, Unparsable)

    def test_a_file_that_is_no_zip_is_told(self, tmp_path):
        path = tmp_path / "a.zip"
        path.write_bytes(b"words")
        assert "not a zip file" in self._refusal(path, Unparsable)

    def test_an_encrypted_member_is_told(self, tmp_path):
        path = _write_zip(tmp_path / "a.zip", {"h/a": b"words"})
        data = bytearray(path.read_bytes())
        central = data.index(b"PK\x01\x02")
        data[6] |= 1
        data[central + 8] |= 1
        path.write_bytes(data)
        assert "encrypted" in self._refusal(path, Unparsable)

    def test_an_unbounded_compression_method_is_told(self, tmp_path):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("h/a", b"words")
        assert "compression method 12" in self._refusal(path, Unparsable)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.integers(0, 10_000), value=st.integers(0, 255))
    def test_no_single_byte_breaks_the_reader(self, tmp_path_factory, place, value):
        path = _write_zip(tmp_path_factory.mktemp("zip") / "a.zip", {"h/a": b"words of a filing " * 9, "h/b": b"more"})
        data = bytearray(path.read_bytes())
        data[place % len(data)] = value
        path.write_bytes(data)
        with Archive(f"archive://{path}") as archive:
            try:
                body = archive.get("https://h/a").body
            except (Hostile, Unparsable, NotFound, TooLarge):
                return
        assert body == b"words of a filing " * 9
