"""Law 1 over ratings and news: what others say, as of T, rests on rows known by T; planted leaks are caught."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.lake import Lake, find_leaks
from edgewise.opinions.consensus import consensus, consensus_changes, targets
from edgewise.opinions.news import news_averages
from tests.opinions.said import at, news, rating, ratings, story

INSTANTS = [
    at(day) + shift for day in ("2024-03-15", "2024-03-20") for shift in (timedelta(microseconds=-1), timedelta())
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A lake in which a rating and a story were corrected five days after they were published."""
    lake = Lake(str(tmp_path_factory.mktemp("opinions")))
    late = at("2024-03-20")
    lake.upsert(
        RATINGS,
        ratings(
            rating("a", "Hold", "2024-02-10", target=50.0),
            rating("b", "Buy", "2024-03-15", target=60.0, action="upgrade"),
            rating("b", "Sell", "2024-03-15", target=30.0, action="downgrade", known_at=late),
        ),
    )
    first, later = story("one", "2024-03-15", 0.5), story("one", "2024-03-15", -0.5, known_at=late)
    lake.upsert(NEWS, news(story("old", "2024-03-01", 0.1), first, later))
    return lake


@pytest.mark.parametrize("compute", [consensus, consensus_changes, targets])
def test_what_analysts_think_never_changes_when_the_future_is_cut_off(lake, compute):
    def honest(lake, as_of):
        return compute(lake.history(RATINGS), as_of=as_of)

    def early(lake, as_of):
        """Take what a rating says now as said when it was published."""
        return compute(lake.history(RATINGS).with_columns(known_at="published_at"), as_of=as_of)

    assert find_leaks(honest, lake, INSTANTS, tables=[RATINGS]) == []
    assert find_leaks(early, lake, INSTANTS, tables=[RATINGS])


def test_the_tone_of_news_never_changes_when_the_future_is_cut_off(lake):
    def early(lake, as_of):
        return news_averages(lake.history(NEWS).with_columns(known_at="published_at"), as_of=as_of)

    def honest(lake, as_of):
        return news_averages(lake.read(NEWS, as_of=as_of), as_of=as_of)

    assert find_leaks(honest, lake, INSTANTS, tables=[NEWS]) == []
    assert find_leaks(early, lake, INSTANTS, tables=[NEWS])
