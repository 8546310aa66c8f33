"""The page of companies names every column that tells something of a company, and reads the table that there is."""

import re
from pathlib import Path

import polars as pl

from edgewise.core.tables_companies import COMPANIES
from edgewise.lake import Lake
from edgewise.pipelines.companies import store_companies
from tests.pipelines.test_companies import ASKED, said

PAGE = (Path(__file__).parents[2] / "docs" / "companies.md").read_text()


def test_every_column_stands_on_the_page():
    told = COMPANIES.schema.keys() - {"cik", "source_url"}
    assert sorted(name for name in told if f"`{name}`" not in PAGE) == []


def test_its_question_is_answered(tmp_path):
    lake = Lake(str(tmp_path))
    store_companies(lake, [said(sic="6798"), said(cik=2)], at=ASKED)
    words = re.search(r"^trusts = (.*?)  #", PAGE, re.MULTILINE)[1]
    names = {"lake": lake, "COMPANIES": COMPANIES, "pl": pl, "instant": ASKED}
    assert eval(words, names)["cik"].to_list() == [320193]
