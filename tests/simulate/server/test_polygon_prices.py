"""Polygon's prices and events as served, and the whole way of prices from there into the lake, on a market of numbers.

What is expected comes from the market's own truth: what was traded, what a holder earned, what was announced when.
"""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import httpx2
import polars as pl
import pytest

from edgewise.core.clock import session_close, sessions
from edgewise.core.errors import NotFound
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.market.adjust import adjusted_prices
from edgewise.pipelines.instruments import known_instruments
from edgewise.pipelines.provided_prices import PriceIngestion
from edgewise.simulate import Plan, simulate
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.prices.open import open_providers
from edgewise.sources.provider import Access
from tests.simulate.server.conftest import asking

PLAN = Plan(
    companies=22, years=1, end=date(2024, 6, 28), splits_per_year=0.5, lives=1.0, texts=False, provider_data=True
)
NOW = datetime(2024, 6, 28, 21, 0, tzinfo=UTC)
GROUPED = "/api.polygon.io/v2/aggs/grouped/locale/us/market/stocks"
SPLITS, DIVIDENDS = "/api.polygon.io/v3/reference/splits", "/api.polygon.io/v3/reference/dividends"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    folder = simulate(tmp_path_factory.mktemp("numbers") / "market", PLAN).folder
    prices = folder / "prices"
    tables = {name: pl.read_parquet(prices / f"{name}.parquet") for name in ("ohlcv", "corporate_actions")}
    return SimpleNamespace(folder=folder, **tables)


@pytest.fixture(scope="module")
def served(market):
    with serve(market.folder, SimulatedClock(NOW, 0.0), rules=Rules(rate_per_s=0, document_delay_s=(0, 0))) as running:
        yield running


@pytest.fixture
def ask(served):
    """Asks with a key; `at` sets the simulated time."""

    def send(path, *, at=NOW, **query):
        served.clock.set(now=at)
        return httpx2.get(f"{served.url}{path}", params=query, headers={"Authorization": "Bearer k"})

    return send


@pytest.fixture
def ingest(served, tmp_path):
    """Brings in whatever the served Polygon has at an instant; the lake stays between calls."""
    lake = Lake(str(tmp_path / "lake"))

    def run(at, *, since):
        served.clock.set(now=at)
        clock = SimpleNamespace(now=lambda: at)
        access = {"polygon": Access("k", 60_000)}
        providers = open_providers(["polygon"], clock, access=access, source=served.url)
        with asking(served) as client:
            instruments = known_instruments(Edgar(client), lake, clock)
        try:
            return PriceIngestion(providers, lake, instruments, clock).by_session(providers.whole_market, since=since)
        finally:
            providers.close()

    run.lake = lake
    return run


def pages(ask, path, **query):
    """Return all items of a list, page after page as `next_url` leads."""
    found, answer = [], ask(path, **query).json()
    while True:
        found += answer["results"]
        if not (following := answer.get("next_url")):
            return found
        url = httpx2.URL(following)
        assert (url.scheme, url.host, url.path) == ("https", "api.polygon.io", path.removeprefix("/api.polygon.io"))
        answer = ask(path, **dict(url.params)).json()


class TestBars:
    def test_one_answer_has_all_that_traded_in_a_session_as_it_was_traded(self, ask, market):
        day = date(2024, 3, 20)
        answer = ask(f"{GROUPED}/{day}", adjusted="false").json()
        traded = market.ohlcv.filter(pl.col("volume") > 0, session=day)
        assert answer["adjusted"] is False
        assert answer["resultsCount"] == len(answer["results"]) == traded.height > 15
        found = {bar["T"]: (bar["o"], bar["h"], bar["l"], bar["c"], bar["v"]) for bar in answer["results"]}
        assert found == {row[0].replace("-", "."): row[2:] for row in traded.iter_rows()}
        # Polygon stamps a grouped bar with the end of the session: 16:00 in New York, which is 20:00 UTC in March.
        assert {bar["t"] for bar in answer["results"]} == {
            int(datetime(2024, 3, 20, 20, tzinfo=UTC).timestamp()) * 1000
        }

    @pytest.mark.parametrize(
        ("day", "at"), [("2024-03-23", NOW), ("2024-06-28", datetime(2024, 6, 28, 19, 59, tzinfo=UTC))]
    )
    def test_a_saturday_and_a_session_that_is_open_have_no_bars(self, ask, day, at):
        answer = ask(f"{GROUPED}/{day}", at=at, adjusted="false")
        assert answer.status_code == 200
        assert answer.json()["resultsCount"] == 0
        assert "results" not in answer.json()

    def test_unless_told_otherwise_bars_are_divided_by_the_splits_up_to_now_and_not_by_later_ones(self, ask, market):
        split = market.corporate_actions.filter(kind="split").row(0, named=True)
        before = sessions(split["ex_session"] - timedelta(days=10), split["ex_session"])[-2]
        traded = market.ohlcv.filter(ticker=split["ticker"], session=before)["close"].item()
        path = f"/api.polygon.io/v2/aggs/ticker/{split['ticker'].replace('-', '.')}/range/1/day/{before}/{before}"

        def close(at):
            return ask(path, at=at).json()["results"][0]["c"]

        assert close(session_close(before)) == traded
        assert close(session_close(split["ex_session"])) == pytest.approx(traded / split["ratio"])


class TestEvents:
    def test_pages_lead_through_all_dividends_that_were_announced_each_once(self, ask, market):
        paid = market.corporate_actions.filter(pl.col("kind") != "split")
        found = pages(ask, DIVIDENDS, limit=7)
        assert len(found) == len({one["id"] for one in found}) == paid.height > 14
        told = {(one["ticker"].replace(".", "-"), one["ex_dividend_date"], one["cash_amount"]) for one in found}
        assert told == {(t, str(ex), amount) for t, ex, amount in paid.select("ticker", "ex_session", "amount").rows()}

    def test_a_split_is_there_from_its_announcement_on_in_whole_shares(self, ask, market):
        split = market.corporate_actions.filter(kind="split").row(0, named=True)
        at = session_close(split["announced_on"])
        query = {"ticker": split["ticker"].replace("-", "."), "execution_date": str(split["ex_session"])}
        assert ask(SPLITS, at=at - timedelta(seconds=1), **query).json()["results"] == []
        (found,) = ask(SPLITS, at=at, **query).json()["results"]
        assert found["split_to"] / found["split_from"] == pytest.approx(split["ratio"])
        assert {type(found["split_to"]), type(found["split_from"])} == {int}

    def test_days_and_order_are_those_asked_for(self, ask, market):
        days = {"ex_dividend_date.gte": "2023-10-02", "ex_dividend_date.lt": "2024-01-02", "limit": 1000}
        found = [one["ex_dividend_date"] for one in ask(DIVIDENDS, order="desc", **days).json()["results"]]
        within = market.corporate_actions.filter(
            pl.col("kind") != "split", pl.col("ex_session").is_between(date(2023, 10, 2), date(2024, 1, 1))
        )
        assert found == sorted(map(str, within["ex_session"]), reverse=True)

    @pytest.mark.parametrize(
        "query",
        [{"limit": "many"}, {"order": "up"}, {"sort": "amount"}, {"execution_date": "soon"}, {"cursor": "e30="}],
    )
    def test_a_question_that_means_nothing_is_refused(self, ask, query):
        answer = ask(SPLITS, **query)
        assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")


class TestTheWholeWay:
    def test_every_bar_and_event_of_two_months_arrives_and_a_second_run_asks_for_nothing(self, ingest, served, market):
        report = ingest(NOW, since=date(2024, 5, 1))
        days = sessions(date(2024, 5, 1), date(2024, 6, 28))
        traded = market.ohlcv.filter(pl.col("volume") > 0, pl.col("session") >= days[0])
        stored = ingest.lake.read(PRICES)
        assert (report.companies, report.failed, report.unresolved) == (len(days), {}, 0)
        assert stored.height == report.new == traded.height
        assert sorted(stored["close"]) == sorted(traded["close"])
        told = stored["source_url"].str.extract(r"/stocks/([0-9-]+)$").str.to_date()
        assert told.equals(stored["session"])
        due = market.corporate_actions.filter(pl.col("ex_session").is_between(days[0], days[-1]))
        events = ingest.lake.read(CORPORATE_ACTIONS).select("kind", "ex_session", "ratio", "amount")
        assert sorted(events["kind"]) == sorted(due["kind"])
        assert "split" in set(due["kind"])

        asked = len(served.log)
        again = ingest(NOW, since=date(2024, 5, 1))
        assert (again.companies, again.new, again.corrected) == (0, 0, 0)
        assert asked < len(served.log) < asked + 10

    def test_a_split_that_arrives_changes_the_adjusted_series_from_its_session_on_not_before(self, ingest, market):
        """Failure case 39: splits applied backwards. Closes on both sides are those that were traded."""
        splits = market.corporate_actions.filter(pl.col("ex_session") > date(2023, 8, 1), kind="split")
        split = splits.row(0, named=True)
        ex = split["ex_session"]
        days = sessions(ex - timedelta(days=8), ex)
        security = pl.col("instrument_id") == split["instrument_id"]
        before, after = session_close(days[-2]), session_close(ex)
        ingest(before, since=days[0])
        ingest(after, since=days[0])

        def adjusted(as_of):
            lake = ingest.lake
            prices = lake.read(PRICES, as_of=as_of, where=security)
            found = adjusted_prices(prices, lake.read(CORPORATE_ACTIONS, as_of=as_of, where=security), as_of=as_of)
            return dict(found.select("session", "close").iter_rows())

        traded = dict(
            market.ohlcv.filter(pl.col("session").is_between(days[0], ex), ticker=split["ticker"])
            .select("session", "close")
            .iter_rows()
        )
        assert adjusted(before) == {day: close for day, close in traded.items() if day < ex}
        assert adjusted(after) == pytest.approx(
            {day: close / (split["ratio"] if day < ex else 1) for day, close in traded.items()}
        )
        stored = ingest.lake.read(PRICES, where=security)
        assert set(stored["status"]) == {"ok"}
        assert dict(stored.select("session", "close").iter_rows()) == traded


class TestWithoutTexts:
    def test_what_companies_file_is_listed_but_not_there_as_the_sec_says_it(self, served, market):
        truth = pl.read_parquet(market.folder / "truth" / "filings.parquet")
        own, ours = truth.filter(pl.col("form").is_in(["8-K", "10-Q", "10-K"])), truth.filter(form="4")
        assert set(own["size"]) == {0}
        assert own.height > 100 < ours.height
        some = own.row(0, named=True)
        listed = (market.folder / f"data.sec.gov/submissions/CIK{some['cik']:010}.json").read_text()
        assert some["accession"] in json.loads(listed)["filings"]["recent"]["accessionNumber"]
        served.clock.set(now=NOW)
        with asking(served) as client:
            assert client.get(f"https://{ours['path'][0]}").body
            with pytest.raises(NotFound):
                client.get(f"https://{some['path']}")

    def test_all_numbers_are_there_and_the_note_says_what_is_not(self, market):
        assert len(list((market.folder / "data.sec.gov/api/xbrl/companyfacts").iterdir())) >= 22
        assert list((market.folder / "api.benzinga.com/api/v2.1/calendar/ratings").iterdir())
        assert not (market.folder / "transcripts").exists()
        note = (market.folder / "SIMULATED.md").read_text()
        assert "were left out" in note
        assert json.loads(note.split("```json")[1].split("```")[0])["texts"] is False
