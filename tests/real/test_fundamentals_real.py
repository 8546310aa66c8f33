"""Real company facts: two vintages of Apple and NVIDIA, their restatements and their splits.

Expected values are those of the filings that the accession numbers name. A filing counts from 22:00 New York of the day
it was filed on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.clock import latest_known_at, session_open
from edgewise.core.table import Instant
from edgewise.core.tables_fundamentals import FACTS
from edgewise.fundamentals import shares_outstanding, statements, versions
from edgewise.fundamentals.declared import declaration
from edgewise.fundamentals.filed import filed_lines
from edgewise.fundamentals.repairs import repaired
from edgewise.fundamentals.splits import SPLIT_SCHEMA, in_shares_of
from edgewise.sources.edgar.company_facts import parse_company_facts

FOLDER = "data.sec.gov/api/xbrl/companyfacts/"
APPLE, NVIDIA, ALPHABET, MARVELL = 320193, 1045810, 1652044, 1835632
OLDER = {APPLE: "2025-05-02", NVIDIA: "2026-02-25"}
SPLITS = {
    APPLE: [(date(2014, 6, 9), 7.0), (date(2020, 8, 31), 4.0)],
    NVIDIA: [(date(2021, 7, 20), 4.0), (date(2024, 6, 10), 10.0)],
}
LATEST = datetime(2026, 11, 1, tzinfo=UTC)


def read(archive, path):
    said = parse_company_facts(archive.read(FOLDER + path))
    days = said.facts["filed_date"].unique()
    known = pl.DataFrame(
        {"filed_date": days, "known_at": [latest_known_at(day) for day in days]},
        schema={"filed_date": pl.Date, "known_at": Instant},
    )
    rows = said.facts.join(known, on="filed_date").with_columns(
        cik=pl.lit(int(said.cik), pl.Int64), known_at_source=pl.lit("filing_date"), source_url=pl.lit(path)
    )
    return FACTS.check(rows)


@pytest.fixture(scope="module")
def newer(sec_archive):
    return {cik: read(sec_archive, f"CIK{cik:010d}.json") for cik in (APPLE, NVIDIA)}


@pytest.fixture(scope="module")
def older(sec_archive):
    return {cik: read(sec_archive, f"_vintages/{day}_CIK{cik:010d}.json") for cik, day in OLDER.items()}


def splits_of(cik):
    rows = [(cik, session_open(day), ratio, False) for day, ratio in SPLITS[cik]]
    return pl.DataFrame(rows, schema=SPLIT_SCHEMA, orient="row")


def value(facts, field, end, basis, at):
    rows = statements(facts, bases=[basis], as_of=at).filter(field=field, period_end=date.fromisoformat(end))
    return rows["value"].to_list()


@pytest.mark.parametrize("cik", [APPLE, NVIDIA])
def test_failure_case_22_a_later_vintage_says_of_the_past_what_the_earlier_one_said(newer, older, cik):
    at = datetime.fromisoformat(OLDER[cik] + "T00:00:00+00:00")
    before = [statements(vintage[cik], as_of=at) for vintage in (older, newer)]
    assert before[0].height > 3000
    assert before[0].equals(before[1])


@pytest.mark.parametrize(
    ("cik", "field", "end", "basis", "moment", "first", "then"),
    [
        # 0001193125-09-214859, and 0001193125-10-012091 filed on 2010-01-25: revenue of telephones at the sale.
        (APPLE, "revenue", "2009-09-26", "annual", "2010-01-25", 36_537e6, 42_905e6),
        (APPLE, "revenue", "2008-09-27", "annual", "2010-01-25", 32_479e6, 37_491e6),
        (APPLE, "net_income", "2009-09-26", "annual", "2010-01-25", 5_704e6, 8_235e6),
        # 0001045810-16-000275, and 0001045810-16-000353 filed on 2016-11-22: tax benefits of share plans.
        (NVIDIA, "eps_diluted", "2016-05-01", "quarter", "2016-11-22", 0.33, 0.35),
        (NVIDIA, "net_income", "2016-05-01", "quarter", "2016-11-22", 196e6, 208e6),
    ],
)
def test_failure_case_22_before_a_restatement_the_value_first_filed_is_returned(  # noqa: PLR0917 - a table
    newer, older, cik, field, end, basis, moment, first, then
):
    for vintage in (older, newer):
        before = datetime.fromisoformat(f"{moment}T12:00:00+00:00")
        assert value(vintage[cik], field, end, basis, before) == [first]
        assert value(vintage[cik], field, end, basis, before + timedelta(days=1)) == [then]


@pytest.mark.parametrize("cik", [APPLE, NVIDIA])
def test_failure_case_22_shares_told_before_and_after_splits_agree_on_one_basis(newer, cik):
    """Of some 200 spans that several filings tell, all agree to rounding; as filed, dozens are apart by a split."""
    declared = declaration()
    lines = repaired(filed_lines(newer[cik], declared)).filter(pl.col("unit") == "shares")
    counted = in_shares_of(lines.with_columns(at=pl.lit(LATEST, Instant)), splits_of(cik), declared)

    def apart(rows):
        spans = rows.group_by("field", "period_start", "period_end").agg(
            pl.len(), far=pl.col("value").max() > pl.col("value").min() * 1.01
        )
        told_again = spans.filter(pl.col("len") > 1)
        return told_again.height, told_again["far"].sum()

    told_again, far = apart(counted)
    assert told_again > 150
    assert far == 0
    assert apart(lines)[1] > 10


def test_the_history_of_apple_read_at_an_instant_is_its_statements_of_then(newer):
    """Around its restatement, a split, and today."""
    splits = splits_of(APPLE)
    history = versions(newer[APPLE], splits=splits)
    key = ["cik", "basis", "period_end", "period_start", "field", "unit"]
    said = [*key, "value", "status", "reasons"]
    for at in (datetime(2010, 1, 25, tzinfo=UTC), session_open(date(2020, 8, 31)), LATEST):
        known = history.filter(pl.col("known_at") <= at).sort("known_at").unique(key, keep="last")
        ours = known.filter(pl.col("status") != "withdrawn").select(said).sort(key)
        assert ours.equals(statements(newer[APPLE], as_of=at, splits=splits).select(said).sort(key)), at


def test_the_cover_counts_apple_s_shares_and_the_balance_sheet_those_of_alphabet_s_three_classes(newer, sec_archive):
    apple = shares_outstanding(newer[APPLE], splits=splits_of(APPLE)).to_dicts()[0]
    assert (apple["shares"], apple["counted_on"], apple["status"]) == (14_681_140_000, date(2026, 1, 16), "ok")
    before_a_split = datetime(2020, 8, 30, tzinfo=UTC)
    at = [
        shares_outstanding(newer[APPLE], splits=splits_of(APPLE), as_of=when)["shares"][0]
        for when in (before_a_split, session_open(date(2020, 8, 31)))
    ]
    assert at[1] == 4 * at[0]
    alphabet = shares_outstanding(read(sec_archive, f"CIK{ALPHABET:010d}.json")).to_dicts()[0]
    assert (alphabet["shares"], alphabet["reasons"]) == (12_116_000_000, None)
    assert alphabet["sources"].endswith(":CommonStockSharesOutstanding")


@pytest.mark.parametrize(
    ("cik", "fourth"),
    [
        # As the companies told with their fourth quarters; Marvell's fiscal 2024 has 53 weeks.
        (MARVELL, {"2024-02-03": 1_426.5e6, "2025-02-01": 1_817.4e6}),
        (NVIDIA, {"2022-01-30": 7_643e6, "2023-01-29": 6_051e6, "2024-01-28": 22_103e6, "2025-01-26": 39_331e6}),
    ],
)
def test_failure_cases_23_and_24_the_fourth_quarter_stands_in_its_own_year_also_where_years_end_in_january(
    newer, sec_archive, cik, fourth
):
    facts = newer[cik] if cik in newer else read(sec_archive, f"CIK{cik:010d}.json")
    rows = statements(facts, bases=["quarter"]).filter(field="revenue", method="difference")
    told = {str(end): value for end, value in rows.select("period_end", "value").iter_rows()}
    assert {end: told.get(end) for end in fourth} == pytest.approx(fourth)


def test_failure_case_23_capital_expenditure_of_nvidia_goes_on_under_another_tag(newer):
    """Between the two NVIDIA tagged it with a concept of its own, which company facts leave out: no row, not zero."""
    rows = statements(newer[NVIDIA], bases=["annual"]).filter(field="capital_expenditure")
    years = rows.with_columns(tag=pl.col("sources").str.extract(":(.*)$")).filter(
        pl.col("period_end").is_in([date(2012, 1, 29), date(2016, 1, 31), date(2024, 1, 28)])
    )
    assert years.select("period_end", "value", "tag").rows() == [
        (date(2012, 1, 29), 138_735_000, "PaymentsToAcquirePropertyPlantAndEquipment"),
        (date(2024, 1, 28), 1_069e6, "PaymentsToAcquireProductiveAssets"),
    ]


def test_failure_case_21_one_report_labels_three_years_alike_and_each_keeps_its_own_value(newer):
    """Apple's report of fiscal 2018, in which all three incomes carry `fy` 2018 and `fp` FY."""
    own = (pl.col("accession") == "0000320193-18-000145") & (pl.col("concept") == "NetIncomeLoss")
    years = newer[APPLE].filter(own, (pl.col("period_end") - pl.col("period_start")).dt.total_days() > 300)
    assert set(years.select("fiscal_year", "fiscal_period").rows()) == {(2018, "FY")}
    told = {date(2016, 9, 24): 45_687e6, date(2017, 9, 30): 48_351e6, date(2018, 9, 29): 59_531e6}
    assert dict(years.select("period_end", "value").iter_rows()) == told
    rows = (
        statements(newer[APPLE], bases=["annual"]).filter(field="net_income").filter(pl.col("period_end").is_in(told))
    )
    assert dict(rows.select("period_end", "value").iter_rows()) == told
