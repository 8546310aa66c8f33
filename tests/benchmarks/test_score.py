"""The evaluation of the score: what it stores of a simulated market, what it shows, and when a bar holds."""

from __future__ import annotations

import json
from math import isnan

import numpy as np
import pytest
from benchmarks.evaluations import score

from benchmarks import harness
from edgewise.core.clock import session_close, sessions
from edgewise.factors.registry import SCORED
from edgewise.factors.sectors import sector_of
from edgewise.research.inference import summarise_mean
from edgewise.research.months import Worth
from edgewise.simulate.plan import Plan

PLAN = Plan.full(companies=22, years=2, texts=False)


def about(ics: list[float]) -> Worth:
    summary = summarise_mean(np.array(ics), horizon=1, seed=1)
    return Worth("x", summary.mean, summary, months=len(ics), names=40.4, dropped=0)


def test_every_company_has_an_industry_known_before_the_market_begins():
    rows = score.industries(PLAN)
    assert rows["cik"].n_unique() == rows.height >= 22
    assert rows.select(sector_of(rows["sic"]))["sector"].n_unique() == 11
    assert rows["known_at"].max() < session_close(sessions(PLAN.start, PLAN.end)[0])


def test_the_plan_is_the_one_that_the_truth_tells():
    assert score._plan(json.loads(json.dumps(PLAN.described(), default=str))) == PLAN


def test_every_factor_and_metric_is_judged_once_and_the_score_with_them():
    columns = score._columns()
    assert len(set(columns)) == len(columns) == 1 + sum(1 + len(factor.metrics) for factor in SCORED)


def test_too_few_months_show_a_mean_and_dashes():
    name, months, names, mean, t, low, high = score._row(Worth("x", 0.25, None, months=5, names=40.4, dropped=1))
    assert (name, months, names, mean, t) == ("x", 5, 40, 0.25, "-")
    assert isnan(low)
    assert isnan(high)


@pytest.mark.parametrize(
    ("middle", "low", "holds"), [(0.3, True, True), (0.0, True, False), (0.0, False, True), (-0.3, False, False)]
)
def test_a_bar_holds_where_the_interval_lies_as_it_should(middle, low, holds, tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    score._record("x", about([middle + 0.1 * (-1) ** number for number in range(30)]), low=low)
    assert json.loads((tmp_path / "score.planted_x.json").read_text())["holds"] is holds
