"""Ownership forms made by hand, each with one trait of those that are filed."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import EdgewiseError, Hostile, TooLarge, Truncated, Unparsable
from edgewise.sources.edgar.ownership_form import parse_day, parse_number, parse_ownership_form
from tests.ownership.trades import HOLDING, OPTION, form, owner, transaction


def test_every_field_of_a_line_is_read():
    (line,) = parse_ownership_form(form(transaction(held="I", nature="By  trust"))).lines
    assert (line.number, line.kind, line.derivative) == (1, "transaction", False)
    assert line.values == {
        "security": "Common Stock",
        "transaction_date": date(2024, 3, 4),
        "code": "P",
        "equity_swap": False,
        "shares": 100.0,
        "price": 10.5,
        "acquired": True,
        "owned_after": 500.0,
        "direct": False,
        "nature": "By trust",
    }


def test_the_issuer_and_its_owners_come_from_the_form():
    """Failure cases 27 and 28: the list it was found in plays no part; all who report jointly are told."""
    both = owner(70, "FUND LP", "<isTenPercentOwner>1</isTenPercentOwner>") + owner(
        71, "DOE JANE", "<isDirector>1</isDirector><isOther>true</isOther><otherText>Partner</otherText>"
    )
    read = parse_ownership_form(form(transaction(), owners=both))
    assert (read.issuer, read.issuer_name, read.ticker) == (7, "SEVEN INC", "SVN")
    assert [(one.cik, one.name, one.roles, one.title) for one in read.owners] == [
        (70, "FUND LP", ("ten_percent",), ""),
        (71, "DOE JANE", ("director", "other"), "Partner"),
    ]


def test_a_transaction_without_its_coding_has_no_code():
    """Failure case 28."""
    (line,) = parse_ownership_form(form(transaction(code=""))).lines
    assert "code" not in line.values
    assert line.values["shares"] == 100


def test_lines_are_numbered_transactions_first_and_table_one_before_two():
    read = parse_ownership_form(form(HOLDING, transaction("S", direction="D"), transaction("G"), options=OPTION))
    assert [(line.kind, line.derivative, line.values.get("code")) for line in read.lines] == [
        ("transaction", False, "S"),
        ("transaction", False, "G"),
        ("transaction", True, "M"),
        ("holding", False, None),
    ]
    assert [line.number for line in read.lines] == [1, 2, 3, 4]


def test_a_value_that_stands_in_a_footnote_is_missing_and_the_footnote_is_told():
    (line,) = parse_ownership_form(form(options=OPTION)).lines
    assert "price" not in line.values
    assert line.notes == {"price": ("F1",), "exercise_date": ("F1",)}
    assert (line.values["exercise_price"], line.values["expiration_date"]) == (4.25, date(2030, 1, 31))


@pytest.mark.parametrize(
    ("box", "said"),
    [("<aff10b5One>1</aff10b5One>", True), ("<aff10b5One>false</aff10b5One>", False), ("", None)],
)
def test_the_box_of_rule_10b5_1_is_ticked_empty_or_not_there(box, said):
    """Failure case 28."""
    assert parse_ownership_form(form(transaction(), more=box)).plan is said


def test_an_amendment_tells_when_the_original_was_filed():
    day = "<dateOfOriginalSubmission>2024-03-05</dateOfOriginalSubmission>"
    read = parse_ownership_form(form(transaction(), kind="4/A", more=day))
    assert (read.form, read.original_filed_date) == ("4/A", date(2024, 3, 5))


def test_a_form_inside_its_submission_and_in_a_namespace_reads_the_same():
    plain = form(transaction())
    inside = b"<SEC-DOCUMENT>\nCOMPANY: A & B\n<XML>\n" + plain + b"</XML>\n</SEC-DOCUMENT>"
    named = plain.replace(b"<ownershipDocument>", b'<ownershipDocument xmlns="http://www.sec.gov/x">')
    assert parse_ownership_form(inside) == parse_ownership_form(named) == parse_ownership_form(plain)


class TestMended:
    @pytest.mark.parametrize(
        ("note", "read", "complaint"),
        [
            ("A & B", "A & B", "bare_ampersand"),
            ("A&nbsp;B &rsquo;s", "A B \u2019s", "html_entity"),
            ("A\x0bB", "A B", "control_character"),
        ],
    )
    def test_what_can_only_mean_one_thing(self, note, read, complaint):
        got = parse_ownership_form(form(transaction(), note=note))
        assert (got.footnotes["F1"], got.mended) == (read, (complaint,))

    def test_windows_1252_where_utf_8_was_promised(self):
        got = parse_ownership_form(form(transaction(), note="QQ").replace(b"QQ", b"Jos\xe9"))
        assert (got.footnotes["F1"], got.mended) == ("Jos\u00e9", ("encoding_mended",))

    def test_a_good_form_is_not_touched(self):
        assert parse_ownership_form(form(transaction(), note="A &amp; B")).mended == ()


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"<html><head><title>SEC FORM 4</title></head><body>FORM 4</body></html>", "rendered_html"),
            (b"STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP\n1. Name", "typewritten"),
            (b"%PDF-1.4", "not_xml"),
            (form(transaction()).replace(b"</issuer>", b"</isuer>"), "xml_invalid"),
            (form(transaction(), kind="10-K"), "form_unknown"),
            (form(transaction()).replace(b"0000000007", b"none"), "issuer_missing"),
            (form(transaction()).replace(b"0000000070", b""), "owner_missing"),
        ],
    )
    def test_with_a_reason(self, body, reason):
        with pytest.raises(Unparsable) as refused:
            parse_ownership_form(body)
        assert refused.value.code == reason

    def test_one_that_does_not_end(self):
        with pytest.raises(Truncated):
            parse_ownership_form(form(transaction())[:-30])

    @pytest.mark.parametrize("declared", [b'<!DOCTYPE a [<!ENTITY x "y">]>', b"<!DOCTYPE ownershipDocument>"])
    def test_one_that_declares_entities(self, declared):
        """Failure case 43."""
        with pytest.raises(Hostile):
            parse_ownership_form(declared + form(transaction(), note="&x;"))

    def test_one_of_many_megabytes_or_lines(self):
        """Failure case 43."""
        with pytest.raises(TooLarge):
            parse_ownership_form(form(transaction(), note="x" * 8_000_000))
        with pytest.raises(TooLarge):
            parse_ownership_form(form("<nonDerivativeHolding/>" * 10_001))


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234.50", 1234.5), ("$10", 10.0), ("-3", -3.0), (".5", 0.5), ("1_000", None), ("nan", None), ("1e5", None)],
)
def test_numbers_are_read_as_filers_write_them_and_nothing_else(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [("2010-05-04-05:00", date(2010, 5, 4)), ("2024-02-30", None), ("2024-W01-1", None), ("5/4/2010", None)],
)
def test_days_may_carry_a_zone(text, day):
    assert parse_day(text) == day


@given(st.binary(max_size=40), st.integers(0, 900))
def test_damage_is_an_error_of_ours_or_a_form(junk, place):
    whole = form(transaction(), options=OPTION)
    read = None
    with contextlib.suppress(EdgewiseError):
        read = parse_ownership_form(whole[:place] + junk + whole[place + len(junk) :])
    assert read is None or (read.form and read.owners)
