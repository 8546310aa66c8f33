"""Which rows stood at many instants, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.core.versions_at import cells, checked_instants, places, spent, standing, versions


def instants(*days: int | None) -> pl.Series:
    return pl.Series([day and datetime(2024, 3, day, 20, tzinfo=UTC) for day in days], dtype=Instant)


def test_a_version_is_known_until_its_key_is_told_again():
    told = pl.DataFrame({"id": ["b", "a", "a", "b"], "known_at": instants(4, 9, 1, 2)})
    found = versions(told, ["id"])
    assert found["id"].to_list() == ["a", "a", "b", "b"]
    assert found["until"].to_list() == instants(9, None, 4, None).to_list()


def test_places_hold_the_begin_and_not_the_end():
    begins, ends = places(instants(1, 2, 3, 9, None), instants(2, None, 3, None, None), instants(1, 2, 3))
    assert begins.tolist() == [0, 1, 2, 3, 3]
    assert ends.tolist() == [1, 3, 2, 3, 3]


def test_a_day_is_spent_on_the_new_york_day_after_the_last_it_is_good_for():
    """One o'clock in the night of 11 March, UTC, is still the tenth in New York."""
    at = pl.Series([datetime(2024, 3, 11, hour, tzinfo=UTC) for hour in (1, 20)], dtype=Instant)
    assert spent(pl.Series([date(2024, 3, 9), date(2024, 3, 8), date(2024, 3, 7)]), at, good_for=2).tolist() == [
        2,
        1,
        0,
    ]


def test_cells_of_empty_and_backward_spans_are_none():
    row, place = cells(np.array([2, 5, 0]), np.array([2, 3, 2]))
    assert (row.tolist(), place.tolist()) == ([2, 2], [0, 1])


def test_the_last_row_hides_those_before_it_while_it_is_there():
    found = standing(np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([4, 2, 3]), owners=3, width=4)
    assert found.tolist() == [[0, 1, 0, 0], [-1, -1, 2, -1], [-1, -1, -1, -1]]


def test_instants_are_utc_and_each_asked_once():
    assert checked_instants(instants(3, 1, 3)).to_list() == instants(1, 3).to_list()
    for wrong in (instants(1, None), pl.Series([date(2024, 3, 1)])):
        with pytest.raises(InvalidInput):
            checked_instants(wrong)
