"""The tree of an explanation, made of one by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edgewise.factors.registry import SCORED
from edgewise.pipelines.evidence.cell import Evidence
from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore
from edgewise.score.scores import NOT_TRADED, TOO_LITTLE
from edgewise.serve.dashboard.branches import explanation_tree, figure
from edgewise.serve.dashboard.words import FACTORS, MINUS, REASONS, title_of

VALUE = next(factor for factor in SCORED if factor.name == "value")
FIRST, SECOND = "0000320193-24-000069", "0000320193-23-000106"
KNOWN = datetime(2024, 5, 3, 10, 4, tzinfo=UTC)


def explained():
    facts = (
        Evidence("revenue of twelve months", KNOWN, (FIRST, SECOND), doubt="two_tellings"),
        Evidence("close of 2024-06-28: 210.62 USD a share", KNOWN, source="https://example.test/prices"),
    )
    told = ExplainedMetric(VALUE.metrics[0], 0.0412, 0.62, "sector", 0.1, 2.5, "", facts)
    missing = ExplainedMetric(VALUE.metrics[1], None, None, None, 0.0, 0.0, "has no meaning for a bank", ())
    factor = ExplainedFactor(VALUE, 60.0, 0.12, 2.5, 1.0, (told, missing))
    return ExplainedScore({"score": 52.5, "cik": 320193}, None, 50.0, 0.0, (factor,))


def test_the_way_down_to_each_filing():
    tree = explanation_tree(explained(), simulated=False)
    value = tree.branches[0]
    metric, missing = value.branches
    formula, fact, price = metric.branches
    assert tree.told == "52.50 = 50 and the points below"
    assert (value.name, value.told, value.points) == ("value", "60 of 100, weight 12 %", 2.5)
    assert metric.told == "4.1 %, better than 62 % of its sector"
    assert (missing.told, missing.points) == ("has no meaning for a bank", None)
    assert formula.told.startswith(VALUE.metrics[0].formula)
    assert fact.told == "public since 2024-05-03 10:04 UTC; in doubt: two tellings"
    assert [branch.title for branch in fact.branches] == [f"Filing {FIRST}", f"Filing {SECOND}"]
    assert (
        fact.branches[0].url
        == f"https://www.sec.gov/Archives/edgar/data/320193/{FIRST.replace('-', '')}/{FIRST}-index.htm"
    )
    assert price.branches == ()
    assert price.told.endswith("https://example.test/prices")


def test_filings_of_a_simulated_market_link_nowhere():
    fact = explanation_tree(explained(), simulated=True).branches[0].branches[0].branches[1]
    assert [branch.url for branch in fact.branches] == ["", ""]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-0.25, "fraction", f"{MINUS}25.0 %"),
        (0.1, "fraction a year", "10.0 % a year"),
        (-3.14159, "points", f"{MINUS}3.142 points"),
    ],
)
def test_values_have_their_units(value, unit, text):
    assert figure(value, unit) == text


def test_every_factor_has_a_title_and_every_reason_a_sentence():
    assert set(FACTORS) <= {factor.name for factor in SCORED}
    assert title_of("value") == VALUE.title
    assert set(REASONS) == {NOT_TRADED, TOO_LITTLE}
