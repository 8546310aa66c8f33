"""Real price files: two companies of the core file, and what its known splits do to them.

As-traded closes are those the exchange reported on the day: Apple 645.57 on 2014-06-06, 499.23 on 2020-08-28, Amazon
2,447.00 on 2022-06-03.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from edgewise.sources.prices.files import PriceRows, read_prices


@pytest.fixture(scope="module")
def as_traded(real_data, tmp_path_factory) -> PriceRows:
    folder = real_data / "market" / "prices"
    sample = tmp_path_factory.mktemp("prices") / "sample.parquet"
    core = pl.scan_parquet(folder / "ohlcv_core.parquet").filter(
        pl.col("ticker").cast(pl.String).is_in(["AAPL", "AMZN"])
    )
    core.collect().write_parquet(sample)
    return read_prices(sample, splits=folder / "corporate_actions_core.parquet")


def close(read: PriceRows, ticker: str, session: date) -> float:
    return read.prices.filter(pl.col("ticker") == ticker, pl.col("session") == session)["close"].item()


def test_every_row_of_the_sample_is_kept(as_traded):
    assert as_traded.rejected == {}
    assert as_traded.prices.group_by("ticker").len().sort("ticker").rows() == [("AAPL", 3774), ("AMZN", 3774)]


@pytest.mark.parametrize(
    ("ticker", "session", "traded"),
    [
        ("AAPL", date(2014, 6, 6), 645.57),
        ("AAPL", date(2014, 6, 9), 93.70),
        ("AAPL", date(2020, 8, 28), 499.23),
        ("AAPL", date(2020, 8, 31), 129.04),
        ("AAPL", date(2023, 12, 29), 192.53),
        ("AMZN", date(2022, 6, 3), 2447.00),
        ("AMZN", date(2022, 6, 6), 124.79),
    ],
)
def test_closes_are_those_of_the_day(as_traded, ticker, session, traded):
    assert close(as_traded, ticker, session) == pytest.approx(traded, rel=1e-4)


def test_as_traded_prices_of_delisted_companies_need_no_undoing(real_data):
    read = read_prices(real_data / "market" / "prices" / "astraded_delisted_2015_2017.parquet")
    # Seven rows stand on 2015-07-03 and 2017-01-02, when the exchange was shut.
    assert read.rejected == {"not_a_session": 7}
    assert read.prices.height == 573_883
