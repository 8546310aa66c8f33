"""A small sample of the fault matrix, the same at every run; `make faults` runs all of it.

The real commands run against a server over HTTP; failure case 44, one filing met more than once, is among them.
"""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from faults import world as world_of_faults
from faults.run import documented, load
from faults.scenario import Trial, undergo
from faults.world import World
from tests.programs import started

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.slow]
NEEDED = ("edgewise.app.main", "edgewise.app.house", "edgewise.app.commands.filings", "edgewise.lake", "alembic")
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Its commands are processes that find their libraries imported."""
    begun = SimpleNamespace(Popen=partial(started, needs=NEEDED), TimeoutExpired=subprocess.TimeoutExpired)
    with World(tmp_path_factory.mktemp("faults")) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(world_of_faults, "subprocess", begun)
        yield made


@pytest.mark.timeout(280)
@pytest.mark.parametrize("name", ["killed_at_a_step", "redelivered", "hasty_is_caught"])
def test_a_fault_is_survived_and_told(world, name):
    evidence = undergo(load()[name], Trial(world, world.folder / name, seed=7, runs=1, quick=True))
    assert evidence["complaints"] == []
    assert evidence["green"]


def test_the_page_on_faults_shows_the_matrix_as_it_is():
    assert documented() in (DOCS / "faults.md").read_text()
