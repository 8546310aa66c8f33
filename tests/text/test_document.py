"""Documents and their blocks: looks, offsets into text and bytes, links, places with a name."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.document import Kind, read_document


def blocks_of(markup):
    return list(read_document(markup.encode(), file_name="a.htm").blocks())


def only(markup):
    (block,) = blocks_of(markup)
    return block


def test_a_document_without_prose_is_absent_and_has_no_blocks():
    document = read_document(b"%PDF-1.4")
    assert (document.status, document.reasons, document.text, len(document)) == ("absent", ("pdf",), "", 0)
    assert (list(document.blocks()), document.lines, document.begins, document.flags) == ([], [], [], b"")


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<p>a", Kind.PARAGRAPH),
        ("<div><ul><li>a</ul>", Kind.LIST_ITEM),
        ("<p>&bull; a", Kind.LIST_ITEM),
        ("<p><table><tr><td>&#8226;<td>a</table>", Kind.LIST_ITEM),
        ("<p><table><tr><td>(a)<td>a</table>", Kind.LIST_ITEM),
        ("<p><table><tr><td>(a)<td>a<td>1</table>", Kind.ROW),
        ("<p><table><tr><td>Sales<td>1</table>", Kind.ROW),
        ("<p><table><tr><td>Sales</table>", Kind.PARAGRAPH),
    ],
)
def test_each_kind_of_block_is_told(markup, kind):
    assert only(markup).kind is kind


@pytest.mark.parametrize(
    ("markup", "shares"),
    [
        ("<p><b>aaa</b>b", (0.75, 0, 0)),
        ("<p><b>a.</b> - b&nbsp;<i> </i>", (0.5, 0, 0)),
        ("<p><b><i>a</i></b><u>b</u>", (0.5, 0.5, 0.5)),
        ("<p style='font:bold 9pt Times'>a", (1, 0, 0)),
        ("<p><b>a<font style='font-weight:400'>b</font></b>", (0.5, 0, 0)),
        ("<h2>a</h2>", (1, 0, 0)),
        ("<p><b> </b>---", (0, 0, 0)),
    ],
)
def test_looks_are_shares_of_characters_but_spaces(markup, shares):
    block = only(markup)
    assert (block.bold, block.italic, block.underlined) == shares


@pytest.mark.parametrize(
    ("markup", "size", "centered", "indent"),
    [
        ("<p>a", 0, False, 0),
        ("<body style='font-size:10pt'><p>a", 10, False, 0),
        ("<p style='font-size:8pt'>a<font style='font-size:12pt'>bcd", 12, False, 0),
        ("<p><font size=2>a", 10, False, 0),
        ("<center><p>a", 0, True, 0),
        ("<p align=CENTER>a", 0, True, 0),
        ("<p align=center><table align=center><tr><td>a", 0, False, 0),
        ("<div style='margin-left:1in'><p style='text-indent:-9pt'>a", 0, False, 63),
    ],
)
def test_size_alignment_and_indent(markup, size, centered, indent):
    block = only(markup)
    assert (block.size, block.centered, block.indent) == (size, centered, indent)


@pytest.mark.parametrize(
    ("markup", "lead"),
    [
        ("<p><b>We may fail.</b> Others did.", "We may fail."),
        ("<p><i>We may</i><i> fail</i>. Others did.", "We may fail"),
        ("<p><b>We</b> <b>may fail.</b>", ""),
        ("<p>We <b>may</b> fail.", ""),
        ("<p><b>\u2022</b> We may fail.", ""),
    ],
)
def test_the_lead_is_what_emphasis_sets_off_at_the_start(markup, lead):
    block = only(markup)
    assert block.text[: block.lead].strip(" .") == lead.strip(" .")


def test_links_and_places_are_found_where_they_stand():
    document = read_document(
        b"<p>see <a href='#i1'>Item <b>1</b></a> and <a href=b.htm>B</a><p><a name=i1></a>Item 1<p>x<a id=i1>"
    )
    first, second, third = document.blocks()
    assert [document.text[begin:end] for begin, end, _ in document.links] == ["Item 1", "B"]
    assert (first.links, second.links, third.links) == (("#i1", "b.htm"), (), ())
    assert document.anchors == {b"i1": second.begin}


def test_a_link_that_is_never_closed_ends_with_what_holds_it():
    document = read_document(b"<p><a href='#a'>one<p>two <a href='#b'>three</a>")
    assert [document.text[begin:end] for begin, end, _ in document.links] == ["one", "three"]


def test_soft_blocks_only_began_a_new_line_and_headings_are_marked():
    assert [(block.soft, block.heading) for block in blocks_of("<p>a<br>b</p>c<h3>d</h3>")] == [
        (False, False),
        (True, False),
        (False, False),
        (False, True),
    ]


def test_the_table_of_a_block_is_numbered():
    markup = "<p>a<table><tr><td>b<td>c<tr><td>d<td>e</table><p>f<table><tr><td>g<td>h</table>"
    assert [block.table for block in blocks_of(markup)] == [0, 1, 1, 0, 2]


def test_raw_offsets_are_exact_beside_references_bytes_and_rows():
    body = "<p>&#8220;Caf\u00e9&rdquo; <table><tr><td><b>&lt;5</b></td> <td>x&amp;</td></tr></table>".encode()
    first, second = read_document(body).blocks()
    assert body[first.raw_begin : first.raw_end].decode() == "&#8220;Caf\u00e9&rdquo;"
    assert body[second.raw_begin : second.raw_end] == b"&lt;5</b></td> <td>x&amp;"


def test_raw_offsets_hold_for_windows_1252():
    body = b"<p>caf\xe9</p><p>\x93x\x94</p>"
    first, second = read_document(body).blocks()
    assert (body[first.raw_begin : first.raw_end], body[second.raw_begin : second.raw_end]) == (
        b"caf\xe9",
        b"\x93x\x94",
    )


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br>",
    "<div>",
    "</div>",
    "<hr>",
    "<table><tr><td>",
    "<td>",
    "<tr><td>",
    "</table>",
]
WORDS = [
    "a",
    "Item 1.",
    "&amp;",
    "&lt;",
    "&#8217;",
    "&nbsp;",
    "\u00e9",
    "\u2014",
    " ",
    "\n",
    "\U0001f600",
    "&copy",
    "< ",
]


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=40))
def test_every_block_leads_back_to_the_bytes_that_spell_it(pieces):
    body = f"<p>{''.join(pieces)}".encode()
    document = read_document(body)
    assert document.text == "\n".join(document.lines)
    end = 0
    for block in document.blocks():
        assert document.text[block.begin : block.end] == block.text == document.lines[block.number]
        assert block.raw_begin >= end
        end = block.raw_end
        spelled = re.sub(r"<[^ ][^>]*>", "", body[block.raw_begin : block.raw_end].decode())
        assert "".join(html.unescape(spelled).split()) == "".join(block.text.split())
        if block.text:
            assert document.raw_offset(block.begin) == block.raw_begin
            assert document.number_at(block.begin) == block.number


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(body):
    document = read_document(b"<p>" + body)
    assert document.text == "\n".join(document.lines)
    assert all(block.text == document.lines[block.number] for block in document.blocks())
