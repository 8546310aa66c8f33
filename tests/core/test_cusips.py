"""Check digits against CUSIPs that are known from elsewhere: Apple, Cisco, Google, Microsoft, Oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.cusips import check_digit, is_cusip, repaired_cusip

KNOWN = ("037833100", "17275R102", "38259P508", "594918104", "68389X105", "H1467J104", "02079K305")


@pytest.mark.parametrize("cusip", KNOWN)
def test_known_cusips_have_a_right_check_digit(cusip):
    assert is_cusip(cusip)


@pytest.mark.parametrize("wrong", ["68389X106", "03783310", "0378331000", "037833 00", "", "000000000", "03783310a"])
def test_what_is_no_cusip_is_refused(wrong):
    assert not is_cusip(wrong)


@given(st.sampled_from(KNOWN), st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(cusip, place, digit):
    if cusip[place].isdigit() and cusip[place] != digit:
        assert not is_cusip(cusip[:place] + digit + cusip[place + 1 :])


def test_leading_zeros_that_a_spreadsheet_took_are_put_back_only_where_the_check_digit_agrees():
    assert repaired_cusip("37833100") == "037833100"
    assert repaired_cusip("2824100") == "002824100"
    assert repaired_cusip("37833101") == ""
    assert repaired_cusip("037833100") == ""
    assert check_digit("short") == ""
