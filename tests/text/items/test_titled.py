"""Headings without a number, and indexes that map items to pages."""

from datetime import date

import pytest

from edgewise.text.document import read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.items.titled import entries, titled

FILED = date(2024, 6, 3)
KINDS = form_for("10-K", FILED).possible(FILED)
LEGAL = tuple(kind for kind in KINDS if kind.key == ("I", "3"))
TEXT = "<p>Acme sells nuts to shops in four states, and shops sell them to those who like nuts.</p>"


def page(source):
    return read_document(source.encode())


def found(source, index=None):
    return [one.heading for one in titled(page(source), LEGAL, index or {}, frozenset())]


@pytest.mark.parametrize(
    ("row", "pages"),
    [
        ("<td>Item 3.</td><td>Legal Proceedings</td><td>12</td>", "12"),
        ("<td>Item 3.</td><td>Legal Proceedings</td><td>12-14, 27</td>", "12-14, 27"),
        ("<td>3</td><td>Legal Proceedings</td><td>Pages 12, F-3</td>", "12, F-3"),
        ("<td>(3)</td><td>Legal Proceedings</td><td>12 and 13</td>", "13"),
        ("<td>Legal Proceedings</td><td>I</td><td>3</td><td>12\u201314</td>", "12\u201314"),
        ("<td>Legal Proceedings</td><td>Part I</td><td>Item 3</td><td>12</td>", "12"),
        ("<td>Item 3.</td><td>Legal Proceedings</td><td>Note 3</td>", "3"),
        ("<td>Item 3.</td><td>Legal Proceedings</td><td>Not applicable</td>", ""),
    ],
)
def test_failure_case_5_an_index_says_on_which_pages_an_item_stands(row, pages):
    (entry,) = entries(page(f"<table><tr>{row}</tr></table>"), LEGAL).values()
    assert (entry.kind.key, entry.number, entry.pages, entry.target) == (("I", "3"), 0, pages, -1)


@pytest.mark.parametrize(
    "row",
    [
        "<td>3</td><td>Certificate of Incorporation</td>",
        "<td>4</td><td>Legal Proceedings</td>",
        "<td>Legal Proceedings</td>",
    ],
)
def test_other_lists_are_no_index(row):
    assert entries(page(f"<table><tr>{row}</tr></table>"), LEGAL) == {}


def test_of_several_entries_the_first_counts_and_its_link_is_followed_forwards():
    row = "<p><a href='#there'>Item 3. Legal Proceedings</a></p>"
    document = page(
        f"{row}<p>Item 3. Legal Proceedings 12</p>{TEXT}<p id=there>Litigation and Other Legal Proceedings</p>"
    )
    (entry,) = entries(document, LEGAL).values()
    assert entry.number == 0
    assert document.text[entry.target :].startswith("Litigation")


@pytest.mark.parametrize(
    "line", ["<p><b>Legal Proceedings</b></p>", "<p>LEGAL PROCEEDINGS</p>", "<p><u>Legal Proceedings.</u></p>"]
)
def test_a_line_that_is_the_title_and_looks_like_a_heading_is_one(line):
    assert len(found(f"{TEXT}{line}{TEXT}")) == 1


@pytest.mark.parametrize(
    "line",
    ["<p>Legal Proceedings</p>", "<p><b>Legal Proceedings of Our Many Subsidiaries</b></p>", "<p><b>Legal</b></p>",
     "<table><tr><td><b>Legal Proceedings</b></td><td>12</td></tr></table>", "<p><b>Properties</b></p>"],
)  # fmt: skip
def test_other_lines_are_not(line):
    assert found(f"{TEXT}{line}{TEXT}") == []


def test_where_an_index_links_to_a_title_in_other_words_is_enough():
    source = f"<p><a href='#x'>Item 3. Legal Proceedings</a></p>{TEXT}<p id=x>Legal Matters</p>{TEXT}"
    document = page(source)
    (one,) = titled(document, LEGAL, entries(document, LEGAL), frozenset())
    assert (one.heading, one.target, one.titled) == ("Legal Matters", True, True)


def test_furniture_and_lines_of_the_index_are_no_headings():
    document = page(f"<p><b>Legal Proceedings</b></p>{TEXT}")
    assert titled(document, LEGAL, {}, frozenset({0})) == []


def test_failure_case_43_a_page_of_nothing_but_a_title_has_no_more_headings_than_its_length_can_need():
    # 300 lines of 17 letters and 299 line ends are 5,399 characters: 200 and one for each whole thousand.
    assert len(found("<p><b>Legal Proceedings</b></p>" * 300)) == 205


def test_failure_case_43_rows_of_a_hostile_index_are_not_tried_without_end():
    rows = "<tr><td>Item 3.</td><td>Nuts</td><td>12</td></tr>"
    last = "<tr><td>Item 3.</td><td>Legal Proceedings</td><td>12</td></tr>"
    assert entries(page(f"<table>{rows * 190}{last}</table>"), LEGAL)
    assert not entries(page(f"<table>{rows * 300}{last}</table>"), LEGAL)
