"""What is a filing's own prose and what every filing says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.boilerplate import prose
from edgewise.text.visible_text import read_text
from edgewise.text.words import word_count

OWN = "Our profitable growth continued this year as customers renewed their contracts with us across every region."
MORE = (
    "We opened two plants in Ohio and hired engineers for both of them, which raised our capacity by a third overall."
)


def kept(*paragraphs):
    return prose("\n".join(paragraphs)).paragraphs


def test_plain_prose_is_kept_whole():
    assert kept(OWN, MORE) == [OWN, MORE]
    assert prose(OWN).boilerplate_words == 0


@pytest.mark.parametrize(
    "line",
    [
        "Net loss\t$\t(1,234)\t$\t(987)",
        "Net loss per share\t$\t(1.23)\t$\t(0.98)",
        "Impairment charges\t—\t—",
        "Signatures..................... 45",
        "Year ended\tDecember 31\tRestated\tAdverse",
    ],
)
def test_table_lines_are_neither_prose_nor_boilerplate(line):
    own = prose(f"{OWN}\n{line}\n{MORE}")
    assert own.paragraphs == [OWN, MORE]
    assert own.boilerplate_words == 0


@pytest.mark.parametrize("line", [f"•\t{OWN}", f"(1)\t{OWN}"])
def test_a_list_item_laid_out_as_a_table_is_prose(line):
    assert kept(line) == [line]


@pytest.mark.parametrize(
    "paragraph",
    [
        "This report contains forward-looking statements that involve risks and uncertainties.",
        "The Private Securities Litigation Reform Act of 1995 provides a safe harbor.",
        "Indicate by check mark whether the registrant is a shell company. Yes ☐ No ☒",
        "The aggregate market value of the stock held by non-affiliates was $5 billion.",
    ],
)
def test_failure_case_35_paragraphs_that_every_filing_has_are_left_out_and_counted(paragraph):
    own = prose(f"{OWN}\n{paragraph}\n{MORE}")
    assert own.paragraphs == [OWN, MORE]
    assert own.boilerplate_words == word_count(paragraph)


def test_failure_case_35_a_safe_harbour_section_ends_at_the_next_heading():
    harbour = [
        "Cautionary Note",
        "Many things could go wrong.",
        "• weak demand;",
        "• adverse rulings; and",
        "• floods.",
    ]
    assert kept(OWN, *harbour, "Results of Operations", MORE) == [OWN, "Results of Operations", MORE]


def test_the_list_that_a_forward_looking_sentence_introduces_goes_with_it():
    introduced = [
        "Factors behind these forward-looking statements include:",
        "• weak demand;",
        "our failure to innovate",
    ]
    assert kept(*introduced, OWN) == [OWN]


def test_a_safe_harbour_heading_without_an_end_does_not_take_the_whole_document():
    assert kept("Forward-Looking Statements", *[OWN] * 200)[-1] == OWN


def test_the_cover_page_ends_with_its_last_formula():
    cover = [
        "UNITED STATES",
        "SECURITIES AND EXCHANGE COMMISSION",
        "FORM 10-K",
        "Acme Bankrupt Holdings, Inc.",
        "(Exact name of registrant as specified in its charter)",
        "Indicate by check mark whether the registrant is a well-known seasoned issuer.",
    ]
    assert kept(*cover, "PART I", OWN) == ["PART I", OWN]


COVER = [
    "UNITED STATES",
    "SECURITIES AND EXCHANGE COMMISSION",
    "Washington, D.C. 20549",
    "FORM 8-K",
    "(Exact name of registrant as specified in its charter)",
    "Acme Rescue Holdings, Inc.",
    "(Commission File Number)",
]


@pytest.mark.parametrize(
    "heading",
    [
        "Item 1.01. Entry into a Material Definitive Agreement.",
        "Item 5. Other Events.",
        "ITEM 5.02.\tDeparture of Directors; Election of Directors; Appointment of Certain Officers; Compensation.",
        "PART I",
        "PART I. FINANCIAL INFORMATION",
        "Section 8 \u2013 Other Events",
    ],
)
def test_failure_case_35_an_exhibit_list_with_a_file_number_is_no_part_of_the_cover(heading):
    exhibit = "4.1\tBase Indenture (incorporated herein by reference to Exhibit 4.2, Commission File No. 001-99999)"
    own = prose("\n".join([*COVER, heading, OWN, MORE, "Item 9.01 Exhibits", exhibit]))
    assert own.paragraphs == [heading, OWN, MORE]
    assert own.boilerplate_words == sum(map(word_count, [*COVER, "Item 9.01 Exhibits", exhibit]))


@pytest.mark.parametrize(
    "label", ["Item No. 8.01", "Item\xa08.01", "ITEM 8:", "\u2022 Item 8", "Item 1A.", "ITEM 1 A.", "Item 12."]
)
def test_failure_case_10_the_cover_ends_before_the_first_item_however_it_is_labelled(label):
    opening = f"{label} Other Events"
    assert kept(*COVER, opening, OWN, "Acme Rescue Trust (Commission File No. 1-2)", MORE) == [opening, OWN, MORE]


@pytest.mark.parametrize(
    "line",
    [
        "Item 405 of Regulation S-K is not contained herein",
        "Item 17 \xa8 Item 18 \xa8",
        "Section 13 or 15(d) of the Act",
        "PART I, II AND III",
        "Part III",
        "Table of Contents",
    ],
)
def test_what_a_cover_may_say_does_not_end_it(line):
    assert kept(*COVER, line, "Acme Rescue Trust", "Indicate by check mark whether it is a shell.", OWN) == [OWN]


def test_the_cover_ends_before_a_note_on_forward_looking_statements():
    note = ["Forward-Looking Statements", "Many things could go wrong.", "Results of Operations"]
    own = kept(*COVER, *note, OWN, "The aggregate market value of our stock rose.", MORE)
    assert own == ["Results of Operations", OWN, MORE]


@pytest.mark.parametrize(
    "title",
    [
        ["U.S. SECURITIES AND EXCHANGE", "COMMISSION"],
        ["Washington, D.C. 20549"],
        ["WASHINGTON, D. C. 20549"],
        ["Washington, DC 20549"],
    ],
)
def test_a_cover_is_known_by_whom_it_is_sent_to(title):
    assert kept(*title, *COVER[3:], "Item 8.01 Other Events", OWN) == ["Item 8.01 Other Events", OWN]


def test_failure_case_35_a_prospectus_that_mentions_the_commission_has_no_cover():
    mention = "Neither the Securities and Exchange Commission nor any state commission has approved these securities."
    heading = "Documents Incorporated by Reference"
    assert kept(mention, OWN, heading, MORE) == [mention, OWN, MORE]


@given(st.lists(st.sampled_from([OWN, MORE, "(Commission File No. 1-2)", "Exhibits [x]"]), max_size=200))
def test_nothing_after_the_first_item_is_ever_cover(paragraphs):
    """What stands after it is kept or not as if there were no cover before it."""
    body = ["Item 8.01 Other Events", *paragraphs]
    assert kept(*COVER, *body) == kept(*body)


def test_a_document_without_a_cover_has_none():
    assert kept("Acme Reports Record Year", OWN) == ["Acme Reports Record Year", OWN]


def test_an_exhibit_list_ends_where_the_filing_goes_on():
    exhibits = [
        "Item 15. Exhibits, Financial Statement Schedules",
        "10.1\tLoss Sharing Agreement",
        "31.1\tCertification",
    ]
    assert kept(OWN, *exhibits, "Item 16. Form 10-K Summary", MORE) == [OWN, "Item 16. Form 10-K Summary", MORE]


def test_signatures_end_where_prose_begins_again():
    signatures = [
        "SIGNATURES",
        f"Pursuant to the requirements of the Act, the registrant has caused this report to be signed. {MORE} {MORE}",
        "By: /s/ Grace Strong",
        "Chief Executive Officer",
    ]
    letter = f"{OWN} {MORE} {OWN}"
    assert kept(OWN, *signatures, letter) == [OWN, letter]


def test_failure_case_17_typewritten_lines_are_put_together_into_paragraphs():
    page = (
        b"ITEM 1.  BUSINESS\n\n    We make  steel and sell it to customers all over the\ncountry and beyond.\n\n"
        b"Sales     100     90\n\nThis is a for-\nward test.\n"
    )
    assert prose(read_text(page).text).paragraphs == [
        "ITEM 1. BUSINESS",
        "We make steel and sell it to customers all over the country and beyond.",
        "This is a for-",
        "ward test.",
    ]


def test_a_page_break_does_not_end_a_section():
    assert kept(OWN, "Forward-Looking Statements", "Many things could go wrong.", "", "More could.") == [OWN]


def test_an_empty_text_has_no_prose():
    assert prose("").paragraphs == []
