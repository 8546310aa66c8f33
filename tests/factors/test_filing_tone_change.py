"""Change of tone by hand."""

import pytest

from edgewise.factors.filing_tone_change import FACTOR, REPORT_DAYS
from tests.factors.views import directions_of, metrics_of


@pytest.mark.parametrize(
    ("tone", "before", "expected"), [(0.3, 0.1, 0.2), (-0.5, 0.5, -1.0), (0.3, None, None), (None, 0.1, None)]
)
def test_the_newest_less_the_one_before(tone, before, expected):
    told = metrics_of(FACTOR, tone=tone, tone_before=before)["filing_tone_change"]
    assert told == (None if expected is None else pytest.approx(expected))


def test_better_than_before_is_good_for_two_hundred_days():
    assert directions_of(FACTOR) == {"filing_tone_change": 1}
    ages = [metrics_of(FACTOR, days=days, tone=0.2, tone_before=0.1)["filing_tone_change"] for days in (200, 201)]
    assert [age is None for age in ages] == [False, True]
    assert REPORT_DAYS == 200
