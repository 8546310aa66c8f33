"""Markup that would hide text from a conforming parser, or make it run for ever."""

import pytest

from edgewise.text.html import html_text
from edgewise.text.repair import repaired


def test_sound_markup_is_not_touched():
    markup = "<html><head><title>t</title><style><!-- p {} --></style></head><!-- c --><p><b>x</b><br/>y</p></html>"
    assert repaired(markup) == (markup, ())


@pytest.mark.parametrize("comment", ["<!-- c -->", "<!-- c --!>", "<!-->", "<!---->"])
def test_every_way_to_end_a_comment_counts(comment):
    assert repaired(f"a{comment}b") == (f"a{comment}b", ())


def test_only_the_comment_that_never_ends_is_opened():
    assert html_text("a<!-- b --> c<!-- d <p>e</p><!-- f") == ("a c d\ne\nf", ("unterminated_comment",))


@pytest.mark.parametrize("name", ["script", "STYLE", "title", "textarea", "iframe", "noframes", "xmp"])
def test_an_element_that_never_ends_does_not_swallow_the_rest(name):
    text, reasons = html_text(f"<p>before</p><{name} x='1'><p>after</p>")
    assert text == "before\nafter"
    assert reasons == ("unterminated_element",)


@pytest.mark.parametrize("tag", ["<title/>", "<script src='a.js' />", "<ix:header/>", "<ix:hidden id='h'/>"])
def test_elements_closed_at_once_as_in_xhtml_swallow_nothing(tag):
    assert html_text(f"<p>before</p>{tag}<p>after</p>") == ("before\nafter", ())


def test_plaintext_is_ignored():
    assert html_text("a<plaintext><p>b</p>")[0] == "a\nb"


def test_unclosed_formatting_does_not_grow_with_the_square_of_the_document():
    markup = "".join(f"<p><font size={size}>a" for size in range(30_000))
    assert html_text(markup)[0] == "\n".join("a" * 30_000)


def test_a_tag_with_a_flood_of_attributes_loses_them():
    flood = " ".join(f"a{number}=1" for number in range(60_000))
    assert html_text(f"<p {flood}>x</p>")[0] == "x"


def test_a_scanned_page_in_the_markup_is_skipped_quickly_and_the_text_around_it_stays():
    assert html_text(f"a<img src='data:image/png;base64,{'A' * 100_000}'>b")[0] == "ab"
