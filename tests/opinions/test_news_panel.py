"""Tone of news at many instants, against the same asked for one by one."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.table import Instant
from edgewise.core.tables_news import NEWS
from edgewise.opinions.news import news_averages, stories
from edgewise.opinions.news_panel import mean_tones_at
from tests.opinions.said import X, Y, at, news, story

DAYS = sessions(date(2024, 3, 1), date(2024, 4, 30))[::3]
START = at("2024-02-01")


def instants(days=DAYS) -> pl.Series:
    return pl.Series("at", [session_close(day) for day in days], dtype=Instant)


@st.composite
def a_story(draw):
    published = START + timedelta(hours=draw(st.integers(0, 80 * 24)))
    near = draw(st.sampled_from([0, 3, 11, 12, 13]))
    told = story(draw(st.sampled_from(["one", "two"])), "2024-02-01", draw(st.sampled_from([None, -1.0, 0.3, 0.7])))
    return told | {
        "news_id": draw(st.sampled_from("12345")),
        "instrument_id": draw(st.sampled_from([X, X, Y, None])),
        "published_at": published + timedelta(hours=near),
        "published_on": (published + timedelta(hours=near - 5)).date(),
        "status": draw(st.sampled_from(["ok", "ok", "suspect"])),
        "known_at": published + timedelta(hours=draw(st.sampled_from([0, 5, 30, 300]))),
    }


def one_by_one(table: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for instant in instants():
        rows = news_averages(table, as_of=instant).with_columns(at=pl.lit(instant, Instant))
        wide = rows.pivot("days", index=["instrument_id", "at"], values="mean_tone")
        newest = (
            stories(table, as_of=instant)
            .filter(pl.col("tone").is_not_null(), pl.col("published_at") > instant - timedelta(days=30))
            .sort("published_at", maintain_order=True)
            .group_by("instrument_id", maintain_order=True)
            .agg(newest=pl.col("published_on").last())
        )
        if rows.height:
            named = wide.rename({"7": "mean_tone_7", "30": "mean_tone_30"}).drop_nulls("mean_tone_30")
            parts.append(named.join(newest, on="instrument_id").sort("instrument_id"))
    empty = mean_tones_at(table, instants([]))
    return pl.concat([empty, *parts]).sort("instrument_id", "at")


@settings(max_examples=40)
@given(st.lists(a_story(), max_size=14))
def test_the_tone_at_many_instants_is_that_of_each(rows):
    told = NEWS.frame(list({tuple(row[name] for name in NEWS.identity): row for row in rows}.values()))
    assert_frame_equal(mean_tones_at(told, instants()), one_by_one(told))


def test_copies_count_once_until_the_first_of_them_is_taken_back():
    """The copy is hidden from 4 March on; when the first telling is withdrawn on 6 March the copy stands for it."""
    withdrawn = story("big", "2024-03-04T15:00", 0.9, news_id="a", status="absent", known_at=at("2024-03-06T15:00"))
    table = news(
        story("big", "2024-03-04T15:00", 0.9, news_id="a"),
        story("big", "2024-03-04T18:00", -0.5, news_id="b"),
        story("big", "2024-03-05T18:01", 0.1, news_id="c"),
        withdrawn,
    )
    days = [date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6), date(2024, 3, 11), date(2024, 3, 12)]
    found = mean_tones_at(table, instants(days))
    assert found["mean_tone_7"].to_list() == [0.9, 0.5, -0.2, 0.1, None]
    assert found["newest"].to_list() == [date(2024, 3, 4), *[date(2024, 3, 5)] * 4]


def test_a_window_ends_to_the_microsecond():
    table = news(story("one", "2024-03-04T21:00", 0.5))
    days = [
        date(2024, 3, 1),
        date(2024, 3, 4),
        date(2024, 3, 11),
        date(2024, 3, 12),
        date(2024, 4, 3),
        date(2024, 4, 4),
    ]
    found = mean_tones_at(table, instants(days))
    # The story came with the close of 4 March; the clocks go forward, and 11 March closes an hour short of seven days.
    assert found.select(pl.col("at").dt.date(), "mean_tone_7", "mean_tone_30").rows() == [
        (date(2024, 3, 4), 0.5, 0.5),
        (date(2024, 3, 11), 0.5, 0.5),
        (date(2024, 3, 12), None, 0.5),
        (date(2024, 4, 3), None, 0.5),
    ]
    late = mean_tones_at(table, pl.Series([at("2024-03-11T21:00")], dtype=Instant))
    assert late.row(0)[2:4] == (None, 0.5)


def test_no_news_no_rows():
    assert mean_tones_at(news(), instants()).is_empty()
    assert mean_tones_at(news(story("one", "2024-03-04")), instants()).is_empty()
