"""Bytes to characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.characters import decode, plain_spaces, visible


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Zürich, 5 €".encode(), "Zürich, 5 €"),
        (b"\xef\xbb\xbfSales", "Sales"),
        ("Zürich".encode("utf-16"), "Zürich"),
        (b"the Company\x92s \x93record\x94 year", "the Company\u2019s “record” year"),
        (b"caf\xe9", "café"),
        (b"undefined \x81 byte", "undefined \x81 byte"),
        (b'<meta charset="iso-8859-1">\x96', '<meta charset="iso-8859-1">\N{EN DASH}'),
        (b'<meta charset="windows-1251">\xcf', '<meta charset="windows-1251">П'),
        (b'<meta charset="idna">\xe9', '<meta charset="idna">é'),
    ],
)
def test_each_encoding_is_recognised(body, text):
    assert decode(body) == text


def test_a_broken_byte_in_a_utf8_document_spoils_only_itself():
    assert decode("“quoted” ".encode() * 50 + b"\xe9.") == "“quoted” " * 50 + "\N{REPLACEMENT CHARACTER}."


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_is_read_back(text):
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary())
def test_any_bytes_are_decoded_to_characters_that_can_be_stored(body):
    text = decode(body)
    assert text.encode().decode() == text


def test_invisible_characters_vanish_and_visible_ones_stay():
    assert visible("co\u00adoperate\u200b \u2060now\ufeff \N{EN DASH} é") == "cooperate now \N{EN DASH} é"


def test_every_space_but_the_line_end_becomes_a_plain_one():
    assert plain_spaces("a\u00a0b\u2003c\td\ne") == "a b c   d\ne"
