import pytest

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.factors.factor import Factor
from edgewise.factors.registry import ALL, factor_named, fields_of


def test_a_factor_is_found_by_its_name():
    assert factor_named("filing_tone") is ALL[0]


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(NotFound, match=r"'filing_tome'.*filing_tone"):
        factor_named("filing_tome")


def test_the_fields_of_a_view_are_what_formulas_read():
    """Those of the trend, of momentum and of low risk; nobody reads a Bollinger band."""
    assert fields_of("indicators") == {
        *("close", "sma_50", "sma_200", "macd_histogram", "rsi_14"),
        *("momentum_12_1", "return_126", "to_high_252"),
        *("volatility_252", "beta_252", "idiosyncratic_volatility_252"),
    }


def test_names_are_unique():
    assert len({factor.name for factor in ALL}) == len(ALL)


def test_a_factor_cannot_read_a_table_that_does_not_exist():
    with pytest.raises(InvalidInput, match=r"tweets.*Tables: filings"):
        Factor("chatter", "1", ("filings", "tweets"), "", 1, "", compute=ALL[0].compute)
