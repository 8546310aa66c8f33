"""Sessions scored and published once: what stays, what is told, and what a score does not see."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import sessions
from edgewise.core.errors import InvalidInput
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION
from edgewise.lake import Lake
from edgewise.pipelines.scores import (
    compute_scores,
    newest_published,
    published,
    published_history,
    session_metrics,
)
from edgewise.score.weights import STANDARD
from tests.factors.metrics import METRICS, drawn

DAYS = sessions(date(2024, 4, 10), date(2024, 5, 15))
DAY = DAYS[-1]


class Evening:
    """A clock that stands on the evening of the last session."""

    def now(self):
        return datetime(2024, 5, 15, 23, tzinfo=UTC)


class Served:
    """What is handed on to be served, in memory."""

    def __init__(self):
        self.rows = []

    def publish(self, scores):
        self.rows.append(scores)
        return scores.height


def planted(lake, day, seed=1, **changed):
    rows = drawn(80, seed=seed, session=day).with_columns(version=pl.lit(METRICS_VERSION), **changed)
    lake.upsert(FACTOR_METRICS, rows)


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    planted(lake, DAY)
    return lake


def compute(lake, days=(DAY,), **options):
    return compute_scores(lake, days, STANDARD, Evening(), tone_version="test", **options)


def test_a_session_is_published_whole_and_counted(lake):
    came = compute(lake)
    rows = published(lake, DAY, STANDARD)
    assert (came.sessions, came.rated, sum(came.not_rated.values())) == (1, rows["overall"].count(), 80 - came.rated)
    assert rows.height == 80
    assert rows["computed_at"].unique().to_list() == [Evening().now()]
    assert newest_published(lake, STANDARD) == DAY


def test_failure_case_38_no_other_session_scales_a_score_or_chooses_its_peers(tmp_path):
    """Afterwards half of the names are gone, and the metrics of the others are a thousand times what they were."""
    alone, together = Lake(str(tmp_path / "alone")), Lake(str(tmp_path / "together"))
    for lake in (alone, together):
        planted(lake, DAYS[-2], seed=2)
    grown = drawn(40, seed=3, session=DAY).with_columns(pl.col(METRICS) * 1000.0, version=pl.lit(METRICS_VERSION))
    together.upsert(FACTOR_METRICS, grown)
    compute(alone, DAYS[-2:-1])
    compute(together, DAYS[-2:])
    assert published(together, DAY, STANDARD).height == 40
    rows = published(together, DAYS[-2], STANDARD)
    assert rows.height == 80
    assert rows.equals(published(alone, DAYS[-2], STANDARD))


def test_computing_again_leaves_no_trace(lake):
    compute(lake)
    version = lake.version(SCORES)
    again = compute(lake)
    assert (again.rated, again.kept, again.differing) == (0, 80, 0)
    assert lake.version(SCORES) == version


def test_what_was_published_stays_and_what_would_differ_now_is_counted(lake):
    compute(lake)
    before = published(lake, DAY, STANDARD)
    planted(lake, DAY, seed=2)  # as if somebody had changed what was stored
    again = compute(lake)
    assert again.kept == 80
    assert again.differing > 70
    assert published(lake, DAY, STANDARD).equals(before)


def test_of_the_chosen_only_theirs_is_published_and_it_is_the_same_as_among_all(lake):
    name = "0000000007-01"
    compute(lake, only=pl.Series([name]))
    alone = published(lake, DAY, STANDARD)
    assert alone["instrument_id"].to_list() == [name]
    came = compute(lake)
    assert came.kept == 1
    whole = published(lake, DAY, STANDARD)
    assert whole.filter(pl.col("instrument_id") == name).equals(alone)


def test_a_sector_can_be_chosen(lake):
    compute(lake, sector="energy")
    assert set(published(lake, DAY, STANDARD)["sector"]) == {"energy"}


def test_published_scores_are_handed_on_also_those_of_a_run_that_was_killed_before_it_could(lake):
    compute(lake)
    served = Served()
    compute(lake, served=served)
    (rows,) = served.rows
    assert rows.select("instrument_id", "overall").equals(
        published(lake, DAY, STANDARD).select("instrument_id", "overall")
    )


def test_stability_is_against_the_scores_of_a_month_before_in_the_same_run_too(lake):
    for day in DAYS[:-1]:
        planted(lake, day)
    compute(lake, DAYS)
    stability = published(lake, DAY, STANDARD)["stability"]
    assert stability.drop_nulls().to_list() == pytest.approx([1.0] * stability.count())
    assert stability.count() > 70
    assert published(lake, DAYS[0], STANDARD)["stability"].count() == 0


def test_a_session_that_has_not_closed_is_refused(lake):
    with pytest.raises(InvalidInput, match="2024-05-16"):
        compute(lake, [date(2024, 5, 16)])


def test_the_history_of_a_stock_is_as_published_the_newest_first(lake):
    for day in DAYS[:-1]:
        planted(lake, day, seed=day.day)
    compute(lake, DAYS)
    rows = published_history(lake, "0000000007-01", STANDARD, until=None, days=7)
    assert rows["session"].to_list() == [date(2024, 5, day) for day in (15, 14, 13, 10, 9)]
    earlier = published_history(lake, "0000000007-01", STANDARD, until=date(2024, 5, 1), days=1)
    assert earlier["session"].to_list() == [date(2024, 5, 1)]


def test_nothing_is_published_of_nothing(tmp_path):
    assert newest_published(Lake(str(tmp_path)), STANDARD) is None
    assert published_history(Lake(str(tmp_path)), "0000000007-01", STANDARD, until=None, days=7).is_empty()
    empty = Lake(str(tmp_path))
    assert session_metrics(empty, [DAY], tone_version="test").is_empty()
    assert compute(empty).rated == 0
