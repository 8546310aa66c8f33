"""The list of tickers, folded into the lake: what is new is added, what was is kept, and a ticker finds its issuer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound, ServiceUnavailable
from edgewise.core.identifiers import Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.lake import Lake
from edgewise.pipelines.instruments import (
    IngestedListings,
    ingest_instruments,
    ingest_listings,
    issuer_of,
    known_instruments,
    last_issuer_of,
)
from edgewise.sources.edgar.tickers import TickerPage, current, parse_tickers
from edgewise.sources.listings.listed import LISTED, ListedSymbols

FIRST = datetime(2024, 3, 1, 15, tzinfo=UTC)
SECOND = datetime(2024, 9, 2, 15, tzinfo=UTC)


def page(**ciks: int) -> TickerPage:
    rows = ",".join(f'[{cik},"{ticker} INC","{ticker}","NYSE"]' for ticker, cik in ciks.items())
    return parse_tickers(f'{{"fields":["cik","name","ticker","exchange"],"data":[{rows}]}}'.encode())


@dataclass
class Lists:
    """An EDGAR that serves one list of tickers after the other."""

    pages: list[TickerPage | Exception]
    company_tickers_url: str = "https://www.sec.gov/files/company_tickers_exchange.json"
    asked: int = 0

    def company_tickers(self) -> TickerPage:
        self.asked += 1
        served = self.pages.pop(0)
        if isinstance(served, Exception):
            raise served
        return served


@dataclass
class Hands:
    """A clock that is set by hand."""

    instant: datetime = FIRST

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_the_first_list_is_stored_and_the_same_again_adds_nothing(lake):
    edgar, clock = Lists([page(AAA=1, BBB=2), page(AAA=1, BBB=2)]), Hands()
    assert ingest_instruments(edgar, lake, clock) == (2, 2)
    clock.instant = SECOND
    assert ingest_instruments(edgar, lake, clock) == (2, 0)
    rows = lake.history(INSTRUMENTS)
    assert set(rows["instrument_id"]) == {"0000000001-01", "0000000002-01"}
    assert set(rows["source_url"]) == {edgar.company_tickers_url}
    assert set(rows["known_at"]) == {FIRST}


def test_failure_case_31_a_renamed_ticker_keeps_its_security_and_both_find_it_in_their_time(lake):
    edgar, clock = Lists([page(FB=1326801, AAA=1), page(META=1326801, AAA=1)]), Hands()
    ingest_instruments(edgar, lake, clock)
    clock.instant = SECOND
    ingest_instruments(edgar, lake, clock)
    known = lake.history(INSTRUMENTS)
    assert issuer_of(known, Ticker("META"), date(2024, 10, 1)) == 1326801
    assert issuer_of(known, Ticker("FB"), date(2024, 8, 1)) == 1326801
    with pytest.raises(NotFound, match="in use"):
        issuer_of(known, Ticker("FB"), date(2024, 10, 1))
    assert lake.history(INSTRUMENTS, as_of=FIRST)["ticker"].sort().to_list() == ["AAA", "FB"]


def test_the_list_is_fetched_only_where_none_is_stored(lake):
    edgar = Lists([page(AAA=1)])
    assert known_instruments(edgar, lake, Hands()).height == 1
    assert known_instruments(edgar, lake, Hands()).height == 1
    assert edgar.asked == 1


def test_an_unknown_ticker_is_told_with_those_near_it(lake):
    known = known_instruments(Lists([page(AAPL=320193, MSFT=789019)]), lake, Hands())
    with pytest.raises(NotFound) as missing:
        issuer_of(known, Ticker("APPL"), date(2024, 10, 1))
    assert "AAPL" in missing.value.advice


def test_an_outage_is_an_error_and_stores_nothing(lake):
    with pytest.raises(ServiceUnavailable):
        known_instruments(Lists([ServiceUnavailable("503")]), lake, Hands())
    assert lake.history(INSTRUMENTS).is_empty()


@dataclass
class Ended:
    """A provider's list: SNI of 2, whom CIK 3 has followed, and a row without an end."""

    url: str = "https://api.polygon.io/v3/reference/tickers"

    def symbols(self, *, active, on_page):
        on_page(1)
        if active:
            return ListedSymbols(pl.DataFrame(schema=LISTED))
        row = ("SNI", 2, "Scripps", None, "CS", None, date(2018, 3, 6), None)
        return ListedSymbols(pl.DataFrame([row], schema=LISTED, orient="row"), Counter(no_end=1))


def test_failure_case_31_who_has_left_comes_in_after_the_list_and_is_known_from_then_on(lake):
    edgar, clock = Lists([page(AAA=1, SNI=3), page(AAA=1, SNI=3)]), Hands()
    ingest_instruments(edgar, lake, clock)
    clock.instant = SECOND
    pages = []
    came = ingest_listings(Ended(), lake, clock, on_page=pages.append)
    assert came == IngestedListings(symbols=1, securities=1, rows=3, rejected=Counter(no_end=1))
    assert pages == [1, 1]
    known = lake.history(INSTRUMENTS)
    assert issuer_of(known, Ticker("SNI"), date(2018, 3, 6)) == 2
    assert issuer_of(known, Ticker("SNI"), date(2018, 3, 7)) == 3
    # Law 1: until the list was fetched nobody knew it.
    before = lake.history(INSTRUMENTS, as_of=FIRST)
    assert issuer_of(before, Ticker("SNI"), date(2018, 3, 6)) == 3
    assert current(before)["cik"].to_list() == [1, 3]
    # Law 4: neither list adds anything the second time, in whatever order they come.
    assert ingest_instruments(edgar, lake, clock) == (2, 0)
    assert ingest_listings(Ended(), lake, clock).rows == 0


def test_who_is_asked_for_by_a_symbol_that_ended_is_the_last_who_had_it(lake):
    edgar, clock = Lists([page(AAA=1, SNI=3), page(AAA=1)]), Hands()
    ingest_instruments(edgar, lake, clock)
    clock.instant = SECOND
    ingest_listings(Ended(), lake, clock)
    ingest_instruments(edgar, lake, clock)
    known = lake.history(INSTRUMENTS)
    assert last_issuer_of(known, Ticker("SNI"), date(2025, 1, 2)) == 3
    assert last_issuer_of(known, Ticker("SNI"), date(2018, 3, 6)) == 2
    assert last_issuer_of(known, Ticker("AAA"), date(2025, 1, 2)) == 1
