"""Lines that may be headings, and what speaks for and against each."""

from datetime import date

import pytest

from edgewise.text.document import read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.furniture import Furniture
from edgewise.text.items.candidates import labelled, look_of, parts
from edgewise.text.items.labels import SearchedText
from tests.text.items.pages import body

FILED = date(2024, 6, 3)
FORM = form_for("10-K", FILED)


def candidates(source, form=FORM):
    document = read_document(source.encode())
    return labelled(document, form, FILED, SearchedText(document.text), Furniture(document).numbers)


def only(source):
    (candidate,) = candidates(source)
    return candidate


def test_a_candidate_knows_its_heading_and_how_well_the_title_fits():
    one = only("<p>Cover</p><p><b>Item 3. Legal Proceedings</b></p>")
    assert (one.number, one.begin, one.labels, one.heading) == (1, 6, ("3",), "Item 3. Legal Proceedings")
    assert one.fits == (1.0,)
    assert [kind.key for kind in one.kinds] == [("I", "3")]


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        ("<p><b>Item 3. Legal Proceedings.</b> We are party to no law suit at all.</p>", "Item 3. Legal Proceedings."),
        ("<p>Item 3. Legal Proceedings. None.</p>", "Item 3. Legal Proceedings."),
        ("<p>Item 3.</p><p>Legal Proceedings</p>", "Item 3. Legal Proceedings"),
        ("<p>Item 3.</p><p>4</p><p>Legal Proceedings</p>", "Item 3. 4 Legal Proceedings"),
        ("<p>Item</p><p>3</p><p>Legal Proceedings</p>", "Item 3 Legal Proceedings"),
        ("<p>Item 3.</p><p>We are party to no law suit.</p>", "Item 3."),
        ("<tr><td>Item 3.</td><td></td><td>Legal Proceedings</td></tr>", "Item 3. Legal Proceedings"),
        ("<p>&#65321;tem 3. Legal Proceedings</p>", "\uff29tem 3. Legal Proceedings"),
    ],
)
def test_a_heading_ends_where_the_text_begins(source, heading):
    assert only(source).heading == heading


@pytest.mark.parametrize(
    ("line", "running"),
    [
        ("Item 3. Legal Proceedings", False),
        ("Item 3 - LEGAL PROCEEDINGS", False),
        ("Item 3 of this report", True),
        ("Item 3, Legal Proceedings,", True),
        ("Item 3 (Note 5)", True),
        ("Item 3 above tells more", True),
        ("Item 3", False),
        ("Item 3, which tells of law suits", True),
        ("Item 3 legal proceedings", True),
    ],
)
def test_failure_case_8_running_text_is_told_from_a_heading(line, running):
    assert only(f"<p>{line}</p>").running is running


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("Item 3. Legal Proceedings ....... 12", True),
        ("Item 3.</td><td>Legal Proceedings</td><td>12", True),
        ("Item 3.</td><td>Legal Proceedings</td><td>F-1", True),
        ("Item 3. Legal Proceedings 12", True),
        ("Item 3. Legal Proceedings", False),
        ("Item 3. Legal Proceedings of 2012", False),
    ],
)
def test_a_page_number_at_the_end_is_seen(line, page):
    assert only(f"<table><tr><td>{line}</td></tr></table>").page is page


@pytest.mark.parametrize("words", ["(continued)", "(Cont'd)", "(cont.)", "- Continued", "(Cont\u2019d)"])
def test_a_heading_that_says_so_is_continued(words):
    assert only(f"<p>Item 3. Legal Proceedings {words}</p>").continued


def test_combined_items_name_all_their_kinds():
    one = only("<p>Items 1 and 2. Business and Properties</p>")
    assert [kind.item for kind in one.kinds] == ["1"]
    assert [[kind.item for kind in kinds] for kinds in one.more] == [["2"]]


def test_a_label_that_the_form_does_not_have_is_no_candidate():
    assert candidates("<p>Item 17. Undertakings</p><p>Item 2P. Pool</p>") == []


@pytest.mark.parametrize(("lines", "made"), [(100, 100), (300, 207), (90_000, 2_000)])
def test_no_more_candidates_are_made_than_a_text_of_its_length_can_need(lines, made):
    assert len(candidates("<p>Item 3. Legal Proceedings</p>" * lines)) == made


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("<p><b>Item 3. Legal</b></p>", "<p>Item 3. Legal</p>"),
        ("<p>ITEM 3. LEGAL</p>", "<p>Item 3. Legal</p>"),
        ("<p align=center>Item 3. Legal</p>", "<p>Item 3. Legal</p>"),
        ("<body><h2>Item 3. Legal</h2>", "<p><b>Item 3. Legal</b></p>"),
        ("<p>Item 3. Legal</p>", f"<p>Item 3. {body('I', '3')}</p>"),
        ("<p><u>Item 3. Legal</u></p>", "<p><i>Item 3. Legal</i></p>"),
    ],
)
def test_what_is_set_off_looks_more_like_a_heading(more, less):
    documents = [read_document(source.encode()) for source in (more, less)]
    looks = [look_of(document, 0, document.lines[0]) for document in documents]
    assert 0 <= looks[1] < looks[0] <= 1


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("PART II", ["II"]),
        ("Part II (continued)", ["II"]),
        ("PART II ... 23", ["II"]),
        ("PART II, Item 5. Market", []),
        ("Part II of this report tells more", []),
        ("Part V", []),
        ("PART III - " + "x" * 90, []),
    ],
)
def test_headings_of_parts(line, found):
    document = read_document(f"<p>{line}</p>".encode())
    assert [one.part for one in parts(document, FORM, SearchedText(document.text))] == found


def test_the_heading_of_a_part_may_have_its_own_words():
    document = read_document(b"<p>PART I. FINANCIAL INFORMATION</p><p>PART II - Of nuts</p>")
    form = form_for("10-Q", FILED)
    assert [one.part for one in parts(document, form, SearchedText(document.text))] == ["I"]
