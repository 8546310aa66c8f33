"""Ratios of real filings: worked out by hand for Apple and NVIDIA, and stored as computed for every company there is.

Figures are those of the filings that the comments name, in millions. A filing counts from 22:00 New York of its day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import session_open
from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS
from edgewise.fundamentals import ratio_versions, ratios, versions
from edgewise.fundamentals.ratio_versions import NAMES, stands
from edgewise.fundamentals.splits import SPLIT_SCHEMA
from edgewise.fundamentals.versions import WITHDRAWN
from tests.real.test_fundamentals_real import APPLE, FOLDER, NVIDIA, SPLITS, read

KNOWN_SINCE = date(2017, 6, 1)  # statements of years before are left out, for time
EVENING_BEFORE, SPLIT_AT = datetime(2024, 6, 9, 20, tzinfo=UTC), session_open(date(2024, 6, 10))
INSTANTS = [datetime(2018, 11, 20, tzinfo=UTC), session_open(date(2020, 8, 31)), EVENING_BEFORE, SPLIT_AT]
INSTANTS.append(datetime(2026, 11, 1, tzinfo=UTC))
# 10-K of fiscal 2018, 0000320193-18-000145: net income 59,531 on sales of 265,595, gross margin 101,839, operating
# income 70,898, taxes 13,372; assets 365,725 after 375,319, equity 107,147 after 134,047; current assets 131,339 with
# inventories of 3,956, current liabilities 116,866; debt 93,735 + 8,784 + 11,964 after 97,207 + 6,496 + 11,977; cash
# from operations 77,434, capital expenditure 13,313, depreciation and amortization 10,903; cash 25,913 and marketable
# securities 40,388; 5,000,109 thousand diluted shares; interest 3,240; sales of fiscal 2013 170,910.
APPLE_2018 = {
    "gross_margin": 101_839 / 265_595,
    "operating_margin": 70_898 / 265_595,
    "net_margin": 59_531 / 265_595,
    "return_on_assets": 59_531 / 370_522,
    "return_on_equity": 59_531 / 120_597,
    "return_on_invested_capital": 57_526 / ((221_630 + 249_727) / 2),
    "debt_to_equity": 114_483 / 107_147,
    "current_ratio": 131_339 / 116_866,
    "quick_ratio": 127_383 / 116_866,
    "interest_cover": 70_898 / 3_240,
    "accruals": (59_531 - 77_434) / 370_522,
    "asset_growth": 365_725 / 375_319 - 1,
    "free_cash_flow": 64_121e6,
    "ebitda": 81_801e6,
    "net_debt_and_minority": (114_483 - 25_913 - 40_388) * 1e6,
    "eps_diluted": 11.91,
    "revenue_per_share": 265_595 / 5_000.109,
}
# 10-K of fiscal 2024, 0001045810-24-000029: net income 29,760 on revenue of 60,922, gross profit 44,301, operating
# income 32,972, interest 257; assets 65,728 after 41,182, equity 42,978 after 22,101; current assets 44,345 with
# inventories of 5,282, current liabilities 10,631; cash from operations 28,090, capital expenditure 1,069; 2,494
# diluted shares, ten for one since the split; revenue of fiscal 2019 11,716.
NVIDIA_2024 = {
    "gross_margin": 44_301 / 60_922,
    "net_margin": 29_760 / 60_922,
    "return_on_assets": 29_760 / 53_455,
    "return_on_equity": 29_760 / 32_539.5,
    "current_ratio": 44_345 / 10_631,
    "quick_ratio": 39_063 / 10_631,
    "interest_cover": 32_972 / 257,
    "accruals": 1_670 / 53_455,
    "revenue_growth_5y": (60_922 / 11_716) ** 0.2 - 1,
    "free_cash_flow": 27_021e6,
}
A_SHARE = {"eps_diluted": 11.93, "revenue_per_share": 60_922 / 2_494, "free_cash_flow_per_share": 27_021 / 2_494}


@pytest.fixture(scope="module")
def lines(sec_archive):
    """All versions of all statements of the archive's companies, made of filings since the middle of 2017."""
    rows = [(cik, session_open(day), ratio, False) for cik, days in SPLITS.items() for day, ratio in days]
    splits = pl.DataFrame(rows, schema=SPLIT_SCHEMA, orient="row")
    files = [name for name in sec_archive.namelist() if name.startswith(FOLDER + "CIK")]
    facts = [read(sec_archive, name.removeprefix(FOLDER)) for name in files]
    assert len(facts) == 9
    return pl.concat(versions(one.filter(pl.col("filed_date") >= KNOWN_SINCE), splits=splits) for one in facts)


@pytest.fixture(scope="module")
def stored(lines):
    return RATIOS.check(ratio_versions(lines))


def as_of(rows, table, at):
    known = rows.filter(pl.col("known_at") <= at).sort("known_at").unique(table.key, keep="last")
    return known.filter(pl.col("status") != WITHDRAWN)


def year(stored, cik, end, at):
    (row,) = as_of(stored, RATIOS, at).filter(cik=cik, basis="annual", period_end=date.fromisoformat(end)).to_dicts()
    return row


def test_apple_s_ratios_of_2018_are_what_its_report_gives_by_hand(stored):
    row = year(stored, APPLE, "2018-09-29", INSTANTS[0])
    assert {name: row[name] for name in APPLE_2018} == pytest.approx(APPLE_2018)
    assert "0000320193-18-000145" in row["sources"]


def test_failure_case_22_nvidia_s_ratios_of_2024_by_hand_and_what_is_a_share_follows_the_split(stored):
    before, after = (year(stored, NVIDIA, "2024-01-28", at) for at in (EVENING_BEFORE, SPLIT_AT))
    for row, count in ((before, 1), (after, 10)):
        assert {name: row[name] for name in NVIDIA_2024} == pytest.approx(NVIDIA_2024)
        assert {name: row[name] * count for name in A_SHARE} == pytest.approx(A_SHARE)


def test_stored_ratios_are_those_computed_of_the_statements_of_then_for_every_company(lines, stored):
    compared = 0
    for at in INSTANTS:
        known = as_of(stored, RATIOS, at)
        place = ["cik", "basis", "period_end", "ratio"]
        parts = [
            known.select(*place[:3], ratio=pl.lit(name), value=name, said=stands(name).fill_null("ok"))
            for name in NAMES
        ]
        told = ratios(as_of(lines, FUNDAMENTALS, at)).filter(pl.col("ratio").is_in(NAMES))
        said = pl.concat_str("status", "reasons", separator=" ", ignore_nulls=True)
        assert pl.concat(parts).sort(place).equals(told.select(*place, "value", said=said).sort(place)), at
        compared += told["value"].count()
    assert compared > 10_000
