"""News: the mean tones as they are, for a month."""

from edgewise.factors.news import FACTOR
from tests.factors.views import directions_of, metrics_of


def test_what_sounds_better_is_better():
    assert metrics_of(FACTOR, mean_tone_7=-0.4, mean_tone_30=0.1) == {"news_tone_7": -0.4, "news_tone_30": 0.1}
    assert directions_of(FACTOR) == {"news_tone_7": 1, "news_tone_30": 1}


def test_a_week_without_stories_has_no_tone_and_the_month_keeps_its_own():
    assert metrics_of(FACTOR, days=20, mean_tone_30=0.1) == {"news_tone_7": None, "news_tone_30": 0.1}


def test_what_was_written_more_than_thirty_days_ago_is_no_news():
    assert metrics_of(FACTOR, days=30, mean_tone_30=0.1)["news_tone_30"] == 0.1
    assert metrics_of(FACTOR, days=31, mean_tone_30=0.1)["news_tone_30"] is None
