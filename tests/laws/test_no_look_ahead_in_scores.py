"""Law 1 for the score: whatever becomes known later changes no metric, no factor and no score of a session before."""

import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.factors.measure import measured
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines.peers import peers_at
from edgewise.pipelines.scores import quotes_of
from edgewise.pipelines.views import known
from edgewise.pipelines.views.known import known_views
from edgewise.score.scores import scores
from edgewise.score.weights import STANDARD
from tests.opinions.said import rating, story
from tests.ownership.trades import line
from tests.pipelines.views.test_ratios import ALL, fill

DAYS = sessions(date(2024, 2, 1), date(2024, 4, 30))
READ = [FUNDAMENTALS, RATIOS, SHARE_COUNTS, PRICES, CORPORATE_ACTIONS, INSTRUMENTS, INDICATORS, RATINGS, NEWS,
        INSIDER_TRADES]  # fmt: skip
CUTS = [session_close(day) for day in (date(2024, 2, 16), date(2024, 3, 11), date(2024, 4, 22))]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Statements and prices of seven companies, and by lot indicators, ratings, stories and insiders' forms of them.

    A third of what is drawn is told again, otherwise, some days later.
    """
    lake = fill(Lake(str(tmp_path_factory.mktemp("scores") / "lake")))
    dice = random.Random(11)
    numbers = [column.name for column in INDICATORS.columns if column.dtype == pl.Float64]
    bars, words, told, forms = [], [], [], []
    for name, cik in ALL:
        for day in DAYS:
            known = session_close(day)
            row = {"instrument_id": name, "session": day, "version": "test", "known_at": known}
            bars.append(row | {number: dice.uniform(0.1, 60) for number in numbers})
            if dice.random() < 0.3:
                later = {number: dice.uniform(0.1, 60) for number in numbers}
                bars.append(row | later | {"known_at": known + timedelta(days=dice.randint(1, 20))})
        for number in range(12):
            when = (DAYS[dice.randrange(len(DAYS))]).isoformat()
            said = dice.choice(["Strong Buy", "Buy", "Hold", "Sell"])
            own = {"instrument_id": name, "target": dice.uniform(20, 60), "rating_id": f"{name} {number}"}
            words.append(rating(f"firm {number % 5}", said, when, **own))
            told.append(story(f"{name} {number}", when, dice.uniform(-1, 1), instrument_id=name))
            day = DAYS[dice.randrange(len(DAYS))]
            forms.append(
                line(
                    f"{cik:010d}-24-{number:06d}",
                    issuer_cik=cik,
                    owner_ciks=[100 + number],
                    transaction_date=day,
                    code=dice.choice("PS"),
                    known_at=session_close(shift_session(day, 2)),
                )
            )
    lake.append(INDICATORS, INDICATORS.frame(bars))
    lake.append(RATINGS, RATINGS.frame(words))
    lake.append(NEWS, NEWS.frame(told))
    lake.append(INSIDER_TRADES, INSIDER_TRADES.frame(list({one["accession"]: one for one in forms}.values())))
    return lake


def scored(lake, days):
    """Return metrics and scores of some sessions, a row per security and session."""
    peers = peers_at(lake, days)
    views = known_views(lake, peers, tone_version="test")
    metrics = measured(SCORED, views, peers, quotes_of(views), version=METRICS_VERSION)
    made = [
        scores(metrics.filter(pl.col("session") == day), SCORED, STANDARD, code_fingerprint="code", computed_at=NOW)
        for day in days
    ]
    return metrics.join(pl.concat(made).drop("known_at", "cik", "sector", "version"), on=["instrument_id", "session"])


def test_what_becomes_known_later_changes_no_bit(world):
    def honest(lake, as_of):
        return scored(lake, [shift_session(as_of.date(), -15), as_of.date()])

    assert find_leaks(honest, world, CUTS, tables=READ) == []


def test_there_is_something_to_leak(world):
    rows = scored(world, [DAYS[-1]])
    assert rows.filter(pl.col("status") == "rated").height >= 6
    known = [name for name in ("earnings_yield", "rsi_14", "consensus", "news_tone_30", "insider_net_value_90")
             if rows[name].count() >= 5]  # fmt: skip
    assert len(known) == 5


def test_a_score_that_rests_on_the_session_after_is_caught(world):
    def hasty(lake, as_of):
        return scored(lake, [shift_session(as_of.date(), 1)]).drop("session", "known_at")

    assert len(find_leaks(hasty, world, CUTS, tables=READ)) == len(CUTS)


def test_a_single_metric_that_looks_ahead_is_caught_in_its_column(world, monkeypatch):
    """Planted: the view of news answers for the session with what is known a week later."""
    honest = known.news_view

    def early(lake, peers):
        ahead = {day: shift_session(day, 5) for day in peers["session"].unique()}
        later = honest(lake, peers.with_columns(pl.col("session").replace_strict(ahead)))
        back = {after: before for before, after in ahead.items()}
        return later.with_columns(
            pl.col("session").replace_strict(back), observed_on=pl.col("session").replace_strict(back)
        )

    monkeypatch.setattr(known, "news_view", early)
    leaks = find_leaks(lambda lake, as_of: scored(lake, [as_of.date()]), world, CUTS, tables=READ)
    assert leaks
    clean = ("earnings_yield", "rsi_14", "consensus", "insider_net_value_90", "value", "technical")
    for leak in leaks:
        both = leak.with_future.join(leak.without_future, on="instrument_id", suffix=" without")
        assert all(both[name].equals(both[f"{name} without"].alias(name)) for name in clean)
        assert not both["news_tone_30"].equals(both["news_tone_30 without"].alias("news_tone_30"))
