"""What style attributes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.styles import BREAK_AFTER, BREAK_BEFORE, Style, Styles


def style_of(*declared):
    styles = Styles()
    number = 0
    for css in declared:
        number = styles.compose(number, styles.of_declarations(css))
    return styles.styles[number]


@pytest.mark.parametrize(
    ("css", "style"),
    [
        (b"", Style()),
        (b"FONT-WEIGHT: Bold", Style(bold=True)),
        (b"font-weight:700;", Style(bold=True)),
        (b"font-weight:400", Style()),
        (b"font-weight:bolder!important", Style(bold=True)),
        (b"font-style:oblique", Style(italic=True)),
        (b"text-decoration:underline;color:black", Style(underlined=True)),
        (b"text-decoration:none", Style()),
        (b"font:bold italic 10pt/12pt Times", Style(bold=True, italic=True, size=10.0)),
        (b"font-size:12px", Style(size=9.0)),
        (b"font-size:1.5em", Style(size=18.0)),
        (b"font-size:120%", Style(size=14.4)),
        (b"font-size:x-large", Style(size=18.0)),
        (b"text-align:center", Style(centered=True)),
        (b"margin-left:0.5in;text-indent:-9pt;padding-left:4px", Style(indent=30.0)),
        (b"display:none", Style(hidden=True)),
        (b"display : NONE", Style(hidden=True)),
        (b"display:inline", Style()),
        (b"font-weight:bold;font-weight:normal", Style()),
        (b"font-weight:\xb2\xb2\xb2;font-size:" + b"9" * 400, Style(size=750.0)),
        (b"nonsense;:;a:b:c", Style()),
    ],
)
def test_each_declaration_says_what_it_says(css, style):
    assert style_of(css) == style


def test_styles_are_inherited_and_undone():
    assert style_of(b"font-weight:bold;font-size:10pt", b"font-style:italic") == Style(
        bold=True, italic=True, size=10.0
    )
    assert style_of(b"font-weight:bold", b"font-weight:normal") == Style()
    assert style_of(b"font-size:20pt", b"font-size:50%") == Style(size=10.0)
    assert style_of(b"margin-left:10pt", b"margin-left:10pt") == Style(indent=20.0)
    assert style_of(b"margin-left:10pt", b"margin-left:0") == Style()
    assert style_of(b"display:none", b"display:block").hidden


@pytest.mark.parametrize(
    ("name", "value", "style"),
    [
        (b"align", b" CENTER ", Style(centered=True)),
        (b"align", b"left", Style()),
        (b"size", b"2", Style(size=10.0)),
        (b"size", b"+1", Style(size=13.5)),
        (b"size", b"-1", Style(size=10.0)),
        (b"size", b"99", Style(size=36.0)),
        (b"size", b"+-3", Style()),
        (b"size", b"\xb2", Style()),
    ],
)
def test_attributes_of_old_html_say_it_too(name, value, style):
    styles = Styles()
    assert styles.styles[styles.compose(0, styles.of_attribute(name, value))] == style


@pytest.mark.parametrize(
    ("css", "breaks"),
    [
        (b"page-break-before:always", BREAK_BEFORE),
        (b"break-after: page", BREAK_AFTER),
        (b"page-break-before:always;page-break-after:left", BREAK_BEFORE | BREAK_AFTER),
        (b"page-break-after:avoid", 0),
    ],
)
def test_page_breaks_are_told(css, breaks):
    styles = Styles()
    assert styles.page_breaks[styles.of_declarations(css)] == breaks


def test_the_same_words_have_the_same_number_and_different_words_of_one_meaning_too():
    styles = Styles()
    bold = styles.of_declarations(b"font-weight:bold")
    assert styles.of_declarations(b"font-weight:bold") == bold
    assert styles.of_declarations(b"font-weight: 700") == bold
    assert bold != 0


def test_a_style_attribute_that_holds_a_picture_costs_no_more_than_its_beginning():
    """A scanned exhibit of 2021 (0001062993-21-005990) kept a regular expression busy for minutes."""
    assert style_of(b"background:url(data:image/png;base64," + b"abcd" * 1_000_000 + b")") == Style()


def test_more_styles_than_any_document_needs_are_not_kept():
    styles = Styles()
    numbers = {styles.of_declarations(b"font-size:%dpx" % number) for number in range(20_000)}
    assert 1_000 < len(numbers) < 20_000
    assert styles.crowded
    assert styles.of_declarations(b"color:red;font-weight:bold") == 0


@given(
    st.lists(st.sampled_from([b"font", b"-size", b":", b";", b"bold", b"9", b".", b"pt", b"%", b" ", b"\xff", b"em"]))
)
def test_no_words_whatever_raise(words):
    css = b"".join(words)
    assert isinstance(style_of(css), Style)
    assert Styles().of_attribute(b"size", css) >= 0
