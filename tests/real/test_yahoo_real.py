"""Recorded answers of Yahoo's chart: Apple around its split of 2020, Microsoft over a year of dividends.

Apple closed at 300.35 USD on 2020-01-02 and at 129.04 on 2020-08-31, as the exchange reported. Microsoft paid 0.56 USD
in 2021-02, -05 and -08, 0.62 in 2021-11.
"""

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import Unparsable
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.adjust import adjusted_prices
from edgewise.sources.prices.yahoo import parse_chart


@pytest.fixture
def recorded(real_data):
    folder = real_data / "market" / "fixtures" / "yahoo"
    return lambda name: json.dumps(json.loads((folder / name).read_text())["body"]).encode()


def test_failure_case_39_apple_before_its_split_needs_the_split(recorded):
    body = recorded("chart-AAPL-2020-01-01-to-2020-01-03.json")
    with pytest.raises(Unparsable, match="splits after it are hidden"):
        parse_chart(body)
    close = parse_chart(body, later_splits=[(date(2020, 8, 31), 4.0)]).prices["close"].item()
    assert close == pytest.approx(300.35, abs=0.005)


def test_the_day_of_the_split_is_on_the_new_count(recorded):
    read = parse_chart(recorded("chart-AAPL-2020-08-31-to-2020-11-07.json"), later_splits=())
    assert read.prices["close"][0] == pytest.approx(129.04, abs=0.005)
    assert read.prices.height == 49
    assert read.actions.select("ex_session", "kind", "ratio", "amount").rows() == [
        (date(2020, 8, 31), "split", 4.0, None),
        (date(2020, 11, 6), "dividend", None, 0.205),
    ]


def test_dividends_taken_out_give_the_ratios_of_yahoos_own_adjusted_close(recorded):
    body = recorded("historical-via-chart-MSFT-dividends-2021-02-01-to-2022-01-31.csv.json")
    read = parse_chart(body, later_splits=())
    assert read.actions["amount"].to_list() == [0.56, 0.56, 0.56, 0.62]
    shared = {"instrument_id": pl.lit("0000789019-01"), "source_url": pl.lit("recorded")}
    prices = read.prices.with_columns(
        **shared, provider=pl.lit("yahoo"), status=pl.lit("ok"), reasons=pl.lit(None, dtype=pl.String)
    )
    actions = read.actions.with_columns(
        **shared, delisting_return=pl.lit(None, dtype=pl.Float64), known_at=pl.lit(datetime(2021, 1, 1, tzinfo=UTC))
    )
    actions = actions.with_columns(pl.col("known_at").cast(CORPORATE_ACTIONS.schema["known_at"])).drop("ticker")
    ours = adjusted_prices(
        PRICES.check(prices.drop("ticker")), CORPORATE_ACTIONS.check(actions), as_of=datetime(2022, 2, 1, tzinfo=UTC)
    )["total_return_close"]
    theirs = pl.Series(json.loads(body)["chart"]["result"][0]["indicators"]["adjclose"][0]["adjclose"])
    assert ((ours / ours[-1]) / (theirs / theirs[-1]) - 1).abs().max() < 2e-5
