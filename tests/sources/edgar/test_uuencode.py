from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import Truncated, Unparsable
from edgewise.sources.edgar.uuencode import decode_uuencoded, is_uuencoded


def encoded(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 a.pdf\n" + b"".join(lines) + b" \nend\n"


@given(st.binary(max_size=500))
def test_decoding_undoes_encoding(data):
    assert decode_uuencoded(encoded(data)) == data


@given(st.binary(max_size=500))
def test_trailing_spaces_lost_on_the_way_are_put_back(data):
    stripped = b"\n".join(line.rstrip(b" ") for line in encoded(data).split(b"\n"))
    assert decode_uuencoded(stripped) == data


def test_a_known_word_decodes():
    assert decode_uuencoded(b"begin 644 cat.txt\n#0V%T\n`\nend\n") == b"Cat"


def test_the_pad_bits_that_edgar_leaves_set_do_not_matter():
    # '!' stands for 1, where a strict encoder pads with 0.
    assert decode_uuencoded(b'begin 644 a.jpg\n"_]D!\n \nend') == b"\xff\xd9"


def test_a_file_without_an_end_is_truncated():
    with pytest.raises(Truncated):
        decode_uuencoded(b"begin 644 a\n#0V%T\n")


@pytest.mark.parametrize("data", [b"words", b"begin 644\n", b"begin 644 a\n#\xff\xff\xff\xff\nend"])
def test_what_is_not_uuencoded_is_refused(data):
    with pytest.raises(Unparsable):
        decode_uuencoded(data)


def test_only_a_begin_line_begins_a_file():
    assert is_uuencoded(b"begin 644 a.pdf\n")
    assert not is_uuencoded(b"begin with words\n")
