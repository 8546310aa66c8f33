"""The 423 ownership forms of the archive, and the lines of them that the SEC's own data set of 2024 Q3 has, too."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import EdgewiseError
from edgewise.core.identifiers import Accession
from edgewise.core.table import Instant
from edgewise.ownership.insiders import insider_activity
from edgewise.sources.edgar.ownership_datasets import dataset_rows
from edgewise.sources.edgar.ownership_form import parse_ownership_form
from edgewise.sources.edgar.ownership_rows import FiledForm, trade_rows

LATER = datetime(2026, 1, 1, tzinfo=UTC)
FAILED = {
    "unplaced/4/MSFT_Form4_rendered.html": "rendered_html",
    "www.sec.gov/Archives/edgar/data/911787/000109489100000193/0001094891-00-000193.txt": "typewritten",
}


@pytest.fixture(scope="module")
def listed(real_data):
    with (real_data / "sec.MANIFEST.tsv").open(newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["form"] in {"3", "4", "5"}]


@pytest.fixture(scope="module")
def read(listed, sec_archive):
    forms, failed = {}, {}
    for row in listed:
        try:
            forms[row["path"]] = parse_ownership_form(sec_archive.read(row["path"]))
        except EdgewiseError as error:
            failed[row["path"]] = error.code
    return forms, failed


@pytest.fixture(scope="module")
def trades(listed, read):
    """Rows as if each form had become public when EDGAR shut on its filing day."""
    filed = []
    for row in listed:
        folder = re.search(r"/(\d{18})/", row["path"])
        if row["path"] in read[0] and folder and row["filing_date"]:
            day = date.fromisoformat(row["filing_date"])
            known = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
            form = read[0][row["path"]]
            filed.append(FiledForm(Accession(folder[1]), form, day, known, "filing_date", "", row["path"]))
    return trade_rows(filed)


def test_all_are_read_but_those_that_are_no_xml(read):
    forms, failed = read
    for path, reason in failed.items():
        print(f"{reason:15} {path}")  # noqa: T201 - the table of failures
    assert failed == FAILED
    assert len(forms) + len(failed) == 423


def test_every_line_is_there(read):
    """Counted beforehand by their elements in the XML."""
    kinds = Counter((line.kind, line.derivative) for form in read[0].values() for line in form.lines)
    expected = {
        ("transaction", False): 2180,
        ("transaction", True): 411,
        ("holding", False): 581,
        ("holding", True): 118,
    }
    assert kinds == expected
    assert not {complaint for form in read[0].values() for line in form.lines for complaint in line.complaints}


def test_musk_sold_22_million_tesla_shares_for_3_6_billion_in_december_2022(trades):
    """As newspapers told on 2022-12-15: 22 million shares for 3.58 billion USD; 19.5 million for 3.95 in November."""
    got = insider_activity(trades, as_of=datetime(2022, 12, 31, tzinfo=UTC)).filter(pl.col("issuer_cik") == 1318605)
    month, quarter = got.sort("days").to_dicts()
    assert month["net_shares"] == pytest.approx(-22.0e6, rel=0.005)
    assert month["net_value"] == pytest.approx(-3.58e9, rel=0.005)
    assert quarter["net_value"] == pytest.approx(-(3.58e9 + 3.95e9), rel=0.005)
    assert (month["sellers"], month["purchases"]) == (1, 0)


def test_the_secs_own_data_set_has_the_same_lines(trades, sec_archive):
    """Failure case 28. The archive's copy lacks the owners and table I; its numbers are rounded to two decimals."""
    here = trades.filter(pl.col("filed_date").is_between(date(2024, 7, 1), date(2024, 9, 30)))
    tables = {}
    for name in ("SUBMISSION", "DERIV_TRANS", "NONDERIV_HOLDING", "DERIV_HOLDING"):
        header, *lines = sec_archive.read(f"insider-datasets/{name}.tsv").splitlines(keepends=True)
        known = {accession.encode() for accession in here["accession"]}
        tables[name] = b"".join([header, *(line for line in lines if line[:20] in known)])
    tables["NONDERIV_TRANS"] = b"ACCESSION_NUMBER\tNONDERIV_TRANS_SK\n"
    owners = io.StringIO("ACCESSION_NUMBER\tRPTOWNERCIK\tRPTOWNERNAME\tRPTOWNER_RELATIONSHIP\n")
    owners.seek(0, io.SEEK_END)
    owners.writelines(f"{accession}\t1\tX\tDirector\n" for accession in here["accession"].unique())
    tables["REPORTINGOWNER"] = owners.getvalue().encode()
    nobody = pl.DataFrame(schema={"accession": pl.String, "known_at": Instant, "known_at_source": pl.String})
    told = dataset_rows(tables, known=nobody, source_url="insider-datasets").rows.filter(pl.col("kind") != "none")
    ours = here.filter((pl.col("kind") == "holding") | pl.col("derivative"))
    ours = ours.filter(pl.col("accession").is_in(told["accession"].implode()))
    columns = ("accession", "kind", "derivative", "security", "code", "direct", "nature", "noted", "transaction_date")
    numbers = [pl.col(name).round(2, mode="half_away_from_zero") for name in ("shares", "price", "owned_after")]
    assert told.height > 10
    assert (
        told.sort("accession", "line")
        .select(*columns, *numbers)
        .equals(ours.sort("accession", "line").select(*columns, *numbers))
    )
