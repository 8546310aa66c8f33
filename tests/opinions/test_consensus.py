"""Consensus, its changes and targets, every number redone by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.opinions.consensus import consensus, consensus_changes, opinions, targets
from tests.opinions.said import X, at, rating, ratings

if TYPE_CHECKING:
    import polars as pl

T = at("2024-03-31T20:00")
PLAIN = (
    rating("a", "Buy", "2024-01-10", action="upgrade"),
    rating("b", "Hold", "2024-02-20", action="downgrade"),
    rating("b", "Hold", "2024-02-20T15:07", action="downgrade"),
    rating("c", "Strong Buy", "2024-03-15", action="initiate"),
    rating("d", "Sell", "2022-12-01"),
)


def prices(*rows: tuple[date, float]) -> pl.DataFrame:
    told = [
        {"instrument_id": X, "session": day, "close": close, "source_url": "hand", "known_at": at(f"{day}T20:00")}
        for day, close in rows
    ]
    return PRICES.frame(told)


SPLIT = CORPORATE_ACTIONS.frame(
    [
        {
            "instrument_id": X,
            "ex_session": date(2024, 3, 18),
            "kind": "split",
            "ratio": 4.0,
            "source_url": "hand",
            "known_at": at("2024-03-01"),
        }
    ]
)
CLOSES = prices((date(2024, 3, 14), 320.0), (date(2024, 3, 15), 320.0), (date(2024, 3, 28), 84.0))
TARGETS = ratings(
    rating("a", "Buy", "2024-01-10", target=400.0),
    rating("b", "Hold", "2024-02-20", target=90.0, currency="EUR"),
    rating("c", "Strong Buy", "2024-03-18", target=110.0),
)


class TestConsensus:
    def test_each_firm_counts_once_with_its_newest_valid_word(self):
        row = consensus(ratings(*PLAIN), as_of=T).row(0, named=True)
        assert (row["firms"], row["mean"], row["dispersion"]) == (3, 4.0, 1.0)
        assert (row["lowest"], row["highest"], row["buys"], row["sells"], row["doubtful"]) == (3.0, 5.0, 2, 0, 0)
        assert row["newest"] == date(2024, 3, 15)

    def test_a_correction_counts_from_when_it_was_known(self):
        corrected = rating("c", "Buy", "2024-03-15", known_at=at("2024-03-20"))
        both = ratings(*PLAIN, corrected)
        before, after = (consensus(both, as_of=at(day))["highest"].item() for day in ("2024-03-19", "2024-03-20"))
        assert (before, after) == (5.0, 4.0)

    def test_a_firm_that_ended_coverage_has_no_opinion(self):
        ended = rating("b", None, "2024-03-20", action="terminate")
        row = consensus(ratings(*PLAIN, ended), as_of=T).row(0, named=True)
        assert (row["firms"], row["mean"]) == (2, 4.5)

    def test_a_doubtful_newest_word_is_not_replaced_by_the_word_before(self):
        table = ratings(*PLAIN, rating("a", "Moonshot", "2024-03-20"))
        row = consensus(table, as_of=T).row(0, named=True)
        assert (row["firms"], row["mean"], row["doubtful"]) == (2, 4.0, 1)
        odd = ratings(rating("a", "Buy", "2024-01-10"), rating("a", "Sell", "2024-03-20", status="suspect"))
        assert consensus(odd, as_of=T)["mean"].item() is None
        assert consensus(odd, as_of=T, suspect=True)["mean"].item() == 2.0

    def test_a_rating_without_a_word_leaves_the_word_and_does_not_renew_it(self):
        table = ratings(rating("e", "Sell", "2023-04-01"), rating("e", None, "2024-03-01", target=9.0))
        assert opinions(table, as_of=at("2024-03-30"))["grade"].to_list() == [2.0]
        assert opinions(table, as_of=T).is_empty()
        assert targets(table, as_of=T)["mean_target"].to_list() == [9.0]

    def test_one_firm_has_no_dispersion_and_a_row_without_a_security_counts_nowhere(self):
        table = ratings(PLAIN[0], rating("z", "Sell", "2024-03-01", instrument_id=None))
        row = consensus(table, as_of=T).row(0, named=True)
        assert (row["firms"], row["dispersion"]) == (1, None)

    def test_an_instant_without_a_zone_and_an_empty_window_are_refused(self):
        with pytest.raises(InvalidInput, match="no zone"):
            consensus(ratings(), as_of=datetime(2024, 1, 1))  # noqa: DTZ001 - that is the claim
        with pytest.raises(InvalidInput, match="valid for 0 days"):
            consensus(ratings(), as_of=T, valid_days=0)


def test_changes_compare_what_was_known_then_and_count_each_action_once():
    rows = consensus_changes(ratings(*PLAIN), as_of=T).to_dicts()
    # On 1 March a and b were known: (4 + 3) / 2. On 1 January nobody's word was still valid.
    assert [(row["days"], row["mean"], row["mean_before"], row["change"]) for row in rows] == [
        (30, 4.0, 3.5, 0.5),
        (90, 4.0, None, None),
    ]
    acts = [(row["upgrades"], row["downgrades"], row["initiations"], row["terminations"]) for row in rows]
    assert acts == [(0, 0, 1, 0), (1, 1, 1, 0)]


class TestTargets:
    def test_failure_case_39_targets_stand_on_the_shares_of_the_instant(self):
        """400 USD before a split four for one are 100 after it; the target of the ex day itself is on the new count."""
        row = targets(TARGETS, as_of=T, prices=CLOSES, actions=SPLIT).row(0, named=True)
        assert (row["targets"], row["mean_target"], row["other_currency"]) == (2, 105.0, 1)
        assert (row["close"], row["target_vs_price"]) == (84.0, pytest.approx(0.25))

    def test_failure_case_39_a_split_that_is_known_but_not_due_changes_nothing(self):
        before_the_open = datetime(2024, 3, 18, 13, 29, tzinfo=UTC)
        row = targets(TARGETS, as_of=before_the_open, prices=CLOSES, actions=SPLIT).row(0, named=True)
        assert (row["mean_target"], row["close"], row["target_vs_price"]) == (400.0, 320.0, 0.25)
        after = targets(TARGETS, as_of=before_the_open + timedelta(minutes=1), prices=CLOSES, actions=SPLIT)
        assert (after["mean_target"].item(), after["close"].item()) == (100.0, 80.0)

    def test_an_old_close_is_no_price_and_a_doubtful_target_does_not_count(self):
        stale = targets(TARGETS, as_of=T, prices=prices((date(2024, 3, 14), 320.0))).row(0, named=True)
        assert (stale["mean_target"], stale["target_vs_price"]) == (255.0, None)
        doubtful = ratings(
            rating("a", "Buy", "2024-01-10", target=400.0), rating("a", "Moonshot", "2024-03-01", target=9.0)
        )
        assert targets(doubtful, as_of=T).is_empty()
