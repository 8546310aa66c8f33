"""Analysts by hand: 4 of 5, half a grade better than a month ago, targets a quarter above the price."""

import pytest

from edgewise.factors.analysts import FACTOR
from edgewise.opinions.consensus import VALID_DAYS
from tests.factors.views import directions_of, metrics_of

SAID = {"mean": 4.0, "change_30": 0.5, "mean_target": 100.0, "close": 80.0}
MADE = {"consensus": 4.0, "consensus_change_30": 0.5, "target_to_price": 0.25}
READS = {
    "mean": "consensus",
    "change_30": "consensus_change_30",
    "mean_target": "target_to_price",
    "close": "target_to_price",
}


def test_what_analysts_say_by_hand():
    assert metrics_of(FACTOR, **SAID) == MADE
    assert directions_of(FACTOR) == dict.fromkeys(MADE, 1)


@pytest.mark.parametrize("field", SAID)
def test_what_is_not_said_takes_only_what_is_made_of_it(field):
    assert metrics_of(FACTOR, **SAID | {field: None}) == MADE | {READS[field]: None}


def test_a_price_of_nothing_is_no_denominator():
    assert metrics_of(FACTOR, **SAID | {"close": 0.0})["target_to_price"] is None


def test_a_word_counts_as_long_as_it_is_valid():
    assert metrics_of(FACTOR, days=VALID_DAYS - 1, **SAID) == MADE
    assert set(metrics_of(FACTOR, days=VALID_DAYS + 1, **SAID).values()) == {None}
