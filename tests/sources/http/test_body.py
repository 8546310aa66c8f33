from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import ServiceUnavailable, TooLarge, Unparsable
from edgewise.sources.http.body import decoded, whole_body

URL = "https://www.sec.gov/a"
BOMB = gzip.compress(b"\0" * 50_000_000)


def _raw_deflate(data):
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


def _cut(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(
    data=st.binary(max_size=400).map(lambda seed: seed * 700),
    size=st.integers(1, 5000),
    coding=st.sampled_from(
        [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate), ("", bytes)]
    ),
)
def test_failure_case_42_every_encoding_in_any_pieces_gives_the_same_body(data, size, coding):
    name, encode = coding
    assert whole_body(_cut(encode(data), size), name, max_bytes=len(data), url=URL) == data


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize(("name", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_that_fills_its_last_piece_to_the_brim_is_whole(name, encode, pieces):
    data = b"0123456789abcdef" * (4096 * pieces)  # a multiple of the 64 KiB that are inflated at a time
    assert whole_body([encode(data)], name, max_bytes=len(data), url=URL) == data


@given(cut=st.integers(1, 200))
def test_failure_case_42_a_compressed_body_that_ends_early_is_an_outage(cut):
    whole = gzip.compress(bytes(range(256)))
    with pytest.raises(ServiceUnavailable, match="ends early"):
        whole_body([whole[:-cut]], "gzip", max_bytes=1000, url=URL)


@given(place=st.integers(0, 1000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_passed_on_as_another_body(place, bit):
    data = b"Item 1A. Risk factors. " * 40
    damaged = bytearray(gzip.compress(data))
    damaged[place % len(damaged)] ^= 1 << bit
    try:
        body = whole_body([bytes(damaged)], "gzip", max_bytes=100_000, url=URL)
    except ServiceUnavailable:
        return
    assert body == data


def test_failure_case_43_a_bomb_stops_at_the_limit_and_is_never_unfolded():
    with pytest.raises(TooLarge, match="more than 1000000 bytes"):
        whole_body([BOMB], "gzip", max_bytes=1_000_000, url=URL)
    pieces = decoded([BOMB], "gzip", url=URL)
    assert max(len(next(pieces)) for _ in range(10)) == 64 * 1024


def test_exactly_the_limit_is_allowed():
    assert whole_body([b"12345"], "", max_bytes=5, url=URL) == b"12345"
    with pytest.raises(TooLarge):
        whole_body([b"123", b"456"], "", max_bytes=5, url=URL)


def test_gzip_files_one_after_the_other_are_one_body():
    assert whole_body([gzip.compress(b"ab") + gzip.compress(b"cd")], "gzip", max_bytes=9, url=URL) == b"abcd"


def test_garbage_after_the_end_is_damage():
    with pytest.raises(ServiceUnavailable, match="damaged"):
        whole_body([gzip.compress(b"ab") + b"garbage!"], "gzip", max_bytes=9, url=URL)


def test_no_body_at_all_needs_no_encoding():
    assert whole_body([], "gzip", max_bytes=9, url=URL) == b""


def test_an_encoding_we_did_not_ask_for_is_named():
    with pytest.raises(Unparsable, match="'br'"):
        whole_body([b"x"], "br", max_bytes=9, url=URL)
