"""Whether an item only points elsewhere, and where."""

import pytest

from edgewise.text.items.reference import NOTHING_TO_SAY, reference

SENTENCE = "Acme sells nuts to shops in four states, and shops sell them to those who like nuts. "


@pytest.mark.parametrize(
    ("body", "target"),
    [
        (
            "The information required by this Item is incorporated by reference to our Proxy Statement.",
            "proxy statement",
        ),
        (
            "Incorporated herein by reference to the Annual Report to Shareholders, Exhibit 13.",
            "annual report to shareholders",
        ),
        ("See Item 7, \u201cManagement\u2019s Discussion and Analysis.\u201d", "Item 7"),
        ("The information is set forth in Part II, Item 8 of this report.", "Part II, Item 8"),
        ("See Note 12 to the consolidated financial statements.", "Note 12"),
        ("Our financial statements are included in Item 15.", "Item 15"),
        ("For this, refer to Note B to the financial statements and to Item 1A.", "Item 1A; Note B"),
        ("Reference is made to our consolidated financial statements beginning on page F-1.", "financial statements"),
        ("See the section \u201cOur Properties\u201d of Exhibit 99.1.", "Exhibit 99.1"),
        ("This appears under the caption \u201cMarket Risk\u201d of this report.", "a section of this report"),
    ],
)
def test_failure_case_12_a_pointer_says_where(body, target):
    found, share = reference(body, "3")
    assert found == target
    assert share >= 0.6


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "None.",
        "Not applicable.",
        SENTENCE * 3,
        f"{SENTENCE * 4} See Note 12 to the consolidated financial statements.",
        "Not required for smaller reporting companies; see Item 305 of Regulation S-K.",
        "None. See Item 7.",
        "See Note 12 to the financial statements. " * 200,
    ],
)
def test_what_has_content_or_nothing_to_say_is_no_pointer(body):
    assert reference(body, "3")[0] is None


def test_the_share_is_that_of_letters_in_sentences_that_point():
    pointing = "See Note 12 to the financial statements."
    _, share = reference(f"{pointing} {SENTENCE}", "3")
    letters = [sum(map(str.isalpha, text)) for text in (pointing, SENTENCE)]
    assert share == pytest.approx(letters[0] / sum(letters))


def test_an_item_does_not_point_to_itself():
    assert reference("The information that Item 3 requires is set forth in Item 8 of this report.", "3")[0] == "Item 8"


@pytest.mark.parametrize("text", ["None.", " Not applicable", "[Reserved]", "N/A", "Omitted.", "No change", "(none)"])
def test_these_say_that_there_is_nothing(text):
    assert NOTHING_TO_SAY.match(text)


@pytest.mark.parametrize("text", ["Nonetheless we grew", "Nothing", "We reserved 5 percent of it", "Notes"])
def test_these_do_not(text):
    assert not NOTHING_TO_SAY.match(text)
