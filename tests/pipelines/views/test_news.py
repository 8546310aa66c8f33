"""The view of news: by hand, session by session on a lake read as of each close, and with the future removed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables_news import NEWS
from edgewise.factors.news import FACTOR
from edgewise.lake import Lake, find_leaks
from edgewise.opinions.news import news_averages
from edgewise.pipelines.views.news import news_view
from tests.factors.views import fields_of
from tests.opinions.said import at, news, story
from tests.pipelines.views.listed import peers

DAYS = sessions(date(2024, 3, 1), date(2024, 4, 30))


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def told(lake: Lake, day: date):
    return news_view(lake, peers([day], 7)).select("observed_on", "mean_tone_7", "mean_tone_30").rows()


def test_a_story_and_its_copy_count_once_from_the_close_after_it_until_the_window_ends(lake):
    lake.upsert(
        NEWS,
        news(
            story("fine", "2024-03-05T15:00", 0.5),
            story("fine", "2024-03-05T19:00", -1.0, news_id="copy"),
            story("poor", "2024-03-13T22:00", -0.5),
            story("dull", "2024-03-20T15:00"),
        ),
    )
    assert told(lake, date(2024, 3, 4)) == []
    assert told(lake, date(2024, 3, 5)) == [(date(2024, 3, 5), 0.5, 0.5)]
    assert told(lake, date(2024, 3, 13)) == [(date(2024, 3, 5), None, 0.5)]
    assert told(lake, date(2024, 3, 14)) == [(date(2024, 3, 13), -0.5, 0.0)]
    assert told(lake, date(2024, 4, 11)) == [(date(2024, 3, 13), None, -0.5)]
    assert told(lake, date(2024, 4, 15)) == []


def test_a_tone_corrected_later_and_a_doubtful_story(lake):
    corrected = story("fine", "2024-03-05T15:00", -0.5, known_at=at("2024-03-06T22:00"))
    doubtful = story("torn", "2024-03-05T15:00", 1.0, status="suspect")
    lake.upsert(NEWS, news(story("fine", "2024-03-05T15:00", 0.5), corrected, doubtful))
    assert [told(lake, date(2024, 3, day))[0][1] for day in (5, 6, 7)] == [0.5, 0.5, -0.5]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Lake:
    """News of four securities: copies, corrections, stories that change their words, tone or day."""
    dice, lake = random.Random(3), Lake(str(tmp_path_factory.mktemp("world")))
    rows = []
    for number in range(160):
        when = at("2024-02-10") + timedelta(minutes=dice.randint(0, 75 * 24 * 60))
        one = story(f"words {dice.randint(0, 9)}", when.strftime("%Y-%m-%dT%H:%M"), dice.choice([None, -0.7, 0.2, 0.9]))
        one |= {"news_id": str(number), "instrument_id": f"{dice.choice([7, 8, 9, 10]):010d}-01"}
        rows.append(one)
        if dice.random() < 0.3:
            told_again = {"tone": dice.choice([None, 0.4]), "status": dice.choice(["ok", "suspect"])}
            rows.append(one | told_again | {"known_at": when + timedelta(hours=dice.choice([1, 100]))})
        if dice.random() < 0.3:
            later = when + timedelta(hours=dice.choice([2, 11, 14]))
            rows.append(one | {"news_id": f"{number}b", "published_at": later, "known_at": later})
    lake.upsert(NEWS, news(*rows))
    return lake


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for day in listed["session"].unique().sort():
        close = session_close(day)
        rows = news_averages(lake.read(NEWS, as_of=close), as_of=close)
        week, month = (
            rows.filter(days=days).select("instrument_id", pl.col("mean_tone").alias(f"mean_tone_{days}"))
            for days in (7, 30)
        )
        parts.append(week.join(month, on="instrument_id").with_columns(session=pl.lit(day)))
    cells = listed.select("instrument_id", "session")
    return pl.concat(parts).drop_nulls("mean_tone_30").join(cells, on=cells.columns)


def test_it_is_what_reading_the_lake_at_every_close_gives(world):
    listed = peers(DAYS, 7, 8, 9)
    found = news_view(world, listed)
    slow = slowly(world, listed).select(found.drop("observed_on").columns).sort("session", "instrument_id")
    assert_frame_equal(found.drop("observed_on"), slow)
    assert found.height > 100
    assert found["mean_tone_7"].null_count() > 10


def test_what_becomes_known_later_changes_nothing(world):
    def view(lake, as_of):
        rows = news_view(lake, peers(DAYS, 7, 8, 9, 10))
        return rows.filter(pl.col("session").is_in([day for day in DAYS if session_close(day) <= as_of]))

    assert find_leaks(view, world, [session_close(day) for day in DAYS[3::9]], tables=[NEWS]) == []


def test_sessions_apart_are_as_together(world):
    together = news_view(world, peers(DAYS, 7, 8))
    apart = pl.concat(news_view(world, peers([day], 7, 8)) for day in DAYS)
    assert_frame_equal(apart, together, check_exact=True)


def test_it_has_all_that_formulas_read_and_nobody_gives_no_rows(lake):
    rows = news_view(lake, peers([], 7))
    assert rows.is_empty()
    assert fields_of(FACTOR) | {"instrument_id", "session", "observed_on"} <= set(rows.columns)
    assert news_view(lake, peers([DAYS[0]], 7)).schema == rows.schema
