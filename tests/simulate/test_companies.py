from collections import Counter
from datetime import date

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.fiscal import FiscalCalendar
from edgewise.simulate.industries import INDUSTRIES, SECTORS
from edgewise.simulate.plan import Plan


def test_names_numbers_and_tickers_are_unique_and_cannot_be_real():
    companies = invent_companies(Plan(companies=1_500))
    for values in ({c.name for c in companies}, {c.cik for c in companies}, {c.ticker for c in companies}):
        assert len(values) == 1_500
    assert all(c.name.endswith(" /SIM/") and c.ticker.startswith("ZQ") and len(c.ticker) == 5 for c in companies)
    assert all(9_800_000_000 < c.cik <= 9_899_999_999 and 9_800_000_000 < c.sender <= 9_899_999_999 for c in companies)


def test_eleven_sectors_hold_the_companies_evenly():
    sizes = Counter(c.industry.sector for c in invent_companies(Plan(companies=60)))
    assert len(sizes) == 11
    assert set(sizes.values()) <= {5, 6}


def test_every_industry_of_the_table_is_used_and_named_once():
    assert {c.industry.sic for c in invent_companies(Plan(companies=60))} == {i.sic for i in INDUSTRIES}
    assert len({i.sic for i in INDUSTRIES}) == len(INDUSTRIES)
    assert len(SECTORS) == 11


def test_one_company_in_four_has_eastern_times_in_the_json():
    assert sum(c.eastern_z for c in invent_companies(Plan(companies=60))) == 15


def test_quarters_follow_the_fiscal_year_end():
    companies = invent_companies(Plan(companies=200))
    january = next(c for c in companies if c.calendar == FiscalCalendar(1))
    december = next(c for c in companies if c.calendar == FiscalCalendar(12))
    assert (january.fiscal_year_end, december.fiscal_year_end) == ("0131", "1231")
    ends = [date(2023, 4, 30), date(2023, 7, 31), date(2023, 10, 31), date(2024, 1, 31)]
    assert [january.fiscal_quarter(end) for end in ends] == [1, 2, 3, 4]
    ends = [date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31)]
    assert [december.fiscal_quarter(end) for end in ends] == [1, 2, 3, 4]
