"""read_text: what kind of document it is, what is odd about it, and that nothing hostile stops it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.document import read_document
from edgewise.text.visible_text import read_text

PROSE = b"Net sales rose four percent because customers bought more of our products. " * 3


def test_an_html_document_is_ok():
    read = read_text(b"<html><body><p>" + PROSE + b"</p></body></html>", document_type="10-K", file_name="a.htm")
    assert (read.status, read.reasons) == ("ok", ())
    assert read.text == PROSE.decode().strip()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.4\n...", "pdf"),
        (b"<PDF>\n%PDF-1.4\n...", "pdf"),
        (b"GIF89a\x01\x00", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"PK\x03\x04\x14\x00", "archive"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "binary"),
        (bytes(range(256)) * 20, "binary"),
        (b"\nbegin 644 g12345g1234567.jpg\nM_]C_X``02D9)1@`!`0```0`!``#_", "uuencoded"),
        (b"<PDF>\nbegin 644 a.pdf\nM)5!$1BTQ", "uuencoded"),
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"<html><body><img src='scan.jpg'></body></html>", "empty"),
    ],
)
def test_what_holds_no_text_is_absent_and_says_why(body, reason):
    read = read_text(body)
    assert (read.text, read.status, read.reasons) == ("", "absent", (reason,))


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?>\n<ownershipDocument><schemaVersion>X0306</schemaVersion></ownershipDocument>',
        b"<XML>\n<ownershipDocument><remarks>a</remarks></ownershipDocument>\n</XML>",
        b'<?xml version="1.0"?><!-- made by <us> --><informationTable xmlns="http://www.sec.gov/edgar"><infoTable/>',
        b'<ns1:informationTable xmlns:ns1="http://www.sec.gov/edgar"><ns1:infoTable/></ns1:informationTable>',
        b'<?xml version="1.0"?><xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance"/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_an_xml_data_file_is_not_prose(body):
    assert read_text(body).reasons == ("not_prose",)


@pytest.mark.parametrize(
    ("document_type", "file_name"),
    [("EX-27", ""), ("EX-27.1", "a.txt"), ("EX-101.INS", "a.xml"), ("", "MetaLinks.json")],
)
def test_data_attachments_are_not_prose(document_type, file_name):
    assert read_text(PROSE, document_type=document_type, file_name=file_name).reasons == ("not_prose",)


def test_xhtml_is_prose_in_spite_of_its_xml_declaration():
    body = b'<?xml version="1.0" encoding="ASCII"?>\n<!-- x -->\n<html xmlns="http://www.w3.org/1999/xhtml"><body><p>'
    assert read_text(body + PROSE + b"</p></body></html>").status == "ok"


def test_failure_case_17_early_plain_text_is_not_taken_for_html_because_of_its_table_markers():
    body = b"<PAGE>\n\n<TABLE>\n<S>       <C>\nSales     $ 100\n</TABLE>\n\nWe sell  things.\n"
    assert read_text(body).text == "\nSales\t$ 100\nWe sell things."


def test_failure_case_16_a_file_name_may_be_in_upper_case():
    assert read_text(PROSE, file_name="FORM10K.HTM").text == read_text(PROSE, file_name="form10k.htm").text
    assert read_text(b"%PDF-1.4", file_name="A.PDF").reasons == ("pdf",)


def test_the_text_is_that_of_the_document_so_that_offsets_hold_for_both():
    body = b"<p>one<hr><table><tr><td>a<td>b</table>"
    assert read_text(body).text == read_document(body).text == "one\n\na\tb"


def test_html_in_a_file_without_a_name_is_found_by_its_tags():
    assert read_text(b"<P>one</P><P>two</P>").text == "one\ntwo"


def test_the_wrapper_that_old_files_keep_is_no_text():
    header = b"<DOCUMENT>\n<TYPE>8-K\n<SEQUENCE>1\n<FILENAME>a.htm\n<DESCRIPTION>FORM 8-K\n<TEXT>\n"
    assert read_text(header + b"<p>Said.</p>\n</TEXT>\n</DOCUMENT>", file_name="a.htm").text == "Said."


def test_a_very_short_document_is_suspect():
    assert read_text(b"<p>See next page.</p>").reasons == ("too_short",)


def test_a_large_document_with_hardly_any_text_is_suspect():
    body = b"<p>" + PROSE + b"</p>" + b'<div style="color:black"></div>' * 5_000
    assert read_text(body).reasons == ("mostly_markup",)


def test_characters_that_were_lost_make_it_suspect():
    body = b"<p>" + PROSE + "caf\N{REPLACEMENT CHARACTER}".encode() + b"</p>"
    assert read_text(body).reasons == ("replacement_characters",)


def test_failure_case_16_an_unterminated_comment_does_not_swallow_the_text():
    body = b"<html><body><p>Before.</p><!-- page break <p>" + PROSE + b"</p></body></html>"
    read = read_text(body)
    assert read.reasons == ("unterminated_comment",)
    assert read.text.endswith(PROSE.decode().strip())


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(body):
    read = read_text(body)
    assert (read.status == "absent") == (read.text == "")
    assert (read.status == "ok") == (read.reasons == ())


@given(st.text(alphabet="<>/!-= \"'abpdivtrscx&;#0:\n", max_size=300))
def test_no_markup_whatever_raises(markup):
    assert read_text(f"<p>{markup}".encode()).text == read_text(f"<p>{markup}".encode()).text
