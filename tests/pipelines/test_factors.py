"""Building a factor from the lake: again changes nothing, in pieces or at once is the same, and as of then is then."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.app.house import House
from edgewise.core.clock import session_close, session_closes, sessions
from edgewise.core.tables import FACTORS, FILING_TONE
from edgewise.factors.registry import factor_named
from edgewise.lake import Lake
from edgewise.pipelines.factors import build_factor

pytestmark = pytest.mark.xdist_group("journey")
FACTOR = factor_named("filing_tone")
MODEL = "lexicon-1"
# Two years' ends, so that the yearly pieces meet in between.
DAYS = sessions(date(2023, 12, 18), date(2024, 1, 12))


@pytest.fixture(scope="module")
def full(travelled) -> pl.DataFrame:
    """The values that the whole journey stored."""
    with House(travelled.settings()) as house:
        return house.lake.read(FACTORS)


@pytest.fixture
def lake(travelled, tmp_path) -> Lake:
    """The lake that travelled, without its factor."""
    shutil.copytree(travelled.home / "lake", tmp_path / "lake", ignore=shutil.ignore_patterns("factors"))
    return Lake(str(tmp_path / "lake"))


def at(values: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    return values.filter(pl.col("session").is_in(days)).sort("session", "instrument_id")


def test_building_again_stores_nothing_new(lake):
    build_factor(lake, FACTOR, DAYS, model_version=MODEL)
    version, rows = lake.version(FACTORS), lake.history(FACTORS)
    build_factor(lake, FACTOR, DAYS, model_version=MODEL)
    assert lake.version(FACTORS) == version
    assert_frame_equal(lake.history(FACTORS), rows, check_exact=True)


def test_a_few_sessions_are_built_as_they_are_within_all_of_them(lake, full):
    build_factor(lake, FACTOR, DAYS, model_version=MODEL)
    assert_frame_equal(at(lake.read(FACTORS), DAYS), at(full, DAYS), check_exact=True)


def test_day_by_day_and_at_once_are_the_same(lake, full):
    for day in reversed(DAYS):
        build_factor(lake, FACTOR, [day], model_version=MODEL)
    assert_frame_equal(at(lake.read(FACTORS), DAYS), at(full, DAYS), check_exact=True)


def test_every_value_is_known_at_its_sessions_close(full):
    assert (full["known_at"] == session_closes(full["session"])).all()


def test_as_of_a_moment_before_the_close_the_session_has_no_value(travelled):
    day = date(2024, 5, 1)
    with House(travelled.settings()) as house:
        before = house.lake.read(FACTORS, as_of=session_close(day) - timedelta(microseconds=1))
        after = house.lake.read(FACTORS, as_of=session_close(day))
    assert before["session"].max() == date(2024, 4, 30)
    assert after["session"].max() == day


def test_the_coverage_has_a_row_for_each_session(lake):
    progress: list[int] = []
    covered = build_factor(lake, FACTOR, DAYS[::-1], model_version=MODEL, on_progress=progress.append)
    assert covered["session"].to_list() == DAYS
    assert progress == [9, 9]  # nine sessions of 2023, nine of 2024
    stored = lake.read(FACTORS)
    assert covered["with_z"].sum() == stored["z"].drop_nulls().len() > 0
    assert covered["with_raw"].sum() == stored["raw"].drop_nulls().len()


def test_scores_of_another_model_are_not_read(lake):
    build_factor(lake, FACTOR, DAYS[:1], model_version="lexicon-0")
    assert lake.read(FACTORS).drop_nulls("raw").is_empty()


def test_a_filing_scored_again_later_leaves_every_value_as_it_was(lake, full):
    """The market read it when it came: the first usable version of a score counts."""
    told = lake.read(FILING_TONE, as_of=session_close(DAYS[3])).sort("known_at").tail(20)
    later = pl.lit(session_close(DAYS[9])).dt.cast_time_unit("us")
    lake.upsert(FILING_TONE, told.with_columns(net=pl.lit(0.99), known_at=later))
    assert lake.history(FILING_TONE).filter(pl.col("net") == 0.99).height == 20
    build_factor(lake, FACTOR, DAYS, model_version=MODEL)
    assert_frame_equal(at(lake.read(FACTORS), DAYS), at(full, DAYS), check_exact=True)
