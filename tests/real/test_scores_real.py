"""Apple's metrics at the close of 28 June 2019, from its official company facts and the price files, through commands.

Figures are those of the filings, in millions. Quarters to 30 March 2019 (10-Q of 1 May 2019, 10-K of fiscal 2018):
sales 53,265 + 62,900 + 84,310 + 58,015, a year before 45,408 + 52,579 + 88,293 + 61,137; net income 11,519 + 14,125 +
19,965 + 11,561; equity 105,860 after 126,878, debt 90,201 + 22,429, current assets 123,346, inventories 4,884, current
liabilities 93,772. The cover of that 10-Q counts 4,601,075,000 shares; the exchange's close was 197.92.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from edgewise.core.clock import shift_session
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.lake import Lake

APPLE, MONTH_END = 320193, date(2019, 6, 28)
NET_INCOME, MARKET_VALUE = 11_519 + 14_125 + 19_965 + 11_561, 197.92 * 4_601.075
TOLD = {
    "revenue_growth_1y": (53_265 + 62_900 + 84_310 + 58_015) / (45_408 + 52_579 + 88_293 + 61_137) - 1,
    "return_on_equity": NET_INCOME / ((105_860 + 126_878) / 2),
    "debt_to_equity": (90_201 + 22_429) / 105_860,
    "current_ratio": 123_346 / 93_772,
    "quick_ratio": (123_346 - 4_884) / 93_772,
    "market_value": MARKET_VALUE * 1e6,
    "book_yield": 105_860 / MARKET_VALUE,
    "sales_yield": 258_490 / MARKET_VALUE,
}
ABSENT = ("consensus", "insider_net_buyers_90", "institutional_share", "news_tone_30", "filing_tone")


def daily(folder, first: date = date(2018, 1, 2)) -> pl.DataFrame:
    """Apple's rows of the price file."""
    rows = pl.scan_parquet(folder / "ohlcv_core.parquet").with_columns(pl.col("ticker").cast(pl.String))
    return rows.filter(pl.col("ticker") == "AAPL", pl.col("date") >= first).collect()


@pytest.fixture(scope="module")
def lake(real_data, tmp_path_factory) -> Lake:
    """A home into which commands brought Apple's facts, prices and events, and scored the month end."""
    folder = tmp_path_factory.mktemp("scored")
    prices = real_data / "market" / "prices"
    columns = ["ticker", "date", "open", "high", "low", "close", "volume"]
    daily(prices).select(columns).write_parquet(folder / "prices.parquet")
    told = pl.read_parquet(prices / "corporate_actions_core.parquet").with_columns(pl.col("ticker").cast(pl.String))
    events = told.filter(pl.col("ticker") == "AAPL").rename({"date": "ex_session"})
    one_of = [pl.when(pl.col(name) > 0).then(name).alias(name) for name in ("dividend", "split_ratio")]
    events.with_columns(one_of).write_parquet(folder / "events.parquet")
    commands = (
        "instruments ingest",
        f"fundamentals ingest --cik {APPLE}",
        f"prices ingest {folder}/prices.parquet --splits {prices}/corporate_actions_core.parquet",
        f"prices actions {folder}/events.parquet --split-adjusted",
        "indicators build",
        f"scores compute --ticker AAPL --as-of {MONTH_END}",
    )
    settings = {
        "EDGEWISE_HOME": str(folder / "home"),
        "EDGEWISE_EDGAR": f"archive://{real_data}/sec.zip",
        "EDGEWISE_EDGAR_CATALOGUE": str(real_data / "sec.MANIFEST.tsv"),
    }
    for command in commands:
        words = [sys.executable, "-m", "edgewise", *command.split()]
        subprocess.run(words, env=os.environ | settings, check=True, capture_output=True)
    return Lake(str(folder / "home" / "lake"))


@pytest.fixture(scope="module")
def apple(lake) -> dict[str, object]:
    return lake.read(FACTOR_METRICS, where=pl.col("cik") == APPLE).row(0, named=True)


@pytest.mark.parametrize("name", TOLD)
def test_a_metric_is_what_the_filings_give_by_hand(apple, name):
    assert apple[name] == pytest.approx(TOLD[name], rel=1e-6)


def test_momentum_is_that_of_the_files_own_total_returns(apple, real_data):
    rows = daily(real_data / "market" / "prices").with_columns(total=pl.col("close") * pl.col("adj_factor"))
    total = dict(rows.select("date", "total").iter_rows())
    first, last = (total[shift_session(MONTH_END, -by)] for by in (252, 21))
    assert apple["momentum_12_1"] == pytest.approx(last / first - 1, abs=1e-3)


@pytest.mark.parametrize("name", ABSENT)
def test_what_nobody_brought_in_is_absent_and_no_zero(apple, name):
    assert apple[name] is None


def test_a_company_without_peers_is_not_rated_and_says_why(lake):
    row = lake.read(SCORES).row(0, named=True)
    assert (row["status"], row["reasons"], row["overall"]) == ("not_rated", "too_little_known", None)
