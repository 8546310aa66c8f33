"""The dashboard: current, of the shape Grafana imports, and about metrics that we export."""

import json
from itertools import combinations

import pytest
import yaml

from tests.deploy.conftest import DEPLOY, loaded, metrics_of, unknown_metrics

made = loaded(DEPLOY / "grafana" / "dashboard.py")
BOARD = json.loads((DEPLOY / "grafana" / "edgewise.json").read_text())
PANELS = BOARD["panels"]
DRAWN = [panel for panel in PANELS if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in DRAWN for target in panel["targets"]]


def overlap(one, other):
    a, b = one["gridPos"], other["gridPos"]
    beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    return not (beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"])


def test_the_file_is_what_the_script_writes():
    assert (DEPLOY / "grafana" / "edgewise.json").read_text() == made.rendered(), "run deploy/grafana/dashboard.py"


def test_it_has_what_grafana_expects():
    assert BOARD["schemaVersion"] >= 36
    assert {"uid", "title", "panels", "templating", "time", "refresh", "annotations"} <= BOARD.keys()
    assert [each["name"] for each in BOARD["templating"]["list"]] == ["source", "instance"]


def test_ids_are_unique():
    ids = [panel["id"] for panel in PANELS]
    assert len(ids) == len(set(ids))
    assert all(isinstance(each, int) and each > 0 for each in ids)


def test_no_panel_lies_on_another():
    assert [(one["title"], other["title"]) for one, other in combinations(PANELS, 2) if overlap(one, other)] == []
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


def test_two_panels_on_one_place_are_caught():
    assert overlap(DRAWN[0], DRAWN[0] | {"title": "another"})


@pytest.mark.parametrize("panel", DRAWN, ids=lambda panel: panel["title"])
def test_each_panel_says_what_it_shows_and_asks_something(panel):
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(refs) == len(set(refs))


def test_it_asks_only_for_what_we_export(exported):
    assert unknown_metrics(QUERIES, exported) == set()


def test_it_asks_only_for_what_the_rules_record():
    rules = yaml.safe_load((DEPLOY / "prometheus" / "edgewise.rules.yml").read_text())["groups"]
    recorded = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule}
    assert {name for query in QUERIES for name in metrics_of(query) if ":" in name} <= recorded
