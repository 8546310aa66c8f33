"""The quarterly data sets: a small one written here after the SEC's guide, with its column names and days."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from polars.testing import assert_frame_equal

from edgewise.core.errors import SchemaMismatch, TooLarge, Unparsable
from edgewise.sources.edgar.holdings import read_data_set, read_form
from tests.sources.edgar.holdings import test_form

SUBMISSION = [
    "ACCESSION_NUMBER\tFILING_DATE\tSUBMISSIONTYPE\tCIK\tPERIODOFREPORT",
    "0000000001-23-000001\t14-NOV-2023\t13F-HR\t0001067983\t30-SEP-2023",
    "0000000001-23-000002\t16-NOV-2023\t13F-HR/A\t0001067983\t30-SEP-2023",
    "0000000001-23-000003\t14-NOV-2023\t13F-NT\t0000000007\t30-SEP-2023",
]
COVERPAGE = [
    "ACCESSION_NUMBER\tREPORTCALENDARORQUARTER\tISAMENDMENT\tAMENDMENTNO\tAMENDMENTTYPE\tFILINGMANAGER_NAME\tREPORTTYPE",
    "0000000001-23-000001\t30-SEP-2023\tN\t\t\tSome Manager\t13F HOLDINGS REPORT",
    "0000000001-23-000002\t30-SEP-2023\tY\t1\tNEW HOLDINGS\tSome Manager\t13F HOLDINGS REPORT",
    "0000000001-23-000003\t30-SEP-2023\tN\t\t\tOther\t13F NOTICE",
]
SUMMARYPAGE = [
    "ACCESSION_NUMBER\tOTHERINCLUDEDMANAGERSCOUNT\tTABLEENTRYTOTAL\tTABLEVALUETOTAL\tISCONFIDENTIALOMITTED",
    "0000000001-23-000001\t2\t2\t1000\tN",
    "0000000001-23-000002\t0\t1\t500\tY",
]
INFOTABLE = [
    (
        "ACCESSION_NUMBER\tINFOTABLE_SK\tNAMEOFISSUER\tTITLEOFCLASS\tCUSIP\tFIGI\tVALUE\tSSHPRNAMT\tSSHPRNAMTTYPE\t"
        "PUTCALL\tINVESTMENTDISCRETION\tOTHERMANAGER\tVOTING_AUTH_SOLE\tVOTING_AUTH_SHARED\tVOTING_AUTH_NONE"
    ),
    '0000000001-23-000001\t12\t"QUOTED" CO\tCOM\t17275R102\t\t500\t10\tSH\tPut\tSOLE\t\t7\t0\t3',
    "0000000001-23-000001\t11\tAPPLE INC\tCOM\t037833100\t\t500\t10\tSH\t\tSOLE\t\t7\t0\t3",
    "0000000001-23-000002\t13\tAPPLE INC\tCOM\t037833100\t\t500\t10\tSH\t\tSOLE\t\t7\t0\t3",
    "0000000001-23-000009\t14\tNOBODY\tCOM\t037833100\t\t500\t10\tSH\t\tSOLE\t\t7\t0\t3",
]
TABLES = {"SUBMISSION": SUBMISSION, "COVERPAGE": COVERPAGE, "SUMMARYPAGE": SUMMARYPAGE, "INFOTABLE": INFOTABLE}


def bundle(**changed) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (TABLES | changed).items():
            if rows is not None:
                archive.writestr(f"2023q4_form13f/{name}.tsv", "\n".join(rows) + "\n")
    file.seek(0)
    return file


def test_reports_and_lines_are_those_of_the_data_set():
    data_set = read_data_set(bundle())
    first, second, notice = data_set.read.reports.to_dicts()
    assert (first["manager_cik"], first["period_end"], first["lines"], first["status"]) == (
        1067983,
        date(2023, 9, 30),
        2,
        "ok",
    )
    assert (second["amendment"], second["amends"], second["confidential"]) == ("NEW HOLDINGS", True, True)
    assert (notice["report_type"], notice["lines"], notice["status"]) == ("notice", 0, "ok")
    assert data_set.filed["filed_date"].to_list() == [date(2023, 11, 14), date(2023, 11, 16), date(2023, 11, 14)]
    assert data_set.orphans == 1


def test_lines_stand_in_the_order_of_the_filing_and_quotes_are_letters():
    lines = read_data_set(bundle()).read.lines
    assert lines["issuer"].to_list() == ["APPLE INC", '"QUOTED" CO', "APPLE INC"]
    assert lines["line"].to_list() == [1, 2, 1]
    assert lines["put_call"].to_list() == ["", "put", ""]


def test_a_data_set_and_the_filing_itself_give_the_same_rows():
    accession = "0000000001-23-000001"
    documents = [
        test_form.cover(2, 1000),
        test_form.table(test_form.line(), test_form.line(cusip="17275R102", issuer='"QUOTED" CO', option="Put")),
    ]
    single = read_form(documents, accession=accession, form="13F-HR")
    among = read_data_set(bundle()).read
    assert_frame_equal(among.reports.head(1), single.reports)
    assert_frame_equal(among.lines.head(2), single.lines)


def test_what_is_no_data_set_is_refused_with_a_reason():
    with pytest.raises(Unparsable):
        read_data_set(io.BytesIO(b"<html>blocked</html>"))
    with pytest.raises(SchemaMismatch, match="INFOTABLE"):
        read_data_set(bundle(INFOTABLE=None))
    with pytest.raises(SchemaMismatch, match="PERIODOFREPORT"):
        read_data_set(bundle(SUBMISSION=[row.rpartition("\t")[0] for row in SUBMISSION]))
    with pytest.raises(TooLarge):
        read_data_set(bundle(), largest_member=100)


def test_columns_that_came_later_may_be_missing():
    old = [row.split("\t") for row in INFOTABLE]
    without_figi = ["\t".join(cells[:5] + cells[6:]) for cells in old]
    assert read_data_set(bundle(INFOTABLE=without_figi)).read.lines["figi"].null_count() == 3
