"""Headers in three spellings; expected values are read off the header text by eye."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import Hostile, Unparsable
from edgewise.sources.edgar.header import decode_text, header_from_json, parse_header, whole_number
from edgewise.sources.edgar.records import ListedDocument, Party, Role


def header(*lines: str, accession: str = "0000001234-25-000001", form: str = "10-K"):
    text = [f"ACCESSION NUMBER:\t\t{accession}", f"CONFORMED SUBMISSION TYPE:\t{form}", *lines]
    return parse_header("\n".join(text).encode())


def block(name: str, cik: int, *, company: str = "A CORP", sic: str = "", form: str = "") -> list[str]:
    return [
        f"{name}:",
        "",
        "\tCOMPANY DATA:\t",
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{company}",
        f"\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}",
        f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{sic}",
        "\tFILING VALUES:",
        f"\t\tFORM TYPE:\t\t{form}",
        "\tFORMER COMPANY:\t",
        "\t\tFORMER CONFORMED NAME:\tSOMETHING ELSE",
    ]


def roles(read) -> list[tuple[int, str]]:
    return [(int(party.cik), party.role.value) for party in read.parties]


def test_all_fields_of_a_header():
    read, complaints = header(
        "<ACCEPTANCE-DATETIME>20250501162159",
        "PUBLIC DOCUMENT COUNT:\t\t13",
        "CONFORMED PERIOD OF REPORT:\t20250331",
        "ITEM INFORMATION:\t\tResults of Operations and Financial Condition",
        "ITEM INFORMATION:\t\tFinancial Statements and Exhibits",
        "FILED AS OF DATE:\t\t20250502",
        *block("FILER", 1234, sic="PHARMACEUTICAL PREPARATIONS [2834]"),
    )
    assert read.accepted_at == datetime(2025, 5, 1, 20, 21, 59, tzinfo=UTC)
    assert (read.period_end, read.filed_date, read.document_count) == (date(2025, 3, 31), date(2025, 5, 2), 13)
    assert read.items == ("Results of Operations and Financial Condition", "Financial Statements and Exhibits")
    assert read.parties == (Party(1234, Role.ISSUER, "A CORP", 2834),)
    assert complaints == ()


@pytest.mark.parametrize(("text", "code"), [("4991", 4991), ("UNKNOWN [0000]", None), ("", None), ("WORDS", None)])
def test_the_industry_code_is_the_number_in_brackets_or_alone(text, code):
    assert header(*block("FILER", 1234, sic=text))[0].parties[0].sic == code


def test_failure_case_30_several_registrants_are_issuer_and_co_registrants():
    # The shape of Evergy, 0001193125-25-181883: three registrants, one accession.
    read, _ = header(*block("FILER", 1711269), *block("FILER", 54476), *block("FILER", 81003), *block("FILER", 54476))
    assert roles(read)[:3] == [(1711269, "issuer"), (54476, "co_registrant"), (81003, "co_registrant")]


def test_failure_case_30_one_accession_may_count_as_two_forms():
    # As in 0000950123-10-073332: the index lists it once under each form.
    parties = [*block("SUBJECT COMPANY", 5, form="SC 13D/A"), *block("SUBJECT COMPANY", 5, form="SC TO-T/A")]
    read, _ = header(*parties, *block("FILED BY", 1234, form="SC TO-T/A"), form="SC TO-T/A")
    assert (read.form, read.also_forms) == ("SC TO-T/A", ("SC 13D/A",))
    assert roles(read) == [(5, "issuer"), (1234, "filed_by")]


def test_failure_case_32_the_accession_prefix_is_the_agent_unless_it_is_a_party():
    assert roles(header(*block("FILER", 1234), accession="0001193125-25-000001")[0])[-1] == (1193125, "agent")
    assert roles(header(*block("FILER", 1234))[0]) == [(1234, "issuer")]


def test_letters_of_the_sec_have_no_agent():
    read, _ = header(*block("FILED FOR", 77), accession="0000000000-26-001655", form="UPLOAD")
    assert roles(read) == [(77, "issuer")]


def test_an_ownership_report_has_owner_and_issuer():
    read, _ = header(*block("REPORTING-OWNER", 1806647), *block("ISSUER", 1750), accession="0000001750-25-000001")
    assert roles(read) == [(1806647, "owner"), (1750, "issuer")]


def test_asset_backed_parties_stand_beside_the_filer():
    parties = [*block("FILER", 10), *block("DEPOSITOR", 10), *block("SECURITIZER", 11), *block("ISSUING_ENTITY", 12)]
    assert roles(header(*parties)[0])[:3] == [(10, "issuer"), (11, "co_registrant"), (12, "co_registrant")]


def test_somebody_is_the_issuer_even_where_no_filer_is_named():
    assert roles(header(*block("DEPOSITOR", 10), *block("SECURITIZER", 11))[0])[:2] == [
        (10, "issuer"),
        (11, "co_registrant"),
    ]


def test_failure_case_25_an_amendment_is_not_the_form_it_amends():
    read, _ = header(*block("FILER", 1234), form="10-K/A")
    assert read.form == "10-K/A"
    assert read.is_amendment
    assert not header(form="10-K")[0].is_amendment


def test_what_cannot_be_read_is_a_complaint():
    read, complaints = header(
        "<ACCEPTANCE-DATETIME>soon", "FILED AS OF DATE: 20251399", "CONFORMED PERIOD OF REPORT: x", "FILER:", form=""
    )
    assert (read.accepted_at, read.filed_date, read.period_end) == (None, None, None)
    assert set(complaints) == {
        "form_missing",
        "accepted_unreadable",
        "filed_date_unreadable",
        "period_date_unreadable",
        "party_without_cik",
    }


@pytest.mark.parametrize("year", ["0001", "1899", "2101", "9999"])
def test_a_year_that_cannot_be_is_a_complaint_and_no_date(year):
    read, complaints = header(
        f"<SEC-DOCUMENT>a.txt : {year}1231",
        f"<ACCEPTANCE-DATETIME>{year}0630120000",
        f"FILED AS OF DATE: {year}1231",
        f"CONFORMED PERIOD OF REPORT: {year}1231",
    )
    assert (read.disseminated_date, read.accepted_at, read.filed_date, read.period_end) == (None, None, None, None)
    assert set(complaints) == {
        "accepted_unreadable",
        "filed_date_unreadable",
        "period_date_unreadable",
        "disseminated_date_unreadable",
    }


@pytest.mark.parametrize(("day", "kept"), [("19921231", None), ("19930101", date(1993, 1, 1))])
def test_nothing_was_filed_before_1993_though_reports_may_be_of_earlier_periods(day, kept):
    read, complaints = header(f"FILED AS OF DATE: {day}", f"CONFORMED PERIOD OF REPORT: {day}")
    assert read.filed_date == kept
    assert read.period_end == date(int(day[:4]), int(day[4:6]), int(day[6:]))
    assert complaints == (() if kept else ("filed_date_unreadable",))


def test_the_last_day_that_may_be_is_in_2100():
    read, complaints = header("FILED AS OF DATE: 21001231", "<ACCEPTANCE-DATETIME>21001231120000")
    assert (read.filed_date, complaints) == (date(2100, 12, 31), ())
    assert read.accepted_at == datetime(2100, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["<SEC-DOCUMENT>0000000000-24-003505.txt : 20240614"], date(2024, 6, 14)),
        (["<IMS-DOCUMENT>0000950144-94-000103.txt : 19940125"], date(1994, 1, 25)),
        # 0001125282-04-005938: the header line names Thanksgiving, on which EDGAR was shut.
        (["<SEC-DOCUMENT>a.txt : 20041126", "<SEC-HEADER>a.hdr.sgml : 20041125"], date(2004, 11, 26)),
        (["<SEC-DOCUMENT>a.txt : 20041125", "<SEC-HEADER>a.hdr.sgml : 20041126"], date(2004, 11, 26)),
        (["<SEC-DOCUMENT>a.txt", "<SEC-HEADER>"], None),
        ([], None),
    ],
)
def test_the_first_lines_end_in_the_day_of_dissemination(lines, day):
    read, complaints = header(*lines, "FILED AS OF DATE: 20240402")
    assert read.disseminated_date == day
    assert (read.filed_date, complaints) == (date(2024, 4, 2), ())


def test_a_day_of_dissemination_that_is_none_is_a_complaint():
    read, complaints = header("<SEC-DOCUMENT>a.txt : 20241399", "<SEC-HEADER>a.hdr.sgml : ")
    assert (read.disseminated_date, complaints) == (None, ("disseminated_date_unreadable",))


def test_the_notice_of_a_private_submission_is_read_in_both_spellings():
    assert header("<PRIVATE-TO-PUBLIC>")[0].was_private
    feed = b"<SUBMISSION>\n<PRIVATE-TO-PUBLIC>\n<ACCESSION-NUMBER>0000001234-25-000001\n<TYPE>DRS\n"
    assert parse_header(feed)[0].was_private
    assert not header()[0].was_private


@pytest.mark.parametrize(
    ("text", "number"), [("13", 13), (" 2 ", 2), ("", None), ("-1", None), ("\u0663", None), ("9" * 5000, None)]
)
def test_failure_case_43_a_counter_is_a_few_digits(text, number):
    assert whole_number(text) == number


def test_a_header_without_accession_is_refused():
    with pytest.raises(Unparsable):
        parse_header(b"CONFORMED SUBMISSION TYPE: 10-K")


@given(st.binary(max_size=300))
def test_any_bytes_below_an_accession_number_are_a_header_with_that_number(raw):
    header, _ = parse_header(b"ACCESSION NUMBER: 0000001234-25-000001\n" + raw)
    assert header.accession == "0000001234-25-000001"


def test_letters_outside_ascii_are_read_in_either_encoding():
    assert decode_text("Nestlé".encode()) == "Nestlé"
    assert decode_text("Nestlé … A".encode("cp1252")) == "Nestlé … A"
    assert decode_text(b"\x81\x8d") == "\x81\x8d"


JSON = {
    "submission": {
        "ACCESSION-NUMBER": "0001288257-12-000028",
        "TYPE": "4",
        "PERIOD": "20121226",
        "FILING-DATE": "20121228",
        "REPORTING-OWNER": [
            {
                "OWNER-DATA": {"CONFORMED-NAME": "Doe Jane", "CIK": "0001494730", "ORGANIZATION-NAME": {}},
                # Other tools nest the issuer into the owner where a tag before it was empty.
                "ISSUER": {"COMPANY-DATA": {"CONFORMED-NAME": "A CORP", "CIK": "0001408356", "ASSIGNED-SIC": "1700"}},
            }
        ],
        "ISSUER": [{"COMPANY-DATA": {"CONFORMED-NAME": "A CORP", "CIK": "0001408356", "ASSIGNED-SIC": "1700"}}],
    },
    "documents": [{"TYPE": "4", "SEQUENCE": "1", "FILENAME": "form4.xml"}],
}


def test_header_json_is_read_whatever_its_nesting():
    read, listed, complaints = header_from_json(json.dumps(JSON).encode())
    assert (read.form, read.period_end, read.filed_date) == ("4", date(2012, 12, 26), date(2012, 12, 28))
    assert roles(read) == [(1494730, "owner"), (1408356, "issuer"), (1288257, "agent")]
    assert read.issuer == Party(1408356, Role.ISSUER, "A CORP", 1700)
    assert listed == (ListedDocument(1, "4", "form4.xml", None),)
    assert complaints == ()


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b"{}", b'{"submission": {}}', b'{"submission": 1}', b"\xff"])
def test_json_that_is_no_header_is_refused(raw):
    with pytest.raises(Unparsable):
        header_from_json(raw)


def test_failure_case_43_json_nested_without_end_is_hostile():
    with pytest.raises(Hostile):
        header_from_json(b'{"submission":' + b'{"A":' * 100_000)
