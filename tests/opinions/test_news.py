"""Averages of news, every number redone by hand."""

from __future__ import annotations

from edgewise.opinions.news import news_averages, stories
from tests.opinions.said import X, Y, at, news, story

T = at("2024-03-31T20:00")
TABLE = news(
    story("good quarter", "2024-03-30T10:00", 0.5),
    story("good quarter", "2024-03-30T10:11", 0.5, news_id="again", provider="file"),
    story("good quarter", "2024-03-31T10:00", -1.0, tone_by="lexicon-1"),
    story("plain words", "2024-03-10"),
    story("long ago", "2024-02-01", 1.0),
    story("of somebody", "2024-03-30", 1.0, instrument_id=None),
    story("torn", "2024-03-30", 1.0, status="suspect"),
)


def told(table, **options):
    rows = news_averages(table, as_of=T, **options).to_dicts()
    return {(row["instrument_id"], row["days"]): (row["stories"], row["scored"], row["mean_tone"]) for row in rows}


def test_a_story_counts_once_and_one_that_returns_the_next_day_is_another():
    assert told(TABLE) == {(X, 7): (2, 2, -0.25), (X, 30): (3, 2, -0.25)}
    assert news_averages(TABLE, as_of=T)["tone_by"].to_list() == ["lexicon-1+provider"] * 2
    assert stories(TABLE, as_of=T)["copies"].to_list() == [1, 1, 2, 1]


def test_without_news_there_is_no_tone():
    averages = news_averages(TABLE, as_of=T, instruments=[Y, X])
    assert averages.filter(instrument_id=Y).drop("instrument_id", "days").rows() == [(0, 0, None, None, None)] * 2
    only_plain = news_averages(TABLE, as_of=at("2024-03-11"), days=(7,))
    assert only_plain.select("stories", "scored", "mean_tone", "tone_by").rows() == [(1, 0, None, None)]


def test_doubtful_stories_count_only_if_asked_for():
    assert told(TABLE, suspect=True)[X, 7] == (3, 3, (0.5 - 1.0 + 1.0) / 3)


def test_a_copy_in_the_window_of_a_story_before_it_is_no_news():
    table = news(story("late", "2024-03-24T19:59", 1.0), story("late", "2024-03-24T20:30", 1.0, news_id="copy"))
    assert told(table, days=(7,), instruments=[X]) == {(X, 7): (0, 0, None)}
