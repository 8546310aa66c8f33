"""The lines of an item without what belongs to the page."""

import pytest

from edgewise.text.document import read_document
from edgewise.text.risk_factors.lines import is_furniture, text_lines

LONG = (
    "Three shops buy half of what we make, and none of them has promised to buy more next year." + " Nor has one." * 4
)


def texts(source):
    document = read_document(source.encode())
    return [line.text for line in text_lines(document, 0, len(document))]


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "- 12 -",
        "Page 12",
        "F-3",
        "xiv",
        "Table of Contents",
        "ITEM 1A. RISK FACTORS (continued)",
        "PART I",
        "Index",
    ],
)
def test_these_belong_to_the_page_wherever_they_stand(text):
    assert is_furniture(text)


@pytest.mark.parametrize("text", ["Risks of 2012", "In 2012", "Competition", "We may lose 12 customers.", "x" * 500])
def test_these_belong_to_the_text(text):
    assert not is_furniture(text)


def test_what_stands_at_several_page_breaks_is_a_running_head():
    page = f"<p>{LONG}</p><p>Acme Corp. and subsidiaries</p><hr>"
    assert texts(page * 4) == [LONG] * 4


def test_a_line_that_stands_at_one_page_break_belongs_to_the_text():
    assert (
        texts(f"<p>{LONG}</p><p>Acme Corp. and subsidiaries</p><hr><p>{LONG}</p>")[1] == "Acme Corp. and subsidiaries"
    )


def test_the_name_of_the_report_at_a_page_break_is_a_running_head():
    assert texts(f"<p>{LONG}</p><p>Acme | 2024 Form 10-K | 7</p><hr><p>{LONG}</p>") == [LONG, LONG]
    assert texts(f"<p>{LONG}</p><p>See our Form 10-K</p><p>{LONG}</p>")[1] == "See our Form 10-K"


def test_a_bullet_is_no_part_of_its_line():
    document = read_document(b"<p>&#8226; We may lose customers.</p>")
    (line,) = text_lines(document, 0, len(document))
    assert (line.text, line.listed) == ("We may lose customers.", True)
    assert document.text[line.begin : line.end] == line.text
