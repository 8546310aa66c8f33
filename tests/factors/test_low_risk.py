"""Low risk: the quieter the better."""

import pytest

from edgewise.factors.low_risk import FACTOR
from tests.factors.views import directions_of, fields_of, metrics_of

QUIET = {"volatility_252": 0.2, "beta_252": 0.7, "idiosyncratic_volatility_252": 0.15}


def test_less_is_better():
    assert metrics_of(FACTOR, **QUIET) == QUIET
    assert directions_of(FACTOR) == dict.fromkeys(QUIET, -1)


@pytest.mark.parametrize("field", sorted(fields_of(FACTOR)))
def test_what_is_not_known_takes_its_own_metric_and_no_other(field):
    assert metrics_of(FACTOR, **QUIET | {field: None}) == QUIET | {field: None}


def test_failure_case_39_what_has_not_traded_for_eleven_days_is_not_quiet():
    assert metrics_of(FACTOR, days=10, **QUIET) == QUIET
    assert set(metrics_of(FACTOR, days=11, **QUIET).values()) == {None}
