"""What a page prints beside the text."""

import pytest

from edgewise.text.document import read_document
from edgewise.text.furniture import Furniture

TEXT = "<p>Acme sells nuts to shops in four states, and shops sell them to those who like nuts.</p>"


def furniture(source):
    document = read_document(source.encode())
    return [document.lines[number] for number in sorted(Furniture(document).numbers) if document.lines[number]]


@pytest.mark.parametrize(
    "line",
    ["12", "- 12 -", "Page 12", "Page 12 of 80", "F-3", "xiv", "12 |", "(3)", "Table of Contents", "Index",
     "TABLE OF CONTENTS 12", "Return to Table of Contents", "The remainder of this page is intentionally left blank",
     "[Intentionally left blank]", "*****"],
)  # fmt: skip
def test_these_are_furniture_by_themselves(line):
    assert furniture(f"{TEXT}<p>{line}</p>{TEXT}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "None",
        "Item 1. Business",
        "2024",
        "1,234",
        "12 nuts",
        "Not applicable.",
        "Index to Financial Statements",
        "PART I",
    ],
)
def test_these_belong_to_the_text(line):
    assert furniture(f"{TEXT}<p>{line}</p>{TEXT}") == []


def test_rules_are_furniture():
    document = read_document(f"{TEXT}<hr>{TEXT}".encode())
    assert Furniture(document).numbers == {1}


def test_failure_case_11_a_line_that_returns_beside_page_breaks_is_a_running_head():
    page = f"{TEXT * 4}<p>Acme Nuts 2024 Form 10-K | {{}}</p><hr>"
    pages = "".join(page.format(number) for number in range(3, 8))
    assert furniture(pages) == [f"Acme Nuts 2024 Form 10-K | {number}" for number in range(3, 8)]


@pytest.mark.parametrize("line", ["We sell nuts.", "None", "March 2024", "Total $ 12", "12 34 56"])
def test_sentences_answers_dates_and_figures_are_no_running_heads(line):
    assert furniture(f"{TEXT * 4}<p>{line}</p><hr>" * 6) == []


def test_a_line_that_returns_in_the_middle_of_pages_is_text():
    assert furniture(f"{TEXT * 4}<p>Acme Nuts</p>{TEXT * 4}<hr>" * 6) == []


def test_three_times_is_no_habit():
    assert furniture(f"{TEXT * 4}<p>Acme Nuts</p><hr>" * 3) == []


def test_numbers_below_each_other_are_cells_but_for_the_one_of_the_page():
    cells = "<p>17</p><p>21</p><p>30</p>"
    assert furniture(f"{TEXT}{cells}{TEXT}") == ["17"]
    assert furniture(f"{TEXT}<p>4</p><hr>{TEXT}{cells}<p>5</p><hr>{TEXT}") == ["4", "17", "5"]
