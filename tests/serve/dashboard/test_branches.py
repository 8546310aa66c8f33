"""The tree of an explanation, made of one by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.factors.registry import SCORED
from edgewise.pipelines.evidence.cell import Evidence
from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore
from edgewise.score.scores import NOT_TRADED, TOO_LITTLE
from edgewise.serve.dashboard.branches import explanation_tree, figure, filings_behind
from edgewise.serve.dashboard.words import FACTORS, METRICS, MINUS, REASONS, title_of

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


def test_what_became_public_since_the_week_before_is_new_up_to_its_factor():
    before = {"session": date(2024, 5, 2)}
    value = explanation_tree(replace(explained(), before=before), simulated=False).branches[0]
    metric, missing = value.branches
    _, fact, price = metric.branches
    assert [one.is_new for one in (value, metric, fact)] == [True] * 3
    assert [one.is_new for one in (missing, price)] == [False] * 2  # a price is new every day
    later = replace(explained(), before={"session": date(2024, 5, 3)})
    assert not explanation_tree(later, simulated=False).branches[0].is_new


def test_filings_behind_a_score_are_told_once_the_newest_first_with_their_own_instant():
    earlier = KNOWN - timedelta(days=180)
    told = replace(explained(), before={"session": date(2024, 5, 2)})
    newest, older = filings_behind(told, {SECOND: ("10-K", earlier)}, simulated=False)
    assert (newest.accession, newest.known_at, newest.factors, newest.is_new) == (FIRST, KNOWN, ("value",), True)
    assert (older.accession, older.form, older.known_at, older.is_new) == (SECOND, "10-K", earlier, False)
    assert older.url.startswith("https://www.sec.gov/Archives/edgar/data/320193/")
    assert {one.url for one in filings_behind(told, {}, simulated=True)} == {""}


def test_a_filing_of_somebody_else_is_looked_for_where_it_is():
    theirs = Evidence("manager 1067983 held 5 shares", KNOWN, ("0000950123-24-005622",), filer=1067983)
    told = explained()
    metric = replace(told.factors[0].metrics[0], evidence=(theirs,))
    told = replace(told, factors=(replace(told.factors[0], metrics=(metric,)),))
    (filing,) = filings_behind(told, {}, simulated=False)
    assert "/edgar/data/1067983/" in filing.url
    assert explanation_tree(told, simulated=False).branches[0].branches[0].branches[1].branches[0].url == filing.url


def test_factors_beside_a_score_have_no_weight_and_without_a_score_none_is_told():
    not_rated = replace(explained(), score={"score": None, "cik": 320193})
    assert explanation_tree(not_rated, simulated=False).branches[0].told == "60 of 100"


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
    assert set(METRICS) <= {metric.name for factor in SCORED for metric in factor.metrics}
