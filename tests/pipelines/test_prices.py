"""Price files: every row lands on the security its ticker named that session, or is counted as left out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.market.adjust import adjusted_prices
from edgewise.pipelines.prices import IngestedPrices, ingest_prices

KNOWN = datetime(2024, 1, 2, tzinfo=UTC)
OLD, NEW = "0000000001-01", "0000000002-01"


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def instruments() -> pl.DataFrame:
    """AAA named one security until the end of June and another one from July on."""
    spans = [(OLD, date(1990, 1, 2), date(2024, 6, 28)), (NEW, date(2024, 7, 1), None)]
    return INSTRUMENTS.frame(
        [
            {
                "instrument_id": security,
                "ticker": "AAA",
                "valid_from": first,
                "valid_to": last,
                "cik": int(security[:10]),
                "company": "A",
                "source_url": "test:",
                "known_at": KNOWN,
            }
            for security, first, last in spans
        ]
    )


@pytest.fixture
def file(tmp_path):
    """Write bars of (ticker, session, price) to a file and return its path."""

    def write(*bars: tuple[str, str, float]):
        rows = [
            {
                "ticker": ticker,
                "session": session,
                **dict.fromkeys(("open", "high", "low", "close"), price),
                "volume": 9,
            }
            for ticker, session, price in bars
        ]
        pl.DataFrame(rows).write_csv(tmp_path / "bars.csv")
        return tmp_path / "bars.csv"

    return write


def test_failure_case_31_a_ticker_names_the_security_of_its_day(lake, instruments, file):
    ingest_prices(file(("AAA", "2024-06-28", 10), ("aaa", "2024-07-01", 20)), lake, instruments)
    rows = lake.read(PRICES).sort("session")
    assert rows.select("instrument_id", "close").rows() == [(OLD, 10.0), (NEW, 20.0)]


def test_a_price_is_known_at_its_sessions_close_also_on_a_half_day(lake, instruments, file):
    ingest_prices(file(("AAA", "2024-07-02", 10), ("AAA", "2024-07-03", 20)), lake, instruments)
    assert lake.read(PRICES).sort("session")["known_at"].to_list() == [
        datetime(2024, 7, 2, 20, tzinfo=UTC),
        datetime(2024, 7, 3, 17, tzinfo=UTC),
    ]


def test_what_is_left_out_is_counted_by_reason_and_by_ticker(lake, instruments, file):
    bars = [("AAA", "2024-07-01", 10), ("BBB", "2024-07-01", 1), ("BBB", "2024-07-02", 1), ("CCC", "2024-07-01", 1)]
    done = ingest_prices(file(*bars, ("AAA", "2024-07-04", 10), ("AAA", "2024-07-05", -1)), lake, instruments)
    assert done == IngestedPrices(1, {"not_a_session": 1, "non_positive_price": 1}, {"BBB": 2, "CCC": 1})
    assert lake.read(PRICES).height == 1


def test_again_nothing_changes_and_a_correction_replaces_its_row(lake, instruments, file):
    ingest_prices(file(("AAA", "2023-12-29", 10), ("AAA", "2024-01-02", 11)), lake, instruments)
    version = lake.version(PRICES)
    ingest_prices(file(("AAA", "2023-12-29", 10), ("AAA", "2024-01-02", 11)), lake, instruments)
    assert lake.version(PRICES) == version
    ingest_prices(file(("AAA", "2024-01-02", 12)), lake, instruments)
    assert lake.read(PRICES).sort("session")["close"].to_list() == [10.0, 12.0]


def test_only_the_files_name_is_kept_never_where_it_lay(lake, instruments, file):
    ingest_prices(file(("AAA", "2024-07-01", 10)), lake, instruments)
    assert lake.read(PRICES)["source_url"].to_list() == ["file:bars.csv"]


def test_a_file_without_a_known_ticker_stores_nothing(lake, instruments, file):
    assert ingest_prices(file(("ZZZ", "2024-07-01", 10)), lake, instruments) == IngestedPrices(0, {}, {"ZZZ": 1})
    assert lake.read(PRICES).is_empty()


def test_a_missing_file_is_not_found(lake, instruments, tmp_path):
    with pytest.raises(NotFound):
        ingest_prices(tmp_path / "nowhere.csv", lake, instruments)


def test_failure_case_39_a_split_that_is_undone_is_stored_from_the_open_of_its_session(
    lake, instruments, file, tmp_path
):
    """Dated on a Saturday, as some files do; the neighbour's split and one of long ago are none of these prices'."""
    splits = tmp_path / "splits.csv"
    splits.write_text(
        "ticker,date,split_ratio\nAAA,2024-06-15,4\nBBB,2024-06-15,2\nAAA,1987-01-05,2\nAAA,2024-06-14,0\n"
    )
    bars = file(("AAA", "2024-06-14", 25), ("AAA", "2024-06-17", 26))
    assert ingest_prices(bars, lake, instruments, splits=splits).splits == 1
    prices, actions = lake.read(PRICES), lake.read(CORPORATE_ACTIONS)
    opened = datetime(2024, 6, 17, 13, 30, tzinfo=UTC)
    assert actions.select("instrument_id", "ex_session", "kind", "ratio", "known_at").rows() == [
        (OLD, date(2024, 6, 17), "split", 4.0, opened)
    ]
    assert prices.sort("session")["close"].to_list() == [100, 26]
    assert adjusted_prices(prices, actions, as_of=opened)["close"].to_list() == [25]
    assert adjusted_prices(prices, actions, as_of=datetime(2024, 6, 17, tzinfo=UTC))["close"].to_list() == [100]
    versions = lake.version(PRICES), lake.version(CORPORATE_ACTIONS)
    assert ingest_prices(bars, lake, instruments, splits=splits).splits == 0
    assert (lake.version(PRICES), lake.version(CORPORATE_ACTIONS)) == versions
