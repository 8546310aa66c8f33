"""Polygon's list of symbols as served, and who has left the market brought in from it; the market's own truth says what
is right."""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import httpx2
import polars as pl
import pytest

from edgewise.core.clock import session_close
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.lake import Lake
from edgewise.pipelines.instruments import ingest_instruments, ingest_listings
from edgewise.pipelines.provided_prices import PriceIngestion
from edgewise.simulate import Plan, simulate
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.edgar.tickers import current, identify
from edgewise.sources.listings.polygon import PolygonListings
from edgewise.sources.prices.open import open_providers
from edgewise.sources.provider import Access, open_provider
from edgewise.sources.services import POLYGON
from tests.simulate.server.conftest import asking

PLAN = Plan(companies=24, years=1, end=date(2024, 6, 28), lives=2.0, texts=False, provider_data=True)
NOW = datetime(2024, 7, 1, 21, 0, tzinfo=UTC)
PATH = "/api.polygon.io/v3/reference/tickers"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A market of numbers, and which symbol named which security in which sessions."""
    folder = simulate(tmp_path_factory.mktemp("left") / "market", PLAN).folder
    session = pl.col("session")
    days = pl.read_parquet(folder / "truth" / "returns.parquet").select("ticker", "instrument_id", "session")
    spans = days.group_by("ticker", "instrument_id").agg(first=session.min(), last=session.max())
    listed = json.loads((folder / "www.sec.gov" / "files" / "company_tickers_exchange.json").read_bytes())["data"]
    left = spans.filter(pl.col("last") < pl.col("last").max()).sort("last")
    return SimpleNamespace(folder=folder, days=days, left=left, in_use={row[2]: row[0] for row in listed})


@pytest.fixture(scope="module")
def served(market):
    with serve(market.folder, SimulatedClock(NOW, 0.0), rules=Rules(rate_per_s=0, document_delay_s=(0, 0))) as running:
        yield running


@pytest.fixture
def ask(served):
    """Asks with a key; `at` sets the simulated time."""

    def send(*, at=NOW, **query):
        served.clock.set(now=at)
        return httpx2.get(f"{served.url}{PATH}", params={"apiKey": "k", **query})

    return send


def symbols(ask, **query):
    """Return all items, page after page as `next_url` leads."""
    found, answer = [], ask(**query).json()
    while True:
        found += answer["results"]
        if not (following := answer.get("next_url")):
            return found
        url = httpx2.URL(following)
        assert (url.scheme, url.host, url.path) == ("https", "api.polygon.io", "/v3/reference/tickers")
        answer = ask(**dict(url.params)).json()


def test_those_in_use_are_those_of_the_secs_list_and_the_others_ended_on_their_last_session(ask, market):
    active, left = symbols(ask, limit=7), symbols(ask, active="false", limit=3)
    assert {row["ticker"].replace(".", "-"): int(row["cik"]) for row in active} == market.in_use
    assert all(row["active"] and "delisted_utc" not in row for row in active)
    told = {(row["ticker"].replace(".", "-"), row["delisted_utc"][:10]) for row in left}
    assert told == {(ticker, f"{last}") for ticker, last in market.left.select("ticker", "last").iter_rows()}
    assert len(left) == market.left.height >= 4
    for row in left:
        assert row["delisted_utc"][10:] in {"T04:00:00Z", "T05:00:00Z"}  # midnight in New York
        assert (row["active"], row["type"], row["market"]) == (False, "CS", "stocks")
        filed = market.folder / "data.sec.gov" / "submissions" / f"CIK{row['cik']}.json"
        said = json.loads(filed.read_bytes())
        assert row["name"] in {said["name"], *(former["name"] for former in said["formerNames"])}


def test_a_symbol_ends_when_its_last_session_has_closed(ask, market):
    of_one = market.left.filter(pl.col("ticker").is_in([*market.in_use]).not_() & pl.col("ticker").is_unique())
    ticker, last = of_one.select("ticker", "last").row(0)
    ends = session_close(last)
    before, after = datetime.fromtimestamp(ends.timestamp() - 1, UTC), ends
    assert ask(at=before, active="false", ticker=ticker).json()["results"] == []
    assert [row["ticker"] for row in ask(at=before, ticker=ticker).json()["results"]] == [ticker]
    assert ask(at=after, ticker=ticker).json()["results"] == []
    assert len(ask(at=after, active="false", ticker=ticker).json()["results"]) == 1


def test_a_share_class_keeps_its_number_through_renamings_and_no_two_securities_share_one(ask, market):
    rows = [*symbols(ask, limit=1000), *symbols(ask, active="false", limit=1000)]
    named = {(row["ticker"].replace(".", "-"), row["share_class_figi"]) for row in rows}
    spans = market.days.select("ticker", "instrument_id").unique()
    assert len(named) == spans.height
    assert len({figi for _, figi in named}) == spans["instrument_id"].n_unique() < len(named)


def test_pages_after_the_first_stay_with_its_instant_and_the_order_is_as_asked(ask, market):
    first = ask(active="false", limit=2, sort="delisted_utc", order="desc").json()
    stamps = [row["delisted_utc"] for row in first["results"]]
    assert stamps == sorted(stamps, reverse=True)
    assert stamps[0][:10] == f"{market.left['last'].max()}"
    cursor = dict(httpx2.URL(first["next_url"]).params)
    early = datetime(2023, 9, 1, 21, 0, tzinfo=UTC)
    assert ask(**cursor).json()["results"] != ask(at=early, **cursor).json()["results"]
    assert [row["ticker"] for row in ask().json()["results"]] == sorted(one.replace("-", ".") for one in market.in_use)


@pytest.mark.parametrize(
    "query",
    [{"active": "maybe"}, {"sort": "price"}, {"order": "up"}, {"limit": "all"}, {"market": "moon"}, {"cursor": "x"}],
)
def test_a_bad_question_is_refused(ask, query):
    answer = ask(**query)
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")


def test_nobody_is_answered_without_a_key(served):
    assert httpx2.get(f"{served.url}{PATH}").status_code == 401


def test_other_markets_have_none(ask):
    assert ask(market="crypto").json()["results"] == ask(type="ETF").json()["results"] == []


@pytest.fixture
def ingested(served, tmp_path):
    """Bring in the SEC's list, and who has left the market."""
    lake = Lake(str(tmp_path / "lake"))
    served.clock.set(now=NOW)
    clock = SimpleNamespace(now=lambda: NOW)
    with asking(served) as client:
        ingest_instruments(Edgar(client), lake, clock)
    fetcher = open_provider(served.url, POLYGON, Access("k", 60_000))
    try:
        came = ingest_listings(PolygonListings(fetcher), lake, clock)
    finally:
        fetcher.close()
    return SimpleNamespace(lake=lake, came=came, clock=clock)


def test_failure_case_31_every_security_there_ever_was_comes_in_and_each_symbol_names_it_in_its_sessions(
    ingested, market
):
    assert (ingested.came.rejected, ingested.came.left_out) == ({}, {})
    assert ingested.came.symbols == market.left.height
    instruments = ingested.lake.history(INSTRUMENTS)
    truth = market.days.rename({"instrument_id": "truth"})
    named = identify(truth, instruments).select("truth", "instrument_id").unique()
    assert named["instrument_id"].null_count() == 0
    assert named.height == named["truth"].n_unique() == named["instrument_id"].n_unique()
    assert named.height == current(instruments)["instrument_id"].n_unique()


def test_grouped_answers_bring_in_what_traded_of_those_that_left_since(ingested, served, market):
    since = date(2024, 3, 1)
    providers = open_providers(["polygon"], ingested.clock, access={"polygon": Access("k", 60_000)}, source=served.url)
    run = PriceIngestion(providers, ingested.lake, ingested.lake.history(INSTRUMENTS), ingested.clock)
    try:
        report = run.by_session(providers.whole_market, since=since)
    finally:
        providers.close()
    traded = pl.read_parquet(market.folder / "prices" / "ohlcv.parquet").filter(
        pl.col("volume") > 0, pl.col("session") >= since
    )
    assert report.unresolved == 0
    assert ingested.lake.read(PRICES).height == traded.height
