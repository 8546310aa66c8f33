"""What opens a line like an item or a part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.items.labels import SearchedText, item_labels, part_labels


def items(text):
    return [label.items for label in item_labels(SearchedText(text))]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Item 1. Business", ("1",)),
        ("ITEM 1A. RISK FACTORS", ("1A",)),
        ("Item 1a. Risk Factors", ("1A",)),
        ("Item No. 1", ("1",)),
        ("Item Number 3:", ("3",)),
        ("Item # 9A", ("9A",)),
        ("Item 1:", ("1",)),
        ("Item 9A(T). Controls", ("9AT",)),
        ("Item 9A(T) Controls", ("9AT",)),
        ("Item 9AT. Controls", ("9AT",)),
        ("ITEM 1 A. RISK FACTORS", ("1A",)),
        ("Item 9 (A). Controls", ("9A",)),
        ("Item 1C. Cybersecurity", ("1C",)),
        ("\uff29\uff54\uff45\uff4d\u3000\uff11\uff21\uff0e Risk", ("1A",)),
        ("Item\u00a07.", ("7",)),
        ("Item\n7A. Market Risk", ("7A",)),
        ("Item\t15.\tExhibits", ("15",)),
        ("Item 7 A Management company", ("7",)),
        ("ITEM 1BUSINESS", ("1",)),
        ("Items 1 and 2. Business and Properties", ("1", "2")),
        ("Items 1. and 2.", ("1", "2")),
        ("Items 1, 1A and 2", ("1", "1A", "2")),
        ("Item 1 and Item 2", ("1", "2")),
        ("Items 10 through 14.", ("10", "11", "12", "13", "14")),
        ("Items 10-13", ("10", "11", "12", "13")),
        ("Item 2.02 Results of Operations", ("2.02",)),
        ("Item 1122 of Regulation AB", ("1122",)),
        ("Item 1114(b)(2) of Regulation AB", ("1114B2",)),
        ("PART II - Item 7. Discussion", ("7",)),
        ("\u2022 Item 3. Legal Proceedings", ("3",)),
    ],
)
def test_failure_case_10_labels_are_read_in_all_their_spellings(text, named):
    assert items(text) == [named]


@pytest.mark.parametrize(
    "text",
    [
        "See Item 7 of this report",
        "(Item 7)",
        "\u201cItem 7. Discussion\u201d",
        "Items of interest",
        "Item 2P. Properties",
        "Item 2024",
        "Item 1.5 percent",
        "Item 7%",
        "Itemized 1. deductions",
        "Lineitem 1.",
        "1. Business",
        "Item one",
    ],
)
def test_this_is_no_label(text):
    """Failure cases 2 and 8."""
    assert items(text) == []


def test_a_label_says_its_part_its_stop_and_where_it_stands():
    text = "Introduction\nPART II, Item 7. \u2014 Discussion"
    (label,) = item_labels(SearchedText(text))
    assert (label.part, label.stop) == ("II", ". \u2014 ")
    assert text[label.begin : label.end] == "Item 7. \u2014 "
    assert text[label.end :] == "Discussion"


def test_labels_come_in_order_one_to_a_line():
    assert items("Item 1. A Item 2. B\nItem 3. C\n\nitem 4\n") == [("1",), ("3",), ("4",)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PART II", [(0, "II", "")]),
        ("Part iv - Other", [(0, "IV", " - Other")]),
        ("PART 2", [(0, "II", "")]),
        ("a\n PART I\nb", [(2, "I", "")]),
        ("PART I'S", []),
        ("PARTIES", []),
        ("Part V", []),
        ("In part I", []),
    ],
)
def test_parts_are_read(text, found):
    assert list(part_labels(SearchedText(text))) == found


@given(st.text(alphabet="itemsITEMS pPaArRtT1290.,AB()-\n\t&\u00a0\uff11\u0130\u00df", max_size=60))
def test_any_text_gives_labels_in_order_inside_it(text):
    searched = SearchedText(text)
    narrow = searched.text
    assert len(narrow) == len(text)
    last = -1
    for label in item_labels(searched):
        assert last < label.begin < label.end <= len(text)
        assert label.items
        assert narrow[label.begin : label.begin + 4].lower() == "item"
        last = label.begin
