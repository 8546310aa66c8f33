"""The self test at load: a model with another order of labels or another tokenizer never starts."""

import shutil

import pytest
from tokenizers import Tokenizer

from edgewise.adapters.onnx import OnnxSentenceTone
from edgewise.core.errors import Unusable
from tests.tiny_models import SELF_TEST, embedding_folder, rewrite, tone_folder


def refused(folder) -> str:
    with pytest.raises(Unusable) as caught:
        OnnxSentenceTone(folder).ready()
    return caught.value.code


def test_a_sound_model_is_ready(tmp_path):
    folder = tone_folder(tmp_path / "t")
    model = OnnxSentenceTone(folder)
    model.ready()
    shutil.rmtree(folder)  # what is ready needs its folder no more
    assert model.probabilities(["Sales rose."]).shape == (1, 3)


@pytest.mark.parametrize("labels", [["positive", "neutral", "negative"], ["negative", "positive"], []])
def test_failure_case_34_labels_in_another_order_are_refused(tmp_path, labels):
    assert refused(tone_folder(tmp_path / "t", labels=labels)) == "labels_in_another_order"


def test_failure_case_34_a_graph_whose_answers_are_the_other_way_round_never_starts(tmp_path):
    assert refused(tone_folder(tmp_path / "t", backwards=True)) == "self_test_failed"


def test_failure_case_34_the_wrong_tokenizer_never_starts(tmp_path):
    """The same words under other numbers, as of another vocabulary."""
    folder = tone_folder(tmp_path / "t")
    text = Tokenizer.from_file(str(folder / "tokenizer.json")).to_str()
    (folder / "tokenizer.json").write_text(text.replace('"growth":', '"x":').replace('"losses":', '"growth":'))
    assert refused(rewrite(folder)) == "self_test_failed"


def test_no_sentence_is_answered_before_the_self_test(tmp_path):
    model = OnnxSentenceTone(tone_folder(tmp_path / "t", backwards=True))
    with pytest.raises(Unusable, match="calls 2 of the 4 sentences of its self test by another tone"):
        model.probabilities(["Strong growth."])


def test_a_self_test_that_leaves_a_tone_out_proves_nothing(tmp_path):
    some = [sample for sample in SELF_TEST if sample["label"] != "negative"]
    assert refused(tone_folder(tmp_path / "t", self_test=some)) == "self_test_failed"


def test_a_graph_whose_answers_depend_on_the_batch_never_starts_unless_it_runs_one_by_one(tmp_path):
    """Dynamic quantisation takes one scale from all sentences of a batch."""
    with pytest.raises(Unusable, match="answers otherwise in a batch"):
        OnnxSentenceTone(tone_folder(tmp_path / "t", quantised=True)).ready()
    OnnxSentenceTone(tone_folder(tmp_path / "one", quantised=True, one_by_one=True)).ready()


def test_a_model_of_another_kind_is_refused(tmp_path):
    assert refused(embedding_folder(tmp_path / "e")) == "model_of_another_kind"
