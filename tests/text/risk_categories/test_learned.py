"""A trained head: scores by hand on a small one, what it refuses, and the packaged one on the packaged encoder."""

import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.adapters.onnx import OnnxEmbedder, packaged_models
from edgewise.core.errors import InvalidInput, Unusable
from edgewise.text.risk_categories.declared import taxonomy
from edgewise.text.risk_categories.head import MANIFEST, packaged_head
from edgewise.text.risk_categories.keywords import KeywordRiskCategories
from edgewise.text.risk_categories.learned import LearnedRiskCategories, labels_of_taxonomy
from tests.text.risk_categories.heads import Counting, place, weights

OTHERS = len(labels_of_taxonomy()) - 2  # labels that neither nuts nor the habit of talent speak for


@pytest.fixture
def small(folder):
    return LearnedRiskCategories(Counting(), folder())


@pytest.fixture(scope="module")
def packaged():
    return LearnedRiskCategories(OnnxEmbedder(packaged_models()["minilm"]))


class TestNumbers:
    def test_the_score_is_the_softmax_of_what_speaks_for_each_label(self, small):
        row = small.classify(["nuts"], [""]).row(0, named=True)
        expected = math.exp(3) / (math.exp(3) + math.exp(0.5) + OTHERS)
        assert (row["family"], row["category"], row["runner_up"]) == ("operations", "supply", "talent")
        assert row["score"] == pytest.approx(expected)

    def test_a_body_speaks_by_its_own_weights(self, small):
        row = small.classify([""], ["nuts"]).row(0, named=True)
        assert row["score"] == pytest.approx(math.exp(1) / (math.exp(1) + math.exp(0.5) + OTHERS))

    def test_phrases_add_their_share_of_the_evidence(self, small):
        # The keywords' own score is the share of one heading's evidence; 4 is its weight, 2 that of all phrases.
        said = KeywordRiskCategories().classify(["Earthquakes"], [""]).row(0, named=True)
        row = small.classify(["Earthquakes"], [""]).row(0, named=True)
        raised = math.exp(4 * 2 * said["score"])
        assert row["category"] == said["category"] == "catastrophe"
        assert row["score"] == pytest.approx(raised / (raised + math.exp(0.5) + OTHERS))

    def test_reasons_add_up_to_the_odds_against_the_runner_up(self, small):
        reasons = small.explain("nuts and earthquakes", "nuts")
        assert (reasons.category, reasons.runner_up) == ("catastrophe", "supply")
        assert (reasons.heading_meaning, reasons.body_meaning, reasons.habit) == (-3.0, -1.0, 0.0)
        assert reasons.body_phrases == 0.0
        parts = reasons.heading_meaning + reasons.body_meaning + reasons.heading_phrases + reasons.body_phrases
        logits = np.zeros(len(labels_of_taxonomy()))
        logits[place("supply")], logits[place("talent")] = 4.0, 0.5
        logits[place("catastrophe")] = reasons.heading_phrases
        odds = math.exp(logits[place("catastrophe")]) / np.exp(logits).sum()
        assert small.classify(["nuts and earthquakes"], ["nuts"])["score"][0] == pytest.approx(odds)
        assert parts == pytest.approx(logits[place("catastrophe")] - logits[place("supply")])


class TestTexts:
    def test_of_a_body_the_encoder_reads_the_beginning_and_phrases_are_sought_in_all_of_it(self, folder):
        model = LearnedRiskCategories(encoder := Counting(), folder())
        long = "x" * 20 + " nuts. Earthquakes and storms."
        row = model.classify(["bolts"], [long]).row(0, named=True)
        assert encoder.asked[-1] == "x" * 20
        assert row["category"] == "catastrophe"

    def test_without_any_word_a_factor_is_of_no_category(self, small):
        frame = small.classify(["", "nuts"], ["", ""])
        assert frame.row(0) == ("other", "other", 0.0, None)
        assert frame["category"][1] == "supply"
        with pytest.raises(InvalidInput, match="without any word"):
            small.explain("", "")

    def test_no_factors_give_no_rows_of_the_same_columns(self, small):
        nothing = small.classify([], [])
        assert nothing.height == 0
        assert (
            nothing.schema == small.classify(["nuts"], [""]).schema == KeywordRiskCategories().classify([], []).schema
        )

    def test_as_many_bodies_as_headings_are_needed(self, small):
        with pytest.raises(InvalidInput, match="2 headings and 1 bodies"):
            small.classify(["nuts", "bolts"], [""])


class TestRefused:
    def test_failure_case_34_a_head_of_another_encoder_is_refused(self, folder):
        with pytest.raises(Unusable, match=r"counting-1 \(c0ffee\), not on counting-1 \(beef\)") as refused:
            LearnedRiskCategories(Counting("beef"), folder())
        assert refused.value.code == "model_of_another_encoder"

    def test_failure_case_34_a_head_of_another_order_of_labels_is_refused(self, folder):
        first, second, *rest = labels_of_taxonomy()
        with pytest.raises(Unusable, match="in their order") as refused:
            LearnedRiskCategories(Counting(), folder(labels=[second, first, *rest]))
        assert refused.value.code == "labels_differ"

    def test_failure_case_34_a_head_whose_rows_are_in_another_order_fails_its_self_test(self, folder):
        matrix = weights()
        matrix[[place("supply"), place("facilities")]] = matrix[[place("facilities"), place("supply")]]
        model = LearnedRiskCategories(Counting(), folder(matrix))
        for _ in range(2):
            with pytest.raises(Unusable, match="2 of 2 of its self test") as refused:
                model.classify(["nuts"], [""])
            assert refused.value.code == "self_test_failed"

    @pytest.mark.parametrize("changed", [{"taxonomy": "0"}, {"keywords": "keywords-0+taxonomy-1"}])
    def test_a_head_of_another_taxonomy_or_of_other_keywords_is_refused(self, folder, changed):
        with pytest.raises(Unusable, match="was fitted to") as refused:
            LearnedRiskCategories(Counting(), folder(**changed))
        assert refused.value.code == "labels_differ"

    def test_a_head_of_other_features_is_refused(self, folder):
        with pytest.raises(Unusable, match="features") as refused:
            LearnedRiskCategories(Counting(), folder(weights()[:, 1:]))
        assert refused.value.code == "model_corrupted"


class TestPackaged:
    def test_it_says_alone_what_it_says_among_others(self, packaged):
        headings = [text for category in taxonomy().categories[:6] for text in category.examples]
        bodies = ["More of it. " * number for number in range(len(headings))]
        together = packaged.classify(headings, bodies)
        alone = [packaged.classify([heading], [body]).row(0) for heading, body in zip(headings, bodies, strict=True)]
        assert together.drop("score").rows() == [(family, category, second) for family, category, _, second in alone]
        assert together["score"].to_list() == pytest.approx([score for _, _, score, _ in alone], abs=1e-5)

    def test_its_version_names_its_bytes_and_the_taxonomy(self, packaged):
        told = json.loads((packaged_head() / MANIFEST).read_text())
        assert packaged.name == "learned"
        assert packaged.version == (
            f"{told['name']}-{told['version']}-{packaged.head.fingerprint}+taxonomy-{taxonomy().version}"
        )

    def test_sent_to_another_process_it_says_the_same_and_its_weights_stay_here(self, packaged):
        sent = pickle.dumps(packaged)
        assert len(sent) < 10_000
        made = pickle.loads(sent)
        assert pickle.loads(sent) is made
        assert made.classify(["Hackers"], [""]).equals(packaged.classify(["Hackers"], [""]))

    def test_it_tells_a_cause_that_no_phrase_of_the_taxonomy_names(self, packaged):
        heading = "Somebody who guesses a password could read our files"
        assert KeywordRiskCategories().classify([heading], [""])["category"].to_list() == ["other"]
        assert packaged.classify([heading], [""])["category"].to_list() == ["cybersecurity"]

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), min_size=1, max_size=3))
    def test_any_text_has_a_category_of_the_taxonomy_and_a_probability(self, packaged, factors):
        said = packaged.classify([heading for heading, _ in factors], [body for _, body in factors])
        assert said.height == len(factors)
        assert set(said["category"]) <= set(labels_of_taxonomy())
        assert said["score"].is_between(0, 1).all()
        assert (said["category"] != said["runner_up"].fill_null("")).all()
