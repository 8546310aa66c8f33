"""The page of the scoring service names every route, metric and setting that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from edgewise.app.settings import Settings
from edgewise.serve.scoring import ScoringRooms, create_app
from edgewise.text.lexicon_sentences import LexiconSentences

PAGE = (Path(__file__).parents[2] / "docs" / "scoring-service.md").read_text()
APP = create_app(ScoringRooms(LexiconSentences(), "0"))


def test_every_route_is_described_and_every_described_route_exists():
    described = set(re.findall(r"^\| `((?:GET|POST) /[^`]*)`", PAGE, re.MULTILINE))
    paths = APP.openapi()["paths"]
    assert described == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_metric_is_described_and_every_described_metric_exists():
    rows = [row for row in PAGE.splitlines() if row.startswith("| `edgewise_scoring_")]
    names = [name for row in rows for name in re.findall(r"`(\w+?)(?:_total)?(?:\{[\w,]+\})?`", row.split("|")[1])]
    described = {f"edgewise_scoring{name}" if name.startswith("_") else name for name in names}
    assert described == {metric.name for metric in APP.state.metrics.registry.collect()}


def test_every_setting_that_is_named_exists_and_limits_are_named():
    named = {name.lower() for name in re.findall(r"EDGEWISE_(\w+)", PAGE)}
    assert named <= set(Settings.model_fields)
    assert {"scoring_waiting", "scoring_gather_ms", "scoring_cache_bytes", "scoring_drain_s"} <= named
