"""A lake, and the small table that is tried on it."""

from __future__ import annotations

import pytest

from edgewise.lake import Lake
from tests.closes import CLOSES, closes, known_on


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def table():
    return CLOSES


@pytest.fixture(scope="session")
def rows():
    return closes


@pytest.fixture(scope="session")
def on():
    return known_on
