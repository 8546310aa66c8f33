"""Weights are those that were announced; others that make no sense are refused."""

import pytest

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.factors.registry import SCORED
from edgewise.score.weights import CONFIGURATIONS, Configuration, configuration_named


def test_the_standard_weights_are_the_announced_ones():
    announced = (
        "value 12 growth 15 profitability 12 health 10 momentum 8 analysts 10 insiders 8 institutional 10 news 7"
    )
    words = [*announced.split(), "technical", "8"]
    expected = {name: int(percent) / 100 for name, percent in zip(words[::2], words[1::2], strict=True)}
    assert dict(configuration_named("standard").weights) == expected


@pytest.mark.parametrize("weights", [{}, {"value": 0.5}, {"value": 1.5, "growth": -0.5}, {"value": 1.0, "growth": 0.0}])
def test_weights_that_do_not_sum_to_one_or_are_not_above_zero_are_refused(weights):
    with pytest.raises(InvalidInput, match="sum to 1"):
        Configuration("wrong", weights)


def test_every_configuration_weighs_factors_that_there_are():
    assert {name for one in CONFIGURATIONS for name in one.weights} <= {factor.name for factor in SCORED}


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(NotFound, match="standard"):
        configuration_named("mine")
