"""The scan of typewritten pages: lines to paragraphs, columns to cells, markers away."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.document import Kind, read_document

LINE = "The company sells paper, pencils and other goods of that kind to"


def text_of(page):
    return read_document(page.encode()).text


def test_failure_case_17_page_and_table_markers_vanish_and_columns_become_cells():
    page = (
        "<PAGE>   2\r\n"
        "ITEM 7. RESULTS\r\n"
        "<TABLE>\r\n<CAPTION>\r\n              1996      1995\r\n<S>           <C>       <C>\r\n"
        "Sales         $ 10      $  9\r\n-----\r\n</TABLE>\r\nafter  it\r\n"
    )
    document = read_document(page.encode())
    assert document.typed
    assert document.text == "\n2\nITEM 7. RESULTS\n1996\t1995\nSales\t$ 10\t$\t9\n-----\nafter it"
    assert [block.kind for block in document.blocks()][:4] == [Kind.RULE, Kind.PARAGRAPH, Kind.PARAGRAPH, Kind.ROW]
    assert [block.table for block in document.blocks()] == [0, 0, 0, 1, 1, 1, 0]


def test_failure_case_17_a_paragraph_goes_on_over_its_lines_and_ends_at_a_blank_one():
    assert text_of(f"  {LINE}\nmany customers.\n\nNext.\n") == f"{LINE} many customers.\nNext."


@pytest.mark.parametrize(
    "next_line", ["Item 2. Properties", "ITEM 2.", "PART II", "12", "     Years      1996      1995"]
)
def test_failure_case_17_an_item_a_page_number_and_a_row_begin_blocks_of_their_own(next_line):
    assert text_of(f"{LINE}\n{next_line}\n").split("\n")[0] == LINE


def test_an_indented_line_after_a_full_stop_begins_a_paragraph():
    ended = LINE[:-3] + " us."
    assert text_of(f"{ended}\n    {LINE}\nus.") == f"{ended}\n{LINE} us."
    assert text_of(f"{ended}\n{LINE}\nus.") == f"{ended} {LINE} us."


def test_short_lines_stay_lines():
    assert text_of("New York\nOhio\n") == "New York\nOhio"


def test_footnote_and_revision_markers_vanish():
    assert text_of("<FN>\n<F1> Restated. <R>New</R>\n</FN>") == "Restated. New"


def test_other_angle_brackets_stay():
    assert text_of("if x <y> z, <!doctype> and a < b") == "if x <y> z, <!doctype> and a < b"


def test_failure_case_16_a_comment_in_plain_text_is_no_text_unless_it_never_ends():
    assert text_of("a <!-- b --> c") == "a c"
    document = read_document(b"a <!-- b c")
    assert (document.text, document.reasons) == ("a b c", ("unterminated_comment",))


def test_entities_in_full_are_read_and_bare_ampersands_stay():
    assert text_of("R&D &amp; AT&T &lt;5 &#167;2 &copy 1996 &bogus;") == "R&D & AT&T <5 §2 &copy 1996 &bogus;"


def test_a_form_feed_is_a_page_break_and_old_line_ends_are_line_ends():
    assert text_of("a\fb\rc\r\nd") == "a\n\nb\nc\nd"


def test_blank_lines_are_no_blocks():
    assert text_of("\n\na   \n\n \n\n\nb\n") == "a\nb"


WORDS = st.lists(st.sampled_from(["Item", "12", "sales.", "x", "(a)", "&amp;", "é", "—", "a" * 50]), max_size=8)
GAPS = st.sampled_from([" ", "  ", "    ", "\t"])
LINES = st.lists(st.tuples(GAPS, GAPS, WORDS), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", "\n<PAGE>\n", "\f", "\n<TABLE>\n<S>  <C>\n", "\n</TABLE>\n"])


@given(LINES, ENDS)
def test_failure_case_17_no_character_of_a_typewritten_page_is_lost(lines, end):
    page = end.join(indent + gap.join(words) for indent, gap, words in lines)
    seen = re.sub(r"<[A-Z/]+>|\s", "", page).replace("&amp;", "&")
    document = read_document(page.encode())
    assert "".join(document.text.split()) == seen
    for block in document.blocks():
        assert block.text == block.text.strip()
