"""Keywords against labels made by reading the risk factors of 21 companies; how, tells the README beside them.

Only the headings stand in the truth, so no archive is needed. The floors lie a little under what was measured when the
keywords of version 1 were frozen; the fresh companies are the ones to believe. Whoever says the most frequent category
each time is right for one factor in eleven.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from edgewise.text.risk_categories.agreement import Label, agreement
from edgewise.text.risk_categories.declared import taxonomy
from edgewise.text.risk_categories.keywords import KeywordRiskCategories

TRUTH = Path(__file__).parent / "truth"
SPLIT = json.loads((TRUTH / "risk_categories" / "split.json").read_text())
FILES = sorted(path.name for path in (TRUTH / "risk_categories").glob("*_*.json"))


def rows(folder, name):
    return json.loads((TRUTH / folder / name).read_text())


def judged(part):
    """Predictions from headings and labels of the companies of one part of the split."""
    factors = [
        (factor["heading"], Label(label["category"], tuple(label["acceptable"])))
        for name in FILES
        for factor, label in zip(rows("risk_factors", name), rows("risk_categories", name), strict=True)
        if factor["cik"] in SPLIT[part]
    ]
    said = KeywordRiskCategories().classify([heading for heading, _ in factors], [""] * len(factors))
    return said["category"].to_list(), [label for _, label in factors]


@pytest.mark.parametrize(
    ("part", "category", "family", "acceptable"), [("held_out", 0.85, 0.89, 0.93), ("fresh", 0.72, 0.76, 0.85)]
)
def test_keywords_agree_with_readers_about_companies_they_were_not_tuned_on(
    part, category, family, acceptable, record_property
):
    measured = agreement(*judged(part), taxonomy())
    record_property("agreement", str(measured))
    assert measured.category >= category
    assert measured.family >= family
    assert measured.category_acceptable >= acceptable


def test_keywords_beat_the_most_frequent_category_by_far():
    predicted, labels = judged("held_out")
    (_, most), *_ = Counter(label.category for label in labels).most_common(1)
    assert agreement(predicted, labels, taxonomy()).category > 5 * most / len(labels)


@pytest.mark.parametrize("name", FILES)
def test_every_factor_of_a_labelled_document_has_one_label_of_the_taxonomy(name):
    known = {category.id for category in taxonomy().categories} | {"other"}
    labels = rows("risk_categories", name)
    assert [label["n"] for label in labels] == [factor["n"] for factor in rows("risk_factors", name)]
    for label in labels:
        assert {label["category"], *label["acceptable"]} <= known
        assert label["category"] not in label["acceptable"]


def test_no_company_stands_on_two_sides_of_the_split_and_none_is_missing():
    companies = Counter(cik for part in ("develop", "held_out", "fresh") for cik in SPLIT[part])
    assert set(companies.values()) == {1}
    assert set(companies) == {rows("risk_factors", name)[0]["cik"] for name in FILES}


def test_no_example_of_the_taxonomy_is_a_heading_of_a_filing():
    def words(text):
        return " ".join(re.findall(r"[a-z]+", text.lower()))

    headings = {
        words(row["heading"])
        for path in (TRUTH / "risk_factors").glob("*.json")
        for row in json.loads(path.read_text())
    }
    copied = [text for category in taxonomy().categories for text in category.examples if words(text) in headings]
    assert copied == []
