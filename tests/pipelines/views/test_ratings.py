"""The view of ratings: by hand, session by session on a lake read as of each close, and with the future removed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.core.tables_ratings import RATINGS
from edgewise.factors.analysts import FACTOR
from edgewise.lake import Lake, find_leaks
from edgewise.market.prices import traded_prices
from edgewise.opinions.consensus import consensus, consensus_changes, targets
from edgewise.pipelines.views.ratings import ratings_view
from tests.factors.views import fields_of
from tests.opinions.said import X, at, rating, ratings
from tests.pipelines.views.listed import peers

DAYS = sessions(date(2024, 3, 1), date(2024, 4, 30))
TABLES = [RATINGS, PRICES, CORPORATE_ACTIONS]


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def price(day: date, close: float, **told) -> dict[str, object]:
    row = {"instrument_id": X, "session": day, "close": close, "volume": 9, "source_url": "hand"}
    return row | {"known_at": session_close(day)} | told


def split(day: date, known: str, ratio: float = 4.0, **told) -> dict[str, object]:
    row = {"instrument_id": X, "ex_session": day, "kind": "split", "ratio": ratio, "source_url": "hand"}
    return row | {"known_at": at(known)} | told


def told(lake: Lake, day: date, *fields: str):
    rows = ratings_view(lake, peers([day], 7)).select(fields).rows()
    return rows[0] if rows else None


def test_consensus_its_change_and_targets_by_hand(lake):
    lake.upsert(
        RATINGS,
        ratings(
            rating("a", "Buy", "2024-02-01", target=50.0),
            rating("b", "Hold", "2024-03-20", target=46.0),
            rating("c", "Strong Buy", "2024-03-27"),
        ),
    )
    lake.upsert(PRICES, PRICES.frame([price(date(2024, 3, 28), 40.0)]))
    fields = ("observed_on", "firms", "mean", "change_30", "mean_target", "close", "target_vs_price")
    # Thirty days before 28 March only a had spoken: 4; now (4 + 3 + 5) / 3. The targets' mean is 48.
    assert told(lake, date(2024, 3, 28), *fields) == (date(2024, 3, 27), 3, 4.0, 0.0, 48.0, 40.0, pytest.approx(0.2))
    assert told(lake, date(2024, 3, 20), *fields) == (date(2024, 3, 20), 2, 3.5, -0.5, 48.0, None, None)
    assert told(lake, date(2024, 3, 1), *fields[:4]) == (date(2024, 2, 1), 1, 4.0, None)


def test_a_terminated_coverage_and_a_doubtful_word_have_no_part(lake):
    lake.upsert(
        RATINGS,
        ratings(
            rating("a", "Buy", "2024-02-01", target=50.0),
            rating("b", "Sell", "2024-02-05", target=20.0),
            rating("b", None, "2024-03-12", action="terminate"),
            rating("a", "Moonshot", "2024-03-20"),
        ),
    )
    fields = ("firms", "mean", "targets", "mean_target")
    assert told(lake, date(2024, 3, 11), *fields) == (2, 3.0, 2, 35.0)
    assert told(lake, date(2024, 3, 12), *fields) == (1, 4.0, 1, 50.0)
    assert told(lake, date(2024, 3, 20), *fields) == (0, None, 1, 50.0)


def test_words_and_targets_are_spent_after_a_year(lake):
    lake.upsert(RATINGS, ratings(rating("a", "Buy", "2023-04-02", target=50.0)))
    assert told(lake, date(2024, 3, 28), "mean", "mean_target") == (4.0, 50.0)
    assert told(lake, date(2024, 4, 1), "mean", "mean_target") is None


def test_a_target_without_a_word_is_of_its_own_day(lake):
    lake.upsert(RATINGS, ratings(rating("a", None, "2024-03-05", target=50.0)))
    assert told(lake, date(2024, 3, 8), "observed_on", "mean", "mean_target") == (date(2024, 3, 5), None, 50.0)


def test_failure_case_39_a_split_between_target_and_close_changes_neither_against_the_other(lake):
    """Known on 10 March, due on the 18th; the security does not trade on that day."""
    lake.upsert(RATINGS, ratings(rating("a", "Buy", "2024-02-01", target=400.0)))
    lake.upsert(PRICES, PRICES.frame([price(date(2024, 3, 15), 320.0), price(date(2024, 3, 19), 84.0)]))
    lake.upsert(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame([split(date(2024, 3, 18), "2024-03-10")]))
    days = [date(2024, 3, day) for day in (15, 18, 19)]
    assert [told(lake, day, "mean_target", "close") for day in days] == [(400.0, 320.0), (100.0, 80.0), (100.0, 84.0)]


@pytest.mark.parametrize("odd", [{"volume": 0}, {"status": "suspect"}])
def test_failure_case_39_a_stale_or_doubtful_close_is_no_price(lake, odd):
    lake.upsert(RATINGS, ratings(rating("a", "Buy", "2024-02-01", target=50.0)))
    lake.upsert(PRICES, PRICES.frame([price(date(2024, 3, 15), 40.0), price(date(2024, 3, 18), 99.0, **odd)]))
    assert told(lake, date(2024, 3, 18), "close") == (40.0,)
    assert told(lake, date(2024, 3, 25), "close") == (40.0,)
    assert told(lake, date(2024, 3, 26), "close") == (None,)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Lake:
    """Ratings, prices and splits of four securities, with corrections and rows that came late."""
    dice, lake = random.Random(4), Lake(str(tmp_path_factory.mktemp("world")))
    names = [f"{number:010d}-01" for number in (7, 8, 9, 10)]
    rows = []
    for number in range(240):
        when = at("2023-03-10") + timedelta(hours=dice.randint(0, 415 * 24))
        said = dice.choice(["Buy", "Hold", "Sell", "Strong Buy", "Moonshot", None])
        one = rating(
            dice.choice("abcde"), said, when.strftime("%Y-%m-%dT%H:%M"), target=dice.choice([None, 30.0, 90.0])
        )
        one |= {"rating_id": str(number), "instrument_id": dice.choice(names)}
        one |= {"action": dice.choice(["reiterate"] * 5 + ["terminate", None])}
        rows.append(one)
        if dice.random() < 0.3:
            rows.append(one | {"grade": 1.0, "known_at": when + timedelta(hours=dice.choice([1, 200, 2000]))})
    lake.upsert(RATINGS, ratings(*rows))
    prices = []
    for name in names:
        for day in sessions(date(2024, 2, 15), DAYS[-1]):
            if dice.random() < 0.2:
                odd = dice.choice([{}, {}, {"volume": 0}, {"status": "suspect"}])
                one = price(day, dice.uniform(20, 60), instrument_id=name) | odd
                prices += [one, one | {"close": 33.0, "known_at": one["known_at"] + timedelta(days=2)}]
    lake.upsert(PRICES, PRICES.frame(prices))
    splits = [
        split(date(2024, 3, 18), "2024-03-11", instrument_id=names[0]),
        split(date(2024, 3, 18), "2024-04-03", 5.0, instrument_id=names[0]),
        split(date(2023, 11, 1), "2023-10-11", 0.1, instrument_id=names[1]),
        split(date(2024, 4, 5), "2024-04-12", 2.0, instrument_id=names[1]),
    ]
    lake.upsert(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame(splits))
    return lake


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for day in listed["session"].unique().sort():
        close = session_close(day)
        said = lake.history(RATINGS, as_of=close)
        priced = traded_prices(lake.read(PRICES, as_of=close))
        aims = targets(said, as_of=close, prices=priced, actions=lake.read(CORPORATE_ACTIONS, as_of=close))
        changes = consensus_changes(said, as_of=close, days=(30,)).select("instrument_id", change_30="change")
        words = consensus(said, as_of=close).join(changes, on="instrument_id", how="left")
        both = words.join(aims, on="instrument_id", how="full", coalesce=True)
        parts.append(both.with_columns(session=pl.lit(day)))
    cells = listed.select("instrument_id", "session")
    return pl.concat(parts).join(cells, on=cells.columns)


def test_it_is_what_reading_the_lake_at_every_close_gives(world):
    listed = peers(DAYS, 7, 8, 9)
    found = ratings_view(world, listed).drop("observed_on")
    slow = slowly(world, listed).select(found.columns).sort("session", "instrument_id")
    assert_frame_equal(found, slow, check_dtypes=False)
    assert found.height > 100
    assert found.select(pl.col("change_30", "target_vs_price").count()).row(0) > (50, 50)


def test_what_becomes_known_later_changes_nothing(world):
    def view(lake, as_of):
        rows = ratings_view(lake, peers(DAYS, 7, 8, 9, 10))
        return rows.filter(pl.col("session").is_in([day for day in DAYS if session_close(day) <= as_of]))

    assert find_leaks(view, world, [session_close(day) for day in DAYS[3::9]], tables=TABLES) == []


def test_sessions_apart_are_as_together(world):
    together = ratings_view(world, peers(DAYS, 7, 8))
    apart = pl.concat(ratings_view(world, peers([day], 7, 8)) for day in DAYS)
    assert_frame_equal(apart, together, check_exact=True)


def test_it_has_all_that_formulas_read_and_nobody_gives_no_rows(lake):
    rows = ratings_view(lake, peers([], 7))
    assert rows.is_empty()
    assert fields_of(FACTOR) | {"instrument_id", "session", "observed_on"} <= set(rows.columns)
    assert ratings_view(lake, peers([DAYS[0]], 7)).schema == rows.schema
