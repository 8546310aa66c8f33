"""Entries of tables of contents, and what they point to."""

from datetime import date

import pytest

from edgewise.text.document import read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.furniture import Furniture
from edgewise.text.items.candidates import labelled
from edgewise.text.items.contents import has_body, listed, mark_contents, mark_returns
from edgewise.text.items.labels import SearchedText
from tests.text.items.pages import ANNUAL, CONTENTS, COVER, report

FILED = date(2024, 6, 3)
FORM = form_for("10-K", FILED)
TEXT = "<p>Acme sells nuts to shops in four states, and shops sell them to those who like nuts.</p>"


def marked(source):
    document = read_document(source.encode())
    furniture = Furniture(document).numbers
    found = labelled(document, FORM, FILED, SearchedText(document.text), furniture)
    mark_contents(document, found, FORM.possible(FILED))
    mark_returns(document, found, furniture)
    return document, found


@pytest.mark.parametrize("name", ["pages", "links", "links and pages", "bare", "dots"])
def test_the_entries_of_a_table_of_contents_are_known_and_no_heading_is_one(name):
    _, found = marked(report(contents=CONTENTS[name]))
    assert [one.contents for one in found] == [True] * len(ANNUAL) + [False] * len(ANNUAL)
    assert listed(found) == {(part, number) for part, number, _ in ANNUAL}


def test_links_point_to_headings():
    _, found = marked(report(contents=CONTENTS["links"]))
    assert [one.target for one in found] == [False] * len(ANNUAL) + [True] * len(ANNUAL)


def test_a_link_back_makes_no_entry():
    page = f"<p><a name=top></a>Acme</p>{TEXT}<p><a href='#top'>Item 3. Legal Proceedings</a></p>{TEXT}"
    _, found = marked(page)
    assert [one.contents for one in found] == [False]


def test_items_without_text_that_come_only_once_are_no_contents():
    _, found = marked(
        f"{COVER}<p>Item 10. Directors</p><p>Item 11. Executive Compensation</p><p>Item 13. Relations</p>{TEXT}"
    )
    assert not any(one.contents for one in found)


def test_the_last_of_a_list_with_text_below_is_an_item_of_its_own():
    """The contents may run straight into Item 1."""
    entries = "".join(f"<p>Item {number}. {title} 12</p>" for _, number, title in ANNUAL[1:8])
    _, found = marked(f"{entries}<p>Item 15. Exhibits</p>{TEXT}")
    assert [one.contents for one in found] == [True] * 7 + [False]


SHORT = "<p>Item 3. Legal Proceedings</p><p>Item 5. Market</p><p>SIGNATURE</p>"


def test_the_contents_of_a_report_of_two_items_are_its_headings_word_for_word_before_all_else():
    _, found = marked(f"{COVER}{SHORT}<p>Item 3. Legal Proceedings</p>{TEXT}<p>Item 5. Market</p>{TEXT}")
    assert [one.contents for one in found if one.labels] == [True, True, False, False]


def test_two_headings_that_come_again_in_other_words_or_not_at_the_start_are_no_contents():
    _, found = marked(f"{COVER}{SHORT}<p>Item 3. Legal Matters</p>{TEXT}<p>Item 5. Market</p>{TEXT}")
    assert not any(one.contents for one in found)
    again = f"<p>Item 3. Legal Proceedings</p>{TEXT}<p>Item 5. Market</p>{TEXT}"
    _, found = marked(f"{COVER}<p>Item 1. Business</p>{TEXT}{SHORT}{again}")
    assert not any(one.contents for one in found)


def test_items_said_to_be_omitted_are_neither_headings_nor_listed():
    _, found = marked(
        f"<p>The following items have been omitted:</p><p>Item 10. Directors</p><p>Item 11. Pay</p>{TEXT * 3}"
    )
    assert (found[0].contents, found[0].omitted) == (True, True)
    assert listed(found) == set()


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (TEXT, True),
        ("<p>None.</p>", True),
        ("<p>See Note 3.</p>", True),
        ("<p>Not applicable</p>", True),
        ("", False),
        ("<p>12</p><hr>", False),
        ("<p>Nuts</p>", False),
        (f"<p>{'Nuts and ' * 12} 12</p>", False),
    ],
)
def test_what_there_is_to_read_below_a_heading(below, expected):
    document, (first, second) = marked(f"<p>Item 3. Legal Proceedings</p>{below}<p>Item 4. Mine Safety Disclosures</p>")
    assert has_body(document, first, second.begin) is expected


def test_failure_case_11_a_heading_at_the_top_of_a_page_that_says_the_same_again_is_a_repetition():
    heading = "<p>Item 3. Legal Proceedings</p>"
    _, found = marked(f"{heading}{TEXT}<p>4</p><hr>{heading}{TEXT}<p>5</p><hr>{heading}{TEXT}")
    assert [one.continued for one in found] == [False, True, True]


def test_in_the_middle_of_a_page_it_is_not():
    heading = "<p>Item 3. Legal Proceedings</p>"
    _, found = marked(f"{heading}{TEXT * 3}{heading}{TEXT}")
    assert [one.continued for one in found] == [False, False]


def test_a_head_that_the_heading_itself_follows_is_the_repetition():
    heading = "<p>Item 3. Legal Proceedings</p>"
    _, found = marked(f"{TEXT}<p>4</p><hr>{heading}{heading}{TEXT}")
    assert [one.continued for one in found] == [True, False]


def test_a_running_head_of_an_item_that_has_a_heading_elsewhere_is_a_repetition():
    """Its first one may stand above the heading, on the page that the item begins on."""
    page = f"<p>ITEM 3. LEGAL PROCEEDINGS</p>{TEXT * 3}<p>{{}}</p><hr>"
    pages = [page.format(number) for number in range(4, 9)]
    heading = "<p><b>Item 3. Our Legal Proceedings</b></p>"
    _, found = marked(f"{TEXT}<p>3</p><hr>{pages[0].replace('<p>4', f'{heading}{TEXT}<p>4')}{''.join(pages[1:])}")
    assert [one.heading for one in found if not one.continued] == ["Item 3. Our Legal Proceedings"]


def test_a_link_forwards_makes_an_entry_where_there_are_only_two():
    entry = "<p><a href='#{0}'>Item {0}. {1}</a></p>"
    items = [("3", "Legal Proceedings"), ("4", "Mine Safety Disclosures")]
    _, found = marked(
        "".join(entry.format(*one) for one in items) + "".join(f"<p id={n}>Item {n}. {t}</p>{TEXT}" for n, t in items)
    )
    assert [(one.contents, one.target) for one in found] == [(True, False)] * 2 + [(False, True)] * 2
