"""The alert rules: right by promtool, and about metrics that we export."""

import re
import shutil
import subprocess

import pytest
import yaml

from tests.deploy.conftest import DEPLOY, ROOT, metrics_of, unknown_metrics

FOLDER = DEPLOY / "prometheus"
GROUPS = yaml.safe_load((FOLDER / "edgewise.rules.yml").read_text())["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
named = pytest.mark.parametrize("alert", ALERTS, ids=lambda rule: rule["alert"])


def run(program, *words):
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed; on Debian: apt-get install prometheus prometheus-alertmanager")
    ended = subprocess.run([found, *words], capture_output=True, text=True, cwd=FOLDER, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_promtool_accepts_the_rules():
    run("promtool", "check", "rules", "edgewise.rules.yml")


def test_each_alert_fires_when_it_should_and_not_before():
    run("promtool", "test", "rules", "edgewise.test.yml")


def test_promtool_accepts_the_scrape_configuration():
    run("promtool", "check", "config", "prometheus.yml")


def test_amtool_accepts_the_routes():
    run("amtool", "check-config", str(DEPLOY / "alertmanager" / "alertmanager.yml"))


@named
def test_each_alert_is_tried_both_ways(alert):
    tests = yaml.safe_load((FOLDER / "edgewise.test.yml").read_text())["tests"]
    tried = [
        bool(each["exp_samples"])
        for test in tests
        for each in test["promql_expr_test"]
        if f'alertname="{alert["alert"]}"' in each["expr"]
    ]
    assert set(tried) == {True, False}


@named
def test_each_alert_says_how_bad_it_is_and_what_to_do(alert):
    assert alert["labels"]["severity"] in {"warning", "critical"}
    assert len(alert["annotations"]["summary"]) < 90
    assert re.search(r"See docs/operations\.md#[a-z-]+\.$", alert["annotations"]["description"].strip())


@named
def test_each_alert_stands_in_the_page_on_observability(alert):
    assert f"| `{alert['alert']}` | {alert['labels']['severity']} |" in (ROOT / "docs/observability.md").read_text()


def test_the_rules_ask_only_for_what_we_export(exported):
    assert unknown_metrics([rule["expr"] for rule in RULES], exported) == set()


def test_every_recorded_series_that_is_used_is_recorded():
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    used = {name for rule in ALERTS for name in metrics_of(rule["expr"]) if ":" in name}
    assert used <= recorded
    assert used


def test_a_misspelt_metric_is_caught(exported):
    rules = (
        'max by (state) (edgewise_queue_message{state="dead"}) > 0 and on () sum(rate(edgewise_gone_total[5m])) == 0'
    )
    assert unknown_metrics([rules], exported) == {"edgewise_queue_message", "edgewise_gone_total"}


def test_the_names_in_a_query_are_found():
    query = (
        'histogram_quantile(0.95, sum by (le, to) (rate(a_bucket{to="b_c"}[5m]))) >= 0 or time() - max(d) > 4 * 86400'
    )
    assert metrics_of(query) == {"a_bucket", "d"}
