"""Prices from providers: who is asked, what is stored from when, and what is doubted. Providers are played."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from edgewise.core.clock import latest_known_at, session_close, session_open, sessions, shift_session
from edgewise.core.errors import NotFound, Throttled
from edgewise.core.identifiers import Ticker
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS, PRICE_DISAGREEMENTS
from edgewise.lake import Lake
from edgewise.pipelines.provided_prices import PriceIngestion, action_rows
from edgewise.sources.prices.provided import ACTIONS, BARS, ProvidedPrices, provided

FIRST = date(2024, 6, 3)
DAYS = sessions(FIRST, shift_session(FIRST, 9))
AAA, BBB = "0000000001-01", "0000000002-01"
WANTED = [(Ticker("AAA"), AAA), (Ticker("BBB"), BBB)]


@dataclass
class Played:
    """A provider with closes by symbol and day; `refuses` is raised for every question."""

    name: str
    closes: dict[str, dict[date, float | None]] = field(default_factory=dict)
    actions: list[tuple] = field(default_factory=list)
    refuses: Exception | None = None
    symbols_of_day: bool = False
    asked: list[tuple[str, date]] = field(default_factory=list)
    until: list[date] = field(default_factory=list)

    def history(self, ticker: str, since: date, until: date) -> ProvidedPrices:
        self.asked.append((str(ticker), since))
        self.until.append(until)
        if self.refuses or ticker not in self.closes:
            raise self.refuses or NotFound("no such symbol")
        return self._told([str(ticker)], since, until)

    def grouped(self, session: date) -> ProvidedPrices:
        self.asked.append(("*", session))
        return self._told(list(self.closes), session, session)

    def events(self, since: date, until: date) -> ProvidedPrices:
        return self._told([], since, until, every=True)

    def source_of(self, ticker: str) -> str:
        return f"https://{self.name}.example/{ticker}"

    def _told(self, symbols: list[str], since: date, until: date, *, every: bool = False) -> ProvidedPrices:
        bars = [
            (symbol, day, *[close] * 4, 1000.0)
            for symbol in symbols
            for day, close in self.closes[symbol].items()
            if since <= day <= until
        ]
        told = [one for one in self.actions if (every or one[0] in symbols) and since <= one[1] <= until]
        actions = pl.DataFrame(told, schema=ACTIONS, orient="row")
        return provided(pl.DataFrame(bars, schema=BARS, orient="row"), actions, adjusted=False)


def level(*closes: float | None) -> dict[date, float | None]:
    return dict(zip(DAYS, closes, strict=False))


INSTRUMENT_ROWS = INSTRUMENTS.frame(
    [
        {
            "instrument_id": security,
            "ticker": ticker,
            "valid_from": date(1990, 1, 2),
            "valid_to": None,
            "cik": int(security[:10]),
            "company": "A",
            "source_url": "test:",
            "known_at": datetime(2024, 1, 2, tzinfo=UTC),
        }
        for ticker, security in WANTED
    ]
)


@pytest.fixture
def run(tmp_path):
    """Ingest after the close of the session numbered `at`; the lake stays between calls."""
    lake = Lake(str(tmp_path / "lake"))

    def ingest(
        *providers: Played,
        at: int = 9,
        wanted=WANTED[:1],
        whole: bool = False,
        instruments=INSTRUMENT_ROWS,
        again=False,
        **options,
    ):
        now = session_close(DAYS[at]) + timedelta(hours=2)
        opened = SimpleNamespace(in_order=providers, skipped={})
        ingestion = PriceIngestion(opened, lake, instruments, SimpleNamespace(now=lambda: now))
        if whole:
            return ingestion.by_session(providers[0], since=FIRST, again=again)
        return ingestion.by_security(wanted, since=FIRST, **options)

    ingest.lake = lake
    return ingest


def statuses(lake: Lake, as_of: datetime | None = None) -> dict[date, str]:
    rows = lake.read(PRICES, as_of=as_of).filter(pl.col("status") == "suspect")
    return dict(rows.select("session", "reasons").iter_rows())


def test_rows_name_who_gave_them_and_are_known_at_their_close(run):
    report = run(Played("polygon", {"AAA": level(10, 11, None, 12)}))
    rows = run.lake.read(PRICES)
    assert (report.companies, report.new, report.by_provider) == (1, 4, Counter(polygon=1))
    assert rows["close"].to_list() == [10, 11, None, 12]
    assert rows["known_at"].to_list() == [session_close(day) for day in DAYS[:4]]
    assert rows.select("provider", "source_url", "status").unique().rows() == [
        ("polygon", "https://polygon.example/AAA", "ok")
    ]


def test_fall_backs_are_asked_in_order_and_one_companys_failure_is_a_row(run):
    first, second = Played("polygon", {"BBB": level(5)}), Played("yahoo", {"AAA": level(10)})
    report = run(first, second, wanted=[*WANTED, (Ticker("ZZZ"), "0000000009-01")])
    assert report.by_provider == {"yahoo": 1, "polygon": 1}
    assert report.failed == {"ZZZ": "polygon: not_found; yahoo: not_found"}
    assert run.lake.read(PRICES).height == 2


def test_a_provider_that_refuses_is_left_alone_and_that_is_told(run):
    tired = Played("polygon", refuses=Throttled("no more today"))
    report = run(tired, Played("yahoo", {"AAA": level(10), "BBB": level(5)}), wanted=WANTED)
    assert len(tired.asked) == 1
    assert report.skipped == {"polygon": "no more today."}
    assert report.by_provider == {"yahoo": 2}


def test_it_goes_on_where_it_was_and_a_repetition_changes_nothing(run):
    source = Played("polygon", {"AAA": dict.fromkeys(DAYS, 10.0)})
    run(source, at=7)
    assert run.lake.read(PRICES)["session"].max() == DAYS[7]
    run(source)
    assert [since for _, since in source.asked] == [FIRST, DAYS[2]]
    version = run.lake.version(PRICES)
    assert run(source).new == 0
    assert run(source, resume=True).companies == 0
    assert run.lake.version(PRICES) == version
    assert len(source.asked) == 3


def test_a_correction_by_the_same_provider_is_known_from_when_it_was_seen(run):
    run(Played("polygon", {"AAA": level(10, 11, 12)}), at=2)
    report = run(Played("polygon", {"AAA": level(10, 11.5, 12)}), at=4)
    assert (report.new, report.corrected) == (0, 1)
    seen = session_close(DAYS[4]) + timedelta(hours=2)
    assert run.lake.read(PRICES, as_of=seen - timedelta(seconds=1))["close"].to_list() == [10, 11, 12]
    assert run.lake.read(PRICES, as_of=seen)["close"].to_list() == [10, 11.5, 12]


def test_providers_that_disagree_are_told_and_the_primary_stays(run):
    first = Played("polygon", {"AAA": level(10, 11, 12, None)})
    report = run(first, Played("yahoo", {"AAA": level(10.004, 11.2, 3, 9)}), compare=True)
    told = run.lake.read(PRICE_DISAGREEMENTS)
    assert told.select("session", "provider", "close", "stored_provider", "stored_close", "reason").rows() == [
        (DAYS[1], "yahoo", 11.2, "polygon", 11.0, "close_differs"),
        (DAYS[2], "yahoo", 3.0, "polygon", 12.0, "looks_adjusted"),
        (DAYS[3], "yahoo", 9.0, "polygon", None, "trade_differs"),
    ]
    assert report.disagreements == 3
    assert run.lake.read(PRICES)["close"].to_list() == [10, 11, 12, None]
    assert run(first, Played("yahoo", {"AAA": level(10.004, 11.2, 3, 9)}), compare=True).disagreements == 0


def test_failure_case_39_a_jump_nobody_explains_is_kept_in_quarantine(run):
    report = run(Played("polygon", {"AAA": level(10, 10, 26, 10.1)}))
    assert statuses(run.lake) == {DAYS[2]: "unexplained_jump"}
    assert run.lake.read(PRICES)["close"].to_list() == [10, 10, 26, 10.1]
    assert report.suspect == {"unexplained_jump": 1}


def test_a_second_provider_confirms_a_real_crash_and_not_a_wrong_tick(run):
    crash = Played("polygon", {"AAA": level(10, 10, 5.6, 5.5)})
    agrees = Played("yahoo", {"AAA": level(10.1, 10.1, 5.7, 5.5)})
    run(crash, agrees)
    assert statuses(run.lake, session_close(DAYS[2])) == {}
    run(
        Played("polygon", {"BBB": level(10, 10, 26, 10.1)}),
        Played("yahoo", {"BBB": level(10, 10, 10.1)}),
        wanted=WANTED[1:],
    )
    assert statuses(run.lake) == {DAYS[2]: "unexplained_jump"}


def test_failure_case_22_a_split_the_primary_does_not_tell_comes_from_the_second_provider(run):
    split = [("AAA", DAYS[2], "split", 4.0, None, None)]
    prices = {"AAA": level(100, 100, 25, 25)}
    run(Played("polygon", prices), Played("yahoo", prices, split))
    assert statuses(run.lake) == {}
    assert run.lake.read(CORPORATE_ACTIONS).select("ex_session", "kind", "ratio").rows() == [(DAYS[2], "split", 4.0)]
    run(
        Played("polygon", {"BBB": level(100, 100, 25, 25)}),
        Played("yahoo", {"BBB": level(100, 100, 25)}),
        wanted=WANTED[1:],
    )
    assert statuses(run.lake) == {DAYS[2]: "looks_like_split"}


def test_the_next_session_releases_a_move_that_stays_from_then_on(run):
    crash = Played("polygon", {"AAA": level(10, 10, 5.6, 5.5)})
    run(crash, at=2)
    assert statuses(run.lake) == {DAYS[2]: "unexplained_jump"}
    run(crash, at=3)
    assert statuses(run.lake, session_close(DAYS[3]) - timedelta(seconds=1)) == {DAYS[2]: "unexplained_jump"}
    assert statuses(run.lake, session_close(DAYS[3])) == {}


def test_events_are_known_when_declared_at_the_latest_when_they_are_due(run):
    paid = [
        ("AAA", DAYS[3], "dividend", None, 0.5, DAYS[0]),
        ("AAA", DAYS[4], "dividend", None, 0.5, DAYS[8]),
        ("AAA", DAYS[5], "split", 2.0, None, None),
    ]
    run(Played("polygon", {"AAA": level(10)}, paid))
    assert run.lake.read(CORPORATE_ACTIONS)["known_at"].to_list() == [
        latest_known_at(DAYS[0]),
        session_open(DAYS[4]),
        session_open(DAYS[5]),
    ]


def test_the_whole_market_is_one_question_a_session_and_only_for_sessions_that_are_missing(run):
    closes = {"AAA": dict.fromkeys(DAYS, 10.0), "BBB": dict.fromkeys(DAYS, 5.0), "NEW": dict.fromkeys(DAYS, 1.0)}
    market = Played("polygon", closes, [("BBB", DAYS[1], "dividend", None, 0.1, None)], symbols_of_day=True)
    report = run(market, whole=True, at=2)
    assert [day for _, day in market.asked] == DAYS[:3]
    assert (report.new, report.unresolved, report.actions) == (6, 3, 1)
    run(market, whole=True, at=3)
    assert [day for _, day in market.asked] == DAYS[:4]


def test_failure_case_31_in_a_whole_session_a_symbol_is_the_security_it_named_that_day(run):
    row = INSTRUMENT_ROWS.row(0, named=True)
    spans = [(AAA, date(1990, 1, 2), DAYS[4]), (BBB, DAYS[5], None)]
    reused = [row | {"instrument_id": name, "valid_from": begins, "valid_to": ends} for name, begins, ends in spans]
    market = Played("polygon", {"AAA": dict.fromkeys(DAYS, 10.0)}, symbols_of_day=True)
    run(market, whole=True, instruments=INSTRUMENTS.frame(reused))
    assert run.lake.read(PRICES).group_by("instrument_id").len().sort("instrument_id")["len"].to_list() == [5, 5]


def test_a_delisting_is_known_when_the_next_session_closes_and_what_crsp_lacks_stands_in():
    """Shumway and Warther (1999): -55 % on Nasdaq; a merger's last close is the offer; nothing is guessed else."""
    ends = [
        (0.05, "performance", "NYSE"),
        (None, "performance", "Nasdaq"),
        (None, "merged", "NYSE"),
        (None, None, None),
    ]
    told = pl.DataFrame(
        [(f"000000000{place}-01", date(2024, 6, 7), *end) for place, end in enumerate(ends)],
        schema=["instrument_id", "ex_session", "delisting_return", "ended", "exchange"],
        orient="row",
    ).with_columns(
        kind=pl.lit("delisting"),
        ratio=pl.lit(None, dtype=pl.Float64),
        amount=pl.lit(None, dtype=pl.Float64),
        declared_on=pl.lit(None, dtype=pl.Date),
        source_url=pl.lit("hand"),
    )
    rows = action_rows(told).sort("instrument_id")
    assert rows["delisting_return"].to_list() == [0.05, -0.55, 0.0, None]
    assert rows["known_at"].unique().to_list() == [datetime(2024, 6, 10, 20, tzinfo=UTC)]


def ended(symbol, security, last, first=date(1990, 1, 2)):
    """Return the span of a security that left the market."""
    row = {"instrument_id": security, "ticker": symbol, "valid_from": first, "valid_to": last, "cik": 2, "company": "B"}
    return INSTRUMENTS.frame([row | {"source_url": "test:", "known_at": datetime(2024, 1, 3, tzinfo=UTC)}])


def test_failure_case_31_who_has_left_is_asked_for_up_to_the_last_session_and_then_no_more(run):
    last = DAYS[4] + timedelta(days=2)  # a Sunday: the session before is the last
    assert last.weekday() == 6
    known = pl.concat([INSTRUMENT_ROWS.filter(ticker="AAA"), ended("BBB", BBB, last)])
    provider = Played("yahoo", {"BBB": level(*[5.0] * 5), "AAA": level(*[9.0] * 10)})
    run(provider, wanted=WANTED, instruments=known)
    assert provider.until == [DAYS[9], DAYS[4]]
    assert run.lake.read(PRICES).filter(instrument_id=BBB)["session"].max() == DAYS[4]
    provider.asked.clear()
    run(provider, wanted=WANTED, instruments=known)
    assert [symbol for symbol, _ in provider.asked] == ["AAA"]
    run(provider, wanted=WANTED, instruments=known, compare=True)
    assert [symbol for symbol, _ in provider.asked] == ["AAA", "AAA", "BBB"]


def test_failure_case_31_a_symbol_of_two_brings_each_its_own_sessions_of_the_whole_market(run):
    known = pl.concat([ended("BBB", AAA, DAYS[3]), ended("BBB", BBB, None, first=DAYS[4])])
    market = Played("polygon", {"BBB": level(*[9.0] * 4, *[2.0] * 6)}, symbols_of_day=True)
    run(market, whole=True, instruments=known)
    closes = run.lake.read(PRICES).sort("session").group_by("instrument_id").agg("close")
    assert dict(closes.iter_rows()) == {AAA: [9.0] * 4, BBB: [2.0] * 6}


def test_sessions_that_are_stored_are_asked_for_again_for_those_that_became_known_since(run):
    market = Played("polygon", {"AAA": level(*[9.0] * 10), "BBB": level(*[5.0] * 5)}, symbols_of_day=True)
    run(market, whole=True, instruments=INSTRUMENT_ROWS.filter(ticker="AAA"))
    known = pl.concat([INSTRUMENT_ROWS.filter(ticker="AAA"), ended("BBB", BBB, DAYS[4])])
    assert run(market, whole=True, instruments=known).new == 0
    report = run(market, whole=True, instruments=known, again=True)
    assert (report.new, report.corrected) == (5, 0)
    assert run.lake.read(PRICES).filter(instrument_id=BBB)["session"].sort().to_list() == DAYS[:5]


def test_a_session_that_one_security_was_asked_for_alone_still_brings_the_others(run):
    market = Played("polygon", {"AAA": level(*[9.0] * 10), "BBB": level(*[5.0] * 10)}, symbols_of_day=True)
    run(market, wanted=WANTED[:1])
    report = run(market, whole=True)
    assert (report.companies, report.new) == (10, 10)
    assert run(market, whole=True).companies == 0
