"""How categories of risk factors are judged: shares and intervals that can be counted by hand, and who may judge."""

import json
from types import SimpleNamespace

import pytest
from benchmarks.evaluations import categories
from benchmarks.evaluations.categories import Labelled, by_company, calibration_error, refuse_known
from benchmarks.harness import CHECKOUT

from edgewise.core.errors import InvalidInput


def factor(company, category="talent"):
    return Labelled(company, "fresh", "a 1", "Heading", "Body", category, ())


def test_the_interval_is_drawn_over_companies_not_over_factors():
    # One company all right, one all wrong: half of the draws are of one company only, so the interval is everything,
    # however many factors they have.
    assert by_company([True] * 500 + [False] * 500, ["a"] * 500 + ["b"] * 500) == (0.0, 1.0)
    assert by_company([True, False] * 50, [str(number // 2) for number in range(100)]) == (0.5, 0.5)


def test_the_interval_is_the_same_each_time():
    right, companies = [number % 3 > 0 for number in range(90)], [str(number // 7) for number in range(90)]
    assert by_company(right, companies) == by_company(right, companies)


def test_calibration_is_the_gap_of_each_bin_weighed_by_its_factors():
    # Two of score 0.95, both right: gap 0.05. Two of score 0.55, one right: gap 0.05. One of score 0.25, right: 0.75.
    error = calibration_error([True, True, True, False, True], [0.95, 0.95, 0.55, 0.55, 0.25])
    assert error == pytest.approx((2 * 0.05 + 2 * 0.05 + 1 * 0.75) / 5)


def test_a_company_that_the_head_learned_from_may_not_judge_it():
    refuse_known([factor("7"), factor("8")], ["9"])
    with pytest.raises(InvalidInput, match="companies of the truth: 8"):
        refuse_known([factor("7"), factor("8")], ["8", "9"])


def test_the_packaged_head_learned_from_no_company_of_the_truth():
    split = json.loads((CHECKOUT / "tests/real/truth/risk_categories/split.json").read_text())
    judges = {company for part in ("develop", "held_out", "fresh") for company in split[part]}
    assert len(judges) == 21
    assert judges.isdisjoint(categories.learned_companies())


def test_labels_find_the_texts_of_their_factors(tmp_path, monkeypatch):
    (tmp_path / "risk_categories").mkdir()
    rows = [{"n": 1, "category": "talent"}, {"n": 2, "category": "tax", "acceptable": ["trade"]}]
    (tmp_path / "risk_categories" / "7_1.json").write_text(json.dumps(rows))
    (tmp_path / "risk_categories" / "split.json").write_text(json.dumps({"fresh": ["7"], "frozen": "keywords-1"}))
    cut = [SimpleNamespace(ordinal=number, heading=f"H{number}", body=f"B{number}") for number in (1, 2, 3)]
    judged = SimpleNamespace(cik="7", true=cut, problem="")
    monkeypatch.setattr(categories, "judge_risks", lambda *_: judged)
    folder = SimpleNamespace(truth=tmp_path, truths=lambda _: {"7_1": [{"n": 1}, {"n": 2}, {"n": 3}]})
    assert categories.labelled(folder, None, processes=1) == [
        Labelled("7", "fresh", "7_1 1", "H1", "B1", "talent", ()),
        Labelled("7", "fresh", "7_1 2", "H2", "B2", "tax", ("trade",)),
    ]


def test_a_row_that_labels_nothing_is_refused(tmp_path):
    (tmp_path / "risk_categories").mkdir()
    (tmp_path / "risk_categories" / "7_1.json").write_text('[{"n": 1}]')
    with pytest.raises(InvalidInput, match="7_1"):
        categories.labelled(SimpleNamespace(truth=tmp_path, truths=lambda _: {}), None, processes=1)
