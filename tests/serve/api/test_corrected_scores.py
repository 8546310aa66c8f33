"""A score that was published anew: every answer about it says so, and what it was before can still be asked for."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.adapters.sql import SqlServedScores, open_database
from edgewise.core.tables_score import SCORES
from edgewise.pipelines.score_reading import ScoreReader
from tests import scored_world as world

CORRECTED, WHY = datetime(2024, 5, 2, 9, 30, tzinfo=UTC), "a split was missing"
OLD, NEWEST = world.SESSIONS[0], world.NEWEST


@pytest.fixture
def corrected(tmp_path, rooms, asking):
    """Ask a world in which T04 was corrected on its first and its last session."""
    database = open_database(f"sqlite:///{tmp_path / 'served.db'}")
    database.upgrade()
    served = SqlServedScores(database)
    world.fill(rooms.lake, served)
    told = {"correction": WHY, "known_at": CORRECTED, "overall": 12}
    rows = SCORES.frame([world.score_row(4, day, **told) for day in (OLD, NEWEST)])
    rooms.lake.append(SCORES, rows)
    served.publish(rows)
    yield asking(rooms, scores=ScoreReader(rooms.lake, served, world.StoppedClock()))
    database.close()


def test_a_corrected_score_says_when_and_why(corrected):
    told = corrected.get("/api/scores/T04").json()
    assert (told["overall"], told["correction"], told["corrected_at"]) == (12, WHY, "2024-05-02T09:30:00Z")
    assert told["as_of"] == "2024-05-01T20:00:00Z"


def test_a_score_as_first_published_has_no_correction(corrected):
    told = corrected.get("/api/scores/T06").json()
    assert (told["correction"], told["corrected_at"]) == (None, None)


def test_a_history_marks_the_sessions_that_were_corrected(corrected):
    items = corrected.get("/api/scores/T04/history").json()["items"]
    assert [(one["session"], one["correction"]) for one in items] == [
        ("2024-05-01", WHY),
        ("2024-04-30", None),
        ("2024-04-29", WHY),
    ]
    assert datetime.fromisoformat(items[0]["corrected_at"]) == CORRECTED
    assert items[1]["corrected_at"] is None
    flat = pl.read_parquet(io.BytesIO(corrected.get("/api/scores/T04/history?format=parquet").content))
    assert flat["corrected_at"].to_list() == [CORRECTED, None, CORRECTED]


def test_what_was_published_first_is_explained_as_of_before(corrected):
    asked = {"as_of": "2024-05-01T20:00:00Z"}
    before = corrected.get("/api/scores/T04/explain", params=asked).json()
    now = corrected.get("/api/scores/T04/explain").json()
    assert (before["session"], before["overall"]) == ("2024-05-01", world.score_row(4, NEWEST)["overall"])
    assert now["overall"] == 12
