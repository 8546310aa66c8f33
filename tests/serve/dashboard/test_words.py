"""Numbers, instants and names as people read them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import pytest

from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.words import MINUS, MISSING


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567, 0, "1,234,567"),
        (-0.04, 1, "0.0"),
        (-0.06, 1, f"{MINUS}0.1"),
        (0, 0, "0"),
        (100, 0, "100"),
        (None, 2, MISSING),
        (math.nan, 2, MISSING),
    ],
)
def test_numbers_are_rounded_and_zero_has_no_sign(value, digits, text):
    assert words.number(value, digits) == text


def test_what_rounds_to_zero_is_no_change():
    assert [words.signed(value, 1) for value in (0.04, -0.04, 0.06)] == ["0.0", "0.0", "+0.1"]


def test_amounts_are_told_in_their_size():
    told = [words.dollars(value) for value in (2.5e12, 3.214e9, 7e6, 12.5, None)]
    assert told == ["$2.50 T", "$3.21 B", "$7.00 M", "$12.50", MISSING]


def test_a_close_is_told_in_both_zones():
    assert words.close_of(datetime(2024, 12, 3, 21, tzinfo=UTC)) == "2024-12-03 21:00 UTC (16:00 in New York)"
    assert words.day(date(2024, 12, 3)) == "Tue 3 Dec 2024"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (90, "1 min 30 s"),
        (86_399, "23 h 59 min"),
        (863_999, "9 d 23 h"),
        (864_000, "10 d"),
        (None, MISSING),
    ],
)
def test_durations_have_two_units(seconds, text):
    assert words.lasted(seconds) == text


def test_reasons_are_told_in_words_also_those_nobody_foresaw():
    assert words.why_not_rated("not_traded") == "not traded for ten days"
    assert words.why_not_rated("moon_too_full,not_traded") == "moon too full, and not traded for ten days"
    assert words.why_not_rated(None) == "no reason is stored"
