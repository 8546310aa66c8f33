"""`edgewise instruments ingest` as a person has it: who has left the market comes in, or it is said why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.tables import INSTRUMENTS
from edgewise.lake import Lake
from edgewise.simulate import Plan, simulate
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.sources.edgar.tickers import current

PLAN = Plan(companies=22, years=1, end=date(2024, 6, 28), lives=2.0, texts=False)


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("left") / "market", PLAN)


@pytest.fixture(scope="module")
def served(market):
    ends = datetime.combine(PLAN.end, datetime.min.time(), tzinfo=UTC) + timedelta(days=3)
    with serve(market.folder, SimulatedClock(ends, 0.0), rules=Rules(rate_per_s=0)) as running:
        yield running


@pytest.fixture
def here(edgewise, served, tmp_path):
    shared = {"home": tmp_path, "edgar": served.url, "executor": "this", "rate_per_s": 0, "identity": "A b@example.com"}
    return lambda *words, **settings: edgewise(*words, **shared | settings)


def test_with_a_key_everybody_who_was_ever_listed_comes_in_once(here, served, market, tmp_path):
    settings = {"price_source": served.url, "polygon_key": "k", "polygon_per_minute": 600}
    came = here("instruments", "ingest", "--json", **settings).json
    truth = pl.read_parquet(market.folder / "truth" / "returns.parquet", columns=["instrument_id", "ticker"]).unique()
    assert came["no_longer_in_use"]["securities"] == came["delisted"] > 0
    known = current(Lake(str(tmp_path / "lake")).history(INSTRUMENTS))
    assert known["instrument_id"].n_unique() == truth["instrument_id"].n_unique()
    assert known.height == truth.height
    again = here("instruments", "ingest", **settings)
    assert "rows added 0" in again.out
    assert "securities new 0" in again.out


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "EDGEWISE_PRICE_SOURCE names none for Polygon"),
        ({"price_source": "http://127.0.0.1:9"}, "EDGEWISE_POLYGON_KEY is not set"),
        ({"price_source": "archive"}, "has no such list"),
    ],
)
def test_where_nobody_can_be_asked_it_says_so_and_goes_on(here, tmp_path, settings, why):
    if settings.get("price_source") == "archive":
        (tmp_path / "api.polygon.io").mkdir()
        settings = {"price_source": f"archive://{tmp_path}"}
    ended = here("instruments", "ingest", "--json", **settings)
    assert ended.status == 0
    assert ended.json["no_longer_in_use"] is None
    assert ended.json["listed"] > 0
    assert why in ended.complaint


def test_a_key_that_is_refused_is_an_error_and_the_secs_list_stays(here, tmp_path):
    ended = here("instruments", "ingest", price_source="http://127.0.0.1:9", polygon_key="bad key")
    assert ended.status == 1
    assert "EDGEWISE_POLYGON_KEY" in ended.complaint
    assert Lake(str(tmp_path / "lake")).history(INSTRUMENTS).height > 0
