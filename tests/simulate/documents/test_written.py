"""The truth about items and risk factors, against the text that a reader sees of the documents."""

import re

import pytest

from edgewise.simulate.documents.styles import STYLES
from edgewise.simulate.documents.written import is_inline, primary_document_name

SHORT_ITEM = 2_000


def letters(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def of(samples, style, form="10-K", kind=None):
    found = [s for s in samples if (s.style, s.filing.form) == (style, form) and kind in {None, s.markup}]
    assert found, f"no {form} in style {style}"
    return found


def test_every_style_is_seen_in_every_form_and_the_eras_have_their_markup(samples):
    assert {s.style for s in samples if s.filing.form == "10-K"} == {style.name for style in STYLES}
    assert {s.markup for s in samples} == {"plain_text", "font", "styled", "inline"}
    for sample in samples:
        assert (sample.markup == "inline") == (sample.filing.filed_date.year >= 2019)


def test_every_fingerprint_of_an_item_stands_in_the_visible_text_in_the_order_of_the_document(samples):
    for sample in samples:
        text, at = letters(sample.text), 0
        for row in sample.written.items:
            for print_ in (row.heading, row.first_80, row.body_first_80, row.last_80):
                assert letters(print_) in text, (sample.key, row.item, print_)
            if row.heading_style == "cross_reference_index" or row.status in {"absent", "combined_with:1"}:
                continue
            at = text.find(letters(row.first_80), at)
            assert at >= 0, (sample.key, row.part, row.item)


def test_an_item_ends_as_many_characters_after_its_beginning_as_the_truth_says(samples):
    """Failure case 7: a short item stays short. Typed tables have lines of dashes, which nobody counts."""
    checked = 0
    for sample in samples:
        lines, at = " ".join(sample.text.split()), 0
        for row in sample.written.items:
            if row.heading_style in {"cross_reference_index", "run_in", ""} or sample.markup == "plain_text":
                continue
            start = lines.find(row.first_80, at)
            assert start >= at, (sample.key, row.item)
            at, slack = start, 40 + row.chars // 50
            ending = slice(max(start, start + row.chars - slack - 60), start + row.chars_with_page_furniture + slack)
            assert row.last_80[-60:] in lines[ending], (sample.key, row.item)
            checked += 1
    assert checked > 500


def test_every_risk_factor_stands_in_the_visible_text_in_order(samples):
    seen = 0
    for sample in samples:
        text, at = letters(sample.text), 0
        for row in sample.written.risk_factors:
            if row.n:
                at = text.find(letters(row.heading + row.body_first_60), at)
                assert at >= 0, (sample.key, row.n, row.heading)
                assert letters(row.body_last_60) in text
                assert letters(row.group) in text
                seen += 1
    assert seen > 400


def test_failure_case_2_items_are_those_of_the_form_and_the_era(samples):
    for sample in samples:
        keys = {(row.part, row.item) for row in sample.written.items}
        if sample.filing.form in {"10-K", "10-K/A"}:
            filed, ended = sample.filing.filed_date, sample.filing.period_end
            assert (("I", "1C") in keys) == (ended.isoformat() >= "2023-12-15")
            assert (("II", "9C") in keys) == (filed.isoformat() >= "2022-01-10")
            assert (("IV", "16") in keys) == (filed.isoformat() >= "2016-06-09")
            assert {key[1] for key in keys} <= {
                *("1", "1A", "1B", "1C", "2", "3", "4", "5", "6", "7", "7A", "8", "9", "9A", "9B", "9C"),
                *("10", "11", "12", "13", "14", "15", "16"),
            }


def test_failure_case_3_a_two_column_table_of_contents_names_two_items_in_a_row(samples):
    rows = [line for line in of(samples, "two_columns")[0].text.split("\n") if line.count("Item ") == 2]
    assert len(rows) >= 9


def test_failure_case_4_items_out_of_order_stand_where_the_filer_put_them(samples):
    order = [row.item for row in of(samples, "out_of_order")[0].written.items if row.status != "absent"]
    assert order.index("1A") == order.index("7A") + 1
    assert of(samples, "out_of_order")[0].item("1A").part == "I"


def test_failure_case_5_a_cross_reference_index_gives_pages_and_no_item_has_a_heading(samples):
    sample = of(samples, "cross_reference")[0]
    index = sample.text.index("CROSS-REFERENCE INDEX")
    assert not re.search(r"^Items? \d+[A-C]?[.:\t]", sample.text[:index], re.MULTILINE)
    for row in sample.written.items:
        assert row.heading_style in {"cross_reference_index", ""}
    pages = sample.item("7").by_reference_target.removeprefix("pages ")
    assert re.search(rf"^Item 7\.\tManagement.*\t{pages}$", sample.text[index:], re.MULTILINE)
    first, _, last = pages.partition("-")
    assert 1 <= int(first) < int(last)


def test_failure_case_6_a_heading_is_a_table_of_one_row(samples):
    text = of(samples, "heading_rows", kind="inline")[0].text
    assert "\nItem 7.\tManagement's Discussion" in text.split("SIGNATURES")[0].split("PART II", 1)[1]


def test_failure_case_7_a_tiny_item_beside_long_ones(samples):
    sample = of(samples, "linked")[0]
    assert sample.item("3").chars < 200 < SHORT_ITEM < sample.item("7").chars


def test_failure_case_8_sentences_name_items_without_being_headings(samples):
    mentioned = [s for s in samples if s.filing.form == "10-K" and re.search(r"Item (7|1A|8) of this report", s.text)]
    begin = [s for s in samples if re.search(r"^\s*Item (7|1A|8) of this report contains", s.text, re.MULTILINE)]
    assert len(mentioned) > 20
    assert begin


def test_failure_case_9_items_1_and_2_are_one_span_with_two_keys(samples):
    sample = of(samples, "combined")[0]
    one, two = sample.item("1"), sample.item("2")
    assert (one.status, two.status) == ("ok", "combined_with:1")
    assert one.heading == two.heading == "Items 1 and 2. Business and Properties"
    assert one.last_80 == two.last_80


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("spaced_letters", "ITEM 1 A. Risk Factors"),
        ("item_numbers", "Item No. 1A Risk Factors"),
        ("colons", "Item 1A: Risk Factors"),
        ("every_word", "Item 7. Management'S Discussion"),
    ],
)
def test_failure_case_10_labels_vary(samples, style, shown):
    for sample in of(samples, style):
        assert shown in " ".join(sample.text.split()), sample.key


def test_failure_case_10_blanks_of_headings_are_entities_of_other_blanks(samples):
    assert "ITEM&#12288;1&#12288;A." in of(samples, "spaced_letters")[0].written.documents[0].content
    assert "Item&#160;1" in of(samples, "split_runs")[0].written.documents[0].content


def test_failure_case_11_a_heading_is_split_over_runs_and_a_running_header_repeats_the_part(samples):
    content = of(samples, "split_runs", kind="styled")[0].written.documents[0].content
    assert re.search(r"Item&#160;1</b><b>A\.</b>", content)
    text = of(samples, "capitals", kind="inline")[0].text
    assert len(re.findall(r"^PART II$", text, re.MULTILINE)) > 1


def test_failure_case_12_items_are_incorporated_by_reference_and_the_exhibit_is_there(samples):
    sample = of(samples, "by_reference")[0]
    for number in ("7", "8"):
        row = sample.item(number)
        assert row.status == "by_reference"
        assert "Exhibit 13" in row.by_reference_target
        assert row.chars < 400
    assert [d.document_type for d in sample.written.documents] == ["10-K", "EX-13", "EX-31.1"]
    assert "proxy statement" in of(samples, "linked")[0].item("11").by_reference_target
    assert of(samples, "bulleted")[0].item("11").status == "ok"


def test_failure_case_13_both_parts_of_a_quarterly_report_have_items_1_and_2(samples):
    for sample in samples:
        if sample.filing.form == "10-Q":
            first, second = sample.item("1", "I"), sample.item("1", "II")
            assert first.first_80 != second.first_80
            assert {sample.item("2", part).status for part in ("I", "II")} == {"ok"}


def test_failure_case_14_a_current_report_has_several_items_and_no_signature_in_the_last(samples):
    for sample in samples:
        if sample.filing.form == "8-K":
            assert [row.item for row in sample.written.items] == ["2.02", "7.01", "9.01"]
            assert "signed on its behalf" not in sample.item("9.01").last_80
            assert sample.item("9.01").chars < 300


def test_failure_case_17_plain_text_has_page_marks_and_narrow_lines(samples):
    sample = of(samples, "typewriter", kind="plain_text")[0]
    content = sample.written.documents[0].content
    assert primary_document_name(sample.filing).endswith(".txt")
    assert content.startswith("SIMULATED MARKET - NOT A REAL FILING\n")
    assert "\n<PAGE>\n" in content
    assert "<TABLE>" in content
    assert max(map(len, content.split("\n"))) <= 132
    assert not is_inline(sample.filing)


def test_failure_case_25_most_amendments_hold_a_part_of_the_report_only(samples):
    kinds = []
    for sample in samples:
        if sample.filing.form == "10-K/A":
            present = {row.item for row in sample.written.items if row.status != "absent"}
            kinds.append(
                "part_three"
                if present == {"10", "11", "12", "13", "14"}
                else "exhibits"
                if present == {"15"}
                else "full"
            )
    assert kinds.count("part_three") > len(kinds) / 3
    assert "exhibits" in kinds


def test_a_summary_of_risk_factors_is_no_risk_factor(samples):
    sample = of(samples, "linked", kind="inline")[-1]
    later = [s for s in of(samples, "linked", kind="inline") if s.filing.filed_date.year >= 2020]
    for summarised in later:
        assert "Risk Factor Summary" in summarised.text
        assert all("Summary" not in row.heading for row in summarised.written.risk_factors)
    assert sample.written.risk_factors


def test_reserved_items_have_no_body(samples):
    reserved = [
        row for sample in samples for row in sample.written.items if row.reserved and not row.by_reference_target
    ]
    assert reserved
    assert {row.last_80 for row in reserved if row.heading_style != "cross_reference_index"} == {""}


def test_documents_are_ascii_and_every_one_says_first_that_it_is_simulated(samples):
    for sample in samples:
        for document in sample.written.documents:
            assert document.content.isascii()
            shown = re.sub(
                r'<div style="display:none">.*?</ix:header></div>|<title>.*?</title>|<[^>]+>',
                "",
                document.content,
                flags=re.DOTALL,
            )
            assert shown.strip().startswith("SIMULATED MARKET - NOT A REAL FILING"), document.file_name


def test_only_inline_documents_carry_xbrl(samples):
    for sample in samples:
        for document in sample.written.documents:
            assert ("<ix:" in document.content) == document.inline
