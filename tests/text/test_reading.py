"""A filing's document read at once."""

from datetime import date

import pytest

from edgewise.text.reading import read_filing

PAGE = b"<p><b>Item 1.01 Entry into a Material Definitive Agreement</b></p><p>Acme agreed on a price.</p>"


def test_blocks_and_items_come_from_one_reading():
    filing = read_filing(PAGE, form="8-K", filed=date(2024, 3, 1))
    assert filing.document.lines[0] == "Item 1.01 Entry into a Material Definitive Agreement"
    assert [one.item for one in filing.items if one.begin >= 0] == ["1.01"]


@pytest.mark.parametrize("form", ["8-K/A", "8-k", " 8-K "])
def test_amendments_and_other_spellings_are_the_form(form):
    assert [one.item for one in read_filing(PAGE, form=form, filed=date(2024, 3, 1)).items if one.begin >= 0] == [
        "1.01"
    ]


def test_a_form_that_is_not_declared_has_blocks_and_no_items():
    filing = read_filing(PAGE, form="424B5", filed=date(2024, 3, 1))
    assert filing.items == []
    assert len(filing.document) == 2


def test_the_filing_date_decides_which_items_there_are():
    assert not any(one.begin >= 0 for one in read_filing(PAGE, form="8-K", filed=date(2003, 3, 1)).items)


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4", b"\x00" * 5_000, b"<html>", b"PK\x03\x04"])
def test_bad_input_is_absent_with_a_reason(body):
    filing = read_filing(body, form="10-K", filed=date(2024, 3, 1))
    assert filing.document.status == "absent"
    assert filing.document.reasons
    assert all(one.begin == -1 for one in filing.items)


def test_a_name_says_what_the_bytes_do_not():
    filing = read_filing(b'{"a": 1}', form="10-K", filed=date(2024, 3, 1), file_name="a.json")
    assert filing.document.reasons == ("not_prose",)
