"""Price files: which rows are kept, why others are not, and how splits are undone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, NotFound, SchemaMismatch, Truncated, Unparsable
from edgewise.sources.prices.files import SCHEMA, read_prices

if TYPE_CHECKING:
    from pathlib import Path

FRIDAY, MONDAY = date(2020, 8, 28), date(2020, 8, 31)
HALF_DAY = date(2020, 11, 27)
ROW = {
    "ticker": "AAPL",
    "session": FRIDAY,
    "open": 126.0,
    "high": 126.5,
    "low": 124.5,
    "close": 125.0,
    "volume": 4_000_000,
}


def parquet(tmp_path: Path, *rows: dict, name: str = "prices.parquet") -> Path:
    path = tmp_path / name
    pl.DataFrame([ROW | row for row in rows], infer_schema_length=None).write_parquet(path)
    return path


def csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(text)
    return path


class TestReading:
    def test_rows_come_out_typed_sorted_and_known_at_the_close(self, tmp_path):
        read = read_prices(parquet(tmp_path, {"session": HALF_DAY}, {}, {"ticker": "A"}))
        assert read.prices.schema == SCHEMA
        assert read.rejected == {}
        assert read.prices.select("ticker", "session", "known_at").rows() == [
            ("A", FRIDAY, datetime(2020, 8, 28, 20, tzinfo=UTC)),
            ("AAPL", FRIDAY, datetime(2020, 8, 28, 20, tzinfo=UTC)),
            ("AAPL", HALF_DAY, datetime(2020, 11, 27, 18, tzinfo=UTC)),
        ]

    def test_csv_and_parquet_give_the_same(self, tmp_path):
        written = csv(tmp_path, "Ticker,Date,Open,High,Low,Close,Volume\naapl,2020-08-28,126,126.5,124.5,125,4000000\n")
        assert read_prices(written).prices.equals(read_prices(parquet(tmp_path, {})).prices)

    def test_a_class_is_spelt_with_a_dash(self, tmp_path):
        read = read_prices(parquet(tmp_path, {"ticker": "brk.b"}))
        assert read.prices["ticker"].to_list() == ["BRK-B"]

    def test_a_session_without_trade_keeps_its_nulls(self, tmp_path):
        nothing = dict.fromkeys(("open", "high", "low", "close", "volume"))
        read = read_prices(parquet(tmp_path, {}, {"ticker": "A"} | nothing))
        assert read.rejected == {}
        assert read.prices.row(0)[2:7] == (None,) * 5

    def test_the_adjustment_factor_is_not_applied(self, tmp_path):
        adjusted = read_prices(parquet(tmp_path, {"adj_factor": 0.5}))
        assert adjusted.prices["close"].to_list() == [125.0]
        assert adjusted.prices.schema == SCHEMA


class TestRejecting:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({"ticker": "ABI~old"}, "bad_ticker"),
            ({"ticker": None}, "bad_ticker"),
            ({"session": date(2020, 8, 29)}, "not_a_session"),
            ({"session": date(2020, 12, 25)}, "not_a_session"),
            ({"session": None}, "not_a_session"),
            ({"close": None}, "missing_price"),
            ({"close": float("nan")}, "bad_number"),
            ({"high": float("inf")}, "bad_number"),
            ({"low": 0.0}, "non_positive_price"),
            ({"open": -1.0}, "non_positive_price"),
            ({"high": 124.0}, "high_below_low"),
            ({"close": 127.0}, "outside_range"),
            ({"open": 124.0}, "outside_range"),
            ({"volume": -1}, "negative_volume"),
        ],
    )
    def test_a_bad_row_is_counted_under_its_reason(self, tmp_path, row, reason):
        read = read_prices(parquet(tmp_path, row, {"ticker": "KEPT"}))
        assert read.rejected == {reason: 1}
        assert read.prices["ticker"].to_list() == ["KEPT"]

    def test_the_same_row_twice_is_kept_once(self, tmp_path):
        read = read_prices(parquet(tmp_path, {}, {}, {}))
        assert (read.prices.height, read.rejected) == (1, {"duplicate": 2})

    def test_rows_that_contradict_each_other_are_all_left_out(self, tmp_path):
        read = read_prices(parquet(tmp_path, {}, {"close": 125.5}, {"ticker": "A"}))
        assert (read.prices["ticker"].to_list(), read.rejected) == (["A"], {"conflicting": 2})

    def test_a_bad_row_does_not_spoil_a_good_one_of_the_same_key(self, tmp_path):
        read = read_prices(parquet(tmp_path, {}, {"close": -1.0}))
        assert (read.prices.height, read.rejected) == (1, {"non_positive_price": 1})

    def test_text_that_is_no_number_or_date_is_counted(self, tmp_path):
        lines = [
            "A,2020-08-28,1,1,1,one,5",
            "B,28.08.2020,1,1,1,1,5",
            "C,2020-08-28,1,1,1,1,many",
            "D,2020-08-28,1,1,1,1,",
        ]
        read = read_prices(csv(tmp_path, "\n".join(["ticker,session,open,high,low,close,volume", *lines])))
        assert read.rejected == {"bad_number": 2, "not_a_session": 1}
        assert read.prices.select("ticker", "volume").rows() == [("D", None)]

    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "ticker": st.sampled_from(["A", "B", "~"]),
                    "session": st.dates(date(2020, 8, 27), date(2020, 8, 31)),
                    "high": st.sampled_from([126.5, 1.0, None]),
                    "volume": st.sampled_from([1, -1, None]),
                }
            ),
            min_size=1,
        )
    )
    def test_every_row_is_kept_or_counted_and_keys_stand_once(self, tmp_path, rows):
        read = read_prices(parquet(tmp_path, *rows))
        assert read.prices.height + sum(read.rejected.values()) == len(rows)
        assert not read.prices.select("ticker", "session").is_duplicated().any()


class TestSplits:
    SPLITS = [  # noqa: RUF012 - never changed
        {"ticker": "AAPL", "date": date(2014, 6, 9), "split_ratio": 7.0},
        {"ticker": "AAPL", "date": MONDAY, "split_ratio": 4.0},
        {"ticker": "AAPL", "date": FRIDAY, "split_ratio": 0.0},
        {"ticker": "GE", "date": date(2021, 8, 2), "split_ratio": 0.125},
    ]

    @pytest.fixture
    def splits(self, tmp_path) -> Path:
        path = tmp_path / "splits.parquet"
        pl.DataFrame(self.SPLITS).write_parquet(path)
        return path

    def test_prices_before_a_split_are_multiplied_and_volumes_divided(self, tmp_path, splits):
        rows = [{"session": date(2014, 6, 6)}, {}, {"session": MONDAY}, {"ticker": "GE"}, {"ticker": "MSFT"}]
        read = read_prices(parquet(tmp_path, *rows), splits=splits)
        assert read.prices.select("ticker", "session", "close", "volume").rows() == [
            ("AAPL", date(2014, 6, 6), 3_500.0, 142_857),
            ("AAPL", FRIDAY, 500.0, 1_000_000),
            ("AAPL", MONDAY, 125.0, 4_000_000),
            ("GE", FRIDAY, 15.625, 32_000_000),
            ("MSFT", FRIDAY, 125.0, 4_000_000),
        ]

    def test_two_splits_on_one_day_are_refused(self, tmp_path):
        path = tmp_path / "twice.parquet"
        pl.DataFrame([self.SPLITS[1], self.SPLITS[1]]).write_parquet(path)
        with pytest.raises(SchemaMismatch, match="twice"):
            read_prices(parquet(tmp_path, {}), splits=path)

    def test_a_file_of_splits_without_ratio_is_refused(self, tmp_path):
        path = tmp_path / "prices2.parquet"
        pl.DataFrame([ROW]).write_parquet(path)
        with pytest.raises(SchemaMismatch, match="split_ratio"):
            read_prices(parquet(tmp_path, {}), splits=path)


class TestBadFiles:
    def test_a_missing_column_is_named_with_those_there(self, tmp_path):
        with pytest.raises(SchemaMismatch, match=r"volume.*It has ticker"):
            read_prices(csv(tmp_path, "ticker,session,open,high,low,close\n"))

    def test_a_file_that_is_not_there_is_not_found(self, tmp_path):
        with pytest.raises(NotFound):
            read_prices(tmp_path / "none.parquet")

    def test_other_kinds_are_refused(self, tmp_path):
        with pytest.raises(InvalidInput, match="neither"):
            read_prices(tmp_path / "prices.xlsx")

    def test_an_empty_file_is_truncated(self, tmp_path):
        with pytest.raises(Truncated):
            read_prices(csv(tmp_path, ""))

    @pytest.mark.parametrize("name", ["prices.parquet", "prices.csv"])
    def test_what_is_not_what_its_name_says_is_unparsable(self, tmp_path, name):
        path = tmp_path / name
        path.write_bytes(b"\x00PAR1,\n1,2,3,4\n")
        with pytest.raises((Unparsable, SchemaMismatch)):
            read_prices(path)

    def test_two_columns_of_one_name_are_refused(self, tmp_path):
        with pytest.raises(SchemaMismatch, match="two columns"):
            read_prices(csv(tmp_path, "Ticker,ticker,session,open,high,low,close,volume\n"))

    def test_columns_of_a_wrong_kind_are_refused(self, tmp_path):
        path = tmp_path / "prices.parquet"
        pl.DataFrame([ROW | {"close": [1.0]}]).write_parquet(path)
        with pytest.raises(SchemaMismatch):
            read_prices(path)
