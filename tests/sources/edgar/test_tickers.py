"""Lists of tickers folded one after another: ids that stay, spans that end, symbols that are used again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, NotFound, Truncated, Unparsable
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar.tickers import (
    UNKNOWN_START,
    current,
    fold,
    identify,
    instruments_from_tickers,
    parse_tickers,
    resolve,
)

FIRST = datetime(2022, 6, 1, 15, tzinfo=UTC)
SECOND = datetime(2022, 6, 9, 15, tzinfo=UTC)
THIRD = datetime(2023, 10, 16, 15, tzinfo=UTC)


def tickers_json(*entries: tuple[int, str, str]) -> bytes:
    said = {str(n): {"cik_str": cik, "ticker": ticker, "title": name} for n, (cik, ticker, name) in enumerate(entries)}
    return json.dumps(said).encode()


def listed(**ciks: int) -> bytes:
    """A vintage by ticker; '_' stands for the dash before the class."""
    return tickers_json(*((cik, ticker.replace("_", "-"), f"COMPANY {cik}") for ticker, cik in ciks.items()))


def spans(instruments: pl.DataFrame) -> list[tuple]:
    columns = ("instrument_id", "ticker", "valid_from", "valid_to")
    return current(instruments).select(columns).rows()


class TestParsing:
    def test_both_lists_and_all_spellings_of_a_cik_give_the_same(self):
        plain = parse_tickers(tickers_json((320193, "AAPL", "Apple Inc."), (1067983, "BRK-B", "BERKSHIRE")))
        padded = parse_tickers(
            json.dumps(
                {
                    "0": {"cik_str": "0000320193", "ticker": "aapl", "title": "Apple Inc."},
                    "1": {"cik_str": "0001067983", "ticker": "BRK.B", "title": "BERKSHIRE"},
                }
            ).encode()
        )
        exchange = parse_tickers(
            json.dumps(
                {
                    "fields": ["cik", "name", "ticker", "exchange"],
                    "data": [[320193, "Apple Inc.", "AAPL", "Nasdaq"], [1067983, "BERKSHIRE", "BRK-B", None]],
                }
            ).encode()
        )
        assert plain.entries.equals(padded.entries)
        assert plain.entries.drop("exchange").equals(exchange.entries.drop("exchange"))
        assert exchange.entries["exchange"].to_list() == ["Nasdaq", None]
        assert len(plain) == 2

    def test_bad_entries_are_counted(self):
        page = parse_tickers(
            json.dumps(
                {
                    "0": {"cik_str": 1, "ticker": "A", "title": "A"},
                    "1": {"cik_str": 0, "ticker": "B", "title": "B"},
                    "2": {"cik_str": 2, "ticker": "not a ticker", "title": "C"},
                    "3": {"cik_str": 3, "ticker": "A", "title": "D"},
                    "4": [],
                    "5": {"ticker": "E"},
                    "6": {"cik_str": 1, "ticker": "A", "title": "A again"},
                }
            ).encode()
        )
        assert page.entries["ticker"].to_list() == ["A"]
        assert [one.reason for one in page.rejected] == [*["bad_entry"] * 2, "ticker_of_two", *["bad_entry"] * 2]

    @pytest.mark.parametrize(
        "said", [{}, {"fields": ["ticker"], "data": []}, {"fields": ["cik", "name", "ticker"]}, {"fields": 1}]
    )
    def test_a_list_of_nothing_is_unparsable(self, said):
        with pytest.raises(Unparsable):
            parse_tickers(json.dumps(said).encode())

    def test_failure_case_41_a_block_page_is_unparsable(self):
        with pytest.raises(Unparsable, match="HTML"):
            parse_tickers(b"<html>Your Request Originates from an Undeclared Automated Tool</html>")


class TestFolding:
    def test_the_first_vintage_mints_ids_in_the_order_of_symbols(self):
        first = instruments_from_tickers([(FIRST, listed(GOOGL=1652044, BRK_B=1067983, GOOG=1652044, BRK_A=1067983))])
        assert spans(first) == [
            ("0001067983-01", "BRK-A", UNKNOWN_START, None),
            ("0001067983-02", "BRK-B", UNKNOWN_START, None),
            ("0001652044-01", "GOOG", UNKNOWN_START, None),
            ("0001652044-02", "GOOGL", UNKNOWN_START, None),
        ]
        assert first["known_at"].unique().to_list() == [FIRST]
        assert INSTRUMENTS.check(first).height == 4

    def test_failure_case_31_a_renamed_symbol_keeps_its_security(self):
        renamed = instruments_from_tickers([(FIRST, listed(FB=1326801)), (SECOND, listed(META=1326801))])
        assert spans(renamed) == [
            ("0001326801-01", "FB", UNKNOWN_START, date(2022, 6, 8)),
            ("0001326801-01", "META", date(2022, 6, 9), None),
        ]
        assert resolve(renamed, "FB", date(2022, 6, 8)) == resolve(renamed, "META", date(2022, 6, 9))

    def test_failure_case_31_what_was_known_before_stays_readable(self):
        renamed = instruments_from_tickers([(FIRST, listed(FB=1326801)), (SECOND, listed(META=1326801))])
        as_of = renamed.filter(pl.col("known_at") <= FIRST)
        assert spans(as_of) == [("0001326801-01", "FB", UNKNOWN_START, None)]

    def test_failure_case_31_a_new_class_gets_the_next_number(self):
        vintages = [(FIRST, listed(GOOGL=1)), (SECOND, listed(GOOGL=1, GOOG=1)), (THIRD, listed(GOOGL=1, GOOG=1, GO=1))]
        found = dict(current(instruments_from_tickers(vintages)).select("ticker", "instrument_id").rows())
        assert found == {"GOOGL": "0000000001-01", "GOOG": "0000000001-02", "GO": "0000000001-03"}

    def test_failure_case_31_a_symbol_of_another_registrant_is_another_security(self):
        # Kinder Morgan the first (CIK 54502) went private in 2007; the second listed under the same symbol in 2011.
        reused = instruments_from_tickers(
            [(FIRST, listed(KMI=54502, EP=1066107)), (SECOND, listed(KMI=1506307, EP=1066107))]
        )
        assert spans(reused)[::2] == [
            ("0000054502-01", "KMI", UNKNOWN_START, date(2022, 6, 8)),
            ("0001506307-01", "KMI", date(2022, 6, 9), None),
        ]
        assert resolve(reused, "KMI", date(2022, 6, 8)) == "0000054502-01"
        assert resolve(reused, "KMI", date(2022, 6, 9)) == "0001506307-01"

    def test_failure_case_31_a_delisted_symbol_ends(self):
        delisted = instruments_from_tickers([(SECOND, listed(ATVI=718877, A=1)), (THIRD, listed(A=1))])
        assert spans(delisted)[1] == ("0000718877-01", "ATVI", UNKNOWN_START, date(2023, 10, 15))
        with pytest.raises(NotFound, match="1990-01-02 to 2023-10-15"):
            resolve(delisted, "ATVI", date(2024, 1, 2))

    def test_all_classes_follow_a_renamed_issuer(self):
        vintages = [(FIRST, listed(ABC=1, ABC_PA=1, ABCW=1)), (SECOND, listed(XYZ=1, XYZ_PA=1, XYZW=1))]
        found = dict(current(instruments_from_tickers(vintages)).select("ticker", "instrument_id").rows())
        assert found["XYZ"] == found["ABC"]
        assert found["XYZ-PA"] == found["ABC-PA"]
        assert found["XYZW"] == found["ABCW"]
        assert len(set(found.values())) == 3

    def test_a_preferred_that_replaces_another_is_a_new_security(self):
        vintages = [(FIRST, listed(ABC=1, ABC_PA=1)), (SECOND, listed(ABC=1, ABC_PB=1))]
        found = dict(current(instruments_from_tickers(vintages)).select("ticker", "instrument_id").rows())
        assert found == {"ABC": "0000000001-01", "ABC-PA": "0000000001-02", "ABC-PB": "0000000001-03"}

    def test_a_symbol_that_comes_back_is_the_same_security_again(self):
        vintages = [(FIRST, listed(A=1, B=2)), (SECOND, listed(A=1)), (THIRD, listed(A=1, B=2))]
        assert spans(instruments_from_tickers(vintages))[1:] == [
            ("0000000002-01", "B", UNKNOWN_START, date(2022, 6, 8)),
            ("0000000002-01", "B", date(2023, 10, 16), None),
        ]

    def test_a_new_name_or_exchange_is_a_new_version_of_the_span(self):
        first = fold(INSTRUMENTS.empty(), parse_tickers(tickers_json((1, "A", "OLD NAME"))).entries, FIRST)
        entries = pl.DataFrame({"ticker": ["A"], "cik": [1], "company": ["NEW NAME"], "exchange": ["NYSE"]})
        second = fold(first, entries, SECOND, source_url="https://www.sec.gov/files/company_tickers_exchange.json")
        silent = fold(second, entries.with_columns(exchange=pl.lit(None, pl.String)), THIRD)
        assert second.height == 2
        assert second.row(-1, named=True) == {
            "instrument_id": "0000000001-01",
            "ticker": "A",
            "valid_from": UNKNOWN_START,
            "valid_to": None,
            "cik": 1,
            "company": "NEW NAME",
            "exchange": "NYSE",
            "source_url": "https://www.sec.gov/files/company_tickers_exchange.json",
            "known_at": SECOND,
        }
        assert silent is second

    def test_days_are_those_of_new_york(self):
        late = datetime(2022, 6, 10, 2, tzinfo=UTC)  # 22:00 of 9 June in New York
        assert spans(instruments_from_tickers([(FIRST, listed(FB=1)), (late, listed(META=1))]))[1][2] == date(
            2022, 6, 9
        )


class TestStability:
    def test_folding_a_vintage_again_adds_nothing(self):
        folded = instruments_from_tickers([(FIRST, listed(FB=1, A=2)), (SECOND, listed(META=1, A=2))])
        assert fold(folded, parse_tickers(listed(META=1, A=2)).entries, SECOND) is folded
        assert fold(folded, parse_tickers(listed(META=1, A=2)).entries, THIRD) is folded

    def test_the_order_of_a_file_does_not_matter(self):
        forward, backward = listed(A=1, AB=1, C=2), listed(C=2, AB=1, A=1)
        assert instruments_from_tickers([(FIRST, forward)]).equals(instruments_from_tickers([(FIRST, backward)]))

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(
            st.dictionaries(st.sampled_from(["A", "AB", "A_PA", "B", "BB", "C", "D"]), st.integers(1, 3), min_size=1),
            min_size=1,
            max_size=5,
        )
    )
    def test_later_vintages_never_change_what_earlier_ones_gave(self, vintages):
        dated = [(FIRST + timedelta(days=7 * number), listed(**one)) for number, one in enumerate(vintages)]
        folded = INSTRUMENTS.empty()
        for observed_at, body in dated:
            before = folded
            folded = fold(before, parse_tickers(body).entries, observed_at, max_loss=1)
            assert folded.head(before.height).equals(before)
            assert INSTRUMENTS.check(folded).height == folded.height
            open_now = current(folded).filter(pl.col("valid_to").is_null())
            told = parse_tickers(body).entries
            assert set(open_now.select("ticker", "cik").rows()) == set(told.select("ticker", "cik").rows())
            assert (open_now["instrument_id"].str.slice(0, 10).cast(pl.Int64) == open_now["cik"]).all()
            assert open_now["instrument_id"].n_unique() == open_now.height

    @settings(deadline=None, max_examples=40)
    @given(st.permutations([(FIRST, listed(FB=1)), (SECOND, listed(META=1)), (THIRD, listed(META=1, B=2))]))
    def test_the_order_in_which_vintages_are_given_does_not_matter(self, vintages):
        expected = instruments_from_tickers(sorted(vintages))
        assert instruments_from_tickers(vintages).equals(expected)

    def test_an_older_vintage_is_refused(self):
        folded = instruments_from_tickers([(SECOND, listed(A=1))])
        with pytest.raises(InvalidInput, match="older"):
            fold(folded, parse_tickers(listed(A=1)).entries, FIRST)

    def test_an_instant_without_zone_is_refused(self):
        with pytest.raises(InvalidInput, match="zone"):
            fold(INSTRUMENTS.empty(), parse_tickers(listed(A=1)).entries, datetime(2022, 1, 1))  # noqa: DTZ001

    def test_a_list_that_lacks_most_symbols_is_refused(self):
        folded = instruments_from_tickers([(FIRST, listed(A=1, B=2, C=3, D=4))])
        with pytest.raises(Truncated, match="lacks 3 of 4 registrants"):
            fold(folded, parse_tickers(listed(A=1)).entries, SECOND)


class TestResolving:
    INSTRUMENTS = instruments_from_tickers(
        [(FIRST, listed(FB=1326801, BRK_B=1067983)), (SECOND, listed(META=1326801, BRK_B=1067983))]
    )

    @pytest.mark.parametrize("spelling", ["BRK-B", "brk.b", "BRK/B"])
    def test_all_spellings_find_the_class(self, spelling):
        assert resolve(self.INSTRUMENTS, spelling, date(2022, 6, 9)) == "0001067983-01"

    def test_an_unknown_ticker_names_its_neighbours(self):
        with pytest.raises(NotFound, match="BRK-B"):
            resolve(self.INSTRUMENTS, "BRKB", date(2022, 6, 9))

    def test_without_neighbours_it_says_what_to_do(self):
        with pytest.raises(NotFound, match="instruments ingest"):
            resolve(self.INSTRUMENTS, "ZZZZ", date(2022, 6, 9))

    def test_no_ticker_is_refused(self):
        with pytest.raises(InvalidInput):
            resolve(self.INSTRUMENTS, "not a ticker", date(2022, 6, 9))

    def test_a_frame_is_identified_row_by_row_in_its_own_order(self):
        frame = pl.DataFrame(
            {
                "ticker": ["META", "brk.b", "FB", "FB", "META", "NONE"],
                "session": [
                    date(2022, 6, 9),
                    date(2000, 1, 3),
                    date(2022, 6, 8),
                    date(2022, 6, 9),
                    date(2022, 6, 8),
                    None,
                ],
            }
        )
        identified = identify(frame, self.INSTRUMENTS)
        assert identified["instrument_id"].to_list() == [
            "0001326801-01",
            "0001067983-01",
            "0001326801-01",
            None,
            None,
            None,
        ]
        assert identified.drop("instrument_id").equals(frame)

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(st.tuples(st.sampled_from(["FB", "META", "BRK-B", "X"]), st.dates(date(2022, 6, 1), date(2022, 7, 1))))
    )
    def test_a_frame_is_identified_as_one_by_one(self, rows):
        frame = pl.DataFrame(rows, schema={"ticker": pl.String, "session": pl.Date}, orient="row")
        identified = identify(frame, self.INSTRUMENTS)["instrument_id"].to_list()
        for (ticker, day), found in zip(rows, identified, strict=True):
            if found is None:
                with pytest.raises(NotFound):
                    resolve(self.INSTRUMENTS, ticker, day)
            else:
                assert resolve(self.INSTRUMENTS, ticker, day) == found
