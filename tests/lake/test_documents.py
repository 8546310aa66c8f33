from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, NotFound, TooLarge, Unparsable, Unusable
from edgewise.lake import DocumentStore

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # FIPS 180-4, the digest of nothing


class Blobs(dict):
    """Blobs in memory, that count what is written."""

    writes = 0

    def put(self, key, data):
        self.writes += 1
        return self.setdefault(key, data) is data

    def get(self, key):
        if key not in self:
            raise NotFound(f"there is no blob {key}")
        return self[key]

    def exists(self, key):
        return key in self

    def size(self, key):
        return len(self.get(key))

    def keys(self, prefix=""):
        return iter(sorted(key for key in self if key.startswith(prefix)))


@pytest.fixture
def blobs():
    return Blobs()


@pytest.fixture
def documents(blobs):
    return DocumentStore(blobs)


@given(st.binary(max_size=4000))
def test_what_was_put_is_got_back(data):
    documents = DocumentStore(Blobs())
    assert documents.get(documents.put(data)) == data


def test_a_document_is_named_by_the_digest_of_its_raw_bytes(documents, blobs):
    assert documents.put(b"") == EMPTY
    assert list(blobs) == [f"e3/{EMPTY}.zst"]


def test_a_document_is_stored_once_however_often_it_is_put(documents, blobs):
    first, again = documents.put_many([b"10-K", b"10-K"])
    assert first == again == documents.put(b"10-K")
    assert blobs.writes == 1


def test_the_frame_says_how_large_the_document_is(documents, blobs):
    documents.put(b"x" * 100_000)
    [blob] = blobs.values()
    assert zstandard.frame_content_size(blob) == 100_000
    assert len(blob) < 100


def test_existence_and_stored_size_are_told_without_reading(documents, blobs):
    sha256 = documents.put(b"x" * 1000)
    assert documents.exists(sha256)
    assert documents.stored_size(sha256) == len(next(iter(blobs.values())))
    assert not documents.exists(EMPTY)
    with pytest.raises(NotFound):
        documents.stored_size(EMPTY)


def test_a_missing_document_is_not_found(documents):
    with pytest.raises(NotFound):
        documents.get(EMPTY)


@pytest.mark.parametrize(
    "damage",
    [
        lambda blob: blob[:-3],
        lambda _: b"",
        lambda _: b"not zstandard at all",
        lambda blob: blob[:20] + bytes([blob[20] ^ 1]) + blob[21:],
        lambda _: zstandard.ZstdCompressor().compress(b"another document"),
    ],
    ids=["cut short", "empty", "another format", "one bit turned", "another document"],
)
def test_a_damaged_document_is_never_returned_and_the_error_names_it(documents, blobs, damage):
    sha256 = documents.put(hashlib.sha256(b"seed").digest() * 3)
    key = next(iter(blobs))
    blobs[key] = damage(blobs[key])
    with pytest.raises(Unparsable, match=sha256) as caught:
        documents.get(sha256)
    assert caught.value.code == "corrupt_document"


def test_a_document_larger_than_the_limit_is_refused_before_it_is_unpacked(documents):
    sha256 = documents.put(b"\0" * 10_000_000)
    with pytest.raises(TooLarge, match="has 10000000 bytes, more than 9999999"):
        documents.get(sha256, max_bytes=9_999_999)
    assert len(documents.get(sha256, max_bytes=10_000_000)) == 10_000_000


def test_a_planted_bomb_that_hides_its_size_is_bounded_too(documents, blobs):
    sha256 = hashlib.sha256(b"\0" * 10_000_000).hexdigest()
    blobs[f"{sha256[:2]}/{sha256}.zst"] = zstandard.ZstdCompressor(write_content_size=False).compress(
        b"\0" * 10_000_000
    )
    with pytest.raises(Unusable):
        documents.get(sha256, max_bytes=1_000_000)


@pytest.mark.parametrize("sha256", ["", "ABC", EMPTY.upper(), EMPTY + "0", "../" + EMPTY[3:]])
def test_what_is_no_digest_is_refused(documents, sha256):
    with pytest.raises(InvalidInput, match="not a SHA-256 digest"):
        documents.get(sha256)


def test_threads_share_a_store(documents):
    texts = [f"filing {number} ".encode() * 5000 for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        digests = list(threads.map(documents.put, texts))
    assert [documents.get(sha256) for sha256 in digests] == texts
