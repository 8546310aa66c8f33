"""Risk factors in text that has no style: typewritten pages, HTML without any emphasis."""

import textwrap

import pytest

from edgewise.text.document import read_document
from edgewise.text.risk_factors import read_risk_factors
from edgewise.text.risk_factors.unstyled import divided_anew
from tests.text.risk_factors.pages import ALONE, BODY, GROUPS, HEADINGS, IN_GROUPS, page


def typed(*, capitals=False, blank="\n\n", bullet="", groups=True, width=70):
    """The risk factors as a typewriter writes them, with a page break in between."""
    parts = ["You should consider these risks before you buy our stock, of which there are many indeed."]
    for number, heading in enumerate(HEADINGS):
        if groups and number in {0, 2}:
            parts.append(" " * 20 + (GROUPS[number // 2].upper() if capitals else GROUPS[number // 2]))
        parts.append(textwrap.fill(bullet + (heading.upper() if capitals else heading), width))
        parts.append(textwrap.fill(BODY, width))
        if number == 2:
            parts.append(" " * 30 + "14\n<PAGE>")
    return blank.join(parts) + "\n"


def test_failure_case_17_headings_of_plain_text_are_told_by_words_and_paragraphs(read, outline_of):
    assert outline_of(typed()) == IN_GROUPS
    found = read(typed())
    assert (found.status, found.reasons) == ("suspect", ("unstyled",))
    assert [factor.body for factor in found.factors] == [BODY] * len(HEADINGS)


def test_failure_case_17_capitals_are_a_style(read):
    found = read(typed(capitals=True))
    assert [(factor.group, factor.heading) for factor in found.factors] == [
        (group.upper(), heading.upper()) for group, heading in IN_GROUPS
    ]
    assert found.status == "ok"


def test_failure_case_17_bullets_may_begin_headings_of_plain_text(outline_of):
    assert outline_of(typed(bullet="o  ", groups=False)) == ALONE


def test_html_without_emphasis_is_read_like_plain_text(outline_of):
    assert outline_of(page("<p>{}</p>", "<p>{}</p>")) == IN_GROUPS
    assert outline_of(page("<p>1. {}</p>")) == [("", f"1. {heading}") for heading in HEADINGS]


def test_without_blank_lines_the_line_ends_of_the_bytes_divide_paragraphs(outline_of):
    assert outline_of(typed(blank="\n", groups=False, width=160)) == ALONE


def test_paragraphs_divided_anew_lead_back_to_the_text():
    body = typed(blank="\n", groups=False, width=160).encode()
    document = read_document(body)
    found = divided_anew(document, body, 0, len(document))
    assert [line.text for line in found][1:5] == [HEADINGS[0], BODY, HEADINGS[1], BODY]
    assert all(document.text[line.begin : line.end].replace("\n", " ") == line.text for line in found)
    assert not [line for line in found if line.text == "14"]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\n\n", b"other words\n" * 50])
def test_bytes_that_do_not_fit_the_document_change_nothing(body):
    document = read_document(typed().encode())
    expected = read_risk_factors(document, 0, len(document))
    assert read_risk_factors(document, 0, len(document), body=body) == expected


@pytest.mark.parametrize(
    "short",
    ["In addition, we may lose customers there.", "On some days we may lose customers.", "They may also leave us."],
)
def test_sentences_in_the_middle_of_a_text_head_nothing(read, short):
    found = read(page("<p>{}</p>", body=f"<p>{{0}}</p><p>{short}</p><p>{{0}}</p>"))
    assert [factor.heading for factor in found.factors] == list(HEADINGS)
