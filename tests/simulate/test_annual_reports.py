from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.simulate.annual_reports import annual_reports


@pytest.fixture(scope="module")
def reports():
    return annual_reports("capitals")


def test_there_is_a_report_for_each_year_of_one_invented_company_in_order(reports):
    assert {report.company for report in reports} == {reports[0].company}
    assert reports[0].company.endswith("/SIM/")
    dates = [report.filed_date for report in reports]
    assert dates == sorted(dates)
    assert len({day.year for day in dates}) == len(dates) >= 2


def test_they_keep_the_style_asked_for_and_say_that_they_are_simulated(reports):
    for report in reports:
        assert b"ITEM 1A." in report.body  # what tells the style `capitals`
        assert b"SIMULATED MARKET - NOT A REAL FILING" in report.body


def test_the_same_arguments_give_the_same_bytes(reports):
    assert [report.body for report in annual_reports("capitals")] == [report.body for report in reports]


def test_a_style_that_nobody_declared_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(InvalidInput, match=r"no such style.*linked, heading_rows"):
        annual_reports("no such style")
