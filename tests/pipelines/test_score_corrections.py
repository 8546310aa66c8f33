"""Scores published anew: what was wrong is corrected, and what was published first can still be read."""

import shutil
from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import shift_session
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION
from edgewise.lake import Lake
from edgewise.pipelines import score_corrections
from edgewise.pipelines.score_corrections import correct_scores, corrections
from edgewise.pipelines.score_explain import explain_score
from edgewise.pipelines.scores import compute_scores, published, published_history
from edgewise.score.scores import STEADY_SESSIONS
from edgewise.score.weights import STANDARD
from tests.factors.metrics import drawn
from tests.pipelines.test_scores import DAY, Evening, Served

WRONG = "0000000007-01"
LATER = datetime(2024, 5, 20, 7, 30, tzinfo=UTC)
WHY = "a split was missing"


class NextWeek:
    def now(self):
        return LATER


def measured(seed=1, **changed):
    rows = drawn(80, seed=seed, session=DAY).with_columns(version=pl.lit(METRICS_VERSION))
    is_wrong = pl.col("instrument_id") == WRONG
    return rows.with_columns(
        pl.when(is_wrong).then(value).otherwise(name).alias(name) for name, value in changed.items()
    )


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    lake.append(FACTOR_METRICS, measured(momentum_12_1=-0.75, return_126=-0.75))
    compute_scores(lake, [DAY], STANDARD, Evening(), tone_version="test")
    return lake


@pytest.fixture
def put_right(monkeypatch):
    monkeypatch.setattr(score_corrections, "made_metrics", lambda *_, **__: measured(momentum_12_1=0.9, return_126=0.9))


def correct(lake, **options):
    return correct_scores(lake, DAY, STANDARD, NextWeek(), tone_version="test", **{"reason": WHY} | options)


def score_of(rows):
    return rows.row(by_predicate=pl.col("instrument_id") == WRONG, named=True)


@pytest.mark.usefixtures("put_right")
def test_a_correction_is_a_new_row_known_from_then_on(lake):
    first = published(lake, DAY, STANDARD)
    served = Served()
    came = correct(lake, served=served)
    now = published(lake, DAY, STANDARD)
    was, row = score_of(first), score_of(now)
    assert row["score"] > was["score"]
    assert (row["correction"], row["known_at"], row["session"]) == (WHY, LATER, DAY)
    assert (WRONG, was["overall"], row["overall"]) in came.rows.rows()
    assert came.stand + came.rows.height == now.height == 80
    assert served.rows[0].equals(now)


@pytest.mark.usefixtures("put_right")
def test_what_was_published_first_stays_to_the_last_bit(lake):
    first = published(lake, DAY, STANDARD)
    correct(lake)
    assert_frame_equal(lake.read(SCORES, as_of=Evening().now()), first)
    assert lake.history(SCORES).join(first, on=first.columns, how="semi", nulls_equal=True).height == 80


@pytest.mark.usefixtures("put_right")
def test_scores_that_come_out_as_they_were_are_left_alone(lake):
    correct(lake)
    rows = published(lake, DAY, STANDARD)
    untouched = rows.filter(pl.col("correction").is_null())
    first = lake.read(SCORES, as_of=Evening().now())
    assert untouched.height > 0
    assert_frame_equal(untouched, first.filter(pl.col("instrument_id").is_in(untouched["instrument_id"].implode())))


@pytest.mark.usefixtures("put_right")
def test_correcting_again_changes_nothing_but_hands_on_what_a_killed_run_did_not(lake):
    correct(lake)
    versions = lake.version(SCORES), lake.version(FACTOR_METRICS)
    served = Served()
    again = correct(lake, served=served)
    assert (again.stand, again.rows.height) == (80, 0)
    assert (lake.version(SCORES), lake.version(FACTOR_METRICS)) == versions
    assert score_of(served.rows[0])["correction"] == WHY


@pytest.mark.usefixtures("put_right")
def test_computing_after_a_correction_keeps_it(lake):
    correct(lake)
    came = compute_scores(lake, [DAY], STANDARD, NextWeek(), tone_version="test")
    assert (came.kept, came.differing, came.rated) == (80, 0, 0)


@pytest.mark.usefixtures("put_right")
def test_both_scores_are_explained_and_add_up(lake):
    correct(lake)
    told = explain_score(lake, WRONG, DAY, STANDARD, evidence=False)
    before = explain_score(lake, WRONG, DAY, STANDARD, as_of=Evening().now(), evidence=False)
    assert before.score["correction"] is None
    assert told.score["score"] > before.score["score"]
    for one in (told, before):
        points = sum(metric.points for factor in one.factors for metric in factor.metrics)
        assert one.base + points + one.bounds == pytest.approx(one.score["score"], abs=1e-9)


@pytest.mark.usefixtures("put_right")
def test_the_history_tells_what_was_corrected_when_and_why(lake):
    was = score_of(published(lake, DAY, STANDARD))["overall"]
    correct(lake)
    rows = published_history(lake, WRONG, STANDARD, until=None, days=7)
    assert corrections(lake, rows).rows() == [(DAY, LATER, WHY, was, rows["overall"][0])]


def test_a_history_without_corrections_has_none(lake):
    rows = published_history(lake, WRONG, STANDARD, until=None, days=7)
    assert corrections(lake, rows).is_empty()


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 201])
def test_a_reason_is_needed(lake, reason):
    with pytest.raises(InvalidInput, match="reason"):
        correct(lake, reason=reason)


def test_what_was_never_published_cannot_be_corrected(tmp_path):
    with pytest.raises(NotFound, match="2024-05-15"):
        correct(Lake(str(tmp_path)))


class August:
    def now(self):
        return datetime(2024, 8, 1, tzinfo=UTC)


@pytest.mark.usefixtures("put_right")
def test_a_session_before_the_correction_is_compared_with_what_was_published_by_then(lake, tmp_path):
    in_june = shift_session(DAY, STEADY_SESSIONS)
    metrics = drawn(80, seed=2, session=in_june).with_columns(version=pl.lit(METRICS_VERSION))
    lake.append(FACTOR_METRICS, metrics)
    untouched = Lake(str(shutil.copytree(lake.url, tmp_path.with_name("untouched"))))
    correct_scores(lake, DAY, STANDARD, August(), tone_version="test", reason=WHY)
    for one in (lake, untouched):
        compute_scores(one, [in_june], STANDARD, August(), tone_version="test")
    assert_frame_equal(published(lake, in_june, STANDARD), published(untouched, in_june, STANDARD))
