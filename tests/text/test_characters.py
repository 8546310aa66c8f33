"""Bytes to characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.characters import byte_table
from edgewise.text.document import read_document
from edgewise.text.scan import utf8_shares

INVISIBLE = {0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF}


def text_of(body):
    return read_document(b"<p>" + body).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Zürich, 5 €".encode(), "Zürich, 5 €"),
        (b"\xef\xbb\xbfSales", "Sales"),
        (b"the Company\x92s \x93record\x94 year", "the Company\u2019s “record” year"),
        (b"caf\xe9", "café"),
        (b"undefined \x81byte", "undefined byte"),
        (b'<meta charset="iso-8859-1">\x96', "\N{EN DASH}"),
        (b'<meta charset="windows-1251">\xcf', "П"),
        (b'<meta charset="idna">\xe9', "é"),
        ("caf\xe9 \x93quoted\x94 \x80 5".encode(), "café “quoted” € 5"),
    ],
)
def test_each_encoding_is_recognised(body, text):
    assert text_of(body) == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_known_by_its_mark(encoding):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert read_document(mark + "<p>Zürich</p>".encode(encoding)).text == "Zürich"


def test_a_broken_byte_in_a_utf8_document_spoils_only_itself():
    document = read_document(b"<p>" + "“quoted” ".encode() * 50 + b"\xe9.")
    assert document.text == "“quoted” " * 50 + "\N{REPLACEMENT CHARACTER}."
    assert document.reasons == ("replacement_characters",)


@given(st.binary(max_size=60))
def test_broken_utf8_is_counted_and_replaced_as_the_standard_says(body):
    lenient = body.decode("utf-8", errors="replace")
    real = body.count("\N{REPLACEMENT CHARACTER}".encode())
    beyond_ascii, broken = utf8_shares(body)
    assert beyond_ascii == sum(letter > "\x7f" for letter in lenient)
    assert broken == lenient.count("\N{REPLACEMENT CHARACTER}") - real


@given(st.lists(st.sampled_from([*"aé“\U0001f600", b"\xe2\x80", b"\xff", b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\x80"])))
def test_broken_sequences_become_as_many_replacement_characters_as_in_a_browser(pieces):
    body = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces) + "“”".encode() * 200
    assert text_of(body) == body.decode("utf-8", errors="replace")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&")))
def test_utf8_is_read_back_but_for_white_space_and_what_cannot_be_seen(text):
    """The oracle is Python's table of characters. C1 controls but U+0085 are Windows-1252 taken for Latin-1."""
    prose = "x" * 4_000  # enough for control characters not to make it binary
    ours = text_of(f"{text}{prose}".encode()).replace(" ", "").removesuffix(prose)
    assert ours == "".join(filter(_is_seen, map(_meant, text)))


def _meant(letter):
    return bytes([ord(letter)]).decode("cp1252", "ignore") if "\x80" <= letter < "\xa0" and letter != "\x85" else letter


def _is_seen(letter):
    return bool(letter.strip()) and ord(letter) not in INVISIBLE and unicodedata.category(letter) != "Cc"


def test_invisible_characters_vanish_and_visible_ones_stay():
    assert text_of("co\u00adoperate\u200b \u2060now\ufeff \N{EN DASH} é".encode()) == "cooperate now \N{EN DASH} é"


def test_failure_case_10_every_kind_of_space_is_one_plain_space():
    spaces = "\u00a0 \u1680\u2000\u2003\u2009\u200a\u202f\u205f\u3000\u2028\u2029\t\v\f\r\n"
    assert text_of(f"Item{spaces}1A.".encode()) == "Item 1A."


@given(st.binary())
def test_any_bytes_are_made_ready_for_the_scan(body):
    scanned, start, table = byte_table(body, 0)
    assert 0 <= start <= len(scanned)
    assert len(table) in (0, 128)
