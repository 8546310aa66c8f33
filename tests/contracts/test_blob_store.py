"""What every blob store promises, whatever is behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, NotFound

segment = st.text("abz019.-", min_size=1, max_size=6).filter(lambda text: text not in {".", ".."})
keys = st.lists(segment, min_size=1, max_size=3).map("/".join)


def test_what_was_put_is_got_back(blob_store):
    assert blob_store.put("ab/abcdef.zst", b"\x00\xff bytes")
    assert blob_store.get("ab/abcdef.zst") == b"\x00\xff bytes"
    assert blob_store.size("ab/abcdef.zst") == 8
    assert blob_store.exists("ab/abcdef.zst")


def test_an_empty_blob_is_a_blob(blob_store):
    assert blob_store.put("empty", b"")
    assert blob_store.exists("empty")
    assert blob_store.get("empty") == b""
    assert blob_store.size("empty") == 0


def test_a_key_is_written_once_and_the_first_bytes_stay(blob_store):
    assert blob_store.put("a/key", b"first")
    assert not blob_store.put("a/key", b"second")
    assert blob_store.get("a/key") == b"first"


def test_of_many_writers_of_one_key_exactly_one_stores(blob_store):
    with ThreadPoolExecutor(8) as threads:
        stored = list(threads.map(lambda number: blob_store.put("a/key", b"%d" % number * 1000), range(32)))
    assert sum(stored) == 1
    assert blob_store.get("a/key") == b"%d" % stored.index(True) * 1000


def test_what_is_not_there_is_not_found(blob_store):
    blob_store.put("ab/key", b"x")
    for key in ("none", "ab", "ab/none", "ab/key/below"):
        assert not blob_store.exists(key)
        for ask in (blob_store.get, blob_store.size):
            with pytest.raises(NotFound, match=key):
                ask(key)


def test_an_empty_store_has_no_keys(blob_store):
    assert list(blob_store.keys()) == []


def test_keys_come_in_order_and_by_prefix(blob_store):
    stored = ["b", "a.zst", "a/z", "a/b/c", "a-b", "a0"]
    for key in stored:
        blob_store.put(key, b"x")
    assert list(blob_store.keys()) == sorted(stored)
    assert list(blob_store.keys("a/")) == ["a/b/c", "a/z"]
    assert list(blob_store.keys("a/b")) == ["a/b/c"]
    assert list(blob_store.keys("a")) == ["a-b", "a.zst", "a/b/c", "a/z", "a0"]
    assert list(blob_store.keys("c")) == []


LEADS_ELSEWHERE = ("/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", "c:x", "~")
MALFORMED = ("", "A", "a b", "a_b", "a\\b", "ä", "a\0b", "a\nb", "a\n", "a" * 1001)


@pytest.mark.parametrize("key", [*LEADS_ELSEWHERE, *MALFORMED])
def test_a_key_that_leads_elsewhere_or_is_malformed_is_refused(blob_store, key):
    for act in (blob_store.get, blob_store.exists, blob_store.size, lambda key: blob_store.put(key, b"x")):
        with pytest.raises(InvalidInput, match="not a blob key"):
            act(key)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=keys, data=st.binary(max_size=50))
def test_any_well_formed_key_keeps_its_first_bytes(blob_store, key, data):
    try:
        stored = blob_store.put(key, data)
    except InvalidInput:
        return  # one of its parts is a blob, or blobs lie below it: a store of files refuses that, and says so
    assert not stored or blob_store.get(key) == data
    assert key in blob_store.keys(key)
