"""The scan of HTML: exact cases, and characters conserved against independent parsers."""

import re

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from edgewise.text.document import read_document

INLINE = ["span", "b", "ix:nonfraction", "ix:nonnumeric", "ix:continuation", "font", "a", "sup"]
BLOCK = ["div", "p", "h2", "li", "table", "center"]


def read(markup):
    return read_document(markup.encode() if isinstance(markup, str) else markup, file_name="a.htm")


def text_of(markup):
    return read(markup).text


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
        ("<p>a<p>b", "a\nb"),
        ("<span><div>a</div></span>b", "a\nb"),
        ("<p>a</br>b", "a\nb"),
        ("a<plaintext><p>b</p>", "a\nb"),
        ("<p>2 < 3 and a <b", "2 < 3 and a"),
        ("<p>a</>b</ c>d", "abd"),
        ("", ""),
    ],
)
def test_blocks_are_lines_and_white_space_is_collapsed(markup, text):
    assert text_of(markup) == text


def test_a_rule_and_a_page_break_are_empty_lines_and_never_two_in_a_row():
    broken = "<p style='page-break-after:always'>b</p><hr><p style='break-before: page'>c</p>"
    assert text_of(f"a<hr>{broken}") == "a\n\nb\n\nc"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;T&#8217;s &lt;5&#37; &#146;90s", "AT&T\u2019s <5% \u201990s"),
        ("co&shy;operate&#8203;d", "cooperated"),
        ("R&D &copy 1996 &notit; &bogus; &nGt; & &#; &#x; &#xZ;", "R&D © 1996 ¬it; &bogus; ≫⃒ & &#; &#x; &#xZ;"),
        ("&#x2019;&#X41;&#0;&#55296;&#99999999999;", "\u2019A" + "\ufffd" * 3),
        ("a&nbsp;&ensp;&#12288;b", "a b"),
        ("a&nbsp", "a"),
    ],
)
def test_character_references_are_read_as_browsers_do(markup, text):
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
        ("<tr><td>a</td><td>b<br>c</td></tr>", "a\tb c"),
        ("<tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td><td>d</td></tr>", "a\nb\tc\nd"),
    ],
)
def test_table_rows_are_lines_with_tabs_between_cells(rows, text):
    assert text_of(f"<p>Before</p><table>{rows}</table>after") == f"Before\n{text}\nafter"


def test_a_row_that_lays_out_the_page_keeps_its_paragraphs():
    column = "".join(f"<p>{'word ' * 40}{number}</p>" for number in range(4))
    document = read(f"<table><tr><td>{column}</td><td>{column}</td></tr></table>")
    assert len(document) == 8


def test_preformatted_text_keeps_its_lines_and_columns():
    assert text_of("<p>a\nb</p><pre>\nSales   1998\nCosts    9\n</pre>c\nd") == "a b\nSales 1998\nCosts\t9\nc d"


def test_failure_case_15_text_in_and_after_inline_xbrl_tags_is_kept():
    markup = (
        "<div>Revenue was $<ix:nonFraction contextRef='c1' name='us-gaap:Revenues'>4,210</ix:nonFraction> million, up "
        "<ix:nonNumeric name='x:y'>5<ix:exclude>!</ix:exclude></ix:nonNumeric>% on last year.</div>"
    )
    assert text_of(markup) == "Revenue was $4,210 million, up 5!% on last year."


def test_failure_case_11_a_heading_split_over_runs_is_one_block():
    document = read(
        "<p><b>I</b><b>TEM</b><b>\n1A</b><font size=2><b>.</b></font>&nbsp;<i><b>Risk</b></i> <b>Factors</b></p>"
    )
    assert [block.text for block in document.blocks()] == ["ITEM 1A. Risk Factors"]
    assert document.block(0).bold == 1


@pytest.mark.parametrize(
    "label", ["Item&nbsp;1A.", "Item\u00a01A.", "Item&#8195;1A.", "Item\u30001A.", "Item &#x200b;1A."]
)
def test_failure_case_10_a_label_reads_the_same_whatever_space_is_in_it(label):
    assert text_of(f"<p>{label}</p>") == "Item 1A."


@pytest.mark.parametrize(
    "hidden",
    [
        "<ix:header><ix:hidden><ix:nonNumeric>0000320193</ix:nonNumeric></ix:hidden></ix:header>",
        "<div style='display:none'><ix:header><p>secret</ix:header></div>",
        "<div style='display:none'>secret <b>deep</b></div>",
        "<span style='color:red; DISPLAY : NONE'>secret</span>",
        "<p hidden>secret</p>",
        "<table style='display:none'><tr><td>secret<hr></table>",
        "<script>secret('<p>')</script>",
        "<SCRIPT>secret</Script >",
        "<style>p {content: 'secret'}</style>",
        "<!-- secret -->",
        "<!-- secret <p> -- > --!>",
        "<![CDATA[secret]]>",
        "<template>secret</template>",
        "<head><title>secret</title></head>",
        "<?xml version='1.0' secret?>",
    ],
)
def test_failure_case_15_what_a_reader_cannot_see_is_left_out_and_its_tail_is_kept(hidden):
    assert text_of(f"<p>before</p>{hidden}<p>after</p>") == "before\nafter"


def test_a_style_that_only_mentions_none_hides_nothing():
    assert text_of("<p style='text-decoration:none;border:none'>seen</p>") == "seen"


@pytest.mark.parametrize("comment", ["<!-- c -->", "<!-- c --!>", "<!-->", "<!--->", "<!---->"])
def test_every_way_to_end_a_comment_counts(comment):
    document = read(f"<p>a{comment}b")
    assert (document.text, document.reasons) == ("ab", ())


def test_failure_case_16_only_the_comment_that_never_ends_is_opened():
    document = read("a<!-- b --> c<!-- d <p>e</p><!-- f")
    assert (document.text, document.reasons) == ("a c d\ne\nf", ("unterminated_comment",))


@pytest.mark.parametrize(
    "name", ["script", "STYLE", "title", "textarea", "iframe", "noframes", "template", "ix:header"]
)
def test_failure_case_16_an_element_that_never_ends_does_not_swallow_the_rest(name):
    document = read(f"<p>before</p><{name} x='1'><p>after</p>")
    assert (document.text, document.reasons) == ("before\nafter", ("unterminated_element",))


def test_failure_case_16_a_quote_that_never_ends_does_not_swallow_the_rest():
    document = read("<p>before</p><font face=\"Times>after <b class='x>the end")
    assert document.text.startswith("before\nafter")
    assert document.reasons == ("unterminated_element",)


@pytest.mark.parametrize("cut", range(1, 60))
def test_failure_case_16_a_document_cut_off_anywhere_keeps_what_came_before(cut):
    whole = "<p>kept</p><table><tr><td style='color:red'>&amp;<!-- c --></td></tr></table>"
    assert text_of(whole[: 8 + cut]).startswith("kept"[: 5 + cut])


@pytest.mark.parametrize(
    "tag", ["<title/>", "<script src='a.js' />", "<ix:header/>", "<ix:hidden id='h'/>", "<a id='x'/>"]
)
def test_elements_closed_at_once_as_in_xhtml_swallow_nothing(tag):
    document = read(f"<p>before</p>{tag}<p>after</p>")
    assert (document.text, document.reasons, document.block(1).links) == ("before\nafter", (), ())


def test_a_scanned_page_in_the_markup_is_passed_over():
    assert text_of(f"a<img src='data:image/png;base64,{'A' * 100_000}'>b") == "ab"


@pytest.mark.parametrize("tag", ["div", "span", "font", "table", "blockquote", "li", "td"])
def test_deep_nesting_is_read_to_the_bottom(tag):
    document = read(f"<{tag}>" * 200_000 + "deep" + f"</{tag}>" * 200_000 + "<p>after")
    assert document.text.split() == ["deep", "after"]
    assert document.reasons in {(), ("deeply_nested",)}


HOSTILE = {
    "comments with a far end": ("<p>a<!-- -->", "--!>"),
    "templates with a far end": ("<template>", "</template>"),
    "tags that never close": ("<p ", ""),
    "comments that never close": ("<!--", ""),
    "scripts that never close": ("<script ", ""),
    "quotes that never close": ("<p a=\"b c='", ""),
    "stray end tags": ("</div></x></td></table>", ""),
    "page breaks with text": ("a<hr><p style='page-break-before:always'>", ""),
    "ampersands": ("&&amp&#&#x&CounterClockwiseContourIntegra", ""),
    "one style each": ("<p style='margin-left:{}pt'>a", ""),
    "styles on styles": ("<i style='text-indent:{}pt'>a", ""),
    "unclosed formatting": ("<p><font size={}>a", ""),
    "a flood of attributes": ("a{}=1 ", ">x"),
    "nested tables": ("<table><td>a", ""),
    "one long row": ("<td>a", ""),
    "declarations": ("<?a><!b>", ""),
    "spaces": (" \t", ""),
}


@pytest.mark.parametrize(("piece", "end"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_is_read_to_its_end_in_linear_work(piece, end):
    """Ten times the bytes end in the time limit of a test; a quadratic scan of them would take hours."""
    document = read("<p>seen<p " + "".join(piece.format(number) for number in range(2_000_000 // len(piece))) + end)
    assert document.text.startswith("seen")


def trees(depth):
    text = st.text(alphabet="abcXYZ019 .,$%&<>\u00a0é—\n", max_size=12)
    inner = st.deferred(lambda: trees(depth - 1)) if depth else st.nothing()
    node = st.tuples(st.sampled_from(INLINE + BLOCK), st.sampled_from(["", " style='display:none'", " id='x'"]), inner)
    return st.lists(st.one_of(text, node), max_size=4)


def markup_of(tree, *, in_paragraph=False):
    """Markup all parsers must read alike: no block inside a paragraph, a table with its row and cell."""
    parts = []
    for node in tree:
        if isinstance(node, str):
            parts.append(node.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
            continue
        tag, attributes, children = node
        tag = "span" if tag in {"a", "b", "font"} or (in_paragraph and tag in BLOCK) else tag
        attributes = "" if tag.startswith("ix:") else attributes
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


TAGS = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<div>",
    "</div>",
    "<br>",
    "<li>",
    "<ul>",
    "</ul>",
    "<center>",
    "<hr>",
]
PIECES = [
    *TAGS,
    "<p align=center>",
    "<font size=2>",
    "</font>",
    "<!-- c -->",
    "a",
    "b ",
    " c",
    "1.\n",
    "&amp;",
    "&nbsp;",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_failure_case_15_badly_nested_markup_shows_what_a_browser_shows(pieces):
    """The oracle is lexbor, which repairs markup by the HTML standard."""
    markup = "".join(pieces)
    body = LexborHTMLParser(f"<div>{markup}").body
    assert "".join(text_of(f"<div>{markup}").split()) == "".join(body.text().split())


@given(st.lists(st.sampled_from([*PIECES, "<td>", "</td>", "<tr>", "</table>", "<table>"]), max_size=40))
def test_failure_case_15_no_character_is_lost_or_moved_by_stray_pieces_of_tables(pieces):
    """Browsers move text that stands between rows in front of the table; the scan leaves it where it is."""
    letters = re.sub(r"<[^>]*>|&nbsp;|\s", "", "".join(pieces)).replace("&amp;", "&")
    assert "".join(text_of(f"<div>{''.join(pieces)}").split()) == letters


def test_failure_case_15_documents_above_ten_megabytes_lose_nothing():
    row = "<tr><td>Sales <ix:nonFraction name='a:b'>1,234</ix:nonFraction> tail</td><td style='x'>5</td></tr>"
    markup = f"<table>{row * 130_000}</table>"
    assert len(markup) > 10 * 2**20
    text = text_of(markup)
    assert text.count("\n") == 130_000 - 1
    assert re.fullmatch(r"(?:Sales 1,234 tail\t5\n?)+", text)
