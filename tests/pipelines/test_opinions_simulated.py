"""Ratings and news of a simulated market, from its archive and from its server, against the truth beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.opinions.consensus import opinions
from edgewise.opinions.news import stories
from edgewise.pipelines.instruments import known_instruments
from edgewise.pipelines.news import news_intake
from edgewise.pipelines.provided import Span, ingest_parts
from edgewise.pipelines.ratings import ratings_intake
from edgewise.simulate import Plan
from edgewise.simulate.server import Rules, SimulatedClock, serve
from tests.markets import written_once

PLAN = Plan(companies=22, years=1, end=date(2024, 6, 28), provider_data=True)
NOON = datetime(2024, 6, 20, 16, 0, tzinfo=UTC)
YEAR = Span(datetime(2023, 6, 1, tzinfo=UTC))
# At these brokers of the simulator Buy and Sell are the outer words of five, which nothing but the truth tells.
FIVE_GRADES = ("Jorvander", "Zelyke Brothers")


@pytest.fixture(scope="module")
def market(tmp_path_factory, worker_id):
    return written_once(PLAN, "opinions", tmp_path_factory, worker_id).folder


@pytest.fixture(scope="module")
def archived(market, tmp_path_factory):
    """A lake with all that the archive has, and how the ingests went."""
    url = f"archive://{market}"
    with House(Settings(home=tmp_path_factory.mktemp("archived"), edgar=url, ratings=url, news=url)) as house:
        came = ingested(house, YEAR)
        yield house.lake, came


def ingested(house, span, **options):
    instruments = known_instruments(house.edgar, house.lake, house.clock)
    intakes = ((ratings_intake(), house.ratings), (news_intake(house.tone_model), house.news))
    seen = {"seen": house.seen, "clock": house.clock, **options}
    return tuple(
        ingest_parts(
            intake.parts(source, span, house.clock), intake.storing(house.lake, instruments, house.clock), **seen
        )
        for intake, source in intakes
    )


def test_every_rating_is_there_as_it_was_meant_and_known_since_the_provider_had_it(archived, market):
    lake, (came, _) = archived
    truth = pl.read_parquet(market / "truth" / "ratings.parquet")
    assert came.failures == ()
    never = pl.col("corrected_at").dt.date() > PLAN.end
    assert came.stored == truth.height + truth.filter(~never).height
    assert lake.read(RATINGS).height == truth.height
    meant = truth.filter(never.fill_null(value=False).not_())
    newest = lake.read(RATINGS).join(meant, left_on="rating_id", right_on="id", suffix="_true")
    assert newest.height == meant.height
    assert newest["published_at"].equals(newest["published_at_true"], check_names=False)
    assert newest["grade_said"].fill_null("").equals(newest["grade_true"], check_names=False)
    assert newest["target"].equals(newest["target_true"], check_names=False, null_equal=True)
    clear = newest.filter(~pl.col("broker").is_in(FIVE_GRADES))
    assert clear.height > 100
    assert clear["grade"].equals(clear["value"], check_names=False, null_equal=True)
    assert newest["instrument_id"].null_count() == 0
    first = lake.history(RATINGS).group_by("rating_id").agg(pl.col("known_at").min())
    told = truth.join(first, left_on="id", right_on="rating_id", suffix="_ours")
    # The provider tells when it touched an item in whole seconds.
    assert ((told["known_at"] - told["known_at_ours"]).abs() < timedelta(seconds=1)).all()


def test_a_story_under_two_numbers_counts_once(archived, market):
    lake, (_, came) = archived
    truth = pl.read_parquet(market / "truth" / "news.parquet").filter(provider="polygon")
    assert came.failures == ()
    rows = lake.read(NEWS)
    assert rows["news_id"].n_unique() == truth.height
    twice = truth.filter(pl.col("duplicate_of").is_not_null(), pl.col("cik").is_not_null())
    told = stories(rows, as_of=datetime(2025, 1, 1, tzinfo=UTC))
    assert twice.height > 3
    assert told.filter(pl.col("news_id").is_in(twice["id"].implode())).is_empty()


def test_the_server_gives_what_the_archive_had_by_then_and_no_url_shows_the_key(archived, market, tmp_path):
    lake, _ = archived
    with serve(market, SimulatedClock(NOON, 0.0), rules=Rules(rate_per_s=0)) as served:
        settings = Settings(
            home=tmp_path,
            edgar=served.url,
            identity="Example Research contact@example.com",
            rate_per_s=0,
            ratings=served.url,
            news=served.url,
            benzinga_key="hunter2",
            polygon_key="hunter2",
            benzinga_per_minute=600,
            polygon_per_minute=600,
        )
        with House(settings) as house:
            came = ingested(house, Span(NOON - timedelta(days=35), NOON))
            assert [one.failures for one in came] == [(), ()]
            again = ingested(house, Span(NOON - timedelta(days=35), NOON), resume=True)
            assert min(one.resumed for one in again) > 1
            assert [one.stored for one in again] == [0, 0]
            live = {table.name: house.lake.read(table, as_of=NOON) for table in (RATINGS, NEWS)}
    since = NOON - timedelta(days=28)
    for table in (RATINGS, NEWS):
        within = (pl.col("published_at") > since) & (pl.col("known_at") <= NOON)
        keys = [*table.key, "known_at"]
        theirs, ours = (rows.filter(within).select(keys) for rows in (lake.read(table, as_of=NOON), live[table.name]))
        assert ours.height > 10
        assert ours.equals(theirs)
        assert not live[table.name]["source_url"].str.contains("hunter2").any()
    now = opinions(live["ratings"], as_of=NOON, valid_days=28)
    assert now.equals(opinions(lake.history(RATINGS), as_of=NOON, valid_days=28))
