"""How sure we are of an item: the formula, and each doubt on a page that earns it."""

import pytest

from edgewise.text.items.confidence import DOUBTS, SUSPECT_BELOW
from tests.text.items.pages import ANNUAL, CONTENTS, body, item, report


def without(*numbers):
    return [one for one in ANNUAL if one[1] not in numbers]


def test_an_item_without_doubts_is_nearly_sure(read):
    assert {one.confidence for one in read(report()).items.values()} == {0.998}


def test_doubts_multiply_and_below_the_limit_an_item_is_suspect(read):
    reading = read(report(without("7A")))
    for one in reading.items.values():
        expected = 0.998
        for reason in one.reasons:
            expected *= 1 - DOUBTS[reason]
        if one.status == "suspect":
            assert one.confidence == pytest.approx(expected, abs=5e-4)
            assert one.confidence < SUSPECT_BELOW
        else:
            assert one.confidence >= SUSPECT_BELOW


@pytest.mark.parametrize(
    ("key", "reason", "page"),
    [
        (("II", "7A"), "not_found", report(without("7A"))),
        (
            ("I", "3"),
            "rival",
            report(
                texts={("I", "2"): f"{body('I', '2')}</p><p><i>Item 3. Legal Proceedings</i></p><p>{body('I', '2')}"}
            ),
        ),
        (("I", "1A"), "out_of_order", report([*without("1A")[:11], ANNUAL[1], *without("1A")[11:]], part="")),
        (("II", "7"), "index_only", report([], contents=CONTENTS["pages"])),
        (("II", "7"), "neighbour_missing", report(without("7A"))),
        (("I", "3"), "title_only", report().replace("Item 3. ", "")),
        (("I", "2"), "next_doubtful", report().replace("Item 3. ", "")),
        (("I", "3"), "too_long", report(texts={("I", "3"): body("I", "3", 200_000)})),
        (("I", "1"), "too_short", report(texts={("I", "1"): "We sell nuts."})),
        (("I", "1"), "no_text", report(texts={("I", "1"): ""})),
        (("I", "3"), "no_end", report(ANNUAL[:6]).split("<p>SIGNATURES")[0]),
        (("I", "3"), "weak_heading", report().replace("<b>Item 3. Legal Proceedings</b>", "Item 3. Nuts and Shells")),
        (
            ("I", "2"),
            "heading_inside",
            report(texts={("I", "2"): f"{body('I', '2')}</p>{item('II', '9', ANNUAL[12][2])}<p>Nuts"}),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_each_doubt_is_told_where_it_is_due(read, key, reason, page):
    one = read(page)[key]
    assert one.status == "suspect"
    assert reason in one.reasons


def test_text_of_a_damaged_document_is_doubted_a_little(read):
    sound, damaged = read(report()), read(report() + "<!-- never closed <p>x</p>")
    assert damaged.document.status == "suspect"
    assert damaged["I", "3"].confidence < sound["I", "3"].confidence


def test_every_doubt_is_a_share():
    assert all(0 < share < 1 for share in DOUBTS.values())
