import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.ownership.cusips import check_digit, cusip_of
from edgewise.simulate.plan import Plan


@pytest.mark.parametrize("cusip", ["037833100", "594918104", "88579Y101", "38259P508", "G1151C101"])
def test_the_check_digit_is_that_of_well_known_cusips(cusip):
    assert check_digit(cusip[:8]) == cusip[8]


def test_each_company_has_a_cusip_of_its_own_from_the_private_range():
    cusips = {cusip_of(company) for company in invent_companies(Plan())}
    assert len(cusips) == 60
    assert all(len(cusip) == 9 and cusip.startswith("99") and cusip[6:8] == "10" for cusip in cusips)
