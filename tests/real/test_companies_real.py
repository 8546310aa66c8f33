"""What the archive's lists of submissions say of their registrants; expected values were read in the files by eye."""

from __future__ import annotations

import pytest

from edgewise.core.tables_companies import COMPANIES
from edgewise.lake import Lake
from edgewise.pipelines.companies import store_companies
from edgewise.sources.edgar.submissions import parse_submissions
from tests.pipelines.test_companies import ASKED

LISTS = "data.sec.gov/submissions/"


@pytest.fixture(scope="module")
def lists(sec_archive):
    """The newest list of every registrant."""
    names = [name for name in sec_archive.namelist() if name.startswith(f"{LISTS}CIK") and len(name) == len(LISTS) + 18]
    return [parse_submissions(sec_archive.read(name)) for name in names]


def test_of_39_registrants_26_have_an_industry(lists, tmp_path):
    lake = Lake(str(tmp_path))
    assert store_companies(lake, lists, at=ASKED) == 39
    rows = lake.read(COMPANIES)
    nulls = {name: rows[name].null_count() for name in COMPANIES.schema if rows[name].null_count()}
    assert nulls == {
        "sic": 13,
        "sic_description": 13,
        "fiscal_year_end": 9,
        "state_of_incorporation": 10,
        "category": 17,
    }
    own = ("company", "entity_type", "sic", "fiscal_year_end", "state_of_incorporation", "category")
    said = {row["cik"]: tuple(row[name] for name in own) for row in rows.to_dicts()}
    large = "Large accelerated filer"
    assert said[320193] == ("Apple Inc.", "operating", 3571, "0926", "CA", large)
    assert said[749647] == (
        *("Imunon, Inc.", "operating", 2834, "1231", "DE"),
        "Non-accelerated filer | Smaller reporting company",
    )
    assert said[1677077][2:] == (2834, "0430", "DE", "Emerging growth company")
    assert said[940418] == ("SIEMENS AG", "other", 8880, "1231", "2M", None)
    assert said[1319067] == ("360 Funds", "investment", None, None, None, None)
    assert said[1494730] == ("Musk Elon", "other", None, None, None, None)


def test_two_vintages_of_apple_are_two_rows_for_its_fiscal_year_ends_another_day(sec_archive, tmp_path):
    lake = Lake(str(tmp_path))
    names = ("_vintages/2023-08-08_7_CIK0000320193.json", "_vintages/2026-01-22_6_CIK0000320193.json")
    for place, name in enumerate((*names, "CIK0000320193.json")):
        store_companies(lake, [parse_submissions(sec_archive.read(LISTS + name))], at=ASKED.replace(hour=13 + place))
    assert lake.history(COMPANIES)["fiscal_year_end"].to_list() == ["0930", "0926"]
