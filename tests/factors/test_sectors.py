"""The codes are those under which EDGAR lists the companies; the sectors are what a reader of newspapers expects."""

from itertools import pairwise

import polars as pl
import pytest

from edgewise.factors.sectors import RANGES, SECTORS, sector_of

COMPANIES = [
    ("Apple", 3571, "information_technology"),
    ("Microsoft", 7372, "information_technology"),
    ("NVIDIA", 3674, "information_technology"),
    ("Cisco", 3576, "information_technology"),
    ("Lam Research", 3559, "information_technology"),
    ("KLA", 3827, "information_technology"),
    ("Automatic Data Processing", 7374, "information_technology"),
    ("Exxon Mobil", 2911, "energy"),
    ("ConocoPhillips", 1311, "energy"),
    ("Schlumberger", 1389, "energy"),
    ("Williams", 4922, "energy"),
    ("Peabody", 1221, "energy"),
    ("JPMorgan Chase", 6021, "financials"),
    ("Goldman Sachs", 6211, "financials"),
    ("Berkshire Hathaway", 6331, "financials"),
    ("American Express", 6199, "financials"),
    ("Johnson & Johnson", 2834, "health_care"),
    ("UnitedHealth", 6324, "health_care"),
    ("HCA", 8062, "health_care"),
    ("McKesson", 5122, "health_care"),
    ("Medtronic", 3845, "health_care"),
    ("Procter & Gamble", 2840, "consumer_staples"),
    ("Coca-Cola", 2080, "consumer_staples"),
    ("Philip Morris", 2111, "consumer_staples"),
    ("Walmart", 5331, "consumer_staples"),
    ("Kroger", 5411, "consumer_staples"),
    ("Walgreens", 5912, "consumer_staples"),
    ("Amazon", 5961, "consumer_discretionary"),
    ("Tesla", 3711, "consumer_discretionary"),
    ("Nike", 3021, "consumer_discretionary"),
    ("McDonald's", 5812, "consumer_discretionary"),
    ("Home Depot", 5211, "consumer_discretionary"),
    ("PulteGroup", 1531, "consumer_discretionary"),
    ("Marriott", 7011, "consumer_discretionary"),
    ("AT&T", 4813, "communication_services"),
    ("Meta", 7370, "communication_services"),
    ("Comcast", 4841, "communication_services"),
    ("Netflix", 7841, "communication_services"),
    ("New York Times", 2711, "communication_services"),
    ("NextEra", 4911, "utilities"),
    ("American Water Works", 4941, "utilities"),
    ("Waste Management", 4953, "industrials"),
    ("Boeing", 3721, "industrials"),
    ("Caterpillar", 3531, "industrials"),
    ("Union Pacific", 4011, "industrials"),
    ("Delta Air Lines", 4512, "industrials"),
    ("Simon Property", 6798, "real_estate"),
    ("CBRE", 6500, "real_estate"),
    ("Newmont", 1040, "materials"),
    ("Nucor", 3312, "materials"),
    ("Dow", 2821, "materials"),
    ("Ball", 3411, "materials"),
]


@pytest.mark.parametrize(("company", "sic", "sector"), COMPANIES)
def test_well_known_companies_are_where_one_looks_for_them(company, sic, sector):
    assert sector_of(pl.Series([sic])).to_list() == [sector], company


def test_ranges_are_in_order_and_do_not_overlap():
    assert all(first <= last for first, last, _ in RANGES)
    assert all(before[1] < after[0] for before, after in pairwise(RANGES))


def test_every_sector_is_used_and_no_other():
    assert {sector for _, _, sector in RANGES} == set(SECTORS)
    assert len(SECTORS) == 11


@pytest.mark.parametrize("sic", [None, 0, -1, 6189, 8888, 9995, 99_999])
def test_codes_without_a_sector_become_null(sic):
    assert sector_of(pl.Series([sic, 3571], dtype=pl.Int32)).to_list() == [None, "information_technology"]


def test_an_empty_series_stays_empty():
    assert sector_of(pl.Series([], dtype=pl.Int32)).dtype == pl.String
