"""Rows of insider_trades, from forms and from the SEC's data sets, and what is doubtful about them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import Unparsable
from edgewise.core.identifiers import Accession
from edgewise.core.table import Instant
from edgewise.sources.edgar.ownership_datasets import dataset_rows, dataset_tables
from edgewise.sources.edgar.ownership_form import parse_ownership_form
from edgewise.sources.edgar.ownership_rows import FiledForm, trade_rows
from tests.ownership.trades import OPTION, form, transaction

ACCEPTED = datetime(2024, 3, 5, 21, 30, tzinfo=UTC)
ACCESSION = Accession("0000000007-24-000001")
UNKNOWN = pl.DataFrame(schema={"accession": pl.String, "known_at": Instant, "known_at_source": pl.String})


def rows(body: bytes) -> pl.DataFrame:
    read = parse_ownership_form(body)
    return trade_rows([FiledForm(ACCESSION, read, date(2024, 3, 5), ACCEPTED, "header", "ab", "https://sec.test/")])


def test_a_line_is_a_row_with_its_value_and_its_instant():
    row = rows(form(transaction())).row(0, named=True)
    assert (row["accession"], row["line"], row["issuer_cik"], row["owner_ciks"]) == (ACCESSION, 1, 7, [70])
    assert (row["shares"], row["price"], row["value"]) == (100, 10.5, 1050)
    assert (row["roles"], row["titles"], row["officer"], row["director"]) == (["officer"], ["CFO"], True, False)
    assert (row["status"], row["reasons"], row["known_at"]) == ("ok", None, ACCEPTED)


def test_tranches_with_the_same_date_and_price_stay_apart():
    """Failure case 28."""
    read = rows(form(transaction(), transaction()))
    assert read["line"].to_list() == [1, 2]
    assert read["shares"].sum() == 200


def test_a_form_without_lines_is_one_row():
    row = rows(form(kind="3")).row(0, named=True)
    assert (row["line"], row["kind"], row["status"]) == (0, "none", "absent")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (transaction(code=""), "code_missing"),
        (transaction("P", direction="D"), "direction_contradicts_code"),
        (transaction("S", direction=""), "direction_missing"),
        (transaction(day="2024-03-06"), "date_after_filing"),
        (transaction(day="0024-03-04"), "date_implausible"),
        (transaction(day="soon"), "date_missing,date_unreadable"),
        (transaction(shares="many"), "number_unreadable,shares_missing"),
        (transaction(price='<footnoteId id="F1"/>'), "price_by_footnote"),
        (transaction(price=""), "price_missing"),
        (transaction(price="<value>0</value>"), "price_zero"),
        (transaction(price="<value>2500000</value>"), "price_implausible"),
    ],
)
def test_a_doubt_makes_a_line_suspect(line, reason):
    row = rows(form(line)).row(0, named=True)
    assert (row["status"], row["reasons"]) == ("suspect", reason)


@pytest.mark.parametrize("line", [transaction("G", price=""), transaction("M", price="<value>0</value>")])
def test_what_is_no_purchase_needs_no_price(line):
    assert rows(form(line))["status"].to_list() == ["ok"]


def test_what_was_mended_is_told_and_no_doubt():
    row = rows(form(transaction(), note="A & B")).row(0, named=True)
    assert (row["status"], row["reasons"]) == ("ok", "bare_ampersand")


def test_a_footnote_that_speaks_of_the_plan_is_noted_on_its_lines_only():
    """Failure case 28: before April 2023 the form has no box."""
    noted = transaction(price='<value>10</value><footnoteId id="F1"/>')
    read = rows(form(noted, transaction(), note="Under a Rule 10b5-1 plan."))
    assert read["plan_noted"].to_list() == [True, False]
    assert read["noted"].to_list() == ["price F1", None]
    assert read["footnotes"][0] == "F1: Under a Rule 10b5-1 plan."
    assert read["plan"].to_list() == [None, None]


HEADERS = {
    "SUBMISSION": "ACCESSION_NUMBER FILING_DATE PERIOD_OF_REPORT DATE_OF_ORIG_SUB DOCUMENT_TYPE ISSUERCIK ISSUERNAME "
    "ISSUERTRADINGSYMBOL REMARKS AFF10B5ONE",
    "REPORTINGOWNER": "ACCESSION_NUMBER RPTOWNERCIK RPTOWNERNAME RPTOWNER_RELATIONSHIP RPTOWNER_TITLE RPTOWNER_TXT",
    "NONDERIV_TRANS": "ACCESSION_NUMBER NONDERIV_TRANS_SK SECURITY_TITLE TRANS_DATE TRANS_CODE EQUITY_SWAP_INVOLVED "
    "TRANS_SHARES TRANS_PRICEPERSHARE TRANS_PRICEPERSHARE_FN TRANS_ACQUIRED_DISP_CD SHRS_OWND_FOLWNG_TRANS "
    "DIRECT_INDIRECT_OWNERSHIP",
    "DERIV_TRANS": "ACCESSION_NUMBER DERIV_TRANS_SK SECURITY_TITLE CONV_EXERCISE_PRICE TRANS_DATE TRANS_CODE "
    "EQUITY_SWAP_INVOLVED TRANS_SHARES TRANS_PRICEPERSHARE TRANS_PRICEPERSHARE_FN TRANS_ACQUIRED_DISP_CD "
    "EXCERCISE_DATE EXCERCISE_DATE_FN EXPIRATION_DATE UNDLYNG_SEC_TITLE UNDLYNG_SEC_SHARES SHRS_OWND_FOLWNG_TRANS "
    "DIRECT_INDIRECT_OWNERSHIP",
    "NONDERIV_HOLDING": "ACCESSION_NUMBER NONDERIV_HOLDING_SK SECURITY_TITLE",
    "DERIV_HOLDING": "ACCESSION_NUMBER DERIV_HOLDING_SK SECURITY_TITLE",
    "FOOTNOTES": "ACCESSION_NUMBER FOOTNOTE_ID FOOTNOTE_TXT",
}
# The form of `same_form` as the data set tells it: keys rise with the place of a line, rows stand in any order.
CELLS = {
    "SUBMISSION": ["05-MAR-2024|04-MAR-2024||4|0000000007|SEVEN INC|SVN||1"],
    "REPORTINGOWNER": ["0000000070|DOE JANE|Officer|CFO|"],
    "NONDERIV_TRANS": [
        "12|Common Stock|04-MAR-2024|P|0|100.0|10.5||A|500.0|D",
        "11|Common Stock|04-MAR-2024|P|0|100.0|10.5||A|500.0|D",
    ],
    "DERIV_TRANS": [
        "5|Stock Option|4.25|04-MAR-2024|M|false|40.0||F1|D||F1|31-JAN-2030|Common Stock|40.0|0.0|D",
    ],
    "FOOTNOTES": ["F1|A note."],
}


def table(name: str) -> bytes:
    lines = ["\t".join(HEADERS[name].split())]
    lines += ["\t".join([str(ACCESSION), *cells.split("|")]) for cells in CELLS.get(name, [])]
    return "\n".join(lines).encode()


def dataset(*without: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in HEADERS:
            if name not in without:
                archive.writestr(f"2024q1_form345/{name}.tsv", table(name))
    return packed.getvalue()


class TestDataSets:
    def test_the_same_form_gives_the_same_rows(self):
        whole = form(transaction(), transaction(), options=OPTION, more="<aff10b5One>1</aff10b5One>")
        known = pl.DataFrame(
            [{"accession": str(ACCESSION), "known_at": ACCEPTED, "known_at_source": "header"}], schema=UNKNOWN.schema
        )
        got = dataset_rows(dataset_tables(dataset()), known=known, source_url="https://sec.test/").rows
        expected = rows(whole).with_columns(document_sha256=pl.lit(None, pl.String))
        assert got.sort("line").equals(expected)

    def test_without_the_filing_it_is_known_when_edgar_shuts_on_its_filing_date(self):
        got = dataset_rows(dataset_tables(dataset()), known=UNKNOWN, source_url="x").rows
        assert got["known_at"].unique().to_list() == [datetime(2024, 3, 6, 3, tzinfo=UTC)]
        assert got["known_at_source"].unique().to_list() == ["filing_date"]

    def test_a_set_without_a_table_of_lines_is_refused_and_not_read_as_forms_without_lines(self):
        with pytest.raises(Unparsable, match="NONDERIV_TRANS"):
            dataset_rows(dataset_tables(dataset("NONDERIV_TRANS")), known=UNKNOWN, source_url="x")

    def test_what_is_left_out_is_counted_and_a_number_that_is_none_is_a_doubt(self):
        """A form without a filing date, one without owners, a line of a form that is not listed."""
        tables = dataset_tables(dataset())
        tables["SUBMISSION"] += b"\n0000000007-24-000002\t\t\t\t4\t7" + b"\n0000000007-24-000003\t05-MAR-2024\t\t\t4\t7"
        tables["REPORTINGOWNER"] += b"\n0000000007-24-000002\t70\tDOE JANE\tDirector"
        tables["NONDERIV_HOLDING"] += b"\n0000000007-24-000009\t1\tCommon Stock"
        tables["NONDERIV_TRANS"] = tables["NONDERIV_TRANS"].replace(b"10.5", b"ten", 1)
        read = dataset_rows(tables, known=UNKNOWN, source_url="x")
        assert read.refused == {"filing_date_missing": 1, "owner_missing": 1, "orphan_lines": 1}
        assert read.rows["accession"].unique().to_list() == [str(ACCESSION)]
        doubts = read.rows.filter(pl.col("status") == "suspect")["reasons"].to_list()
        assert doubts == ["number_unreadable,price_missing"]

    def test_no_zip_is_refused(self):
        with pytest.raises(Unparsable):
            dataset_tables(b"<html>403</html>")
