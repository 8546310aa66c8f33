"""The scored world of tests/scored_world.py behind the API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.lake import Lake
from edgewise.serve.api import Rooms, create_app
from tests import scored_world


@pytest.fixture(scope="session")
def scored_rooms(tmp_path_factory):
    """The world; tests must not change it."""
    folder = tmp_path_factory.mktemp("scored")
    database = open_database(f"sqlite:///{folder / 'state.db'}")
    database.upgrade()
    lake = Lake(str(folder / "lake"))
    reader = scored_world.reader_over(lake, database)
    yield Rooms(lake, SqlFilingLedger(database), scored_world.StoppedClock(), "1.2.3", scores=reader)
    database.close()


@pytest.fixture(scope="session")
def scored(scored_rooms):
    """Asks the application over the scored world; an error nobody foresaw is raised, not answered."""
    with TestClient(create_app(scored_rooms)) as client:
        yield client


@pytest.fixture
def asking_scored(scored_rooms, asking):
    """Return a function from what differs to a client of the scored world."""
    return lambda **different: asking(replace(scored_rooms), **different)
