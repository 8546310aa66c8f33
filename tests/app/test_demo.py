"""`edgewise demo`: every leg is counted, what was planted is found and the control finds nothing, twice is once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(400)]
LEGS = ["simulate", "discover", "fetch", "parse", "score", "watch", "prices", "factor", "measure"]


def demo(home, *words: str) -> tuple[Any, str]:
    """Run the demo in a process of its own; return its JSON and its errors."""
    command = [sys.executable, "-c", "from edgewise.app.main import main; main()", "demo"]
    options = ["--companies", "66", "--years", "1", "--home", str(home), "--json", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
    ended = subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return json.loads(ended.stdout), ended.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(home):
    return demo(home)


def test_every_leg_is_counted_and_nothing_fails(first):
    told, err = first
    assert told["simulated"] is True
    assert [leg["name"] for leg in told["legs"]] == LEGS
    count = {leg["name"]: leg["done"] for leg in told["legs"]}
    assert count["simulate"] > count["discover"] == count["fetch"] == count["parse"] == count["score"] > 600
    assert count["watch"] > 10
    assert count["prices"] == 66 * 252  # sessions of 2024
    assert count["measure"] == 2  # a year is too short for 21 sessions
    assert all(leg["failed"] == 0 and leg["reasons"] == [] for leg in told["legs"])
    assert "Traceback" not in err


def test_the_control_without_effect_finds_none(first):
    for each in first[0]["evidence"]:
        control = each["control"]["ic"]
        assert control["newey_west"]["low"] < 0.03
        assert abs(control["mean"]) < 0.05


def test_the_planted_effect_is_measured_as_large_as_our_reader_can_see_it(first):
    for each in first[0]["evidence"]:
        measured = each["measured"]["ic"]
        half = (measured["newey_west"]["high"] - measured["newey_west"]["low"]) / 2
        assert measured["mean"] == pytest.approx(each["planted"] * each["agreement"], abs=2 * half)


def test_run_again_it_reuses_what_is_there(home, first):
    again, _ = demo(home)
    count = {leg["name"]: leg["done"] for leg in again["legs"]}
    assert (count["fetch"], count["parse"], count["score"]) == (0, 0, 0)
    assert again["evidence"] == first[0]["evidence"]
    with House(Settings(home=home)) as house:
        assert house.simulated
        assert [run.outcome for run in house.runs.recent()] == ["ok", "ok"]
