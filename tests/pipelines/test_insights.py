"""Insights of a simulated market, beside the truth that its writer kept."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.app.house import House
from edgewise.core.tables import RISK_FACTORS
from edgewise.pipelines.insights import new_kinds_of_risk, rising_kinds_of_risk

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture(scope="module")
def house(travelled):
    with House(travelled.settings()) as house:
        yield house


@pytest.fixture(scope="module")
def found(house):
    return new_kinds_of_risk(house.lake)


@pytest.fixture(scope="module")
def truth(market):
    return pl.read_parquet(market.filings_truth.parent / "risk_factors" / "*.parquet")


class TestNewKinds:
    def test_each_was_written_anew_and_its_like_was_not_there(self, found, house, truth):
        assert found.kinds.height >= 5
        written = found.kinds.join(
            truth.select("accession", "change", ordinal=pl.col("n").cast(pl.Int32)), on=("accession", "ordinal")
        )
        assert set(written["change"]) == {"new"}
        factors = house.lake.read(RISK_FACTORS, columns=["accession", "category"])
        before = found.kinds.join(
            factors, left_on=("previous_accession", "category"), right_on=("accession", "category")
        )
        assert before.is_empty()

    def test_reports_left_out_are_counted(self, found):
        assert found.compared > 20
        assert found.doubtful > 0

    def test_nothing_counts_that_was_not_public(self, found, house):
        for known_at in found.kinds["known_at"].unique().sort().gather_every(3):
            then = new_kinds_of_risk(house.lake, as_of=known_at)
            expected = found.kinds.filter(pl.col("known_at") <= known_at)
            assert_frame_equal(then.kinds, expected)
            a_moment_before = new_kinds_of_risk(house.lake, as_of=known_at - timedelta(microseconds=1))
            assert known_at not in a_moment_before.kinds["known_at"]

    def test_registrants_sectors_and_days_narrow_it(self, found, house):
        row = found.kinds.row(-1, named=True)
        mine = new_kinds_of_risk(house.lake, ciks=[row["cik"]]).kinds
        assert_frame_equal(mine, found.kinds.filter(cik=row["cik"]))
        sector = new_kinds_of_risk(house.lake, sector=row["sector"]).kinds
        assert_frame_equal(sector, found.kinds.filter(sector=row["sector"]))
        since = new_kinds_of_risk(house.lake, since=date(2024, 2, 1)).kinds
        assert_frame_equal(since, found.kinds.filter(pl.col("filed_date") >= date(2024, 2, 1)))


class TestRisingKinds:
    def test_counts_add_up(self, house):
        rising = rising_kinds_of_risk(house.lake, min_companies=3)
        kinds = rising.kinds
        assert kinds.height > 50
        assert (kinds["now"] == kinds["before"] + kinds["gained"] - kinds["lost"]).all()
        assert (kinds.select(pl.max_horizontal("before", "now")).to_series() <= kinds["companies"]).all()
        assert 0 < rising.doubtful < rising.reports

    def test_one_sector_and_year_are_those_of_the_whole(self, house):
        whole = rising_kinds_of_risk(house.lake, min_companies=3).kinds
        sector, year = whole.select("sector", "year").row(0)
        part = rising_kinds_of_risk(house.lake, sector=sector, year=year, min_companies=3).kinds
        assert_frame_equal(part, whole.filter(sector=sector, year=year), check_row_order=False)

    def test_before_the_second_report_nothing_rises(self, house):
        first = house.lake.read(RISK_FACTORS, columns=["known_at"])["known_at"].min()
        assert rising_kinds_of_risk(house.lake, as_of=first).kinds.is_empty()
