"""Failure case 29 on real reports: units that managers got wrong, late reports, tables cut by others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.table import Instant
from edgewise.ownership.institutions import lines_held, positions
from edgewise.ownership.units import judge_units
from edgewise.sources.edgar.holdings import read_form
from edgewise.sources.edgar.sgml import split_submission

NO_CLOSES = pl.DataFrame(schema={"cusip": pl.String, "period_end": pl.Date, "close": pl.Float64, "known_at": Instant})
FOLDER = "www.sec.gov/Archives/edgar/data"
BULL_STREET = f"{FOLDER}/1790837/000179083723000002/0001790837-23-000002.txt"
METLIFE = f"{FOLDER}/1099219/000114036123013281/0001140361-23-013281.txt"
LTS_ONE = f"{FOLDER}/1894188/000189418823000007/0001894188-23-000007.txt"
ACORN_CREEK = f"{FOLDER}/1994827/000195175725000093/0001951757-25-000093.nc"


def judged(read, filed):
    known = datetime(filed.year, filed.month, filed.day, 21, tzinfo=UTC)
    reports = read.reports.with_columns(filed_date=pl.lit(filed), known_at=pl.lit(known, Instant))
    return judge_units(reports, read.lines, NO_CLOSES)


def submission(archive, path):
    found = split_submission(archive.read(path))
    bodies = [document.body for document in found.documents]
    read = read_form(bodies, accession=str(found.header.accession), form=found.header.form)
    return judged(read, found.header.filed_date)


# Lines, value in USD, unit and period as their covers print them; prices of the day tell the unit.
@pytest.mark.parametrize(
    ("path", "lines", "usd", "unit", "reasons", "period"),
    [
        (BULL_STREET, 90, 192_767_000, 1000, ["unit_corrected"], date(2022, 12, 31)),
        (METLIFE, 6, 11_019_796, 1, [], date(2021, 12, 31)),
        (LTS_ONE, 14, 454_926_000, 1, [], date(2023, 9, 30)),
        (ACORN_CREEK, 77, 194_611_845, 1, [], date(2024, 12, 31)),
    ],
)
def test_whole_reports_are_read_and_in_usd(sec_archive, path, *, lines, usd, unit, reasons, period):
    found = submission(sec_archive, path)
    report = found.reports.row(0, named=True)
    assert (report["lines"], report["unit_usd"], report["reasons"]) == (lines, unit, reasons)
    assert (report["status"], report["period_end"]) == ("ok", period)
    assert found.lines["value_usd"].sum() == usd
    assert set(found.lines["status"]) == {"ok"}


def of_lts(archive, accession, known_at, *, amendment=None, issuers=None):
    """The report of LTS One and its lines as rows, or an amendment of it with the lines of these issuers alone."""
    bodies = [document.body for document in split_submission(archive.read(LTS_ONE)).documents]
    read = read_form(bodies, accession=accession, form="13F-HR")
    told = {"amends": pl.lit(amendment is not None), "amendment": pl.lit(amendment, pl.String)}
    reports = read.reports.with_columns(filed_date=pl.lit(known_at.date()), known_at=pl.lit(known_at, Instant), **told)
    lines = read.lines if issuers is None else read.lines.filter(pl.col("issuer").is_in(issuers))
    found = judge_units(reports, lines, NO_CLOSES)
    owner = found.reports.select("accession", "manager_cik", "period_end", "known_at")
    text = pl.col("reasons").list.join(",")
    return found.reports.with_columns(text), found.lines.join(owner, on="accession").with_columns(text)


def test_a_restatement_of_a_real_report_replaces_it_and_new_holdings_add_to_that(sec_archive):
    """Failure case 29. The archive holds no amendment, so two are made of the lines of a real report, read by hand:

    LTS One's third quarter of 2023, in USD: Amazon 17,479,000, CoStar 7,689,000, CSX 18,450,000; all 14 454,926,000.
    """
    first, second, third = (datetime(2023, 11, day, 21, tzinfo=UTC) for day in (14, 20, 27))
    two, one = ["AMAZON COM INC", "COSTAR GROUP INC"], ["CSX CORP"]
    parts = [
        of_lts(sec_archive, "o", first),
        of_lts(sec_archive, "r", second, amendment="RESTATEMENT", issuers=two),
        of_lts(sec_archive, "n", third, amendment="NEW HOLDINGS", issuers=one),
    ]
    reports = pl.concat([reports for reports, _ in parts])
    lines = pl.concat([lines for _, lines in parts])
    usd = {day: positions(lines_held(reports, lines, day))["value_usd"] for day in (first, second, third)}
    assert [(held.len(), held.sum()) for held in usd.values()] == [(14, 454_926_000), (2, 25_168_000), (3, 43_618_000)]


def loose(archive, *names):
    return [archive.read(name) for name in names]


def test_a_table_of_which_others_left_one_line_is_suspect(sec_archive):
    names = ("searcher_2_primary_doc.xml", "searcher_2_infotable.xml")
    read = read_form(loose(sec_archive, *(f"unplaced/13F-HR/{name}" for name in names)), accession="a", form="13F-HR")
    report = read.reports.row(0, named=True)
    assert (report["entry_total"], report["lines"], report["status"]) == (392, 1, "suspect")


def test_a_report_in_thousands_stays_in_thousands(sec_archive):
    names = ("searcher_3_primary_doc.xml", "searcher_3_infotable.xml")
    read = read_form(loose(sec_archive, *(f"unplaced/13F-HR/{name}" for name in names)), accession="a", form="13F-HR")
    found = judged(read, date(2021, 10, 15))
    assert found.reports.select("unit_usd", "unit_source", "status").row(0) == (1000, "own_rows", "ok")
    assert found.lines["value_usd"].sum() == 1_129_298_000


def test_lines_of_one_security_for_several_managers_stay_lines(sec_archive):
    folder = f"{FOLDER}/1067983/000095012316022377"
    bodies = loose(sec_archive, f"{folder}/primary_doc.xml", f"{folder}/form13fInfoTable.TRIMMED.xml")
    read = read_form(bodies, accession="0000950123-16-022377", form="13F-HR")
    found = judged(read, date(2016, 11, 14))
    american = found.lines.filter(pl.col("cusip") == "02376R102")
    assert american["amount"].to_list() == [13_355_099, 8_415_456]
    assert american["value_usd"].to_list() == [488_930_000.0, 308_090_000.0]
    assert "entry_count_differs" in found.reports["reasons"][0]


def test_units_of_nine_managers_over_thirteen_years(sec_archive):
    """A tracker stores most quarters in dollars and some of one manager's in thousands; each is told from its rows.

    Twenty quarters of Fairholme have a median line below a dollar a share; all others are above five.
    """
    raw = sec_archive.read("13f-datasets/derived/holdings_by_manager_quarter.tsv")
    rows = pl.read_csv(raw, separator="\t", infer_schema=False)
    number = pl.col("manager_cik") + " " + pl.col("quarter")
    year, quarter = pl.col("quarter").str.slice(0, 4).cast(pl.Int32), pl.col("quarter").str.slice(6).cast(pl.Int8)
    period = pl.date(year, 3 * quarter, 1).dt.month_end()
    lines = rows.select(
        accession=number,
        cusip="cusip",
        amount=pl.col("shares").cast(pl.Float64).cast(pl.Int64),
        value_filed=pl.col("value_as_stored").cast(pl.Float64).cast(pl.Int64),
        amount_kind=pl.lit("SH"),
        put_call=pl.lit(""),
        status=pl.lit("ok"),
        reasons=pl.lit([], dtype=pl.List(pl.String)),
        line=pl.int_range(pl.len()).over(number) + 1,
    )
    reports = rows.select(
        manager_cik=pl.col("manager_cik").cast(pl.Int64),
        period_end=period,
        accession=number,
        filed_date=period.dt.offset_by("45d"),
        known_at=period.dt.offset_by("45d").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
        status=pl.lit("ok"),
        reasons=pl.lit([], dtype=pl.List(pl.String)),
    ).unique("accession")
    found = judge_units(reports, lines, NO_CLOSES).reports
    thousands = found.filter(pl.col("unit_usd") == 1000)
    sure = found.filter((pl.col("status") == "ok") & (pl.col("unit_source") != "filing_date"))
    assert found.height == 422
    assert set(thousands.filter(pl.col("status") == "ok")["manager_cik"]) == {1_056_831}
    assert thousands.filter(pl.col("status") == "ok").height == 20
    # Managers with four lines or fewer in dollars before 2023 are doubted, not corrected.
    assert sure.height + found.filter(pl.col("status") == "suspect").height == 422
