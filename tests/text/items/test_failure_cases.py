"""The failure cases of filing text, each with a small page that has the trait; real/test_items_real.py has filings."""

from datetime import date

import pytest

from tests.text.items.pages import (
    ANNUAL,
    CONTENTS,
    COVER,
    QUARTERLY,
    SIGNATURES,
    body,
    contents_table,
    item,
    report,
    text_of,
)


def untouched(reading, but=(), items=ANNUAL):
    """Whether every item but some has its own text and is not in doubt."""
    return {
        (part, number): reading.text(part, number)[:60]
        for part, number, title in items
        if number not in but
        and not (
            reading[part, number].status == "ok" and reading.text(part, number).endswith(text_of(part, number, title))
        )
    } == {}


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_failure_case_1_the_text_of_each_item_begins_with_its_own_number(read, contents):
    reading = read(report(contents=contents))
    for part, number in reading.found:
        assert reading.text(part, number).startswith(f"Item {number}. ")


@pytest.mark.parametrize("label", ["Item 2P.", "Item 17.", "Item 0.", "Item 1.01", "Item 21A.", "Item 99."])
def test_failure_case_2_a_label_that_the_form_does_not_have_is_no_item(read, label):
    phantom = f"<p><b>{label} Properties of the Pool</b></p><p>{body('X', 'X')}</p>"
    reading = read(report(texts={("I", "1"): body("I", "1") + phantom}))
    assert set(reading.items) == {(part, number) for part, number, _ in ANNUAL}
    assert phantom[-40:-4] in reading.text("I", "1")
    assert untouched(reading, but=("1",))


def test_failure_case_2_numbers_in_a_list_of_tables_are_no_items(read):
    tables = "".join(f"<tr><td>{n}</td><td>Table {n}</td><td>Item {n}</td></tr>" for n in range(1, 30))
    reading = read(report(texts={("II", "8"): f"{body('II', '8')}</p><table>{tables}</table><p>"}))
    assert "Table 29" in reading.text("II", "8")
    assert untouched(reading, but=("8",))


def test_failure_case_3_a_contents_table_of_two_columns_swallows_nothing(read):
    reading = read(report(contents=CONTENTS["two columns"]))
    assert len(reading.text("II", "7")) < 2_300
    assert untouched(reading)


def test_failure_case_4_a_section_ends_at_the_next_heading_of_the_document(read):
    """Morgan Stanley tells items 7 and 7A before 1A and 2; headings have no numbers, the contents map them."""
    order = ("1", "7", "7A", "1A", "1C", "2", "3", "5", "8", "9A")
    items = sorted((one for one in ANNUAL if one[1] in order), key=lambda one: order.index(one[1]))
    row = "<tr><td><a href='#{anchor}'>{title}</a></td><td>{part}</td><td>{item}</td><td>{page}</td></tr>"
    reading = read(report(items, "<p><b>{title}</b></p>", part="", contents=contents_table(row, items, part="")))
    for part, number, title in items:
        assert reading.text(part, number) == f"{title}\n{text_of(part, number, title)}"
    begins = [reading[part, number].begin for part, number, _ in items]
    assert begins == sorted(begins)


def test_failure_case_4_an_item_that_comes_late_is_found_where_it_stands(read):
    late = [one for one in ANNUAL if one[1] == "1A"]
    others = [one for one in ANNUAL if one[1] != "1A"]
    page = "".join([COVER, *(item(*one) for one in others[:11]), item(*late[0]), *(item(*one) for one in others[11:])])
    reading = read(page + SIGNATURES)
    assert reading.text("I", "1A").endswith(body("I", "1A"))
    assert reading.text(*others[10][:2]).endswith(body(*others[10][:2]))
    assert reading["I", "1A"].reasons == ("out_of_order",) or reading["I", "1A"].status == "ok"


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td>Item {item}.</td><td>{title}</td><td>4-36, 121</td></tr>",
        "<tr><td>{item}.</td><td>{title}</td><td>4-36, 121</td></tr>",
        "<tr><td>Item {item}.</td><td>{title}</td><td>Pages 4-36, 121</td></tr>",
        "<tr><td>{title}</td><td>{part}</td><td>{item}</td><td>4-36, 121</td></tr>",
    ],
)
def test_failure_case_5_an_index_of_pages_gives_references_and_never_everything(read, row):
    story = "".join(f"<p><b>Chapter {n}</b></p><p>{body('X', str(n), 20_000)}</p>" for n in range(20))
    index = contents_table(row).replace("TABLE OF CONTENTS", "FORM 10-K CROSS-REFERENCE INDEX")
    reading = read(f"{COVER}{story}{index}{SIGNATURES}")
    for part, number, title in ANNUAL:
        assert len(reading.text(part, number)) < 300
        if title != "[Reserved]":
            assert reading[part, number].status in {"by_reference", "suspect"}
            assert "4-36, 121" in reading[part, number].target


def test_failure_case_6_a_heading_may_be_a_table_of_one_row(read):
    heading = "<table><tr><td>&#160;</td><td><b>ITEM {item}.</b></td><td><b>{TITLE}</b></td></tr></table>"
    exhibits = "<table><tr><td>31</td><td>Certification; Financial Statements and Supplementary Data</td></tr></table>"
    reading = read(report(heading=heading, texts={("IV", "15"): f"{body('IV', '15')}</p>{exhibits}<p>"}))
    assert reading.text("II", "8").endswith(body("II", "8"))
    assert untouched(reading, but=("15",))


@pytest.mark.parametrize(
    ("part", "number", "told"),
    [("I", "3", "We are party to no law suit that matters to us, we think."), ("I", "1B", "None.")],
)
def test_failure_case_7_a_tiny_item_stays_tiny(read, part, number, told):
    reading = read(report(contents=CONTENTS["links"], texts={(part, number): told}))
    assert reading.text(part, number).endswith(f"\n{told}")
    assert untouched(reading, but=(number,))


def test_failure_case_7_a_giant_item_is_in_doubt(read):
    reading = read(report(texts={("I", "3"): body("I", "3", 146_000)}))
    assert reading["I", "3"].status == "suspect"
    assert "too_long" in reading["I", "3"].reasons


@pytest.mark.parametrize(
    "said",
    [
        "Item 7 of this report tells more about liquidity.",
        f"Item 7, \u201c{ANNUAL[9][2]},\u201d tells more.",
        f"Item 7. {ANNUAL[9][2]}, which tells more, {'says what we think of the year and of nuts, ' * 5} and is long.",
        "See Item 7.",
        "(Item 7)",
        f"\u201cItem 7. {ANNUAL[9][2]}\u201d",
        "Item 8 (Note 5).",
    ],
)
@pytest.mark.parametrize("where", ["1A", "9A"])
def test_failure_case_8_a_cross_reference_in_running_text_cuts_nothing(read, where, said):
    part = "I" if where == "1A" else "II"
    told = f"{body(part, where)}</p><p>{said}</p><p>{body(part, where, 900)}"
    reading = read(report(texts={(part, where): told}))
    assert reading.text(part, where).count("Chapter") > 25
    assert untouched(reading, but=(where,))


@pytest.mark.parametrize(
    "heading",
    [
        "Items 1 and 2. Business and Properties",
        "ITEMS 1. AND 2. BUSINESS AND PROPERTIES",
        "Items 1 &amp; 2 &#8212; Business and Properties",
        "Item 1 and Item 2. Business and Properties",
        "Items 1/2. Business and Properties",
        "Item 1. and 2. Business and Properties",
    ],
)
def test_failure_case_9_combined_items_have_one_span_and_both_keys(read, heading):
    kept = [one for one in ANNUAL if one[1] not in {"1", "2"}]
    before = f"{COVER}<p><b>PART I</b></p><p><b>{heading}</b></p><p>{body('I', '1', 3_000)}</p>"
    reading = read(report(kept, before=before))
    one, two = reading["I", "1"], reading["I", "2"]
    assert (one.begin, one.end) == (two.begin, two.end)
    assert (one.combined_with, two.combined_with) == (("2",), ("1",))
    assert reading.text("I", "2").endswith(body("I", "1", 3_000))
    assert untouched(reading, but=("1", "2"))


@pytest.mark.parametrize(
    "label",
    [
        "Item No. 9A",
        "Item 9A:",
        "Item 9A(T).",
        "Item 9AT.",
        "ITEM 9 A.",
        "Item&#160;9A.",
        "Item&#8195;9A&#8212;",
        "&#65321;tem &#65305;&#65313;.",
        "Item 9(A).",
        "ITEM # 9A",
        "Item-9A.",
        "&#8226; Item 9A.",
        "It<b>em 9</b>A.",
        "Item 9a.",
    ],
)
def test_failure_case_10_every_way_to_write_a_label_is_read(read, label):
    reading = read(report().replace("Item 9A.", label))
    assert reading.text("II", "9A").endswith(body("II", "9A"))
    assert untouched(reading)


@pytest.mark.parametrize(
    "head", ["PART I", "PART I (continued)", "Acme Nuts Corporation", "Table of Contents", "Item 1"]
)
def test_failure_case_11_running_heads_are_no_boundaries_and_no_text(read, head):
    page = "".join(f"<p>{body('I', '1', 900)}</p>" for _ in range(4))
    feet = [f"<p>{number}</p><hr><p>{head}</p>" for number in range(4, 12)]
    told = page + "".join(foot + page for foot in feet)
    reading = read(report(texts={("I", "1"): told}))
    text = reading.text("I", "1")
    assert text.count(body("I", "1", 900)) == 36
    assert f"\n{head}\n" not in text
    assert "\n7\n" not in text
    assert untouched(reading, but=("1",))


@pytest.mark.parametrize(
    ("part", "number", "told", "target"),
    [
        (
            "III",
            "11",
            "The information required by this item is incorporated by reference to our definitive proxy statement.",
            "proxy statement",
        ),
        (
            "II",
            "8",
            "The financial statements that this item asks for are set forth in Part IV, Item 15 of this report.",
            "Part IV, Item 15",
        ),
        (
            "II",
            "7A",
            "See \u201cMarket Risk\u201d in Item 7, Management\u2019s Discussion and Analysis.",
            "Item 7",
        ),
        (
            "II",
            "5",
            "It appears in our Annual Report to Shareholders, Exhibit 13, and is incorporated herein by reference.",
            "annual report to shareholders",
        ),
        ("I", "3", "For our legal proceedings, see Note 12 to the consolidated financial statements.", "Note 12"),
    ],
)
def test_failure_case_12_an_item_that_only_points_elsewhere_says_where(read, part, number, told, target):
    reading = read(report(texts={(part, number): told}))
    assert reading[part, number].status == "by_reference"
    assert target in reading[part, number].target
    assert reading.text(part, number).endswith(told)
    assert untouched(reading, but=(number,))


def test_failure_case_13_keys_carry_the_part(read):
    reading = read(report(QUARTERLY), form="10-Q")
    assert reading.text("I", "1").startswith("Item 1. Financial Statements\nChapter I 1")
    assert reading.text("II", "1").startswith("Item 1. Legal Proceedings\nChapter II 1")
    assert reading.text("I", "2").startswith("Item 2. Management's Discussion")
    assert reading.text("II", "2").startswith("Item 2. Unregistered Sales")


def current(*items):
    told = "".join(f"<p><b>Item {number} {title}.</b></p><p>{text}</p>" for number, title, text in items)
    return f"<p>FORM 8-K</p><p>Date of report</p>{told}{SIGNATURES}<p>By: A. Nut</p>"


def test_failure_case_14_an_event_is_not_cut_at_a_bold_line_and_ends_at_the_signatures(read):
    told = f"{body('', '5.02', 900)}</p><p><b>Appointment of A New Director</b></p><p>{body('', '5.02', 900)}"
    events = current(
        ("5.02", "Departure of Directors or Certain Officers; Election of Directors", told),
        ("9.01", "Financial Statements and Exhibits", "(d) Exhibits. 99.1 Press release of the first day of March"),
    )
    reading = read(events, form="8-K")
    assert reading.found == [("", "5.02"), ("", "9.01")]
    assert reading.text("", "5.02").count("Chapter") == 2 * body("", "5.02", 900).count("Chapter")
    assert reading.text("", "9.01").endswith("first day of March")
    assert {one.status for one in reading.items.values() if one.begin >= 0} == {"ok"}


def test_failure_case_14_before_august_2004_the_numbers_were_others(read):
    events = current(("5", "Other Events", body("", "5")), ("7", "Financial Statements and Exhibits", body("", "7")))
    reading = read(events, form="8-K", filed=date(2003, 5, 1))
    assert reading.found == [("", "5"), ("", "7")]
    assert reading.text("", "5").endswith(body("", "5"))
    assert read(events, form="8-K").found == []


def test_failure_case_17_old_forms_in_plain_text_have_the_items_of_their_day(read):
    items = [one for one in ANNUAL if one[1] in {"1", "2", "3", "5", "7", "7A", "8", "9", "10", "11", "13"}]
    lines = ["ACME NUTS CORPORATION", "FORM 10-K405", ""]
    for part, number, title in items:
        lines += [f"ITEM {number}.   {title.upper()[:60]}", ""]
        lines += [f"     {line}." for line in body(part, number).rstrip(".").split(". ")]
        lines += [
            "",
            "<TABLE>",
            "<S>              <C>",
            f"{title[:12]:<17}12",
            "--------------   --",
            "</TABLE>",
            "",
            "<PAGE>",
            "",
            "",
        ]
    lines += ["                         SIGNATURES", "", "ACME NUTS CORPORATION"]
    reading = read("\n".join(lines), form="10-K405", filed=date(2000, 3, 30), file_name="a.txt")
    for part, number, title in items:
        letters = "".join(filter(str.isalnum, reading.text(part, number)))
        assert reading.text(part, number).startswith(f"ITEM {number}.")
        assert letters.endswith(
            "".join(filter(str.isalnum, body(part, number))) + "".join(filter(str.isalnum, title[:12])) + "12"
        )
    assert not {("I", "1A"), ("I", "1B"), ("II", "9A"), ("IV", "15")} & set(reading.items)
