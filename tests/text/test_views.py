"""Views of blocks. What Markdown means is told by markdown-it, which follows the standard."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from edgewise.text.document import Kind, read_document
from edgewise.text.views import as_markdown, as_records, as_text

MARKDOWN = MarkdownIt("commonmark").enable("table")


def markdown(markup):
    return as_markdown(read_document(markup.encode()).blocks())


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<p><b>PART I</b><p><b>Item 1A. Risk Factors</b><p><i>General</i>",
            "# PART I\n\n## Item 1A. Risk Factors\n\n#### General",
        ),
        ("<h2>Our markets</h2><p>They grow.", "### Our markets\n\nThey grow."),
        (
            "<p><b>We may fail.</b> Others did.<p><u>Costs</u>. They rise.",
            "**We may fail.** Others did.\n\n**Costs**. They rise.",
        ),
        ("<div><ul><li>one<li>two</ul>three", "- one\n- two\n\nthree"),
        ("<p>&bull;one<p>&#183;&nbsp;two", "- one\n- two"),
        (
            "<table><tr><td>Year<td>1999<tr><td>Sales<td>10<td>%</table>",
            "| Year | 1999 |  |\n| --- | --- | --- |\n| Sales | 10 | % |",
        ),
        ("<p>a<hr>b", "a\n\nb"),
        (
            "<p># not a heading<p>1. not a list<p>- neither<p>---",
            "\\# not a heading\n\n1\\. not a list\n\n\\- neither\n\n\\---",
        ),
        ("<p>2*3*4 a_b_c [x](y) &lt;b> &amp;lt; a|b", "2\\*3\\*4 a\\_b\\_c \\[x\\](y) \\<b\\> \\&lt; a\\|b"),
        ("", ""),
    ],
)
def test_markdown_shows_headings_lists_tables_and_leads(markup, expected):
    assert markdown(markup) == expected


def test_tables_that_follow_each_other_stay_apart():
    assert markdown("<table><tr><td>a<td>b</table><table><tr><td>c<td>d</table>").count("---") == 4


def test_text_is_that_of_the_document():
    document = read_document(b"<p>one<hr><p>two<table><tr><td>a<td>b</table>")
    assert as_text(document.blocks()) == document.text
    assert as_text(document.blocks(2, 3)) == "two"


def test_records_hold_offsets_that_lead_back_to_text_and_bytes():
    body = b"<p>one<p><b>two</b> three<table><tr><td>a<td>b</table>"
    document = read_document(body)
    records = json.loads(json.dumps(as_records(document.blocks())))
    for record in records:
        assert document.text[record["begin"] : record["end"]] == record["text"]
        assert body[record["raw_begin"] :].startswith(record["text"][:1].encode())
    assert [record["kind"] for record in records] == ["paragraph", "paragraph", "row"]
    assert records[1]["style"]["lead"] == len("two ")
    assert records[2]["cells"] == ["a", "b"]


WORDS = [
    "a",
    "B2",
    "#",
    "##",
    "-",
    "+",
    "1.",
    "2)",
    "***",
    "_x_",
    "`c`",
    "[l](u)",
    "&amp;copy;",
    "&lt;i>",
    "|",
    "\\",
    "~~",
    "===",
    "---",
    "!",
    "*",
]
TAGS = [
    "<p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<li>",
    "<br>",
    "<h1>",
    "</h1>",
    "<table><tr><td>",
    "<td>",
    "</table>",
    "<hr>",
    " ",
]


@given(st.lists(st.sampled_from(WORDS + TAGS), max_size=30))
def test_markdown_shows_every_character_and_means_nothing_else(pieces):
    """A reader of the rendered Markdown sees the same characters, but for the bullets, which become list items."""
    document = read_document(f"<p>x{''.join(pieces)}".encode())
    tokens = [token for token in MARKDOWN.parse(as_markdown(document.blocks())) if token.type == "inline"]
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special", "strong_open", "strong_close", "softbreak"}
    shown = "".join("".join(child.content for child in children).split())
    bullet = re.compile(r"^[*o-][ \t](?=\S)")
    seen = (bullet.sub("", block.text) if block.kind is Kind.LIST_ITEM else block.text for block in document.blocks())
    assert shown == "".join("".join(seen).split())
