"""The self test at load: a model with another order of labels or another tokenizer never starts."""

import shutil

import pytest
from tokenizers import Tokenizer

from edgewise.adapters.onnx import OnnxSentenceTone
from edgewise.core.errors import Unusable
from tests.tiny_models import SELF_TEST, embedding_folder, expected_tone, rewrite, tone_folder


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


def test_failure_case_34_a_model_corrupted_after_it_was_opened_never_starts(tmp_path):
    model = OnnxSentenceTone(tone_folder(tmp_path / "t"))
    data = bytearray((tmp_path / "t" / "model.onnx").read_bytes())
    data[-1] ^= 1
    (tmp_path / "t" / "model.onnx").write_bytes(data)
    with pytest.raises(Unusable) as caught:
        model.ready()
    assert caught.value.code == "model_corrupted"


def test_failure_case_35_no_substantial_doubt_is_no_bad_news(tmp_path):
    model = OnnxSentenceTone(tone_folder(tmp_path / "t"))
    assert model.probabilities(["There is substantial doubt.", "There is no substantial doubt."]).argmax(
        axis=1
    ).tolist() == [0, 2]


@pytest.mark.parametrize("max_tokens", [16, 512])
def test_failure_case_35_a_message_after_the_512th_token_is_not_lost(tmp_path, max_tokens):
    """The only bad words are the 600th and 601st of a text; a model that reads its beginning only is calm."""
    model = OnnxSentenceTone(tone_folder(tmp_path / "t", max_tokens=max_tokens))
    calm, told = model.probabilities(["paper " * 599, "paper " * 599 + "severe losses"])
    last = 601 % (max_tokens - 2)  # words of the window that holds the message
    assert told - calm == pytest.approx((expected_tone(-2) - expected_tone(0)) * last / 601, abs=1e-6)


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
