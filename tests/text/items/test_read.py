"""Items of a whole filing: layouts of headings and contents, what is between them, offsets, hostile text."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.reading import read_filing
from tests.text.items.pages import (
    ANNUAL,
    CONTENTS,
    COVER,
    FILED,
    HEADINGS,
    QUARTERLY,
    SIGNATURES,
    body,
    contents_table,
    item,
    report,
    text_of,
)

OK = ("ok",)


def wrong(reading, items=ANNUAL):
    """The items that are not found with a title and their own text, or are in doubt."""
    bad = {}
    for part, number, title in items:
        text = reading.text(part, number) if (part, number) in reading.items else ""
        said = text_of(part, number, title)
        head = text.removesuffix(said)
        right = text.endswith(said) and len(head) <= len(title) + 25 and title[:9].lower() in head.lower()
        if not right or reading[part, number].status != "ok":
            bad[part, number] = text[:80]
    return bad


@pytest.mark.parametrize("contents", ["none", "links and pages", "two columns"])
@pytest.mark.parametrize("heading", HEADINGS)
def test_every_item_is_found_however_headings_are_laid_out(read, heading, contents):
    assert wrong(read(report(heading=HEADINGS[heading], contents=CONTENTS[contents]))) == {}


@pytest.mark.parametrize("heading", ["bold line", "no look", "title below"])
@pytest.mark.parametrize("contents", CONTENTS)
def test_every_item_is_found_whatever_the_contents_look_like(read, heading, contents):
    assert wrong(read(report(heading=HEADINGS[heading], contents=CONTENTS[contents]))) == {}


def test_items_come_in_the_order_of_the_form_with_its_titles(read):
    reading = read(report())
    assert list(reading.items) == [(part, number) for part, number, _ in ANNUAL]
    assert reading["I", "1A"].title == "Risk Factors"


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_offsets_lead_back_to_the_text_and_to_the_bytes(contents):
    source = report(contents=contents).encode()
    filing = read_filing(source, form="10-K", filed=FILED)
    for one in filing.items:
        said = text_of(one.part, one.item, one.title)
        assert filing.document.text[one.begin : one.end] == f"{one.heading}\n{said}".strip()
        assert filing.document.text[one.begin : one.heading_end] == one.heading
        assert re.sub(r"<[^>]*>", "", source[one.raw_begin : one.raw_end].decode()) == one.heading + said
        assert filing.document.lines[one.first_block] == one.heading
        assert filing.document.begins[one.last_block - 1] < one.end


def test_headings_of_parts_and_the_signatures_are_in_no_item(read):
    reading = read(report())
    assert not any(re.search(r"^PART|SIGNATURES|Pursuant", reading.text(*key), re.MULTILINE) for key in reading.items)


def test_what_stands_at_the_foot_of_the_last_page_of_an_item_is_not_of_it(read):
    """Failure case 11: neither the number of the page, nor its foot and its break, nor the head of the next page."""
    page = "".join(f"<p>{body('I', '2', 800)}</p>" for _ in range(4))
    foot = "<p>Acme Nuts Corporation</p><p>{}</p><hr><p>Table of Contents</p><p>PART I</p>"
    told = "".join(f"{page}{foot.format(number)}" for number in range(4, 10))
    reading = read(report(texts={("I", "2"): f"{told}"}))
    assert reading.document.text[: reading["I", "2"].end].endswith(body("I", "2", 800))
    assert reading.text("I", "2").count(body("I", "2", 800)) == 24


def test_the_sentence_of_signing_ends_the_last_item_where_no_heading_does(read):
    reading = read(report().replace("<p>SIGNATURES</p>", ""))
    assert reading.text("IV", "16").endswith(body("IV", "16"))


def test_without_parts_the_items_of_an_annual_report_are_found(read):
    assert wrong(read(report(part=""))) == {}


def test_an_amendment_with_one_part_has_its_items_and_no_word_of_others(read):
    """As a 10-K/A that brings Part III alone."""
    third = [one for one in ANNUAL if one[0] == "III"]
    reading = read(report(third), form="10-K/A")
    assert wrong(reading, third) == {}
    assert list(reading.items) == [(part, number) for part, number, _ in third]


def test_a_form_that_is_not_declared_has_no_items():
    assert read_filing(report().encode(), form="S-1", filed=FILED).items == []


def test_a_required_item_that_is_missing_is_in_doubt_and_so_is_the_one_before_it(read):
    without = [one for one in ANNUAL if one[1] != "7A"]
    reading = read(report(without))
    assert reading["II", "7A"].status == "suspect"
    assert reading["II", "7A"].reasons == ("not_found",)
    assert "neighbour_missing" in reading["II", "7"].reasons
    assert wrong(reading, [one for one in without if one[1] != "7"]) == {}


def test_an_item_that_the_form_does_not_demand_is_absent_without_doubt(read):
    without = [one for one in ANNUAL if one[1] != "16"]
    reading = read(report(without))
    assert reading["IV", "16"].status == "absent"
    assert wrong(reading, without) == {}


def test_an_item_without_its_number_is_found_by_its_title_and_doubted(read):
    page = report().replace("Item 3. Legal Proceedings", "Legal Proceedings")
    reading = read(page)
    assert reading.text("I", "3") == f"Legal Proceedings\n{body('I', '3')}"
    assert reading["I", "3"].reasons == ("title_only",)


def test_a_list_of_items_left_out_says_nothing_of_where_they_stand(read):
    """As subsidiaries that omit items under General Instruction I(2)."""
    left_out = ("10", "11", "12", "13")
    kept = [one for one in ANNUAL if one[1] not in left_out]
    note = "".join(f"<p>Item {one[1]}. {one[2]}</p>" for one in ANNUAL if one[1] in left_out)
    before = f"{COVER}<p>The following items are omitted under General Instruction I(2):</p>{note}"
    reading = read(report(kept, before=before))
    assert wrong(reading, kept) == {}
    assert {reading["III", number].status for number in left_out} == {"absent"}


def test_contents_of_a_part_are_no_items(read):
    """Filings of some utilities list the items of a part on its first page."""
    pieces = [COVER]
    for part in ("I", "II", "III", "IV"):
        items = [one for one in ANNUAL if one[0] == part]
        listed = "".join(f"<p>Item {number}. {title}</p>" for _, number, title in items)
        pieces.append(f"<p><b>PART {part}</b></p>{listed if len(items) > 2 else ''}")
        pieces += [item(*one) for one in items]
    assert wrong(read("".join(pieces) + SIGNATURES)) == {}


@pytest.mark.parametrize("on_first", ["", "<p>16</p><hr>"])
@pytest.mark.parametrize("said", ["", " (continued)", " (Continued)", " - Continued"])
def test_headings_that_a_page_repeats_do_not_cut_an_item(read, said, on_first):
    """Failure case 11: also where the first of them stands at the top of a page."""
    page = "".join(f"<p>{body('I', '1A', 800)}</p>" for _ in range(3))
    again = f"<p>17</p><hr><p><b>Item 1A. Risk Factors{said}</b></p>"
    source = report(texts={("I", "1A"): again.join([page] * 9)})
    reading = read(source.replace("<p><b>Item 1A.", f"{on_first}<p><b>Item 1A.", 1))
    text = reading.text("I", "1A")
    assert text.startswith("Item 1A. Risk Factors\nChapter I 1A")
    assert text.count(body("I", "1A", 800)) == 27
    assert reading["I", "1A"].status == "ok"
    assert wrong(reading, [one for one in ANNUAL if one[1] != "1A"]) == {}


@pytest.mark.parametrize("part", ["<p><b>PART {}</b></p>", "", "<p>Part {} - Information</p>"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_quarterly_report_with_or_without_its_parts(read, listed, part):
    """Failure case 13: two items with one number; a filer who leaves out the headings of parts."""
    row = "<tr><td>Item {item}.</td><td>{title}</td><td>{page}</td></tr>"
    contents = contents_table(row, QUARTERLY) if listed else ""
    assert wrong(read(report(QUARTERLY, contents=contents, part=part), form="10-Q"), QUARTERLY) == {}


def test_items_ten_to_fourteen_in_one_paragraph(read):
    kept = [one for one in ANNUAL if one[0] != "III"]
    told = "The information called for by these items is incorporated by reference to our definitive proxy statement."
    page = report(kept).replace(
        "<p align=center><b>PART IV</b></p>",
        f"<p><b>PART III</b></p><p><b>Items 10 through 14.</b></p><p>{told}</p><p align=center><b>PART IV</b></p>",
    )
    reading = read(page)
    assert wrong(reading, kept) == {}
    for number in ("10", "11", "12", "13", "14"):
        assert reading.text("III", number).endswith(told)
        assert reading["III", number].target == "proxy statement"
        assert set(reading["III", number].combined_with) == {"10", "11", "12", "13", "14"} - {number}


def test_plain_text_of_before_2001(read):
    """Failure case 17: page breaks and items of that time; a 10-K405."""
    items = [one for one in ANNUAL if one[1] in {"1", "2", "3", "5", "7", "7A", "8", "9", "10", "11", "13"}]
    lines = ["ACME NUTS CORPORATION", "FORM 10-K405", ""]
    for part, number, title in items:
        lines += [
            f"ITEM {number}.   {title.upper()[:60]}",
            "",
            body(part, number).replace(". ", ".\n"),
            "",
            "<PAGE>",
            "",
        ]
    lines += ["                         SIGNATURES", "", "ACME NUTS CORPORATION"]
    reading = read("\n".join(lines), form="10-K405", filed=date(2000, 3, 30), file_name="a.txt")
    for part, number, _ in items:
        text = reading.text(part, number)
        assert text.startswith(f"ITEM {number}.")
        assert "".join(text.split()).endswith("".join(body(part, number).split()))


@pytest.mark.parametrize("source", ["", "<html></html>", "<p>12</p>", "Item", "Item 1", "\n\n\n", "%PDF-1.4"])
def test_nothing_to_read_is_absent_or_in_doubt(read, source):
    reading = read(source)
    assert {one.status for one in reading.items.values()} <= {"absent", "suspect"}


LABELS = st.sampled_from(
    ["Item 1.", "ITEM 1A", "Item 7", "Item\n9A(T)", "Items 1 and 2.", "Item 10 through 14", "PART II", "Part I, Item 2",
     "SIGNATURES", "Item 99.", "Item 2P", "item 8 -", "Items 1, and - - 2", "Item 1.01", "12", "Page 3"]
)  # fmt: skip
TITLES = st.sampled_from(
    [title for _, _, title in ANNUAL] + ["", "None.", "see Item 7", "(continued)", "..... 12", "\t5"]
)
PIECES = st.tuples(
    st.sampled_from(["<p>", "<p><b>", "<tr><td>", "<h2>", "<div>", "<hr>", "<a href='#x'>", "<a name=x>", ""]),
    LABELS | st.just(""),
    st.sampled_from([" ", "</td><td>", "<br>", "&#160;", ""]),
    TITLES | st.just(body("I", "1")) | st.text(max_size=30),
)


@given(pieces=st.lists(PIECES, max_size=40), form=st.sampled_from(["10-K", "10-Q", "8-K", "20-F", "10-KSB", "10-K/A"]))
def test_items_of_any_soup_are_ordered_spans_inside_the_text(pieces, form):
    body_ = "".join("".join(piece) + "</p>\n" for piece in pieces).encode("utf-8", "replace")
    filing = read_filing(body_, form=form, filed=date(2009, 3, 2), file_name="a.htm")
    text = filing.document.text
    assert len({one.key for one in filing.items}) == len(filing.items)
    spans = {}
    for one in filing.items:
        assert one.status in {"ok", "suspect", "by_reference", "absent"}
        assert 0 <= one.confidence <= 1
        assert (one.status == "suspect") == bool(one.reasons)
        if one.begin < 0:
            assert (one.begin, one.end, one.raw_begin, one.first_block) == (-1, -1, -1, -1)
            continue
        assert 0 <= one.begin <= one.heading_end <= one.end <= len(text)
        assert 0 <= one.raw_begin <= one.raw_end <= len(body_)
        assert 0 <= one.first_block < one.last_block <= len(filing.document)
        if "index_only" not in one.reasons:
            spans.setdefault((one.begin, one.end), []).append(one)
    ordered = sorted(spans)
    assert all(first[1] <= second[0] for first, second in pairwise(ordered))
    assert all(len(ones) == 1 or all(one.combined_with for one in ones) for ones in spans.values())


@pytest.mark.parametrize(
    "line",
    ["<p><b>Item 1. Business</b></p>", "<p>Item 3. Legal</p><p>Item 4. Mines</p>", "<p>PART I</p>",
     "<p><b>Legal Proceedings</b></p>", "<a href='#x'>Item 1. Business</a><br>", "<p>SIGNATURES</p>"],
)  # fmt: skip
def test_thousands_of_labels_are_read_and_doubted(read, line):
    """Each label beyond those of real filings would otherwise be compared with all others."""
    reading = read(line * 20_000 + "<p id=x>Item 1. Business</p>")
    assert {one.status for one in reading.items.values()} == {"suspect"}
    assert all("crowded" in one.reasons for one in reading.items.values())


@pytest.mark.parametrize(
    "source",
    ["Items 1" + " - " * 3_000, "Items " + "1" * 3_000 + " x", "Items 1" + ", and " * 3_000, "Item" + " . " * 3_000,
     "Items 1" + ", 2 to 99" * 3_000, "Legal Proceedings " + "(" * 50_000, "PART" + " I" * 3_000,
     "Item 3. Legal Proceedings " + "(" * 50_000 + ".", "pursuant to the requirements of section " * 3_000],
    ids=range(9),
)  # fmt: skip
def test_no_pattern_runs_away(read, source):
    """Each of these once took, or could take, longer than anybody waits."""
    reading = read(f"<p>{source}</p><p>Items 1{'1' * 60} x</p><p>Item 2. Properties</p>")
    assert reading.items["I", "2"].heading == "Item 2. Properties"
