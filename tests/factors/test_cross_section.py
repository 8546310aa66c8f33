from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy import stats

from edgewise.core.clock import session_close, shift_session
from edgewise.core.tables import FILINGS
from edgewise.core.tables_companies import COMPANIES
from edgewise.factors.cross_section import codes_as_of, coverage, sectors_as_of, z_within

DAY = date(2024, 3, 5)


def cross_section(values: list[float | None], *, sector: str | None = "energy", session: date = DAY) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "instrument_id": [f"{number:010d}-01" for number in range(len(values))],
            "session": session,
            "sector": pl.Series([sector] * len(values), dtype=pl.String),
            "raw": pl.Series(values, dtype=pl.Float64),
        }
    )


def z_of(values: list[float | None], **options) -> list[float | None]:
    return z_within(cross_section(values), **options)["z"].to_list()


class TestNumbers:
    def test_by_hand(self):
        # mean 3, deviations -2 -1 0 1 2, variance 10 / 4
        assert z_of([1, 2, 3, 4, 5]) == pytest.approx([z / 2.5**0.5 for z in (-2, -1, 0, 1, 2)])

    @given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=30).filter(lambda values: np.ptp(values) > 1e-3))
    def test_as_scipy_has_it(self, values):
        assert z_of(values) == pytest.approx(stats.zscore(values, ddof=1), abs=1e-6)

    def test_sectors_and_sessions_are_worlds_of_their_own(self):
        one = cross_section([1, 2, 3, 4, 5])
        other = cross_section([10, 20, 30, 40, 90], sector="utilities")
        later = cross_section([-7, 2, 0, 4, 5], session=shift_session(DAY, 1))
        together = z_within(pl.concat([later, other, one]))
        apart = pl.concat([z_within(one), z_within(other), z_within(later)])
        assert_frame_equal(together, apart, check_exact=True)


class TestNulls:
    def test_a_null_stays_null_and_does_not_count(self):
        assert z_of([1, 2, 3, 4, 5, None]) == [*z_of([1, 2, 3, 4, 5]), None]

    @pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
    def test_what_is_not_finite_does_not_count(self, odd):
        assert z_of([1, 2, 3, 4, 5, odd]) == [*z_of([1, 2, 3, 4, 5]), None]

    def test_a_small_sector_has_no_scores(self):
        assert z_of([1, 2, 3, 4, None]) == [None] * 5
        assert z_of([1, 2, 3, 4, None], min_names=4)[0] is not None

    @pytest.mark.parametrize("value", [0.0, 0.1, 1e300, 1e-300])
    def test_equal_values_have_no_scores(self, value):
        assert z_of([value] * 7) == [None] * 7

    def test_values_too_large_to_square_have_no_scores(self):
        assert z_of([1e300, -1e300, 0, 1, 2]) == [None] * 5

    def test_without_a_sector_no_score(self):
        assert z_within(cross_section([1, 2, 3, 4, 5], sector=None))["z"].to_list() == [None] * 5

    def test_no_rows_no_scores(self):
        assert z_within(cross_section([]))["z"].dtype == pl.Float64


class TestSectorsAsOf:
    def frame(self, *days: date) -> pl.DataFrame:
        return pl.DataFrame({"instrument_id": "0000000001-01", "session": days})

    def sectors(self, tables, *days: date) -> list[str | None]:
        return sectors_as_of(self.frame(*days), tables["filings"])["sector"].to_list()

    def test_the_newest_code_known_before_the_close_counts(self, world):
        before = session_close(DAY) - timedelta(microseconds=1)
        tables = world([{"sic": 2911, "known_at": before}, {"sic": 4911, "known_at": session_close(DAY)}])
        days = [shift_session(DAY, by) for by in (-1, 0, 1, 200)]
        assert self.sectors(tables, *days) == [None, "energy", "utilities", "utilities"]

    def test_of_two_codes_in_one_session_the_later_counts(self, world):
        noon = session_close(DAY) - timedelta(hours=4)
        tables = world([{"sic": 2911, "known_at": noon}, {"sic": 4911, "known_at": noon - timedelta(hours=1)}])
        assert self.sectors(tables, DAY) == ["energy"]

    def test_a_submission_without_a_code_changes_nothing(self, world):
        tables = world([{"sic": 2911, "known_at": session_close(DAY)}, {"sic": None, "known_at": session_close(DAY)}])
        assert self.sectors(tables, shift_session(DAY, 5)) == ["energy"]

    def test_a_code_without_a_sector_ends_the_old_one(self, world):
        first, second = session_close(DAY), session_close(shift_session(DAY, 3))
        tables = world([{"sic": 2911, "known_at": first}, {"sic": 9995, "known_at": second}])
        assert self.sectors(tables, *(shift_session(DAY, by) for by in (3, 4))) == ["energy", None]

    def test_an_owner_does_not_lend_the_company_its_code(self, world):
        tables = world([{"sic": 6211, "known_at": session_close(DAY), "role": "owner"}])
        assert self.sectors(tables, shift_session(DAY, 1)) == [None]


class TestCodesAsOf:
    """Filings and what EDGAR said when it was asked, of one company."""

    NOON = session_close(DAY) - timedelta(hours=4)

    def codes(self, world, filed, asked, *days: date) -> list[int | None]:
        filings = world([{"cik": 1, **one} for one in filed])["filings"] if filed else FILINGS.empty()
        companies = COMPANIES.frame([{"cik": 1, "former_names": [], "source_url": "test", **one} for one in asked])
        frame = pl.DataFrame({"instrument_id": "A", "session": days}).with_columns(cik=pl.lit(1, pl.Int64))
        return codes_as_of(frame, filings, companies)["sic"].to_list()

    def days(self, *places: int) -> list[date]:
        return [shift_session(DAY, by) for by in places]

    def test_without_a_filing_it_is_what_edgar_said_and_not_before_it_was_asked(self, world):
        asked = [
            {"sic": 2911, "known_at": session_close(DAY)},
            {"sic": 4911, "known_at": session_close(self.days(3)[0])},
        ]
        assert self.codes(world, [], asked, *self.days(-1, 0, 1, 3, 4)) == [None, None, 2911, 2911, 4911]
        assert self.codes(world, [], [{"sic": 2911, "known_at": self.NOON}], *self.days(-1, 0)) == [None, 2911]

    def test_of_both_the_newest_counts(self, world):
        first, second = self.NOON, self.NOON - timedelta(minutes=1)
        assert self.codes(world, [{"sic": 2911, "known_at": first}], [{"sic": 4911, "known_at": second}], DAY) == [2911]
        assert self.codes(world, [{"sic": 2911, "known_at": second}], [{"sic": 4911, "known_at": first}], DAY) == [4911]

    def test_it_goes_back_and_forth_as_it_was_told(self, world):
        def at(place, sic):
            return {"sic": sic, "known_at": self.NOON + timedelta(days=7 * place)}

        told = self.codes(world, [at(0, 2911), at(2, 2911)], [at(1, 4911), at(3, 4911)], *self.days(0, 5, 10, 15))
        assert told == [2911, 4911, 2911, 4911]

    def test_who_is_assigned_no_industry_now_keeps_the_one_that_was_stated(self, world):
        later = {"sic": None, "known_at": self.NOON + timedelta(days=7)}
        assert self.codes(world, [{"sic": 2911, "known_at": self.NOON}], [later], *self.days(6)) == [2911]


def test_coverage_counts_names_and_what_they_have():
    scored = z_within(
        pl.concat(
            [cross_section([1, 2, 3, 4, 5, None]), cross_section([7], sector=None, session=shift_session(DAY, 1))]
        )
    )
    assert coverage(scored).rows() == [(DAY, 6, 5, 6, 5), (shift_session(DAY, 1), 1, 1, 0, 0)]
