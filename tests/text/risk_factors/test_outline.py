"""Item 1A into single risk factors: layouts, offsets, what is left out, status, bad input."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.document import read_document
from edgewise.text.risk_factors import read_risk_factors
from tests.text.risk_factors.pages import ALONE, BODY, GROUPS, HEADINGS, IN_GROUPS, page


@pytest.mark.parametrize(
    ("heading", "group"),
    [
        ("<p><b>{}</b></p>", "<p><b>{}</b></p>"),
        ("<p><b><i>{}</i></b></p>", "<p><b>{}</b></p>"),
        ("<p><i>{}</i></p>", "<p><u>{}</u></p>"),
        ("<p><u>{}</u></p>", "<p><i>{}</i></p>"),
        ("<h3>{}</h3>", "<h2>{}</h2>"),
        ("<p style='font-size:14pt'>{}</p>", "<p style='font-size:14pt;text-align:center'>{}</p>"),
        ("<ul><li><b>{}</b></li></ul>", "<p><b>{}</b></p>"),
        ("<p>&#8226; <b>{}</b></p>", "<p align=center><b>{}</b></p>"),
        ("<table><tr><td>&#8226;</td><td><b>{}</b></td></tr></table>", "<p><b>{}</b></p>"),
        ("<table><tr><td><b><i>{}</i></b></td></tr></table>", "<table><tr><td><b>{}</b></td></tr></table>"),
        ("<p><b>{}</b></p>", "<p><b>{}</b></p><p>The following concerns a part of what we do.</p>"),
    ],
)
def test_groups_and_headings_are_told_apart_in_every_layout(read, outline_of, heading, group):
    assert outline_of(page(heading, group)) == IN_GROUPS
    assert outline_of(page(heading)) == ALONE
    assert read(page(heading)).status == "ok"


@pytest.mark.parametrize("look", ["b", "i", "u"])
def test_a_heading_may_begin_the_paragraph(read, look):
    found = read(page(f"<p><{look}>{{}}</{look}> ", "<p><b>{}</b></p>", body="{}</p>"))
    assert [(factor.group, factor.heading) for factor in found.factors] == IN_GROUPS
    assert all(factor.run_in and factor.body == BODY for factor in found.factors)


def test_a_heading_may_stand_in_the_first_column_of_a_table(read):
    found = read("<table>" + page("<tr><td><b>{}</b></td>", body="<td>{}</td></tr>", before="") + "</table>")
    assert [(factor.heading, factor.body) for factor in found.factors] == [(heading, BODY) for heading in HEADINGS]


def test_a_heading_on_two_lines_or_on_two_pages_is_one():
    by_line = "<p><b>We may lose our largest customers, and this<br>would hurt us.</b></p>"
    by_page = "<p><b>New rules may raise our costs and</b></p><p>12</p><hr><p><b>lower our revenue.</b></p>"
    document = read_document(f"{by_line}<p>{BODY}</p>{by_page}<p>{BODY}</p>".encode())
    assert [factor.heading for factor in read_risk_factors(document, 0, len(document)).factors] == [
        "We may lose our largest customers, and this would hurt us.",
        "New rules may raise our costs and lower our revenue.",
    ]


def test_a_title_on_two_lines_is_one(outline_of):
    group = "<p align=center><b>RISKS RELATED<br>TO OUR BUSINESS</b></p>"
    source = "".join(f"<p><b>{heading}</b></p><p>{BODY}</p>" for heading in HEADINGS)
    assert outline_of(group + source) == [("RISKS RELATED TO OUR BUSINESS", heading) for heading in HEADINGS]


@pytest.mark.parametrize("stray", ["<b><i>{}</i></b>", "<b><u>{}</u></b>", "<p align=center><b>{}</b></p>"])
def test_a_heading_that_looks_a_little_different_is_one_too(outline_of, stray):
    plain, other = f"<p><b>{HEADINGS[0]}</b></p>", f"<p>{stray.format(HEADINGS[0])}</p>"
    assert outline_of(page("<p><b>{}</b></p>").replace(plain, other)) == ALONE


def test_topics_are_headings_where_no_heading_is_a_sentence(outline_of):
    topics = ["Competition", "Regulation", "Key Personnel", "Climate"]
    source = "".join(f"<p><b>{topic}</b></p><p>{BODY}</p>" for topic in topics)
    assert outline_of(f"<p><b>STRATEGIC RISKS</b></p>{source}") == [("STRATEGIC RISKS", topic) for topic in topics]


def test_titles_with_capitals_are_sentences_if_they_speak_of_us(outline_of):
    """As in "Our Expansion into New Markets Subjects Us to Additional Risks", directly below another heading."""
    headings = ["We Face Many Rivals", "Our Expansion Subjects Us to Additional Business and Legal Risks"]
    source = "".join(f"<p><b><i>{heading}</i></b></p><p>{BODY}</p>" for heading in headings)
    assert outline_of(f"<p><b>Business Risks</b></p>{source}") == [("Business Risks", text) for text in headings]


@pytest.mark.parametrize(
    "inside",
    [
        "<p>{0}</p><p><i>We compete in many markets.</i></p><p>{0}</p><p><i>We could lose share.</i></p><p>{0}</p>",
        "<p>{0}</p><p><i>Other markets.</i> {0}</p><p><i>More of them.</i> {0}</p>",
        "<p><b><u>We have many rivals.</u></b> {0}</p><p><b><u>We have few friends.</u></b> {0}</p>",
        "<p>{0}</p><p><b>Any of these could hurt us.</b></p><p>{0}</p>",
        "<p>{0}</p><ul><li><b><i>Rivals.</i></b> {0}</li><li><b><i>Rules.</i></b> {0}</li></ul>",
    ],
)
def test_sub_headings_belong_to_the_body(read, inside):
    found = read(page("<p><b>{}</b></p>", "<p><b>{}</b></p>", body=inside))
    assert [(factor.group, factor.heading) for factor in found.factors] == IN_GROUPS
    assert all(factor.body.count(BODY) > 1 for factor in found.factors)


@pytest.mark.parametrize("bullet", ["<li>{}</li>", "<li><b>{}</b></li>", "<p>&#8226; {}</p>"])
@pytest.mark.parametrize("heading", ["<p><b>{}</b></p>", "<p><b><i>{}</i></b></p>"])
def test_a_summary_of_risk_factors_holds_none(read, bullet, heading):
    bullets = "".join(bullet.format(text) for text in HEADINGS)
    groups = f"<p><b>{GROUPS[0]}</b></p>{bullets}<p><b>{GROUPS[1]}</b></p>{bullets}"
    for summary in (bullets, groups):
        before = f"<p><b>Risk Factor Summary</b></p>{summary}<p><b>Risk Factors</b></p>"
        found = read(page(heading, "<p><b>{}</b></p>", before=before))
        assert [(factor.group, factor.heading) for factor in found.factors] == IN_GROUPS
        assert found.summary_bullets == summary.count(HEADINGS[0]) * len(HEADINGS)


def test_a_summary_at_the_end_ends_the_last_risk_factor(read):
    bullets = "".join(f"<li>{text}</li>" for text in HEADINGS)
    found = read(page("<p><b>{}</b></p>") + f"<p><b>Summary of Risk Factors</b></p><ul>{bullets}</ul>")
    assert [factor.body for factor in found.factors] == [BODY] * len(HEADINGS)
    assert found.summary_bullets == len(HEADINGS)


def test_what_is_no_risk_ends_the_last_risk_factor(read):
    tail = "<p><b>FORWARD-LOOKING STATEMENTS</b></p><p>This report looks forward.</p>"
    assert read(page("<p><b><i>{}</i></b></p>") + tail).factors[-1].body == BODY


@pytest.mark.parametrize("style", ["i", "b"])
def test_an_introduction_set_off_like_a_heading_is_none(outline_of, style):
    before = f"<p><{style}>You should consider the following risks, any of which may come true.</{style}></p>"
    assert outline_of(page("<p><b>{}</b></p>", "<p><b>{}</b></p>", before=before)) == IN_GROUPS


def test_failure_case_11_running_heads_and_page_numbers_are_no_text(read):
    foot = "<p><b>ACME CORP 2023 Form 10-K {}</b></p><p>{}</p><hr><p><b>Table of Contents</b></p>"
    source = "".join(
        f"<p><b>{heading}</b></p><p>{BODY}" + foot.format(20 + number, 20 + number) + f"<p>{BODY}</p>"
        for number, heading in enumerate(HEADINGS)
    )
    found = read(source)
    assert [factor.heading for factor in found.factors] == list(HEADINGS)
    assert [factor.body for factor in found.factors] == [f"{BODY}\n{BODY}"] * len(HEADINGS)


def test_offsets_lead_back_to_the_text_and_to_the_bytes():
    body = page("<p><b>{}</b></p>", "<p><b>{}</b></p>").encode()
    document = read_document(body)
    factors = read_risk_factors(document, 0, len(document)).factors
    for factor, (_, heading) in zip(factors, IN_GROUPS, strict=True):
        assert document.text[factor.begin : factor.heading_end] == heading
        assert document.text[factor.begin : factor.end] == f"{heading}\n{BODY}"
        assert re.sub(r"<[^>]*>", "", body[factor.raw_begin : factor.raw_end].decode()) == heading + BODY
        assert document.lines[factor.first_block] == heading
        assert document.lines[factor.last_block - 1] == BODY


def test_only_the_blocks_of_the_item_are_read():
    document = read_document(page("<p><b>{}</b></p>").encode())
    first = document.lines.index(HEADINGS[1])
    found = read_risk_factors(document, first, first + 4)
    assert [factor.heading for factor in found.factors] == list(HEADINGS[1:3])
    assert found.coverage == 1
    assert read_risk_factors(document, 5, 2).status == "absent"
    assert len(read_risk_factors(document, -3, 10**9).factors) == len(HEADINGS)


def test_coverage_is_the_share_of_the_text_in_risk_factors(read):
    before = f"<p>{BODY}</p>" * len(HEADINGS)
    found = read(page("<p><b>{}</b></p>", before=before))
    total = len(before.replace("<p>", "").replace("</p>", ""))
    inside = sum(len(heading) + len(BODY) for heading in HEADINGS)
    assert found.coverage == pytest.approx(inside / (inside + total))
    assert (found.status, found.reasons) == ("suspect", ("low_coverage",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Not required for smaller reporting companies.", "not_required"),
        ("Not applicable.", "not_required"),
        ("There have been no material changes to the risk factors of our Form 10-K.", "elsewhere"),
        ("The risks are incorporated herein by reference.", "elsewhere"),
        ("", "empty"),
    ],
)
def test_an_item_without_risk_factors_says_why(read, text, reason):
    found = read(f"<p>{text}</p>")
    assert (found.factors, found.status, found.reasons) == ([], "absent", (reason,))


def test_text_without_any_heading_is_one_risk_factor_to_doubt(read):
    found = read(f"<p>{BODY}</p>" * 3)
    assert [(factor.heading, factor.body) for factor in found.factors] == [("", "\n".join([BODY] * 3))]
    assert (found.status, found.reasons) == ("suspect", ("no_headings",))


def test_few_or_uneven_risk_factors_are_doubted(read):
    long = f"<p>{BODY}</p>" * 200
    assert read(f"<p><b>{HEADINGS[0]}</b></p>{long}").reasons == ("few_factors",)
    assert read(page("<p><b>{}</b></p>") + long).reasons == ("long_factor",)


def test_a_group_with_a_long_text_and_no_heading_is_a_risk_factor(outline_of):
    alone = f"<p><b>Risks Related to the Weather</b></p><p>Storms could stop our work.</p><p>{BODY * 6}</p>"
    named = f"<p><b>Risks Related to the Weather</b></p><p>{BODY * 6}</p>"
    rest = page("<p><i>{}</i></p>", "<p><b>{}</b></p>")
    assert outline_of(alone + rest)[0] == ("Risks Related to the Weather", "Storms could stop our work.")
    assert outline_of(named + rest)[0] == ("", "Risks Related to the Weather")
    assert outline_of(alone + rest)[1:] == IN_GROUPS


def test_the_same_page_gives_the_same_answer(read):
    source = page("<p><b>{}</b></p>", "<p><i>{}</i></p>")
    assert read(source) == read(source)


PIECES = [
    "<p>",
    "<b>",
    "</b>",
    "<i>",
    "</p>",
    "<hr>",
    "<br>",
    "<table><tr><td>",
    "</table>",
    "<li>",
    "&#8226; ",
    "\t",
    "12",
]


@given(
    st.lists(st.sampled_from([*PIECES, *HEADINGS, *GROUPS, BODY, "Risk Factor Summary", "\u00a0", "\x00"]), max_size=40)
)
def test_whatever_stands_there_nothing_raises_and_factors_stand_in_order(pieces):
    body = "".join(pieces).encode()
    document = read_document(body)
    found = read_risk_factors(document, 0, len(document), body=body)
    assert (found.status == "absent") == (not found.factors)
    assert 0 <= found.coverage <= 1
    at = 0
    for factor in found.factors:
        assert at <= factor.begin <= factor.heading_end <= factor.end <= len(document.text)
        assert 0 <= factor.raw_begin <= factor.raw_end <= len(body)
        at = factor.end


@given(st.binary(max_size=400), st.integers(-5, 50), st.integers(-5, 50))
def test_no_bytes_and_no_range_raise(body, first, last):
    document = read_document(body)
    found = read_risk_factors(document, first, last, body=body[::-1])
    assert 0 <= found.coverage <= 1
    assert (found.status == "absent") == (not found.factors)
