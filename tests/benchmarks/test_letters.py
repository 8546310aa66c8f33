"""Fingerprints of the truth are found in a text that has other spaces, line ends and page furniture."""

from __future__ import annotations

import pytest
from benchmarks.evaluations.item_truth import located
from benchmarks.evaluations.letters import Letters, Page, Sought, letters_of

CONTENTS = "Table of contents\nItem 1.\tBusiness\t3\nItem 6.\t[Reserved]\t9\nItem 7.\tDiscussion\t9\n"
BODY = (
    "PART I\nItem 1. Business\nWe sell nuts, and see Item 7. Discussion for more.\n"
    "Item 6. [Reserved]\nItem 7. Discussion\nSales rose.\n12\nThey rose again.\nSIGNATURES"
)
TEXT = CONTENTS + BODY
PAGE_NUMBER = (TEXT.index("12\nThey"), TEXT.index("12\nThey") + 2)


def row(**values):
    empty = dict.fromkeys(
        ("part", "heading", "first_80", "body_first_80", "last_80", "alt_last_80", "heading_style"), ""
    )
    numbers = dict.fromkeys(("chars", "chars_with_page_furniture", "alt_chars"), 0)
    return {**empty, **numbers, "status": "ok", "acceptable_statuses": [], **values}


BUSINESS = row(
    item="1", heading="Item 1. Business", first_80="Item 1. Business We sell nuts, and see",
    body_first_80="We sell nuts, and see", last_80="see Item 7. Discussion for more.", chars=63,
)  # fmt: skip
RESERVED = row(item="6", heading="Item 6. [Reserved]", first_80="Item 6. [Reserved]", chars=18)
DISCUSSION = row(
    item="7", heading="Item 7. Discussion", first_80="Item 7. Discussion Sales rose. They rose again.",
    body_first_80="Sales rose. They rose again.", last_80="Sales rose. They rose again.", chars=47,
)  # fmt: skip


def place(text: str, start: int = 0) -> int:
    return len(letters_of(TEXT[: TEXT.index(text, start)]))


def test_letters_and_digits_are_compared_whatever_the_spaces_case_and_signs():
    assert letters_of("ITEM\xa01A.\n“Risk\tFactors” — Größe ①½") == letters_of("item 1a risk factors größe ①½")


def test_a_place_of_letters_is_an_offset_of_the_text_again():
    letters = Letters("— A b.\nC")
    assert letters.letters == "abc"
    assert [int(offset) for offset in letters.offsets] == [2, 4, 7]
    assert [letters.place(offset) for offset in (0, 2, 3, 8)] == [0, 0, 1, 3]


def test_a_character_outside_the_basic_plane_moves_no_offset():
    assert [int(offset) for offset in Letters("\U0001f600a\U0001d400b").offsets] == [1, 3]


def test_a_heading_without_text_is_found_between_its_neighbours_not_in_the_contents():
    business, reserved, discussion = located(Page(TEXT, [PAGE_NUMBER]), [BUSINESS, RESERVED, DISCUSSION])
    assert reserved.begin == place("Item 6.", len(CONTENTS))
    assert reserved.ends == (reserved.begin + len("item6reserved"),)
    assert business.ends[0] == reserved.begin
    assert discussion.begin == reserved.ends[0]


def test_a_fingerprint_that_runs_over_a_page_break_is_found_where_the_furniture_is_known():
    assert not located(Page(TEXT), [DISCUSSION])[0].is_found
    found = located(Page(TEXT, [PAGE_NUMBER]), [DISCUSSION])[0]
    assert found.begin == place("Item 7. Discussion\nSales")
    assert found.ends == (place("SIGNATURES"),)


def test_a_heading_named_in_running_text_is_not_where_the_item_begins():
    short = {"first_80": "Item 7. Discussion", "body_first_80": "", "last_80": "again."}
    found = located(Page(TEXT), [row(**DISCUSSION | short)])[0]
    assert found.begin == place("Item 7. Discussion\nSales")


def test_a_text_that_is_not_there_is_not_found():
    lost = located(Page(TEXT), [row(item="2", first_80="Item 2. Properties", last_80="our plants.", chars=400)])[0]
    assert (lost.is_present, lost.is_found) == (True, False)


def test_an_absent_item_is_not_looked_for():
    assert not located(Page(TEXT), [row(item="2", status="absent")])[0].is_present


def test_a_second_end_is_as_right_as_the_first():
    both = located(Page(TEXT), [row(**BUSINESS | {"alt_last_80": "We sell nuts", "alt_chars": 29})])[0]
    assert [both.begin + len("item1businesswesellnuts"), both.ends[0]] == [
        both.ends[1],
        place("Item 6.", len(CONTENTS)),
    ]


def test_a_combined_item_without_fingerprints_is_where_the_other_one_is():
    business, combined = located(Page(TEXT), [BUSINESS, row(item="2", status="combined_with:1")])
    assert (combined.begin, combined.ends) == (business.begin, business.ends)


def test_of_two_spans_with_the_same_ends_the_one_of_the_right_length_is_meant():
    page = Page("Begin here. " + "x " * 200 + "Begin here. middle. The end.")
    assert len(page.options(Sought("beginhere", "theend", (28,)))) == 1
    assert page.options(Sought("beginhere", "theend", (28,)))[0].begin == len("beginhere") + 200


def test_a_long_fingerprint_with_a_lost_symbol_is_found_by_its_beginning():
    page = Page("Net sales of our company rose by a quarter in the year ended August 31 to € 5 billion.")
    wanted = letters_of("Net sales of our company rose by a quarter in the year ended August 31 to EUR 5 billion.")
    assert page.beginnings(wanted) == [0]


@pytest.mark.parametrize(("begin", "end"), [(-1, -1), (5, 3)])
def test_no_span_has_no_place(begin, end):
    assert Page("some text").span(begin, end) == (-1, -1)


def test_furniture_at_the_end_of_a_span_does_not_count():
    text = "Item 1\nBody\n7\nACME 10-K\nItem 2"
    page = Page(text, [(12, 13), (14, 23)])
    assert page.span(0, text.index("\nItem 2")) == (0, len("item1body"))


def test_a_heading_that_looks_like_furniture_is_still_where_its_item_begins():
    text = "Item 1\n7"
    assert Page(text, [(0, 6), (7, 8)]).span(0, len(text)) == (0, len("item1"))


def test_an_empty_text_has_no_places():
    page = Page("")
    assert (page.beginnings("a"), page.options(Sought("a", "", (1,))), list(page.line_starts())) == ([], [], [0])
