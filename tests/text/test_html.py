"""The visible text of HTML: exact cases, and characters conserved against an independent parse."""

import re

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.html import html_text

INLINE = ["span", "b", "ix:nonfraction", "ix:nonnumeric", "ix:continuation", "font", "a", "sup"]
BLOCK = ["div", "p", "h2", "li", "table", "center"]


def text_of(markup):
    return html_text(markup)[0]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div>one<p>two</p>three</div>four", "one\ntwo\nthree\nfour"),
        ("one<br>two<br/><br>three", "one\ntwo\nthree"),
        ("<p>net\n  sales&nbsp;&#160; rose</p>", "net sales rose"),
        ("<b>N</b>ET <i>sales</i>", "NET sales"),
        ("<span>a</span> <span>b</span><span>c</span>", "a bc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("AT&amp;T&#8217;s &lt;5&#37; &#146;90s", "AT&T\u2019s <5% \u201990s"),
        ("co&shy;operate&#8203;d", "cooperated"),
        ("<p>a<p>b", "a\nb"),
        ("<span><div>a</div></span>b", "a\nb"),
        ("", ""),
    ],
)
def test_blocks_are_lines_and_white_space_is_collapsed(markup, text):
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            "<tr><td>Sales</td><td>$</td><td>10</td></tr><tr><td>Costs</td><td></td><td>9</td></tr>",
            "Sales\t$\t10\nCosts\t9",
        ),
        ("<tr>\n <td><div>Sales</div></td>\n <td><p>10</p></td>\n</tr>", "Sales\t10"),
        ("<tr><th>Year<td>1999<tr><th>Sales<td>10", "Year\t1999\nSales\t10"),
        ("<tr><td><p>One.</p><p>Two.</p></td></tr>", "One.\nTwo."),
        ("<tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td><td>d</td></tr>", "a\nb\tc\td"),
    ],
)
def test_table_rows_are_lines_with_tabs_between_cells(rows, text):
    assert text_of(f"<p>Before</p><table>{rows}</table>after") == f"Before\n{text}\nafter"


def test_preformatted_text_keeps_its_lines():
    assert text_of("<p>a\nb</p><pre>\nSales   10\nCosts    9\n</pre>c\nd") == "a b\nSales 10\nCosts 9\nc d"


def test_failure_case_15_text_in_and_after_inline_xbrl_tags_is_kept():
    markup = (
        "<div>Revenue was $<ix:nonFraction contextRef='c1' name='us-gaap:Revenues'>4,210</ix:nonFraction> million, up "
        "<ix:nonNumeric name='x:y'>5<ix:exclude>!</ix:exclude></ix:nonNumeric>% on last year.</div>"
    )
    assert text_of(markup) == "Revenue was $4,210 million, up 5!% on last year."


@pytest.mark.parametrize(
    "hidden",
    [
        "<ix:header><ix:hidden><ix:nonNumeric>0000320193</ix:nonNumeric></ix:hidden></ix:header>",
        "<div style='display:none'>secret <b>deep</b></div>",
        "<span style='color:red; DISPLAY : NONE'>secret</span>",
        "<p hidden>secret</p>",
        "<script>secret()</script>",
        "<style>p {content: 'secret'}</style>",
        "<!-- secret -->",
        "<template>secret</template>",
        "<head><title>secret</title></head>",
    ],
)
def test_what_a_reader_cannot_see_is_left_out_and_its_tail_is_kept(hidden):
    assert text_of(f"<p>before</p>{hidden}<p>after</p>") == "before\nafter"


def test_a_style_that_only_mentions_none_hides_nothing():
    assert text_of("<p style='text-decoration:none;border:none'>seen</p>") == "seen"


@pytest.mark.parametrize("tag", ["div", "span", "font", "table", "blockquote"])
def test_deep_nesting_is_read_without_recursion(tag):
    assert text_of(f"<{tag}>" * 30_000 + "deep").replace("\n", "") == "deep"


def trees(depth):
    text = st.text(alphabet="abcXYZ019 .,$%&<>\u00a0é—\n", max_size=12)
    inner = st.deferred(lambda: trees(depth - 1)) if depth else st.nothing()
    node = st.tuples(st.sampled_from(INLINE + BLOCK), st.sampled_from(["", " style='display:none'", " id='x'"]), inner)
    return st.lists(st.one_of(text, node), max_size=4)


def markup_of(tree, *, in_paragraph=False):
    """Markup both parsers must read alike: no block inside a paragraph, a table with its row and cell."""
    parts = []
    for node in tree:
        if isinstance(node, str):
            parts.append(node.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
            continue
        tag, attributes, children = node
        tag = "span" if tag in {"a", "b", "font"} or (in_paragraph and tag in BLOCK) else tag
        inside = markup_of(children, in_paragraph=in_paragraph or tag in {"p", "h2"} or tag in INLINE)
        if tag == "table":
            inside = f"<tr><td>{inside}</td><td>{inside}</td></tr>"
        parts.append(f"<{tag}{attributes}>{inside}</{tag}>")
    return "".join(parts)


def characters_by_lxml(markup):
    root = lxml.html.document_fromstring(f"<html><body><div>{markup}</div></body></html>")
    for element in root.xpath("//*[contains(@style, 'display:none')]"):
        element.drop_tree()
    return "".join(root.text_content().split())


@given(trees(3))
def test_failure_case_15_visible_characters_are_those_of_an_independent_parse(tree):
    markup = markup_of(tree)
    assert "".join(text_of(f"<div>{markup}</div>").split()) == characters_by_lxml(markup)


def test_failure_case_15_documents_above_ten_megabytes_lose_nothing():
    row = "<tr><td>Sales <ix:nonFraction name='a:b'>1,234</ix:nonFraction> tail</td><td style='x'>5</td></tr>"
    markup = f"<table>{row * 130_000}</table>"
    assert len(markup) > 10 * 2**20
    text = text_of(markup)
    assert text.count("\n") == 130_000 - 1
    assert re.fullmatch(r"(?:Sales 1,234 tail\t5\n?)+", text)
