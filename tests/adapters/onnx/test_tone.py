"""The self test at load: a model with another order of labels or another tokenizer never starts."""

import shutil

import pytest
from tokenizers import Tokenizer

from edgewise.adapters.onnx import OnnxSentenceTone, open_folder
from edgewise.core.errors import NotFound, Unparsable, Unusable
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


CALM, LOUD = "The meeting is in Ohio.", "Severe losses."
SCREEN_LEAN, OWN_LEAN = 2.0, 1.0


def behind_a_screen(folder, *, unsure, sure):
    """A model that leans less towards neutral than the one before it, which calls a calm sentence so with 0.787."""
    screen = open_folder(tone_folder(folder / "quick", lean=SCREEN_LEAN, name="quick"))
    told = {"model": "quick", "fingerprint": screen.fingerprint, "unsure": unsure, "sure": sure}
    return tone_folder(folder / "slow", lean=OWN_LEAN, name="slow", screen=told)


def test_what_the_screen_surely_calls_neutral_is_its_own_answer_and_the_rest_the_models(tmp_path):
    model = OnnxSentenceTone(behind_a_screen(tmp_path, unsure=0.5, sure=0.7))
    model.ready()
    calm, loud = model.probabilities([CALM, LOUD])
    assert calm == pytest.approx(expected_tone(0, lean=SCREEN_LEAN), abs=1e-6)
    assert loud == pytest.approx(expected_tone(-2, lean=OWN_LEAN), abs=1e-6)


def test_between_unsure_and_sure_both_count_in_proportion(tmp_path):
    """By hand: the screen says e^2 / (e^2 + 2) = 0.787, of the way from 0.9 down to 0.7 that is 0.565."""
    (calm,) = OnnxSentenceTone(behind_a_screen(tmp_path, unsure=0.7, sure=0.9)).probabilities([CALM])
    screens, own = expected_tone(0, lean=SCREEN_LEAN), expected_tone(0, lean=OWN_LEAN)
    assert calm == pytest.approx(screens + (0.9 - 0.78699) / 0.2 * (own - screens), abs=1e-5)


def test_a_model_behind_a_screen_is_another_one_than_without(tmp_path):
    folder = behind_a_screen(tmp_path, unsure=0.5, sure=0.7)
    fingerprints = {open_folder(folder).fingerprint}
    fingerprints.add(open_folder(behind_a_screen(tmp_path, unsure=0.5, sure=0.8)).fingerprint)
    fingerprints.add(open_folder(rewrite(folder, screen=None)).fingerprint)
    assert len(fingerprints) == 3


def test_a_screen_that_is_absent_or_another_one_is_refused(tmp_path):
    folder = behind_a_screen(tmp_path, unsure=0.5, sure=0.7)
    tone_folder(tmp_path / "quick", lean=3.0, name="quick")
    with pytest.raises(Unusable, match="was judged behind quick") as caught:
        OnnxSentenceTone(folder)
    assert caught.value.code == "screen_differs"
    shutil.rmtree(tmp_path / "quick")
    with pytest.raises(NotFound, match="needs the model quick"):
        OnnxSentenceTone(folder)


def test_a_screen_with_a_jump_at_its_border_is_refused(tmp_path):
    """Rounding differs with the batch: at a jump the answer would, too."""
    with pytest.raises(Unparsable, match="sure must lie above unsure"):
        OnnxSentenceTone(behind_a_screen(tmp_path, unsure=0.8, sure=0.81))


def test_a_model_that_fails_its_self_test_behind_its_screen_never_starts(tmp_path):
    """Such a screen knows two bad words together for bad news, but calls a sentence with one neutral for sure."""
    samples = [
        {"text": "Strong growth.", "label": "positive"},
        {"text": CALM, "label": "neutral"},
        {"text": LOUD, "label": "negative"},
    ]
    screen = open_folder(tone_folder(tmp_path / "quick", lean=7.0, name="quick", self_test=samples))
    told = {"model": "quick", "fingerprint": screen.fingerprint, "unsure": 0.5, "sure": 0.7}
    model = OnnxSentenceTone(tone_folder(tmp_path / "slow", name="slow", screen=told))
    with pytest.raises(Unusable, match=r"slow-1 calls 1 of the 4 sentences .* the first negative one neutral"):
        model.ready()
