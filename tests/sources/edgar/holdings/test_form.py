"""Single Forms 13F: small documents written here, and what stands in them."""

from __future__ import annotations

from datetime import date

import pytest

from edgewise.sources.edgar.holdings import read_form

LINE = (
    "<infoTable><nameOfIssuer>{issuer}</nameOfIssuer><titleOfClass>COM</titleOfClass><cusip>{cusip}</cusip>"
    "<value>{value}</value><shrsOrPrnAmt><sshPrnamt>{amount}</sshPrnamt><sshPrnamtType>{kind}</sshPrnamtType>"
    "</shrsOrPrnAmt>{option}<investmentDiscretion>SOLE</investmentDiscretion><votingAuthority><Sole>7</Sole>"
    "<Shared>0</Shared><None>3</None></votingAuthority></infoTable>"
)


def line(*, cusip="037833100", value="500", amount="10", kind="SH", issuer="APPLE INC", option=""):
    put_call = f"<putCall>{option}</putCall>" if option else ""
    return LINE.format(cusip=cusip, value=value, amount=amount, kind=kind, issuer=issuer, option=put_call)


def table(*lines, prefix=""):
    body = "".join(lines)
    return (
        f'<informationTable xmlns="urn:t">{body}</informationTable>'.encode()
        if not prefix
        else (
            f'<{prefix}:informationTable xmlns:{prefix}="urn:t">'
            + body.replace("</", f"</{prefix}:")
            .replace("<", f"<{prefix}:")
            .replace(f"<{prefix}:/{prefix}:", f"</{prefix}:")
            + f"</{prefix}:informationTable>"
        ).encode()
    )


def cover(entries=1, total=500, *, amended="", confidential="false", kind="13F HOLDINGS REPORT", period="09-30-2023"):
    amendment = (
        f"<isAmendment>true</isAmendment><amendmentNo>2</amendmentNo><amendmentInfo><amendmentType>{amended}"
        "</amendmentType></amendmentInfo>"
        if amended
        else ""
    )
    return (
        '<edgarSubmission xmlns="urn:f"><headerData><filerInfo><filer><credentials><cik>0001067983</cik></credentials>'
        f"</filer></filerInfo></headerData><formData><coverPage><reportCalendarOrQuarter>{period}"
        f"</reportCalendarOrQuarter>{amendment}<filingManager><name>Some Manager</name></filingManager>"
        f"<reportType>{kind}</reportType></coverPage><summaryPage><otherIncludedManagersCount>2"
        f"</otherIncludedManagersCount><tableEntryTotal>{entries}</tableEntryTotal><tableValueTotal>{total}"
        f"</tableValueTotal><isConfidentialOmitted>{confidential}</isConfidentialOmitted></summaryPage></formData>"
        "</edgarSubmission>"
    ).encode()


def read(*documents, form="13F-HR", **header):
    found = read_form(documents, accession="0000000001-23-000001", form=form, **header)
    return found.reports.row(0, named=True), found.lines.to_dicts()


def test_cover_and_table_are_told_apart_by_their_roots_in_any_order_and_namespace():
    for table_body in (table(line()), table(line(), prefix="ns1")):
        report, lines = read(table_body, cover())
        assert (report["manager_cik"], report["manager"]) == (1067983, "Some Manager")
        assert (report["period_end"], report["report_type"], report["status"]) == (date(2023, 9, 30), "holdings", "ok")
        assert (report["entry_total"], report["value_total"], report["lines"], report["value_sum"]) == (1, 500, 1, 500)
        assert report["other_managers"] == 2
        [one] = lines
        assert (one["line"], one["cusip"], one["value_filed"], one["amount"]) == (1, "037833100", 500, 10)
        assert (one["voting_sole"], one["voting_shared"], one["voting_none"]) == (7, 0, 3)


def test_failure_case_29_put_and_call_lines_are_lines_of_their_own():
    _, lines = read(cover(3, 1500), table(line(), line(option="Put"), line(option="CALL")))
    assert [one["put_call"] for one in lines] == ["", "put", "call"]


@pytest.mark.parametrize("amended", ["RESTATEMENT", "NEW HOLDINGS"])
def test_failure_case_29_an_amendment_says_what_it_does(amended):
    report, _ = read(cover(amended=amended), table(line()), form="13F-HR/A")
    assert (report["amends"], report["amendment"], report["amendment_number"]) == (True, amended, 2)
    assert report["status"] == "ok"


def test_an_amendment_that_does_not_say_which_it_is_is_suspect():
    report, _ = read(cover(), table(line()), form="13F-HR/A")
    assert (report["status"], report["reasons"]) == ("suspect", ["amendment_type_missing"])


def test_failure_case_29_a_notice_has_no_holdings_and_is_no_fault():
    notice = (
        cover(kind="13F NOTICE")
        .replace(b"<tableEntryTotal>1</tableEntryTotal>", b"")
        .replace(b"<tableValueTotal>500</tableValueTotal>", b"")
    )
    report, lines = read(notice, form="13F-NT")
    assert (report["report_type"], report["lines"], report["status"], lines) == ("notice", 0, "ok", [])


def test_confidential_treatment_is_told():
    assert read(cover(confidential="true"), table(line()))[0]["confidential"] is True
    without = cover().replace(b"<isConfidentialOmitted>false</isConfidentialOmitted>", b"")
    assert read(without, table(line()))[0]["confidential"] is None


def test_a_table_that_does_not_fit_its_cover_is_suspect_but_rounding_is_not():
    assert read(cover(2, 500), table(line()))[0]["reasons"] == ["entry_count_differs"]
    assert read(cover(1, 900), table(line()))[0]["reasons"] == ["value_total_differs"]
    assert read(cover(1, 501), table(line()))[0]["status"] == "ok"


def test_a_cover_in_another_unit_than_its_lines_is_a_note_and_no_doubt():
    report, _ = read(cover(1, 500_000), table(line()))
    assert (report["status"], report["reasons"]) == ("ok", ["cover_in_other_unit"])


@pytest.mark.parametrize(
    ("written", "status", "reasons", "cusip"),
    [
        ({"cusip": "37833100"}, "ok", ["cusip_padded"], "037833100"),
        ({"cusip": "037833101"}, "suspect", ["cusip_check_digit"], "037833101"),
        ({"cusip": " 17275r102 "}, "ok", [], "17275R102"),
        ({"cusip": ""}, "suspect", ["cusip_missing"], None),
        ({"value": "n/a"}, "suspect", ["value_missing"], "037833100"),
        ({"amount": "1e99"}, "suspect", ["amount_missing"], "037833100"),
        ({"amount": "-5"}, "suspect", ["amount_negative"], "037833100"),
        ({"kind": "LOTS"}, "suspect", ["amount_kind_missing"], "037833100"),
        ({"option": "Straddle"}, "suspect", ["put_call_unknown"], "037833100"),
        ({"cusip": "000000000", "value": "0", "amount": "0"}, "absent", ["placeholder"], "000000000"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(written, status, reasons, cusip):
    _, [one] = read(cover(), table(line(**written)))
    assert (one["status"], one["reasons"], one["cusip"]) == (status, reasons, cusip)


def test_numbers_with_commas_and_decimals_are_numbers():
    _, lines = read(cover(2, 3), table(line(value="1,234,567"), line(value="12.50")))
    assert [one["value_filed"] for one in lines] == [1_234_567, 13]


def test_failure_case_43_a_table_that_declares_entities_is_left_alone_and_the_cover_is_kept():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><informationTable>&a;</informationTable>'
    report, lines = read(cover(), bomb)
    assert (report["status"], lines, report["manager"]) == ("absent", [], "Some Manager")
    assert report["reasons"] == ["hostile", "table_missing"]


def test_a_table_cut_short_is_suspect_with_the_lines_that_are_there():
    whole = table(line(), line(cusip="17275R102"))
    report, lines = read(cover(2, 1000), whole[: len(whole) - 60])
    assert report["status"] == "suspect"
    assert "xml_recovered" in report["reasons"]
    assert lines[0]["cusip"] == "037833100"


def test_a_typewritten_table_is_absent_and_says_so():
    report, lines = read(b"<PAGE> FORM 13F INFORMATION TABLE\n APPLE COM 037833100", manager_cik=5, period="2009-12-31")
    assert (report["status"], report["manager_cik"], report["period_end"]) == ("absent", 5, date(2009, 12, 31))
    assert {"cover_missing", "text_table", "table_missing"} <= set(report["reasons"])
    assert lines == []


def test_a_cover_without_a_quarter_takes_that_of_the_header():
    assert read(cover(period=""), table(line()), period="2023-06-30")[0]["period_end"] == date(2023, 6, 30)
    assert "period_missing" in read(cover(period="soon"), table(line()))[0]["reasons"]
