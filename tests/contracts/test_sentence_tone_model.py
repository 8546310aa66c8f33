"""What every model of sentence tone does. Add one to `MODELS` and it is held to all of this."""

import pickle
import re

import numpy as np
import pytest

from edgewise.adapters.onnx import OnnxSentenceTone, packaged_models
from edgewise.adapters.onnx.folder import open_folder
from tests.tiny_models import tone_folder

GOOD = [
    "We delivered record revenue and strong, profitable growth.",
    "Our excellent products were highly successful and sales improved.",
]
BAD = [
    "The company suffered severe losses and defaulted on its debt.",
    "Fraud and adverse litigation damaged our weak business.",
]
NEUTRAL = ["The annual meeting takes place in Ohio in May of each year.", "Our headquarters are in Dayton."]
SENTENCES = [*GOOD, *BAD, *NEUTRAL, "", "   ", "$1,234", "paper " * 900 + "and severe losses."]
PACKAGED = [name for name, path in packaged_models().items() if open_folder(path).manifest.kind == "tone"]


@pytest.fixture(scope="module", params=["tiny", *PACKAGED])
def model(request, tmp_path_factory):
    if request.param == "tiny":
        return OnnxSentenceTone(tone_folder(tmp_path_factory.mktemp("models") / "tone-tiny"))
    return OnnxSentenceTone(packaged_models()[request.param])


def test_the_version_is_a_name_and_a_number(model):
    name, _, number = model.version.rpartition("-")
    assert name
    assert number.isdigit()


def test_a_model_of_files_has_a_fingerprint_of_them(model):
    assert re.fullmatch("[0-9a-f]{12}", model.fingerprint)


def test_there_is_one_row_of_three_probabilities_for_each_sentence(model):
    said = model.probabilities(SENTENCES)
    assert (said.shape, said.dtype) == ((len(SENTENCES), 3), np.float32)
    assert np.abs(said.sum(axis=1) - 1).max() < 1e-5
    assert said.min() >= 0


def test_no_sentences_give_no_rows(model):
    said = model.probabilities([])
    assert (said.shape, said.dtype) == ((0, 3), np.float32)


def test_failure_case_34_labels_are_the_right_way_round(model):
    assert model.probabilities(GOOD).argmax(axis=1).tolist() == [2, 2]
    assert model.probabilities(BAD).argmax(axis=1).tolist() == [0, 0]


def test_failure_case_34_not_everything_has_the_same_label(model):
    assert len(set(model.probabilities([*GOOD, *BAD, *NEUTRAL]).argmax(axis=1))) == 3


def test_failure_case_33_a_sentence_has_its_own_answer_in_any_batch_and_order(model):
    together = model.probabilities(SENTENCES)
    alone = np.concatenate([model.probabilities([sentence]) for sentence in SENTENCES])
    assert np.abs(together - alone).max() <= 1e-5
    assert np.abs(model.probabilities(SENTENCES[::-1])[::-1] - together).max() <= 1e-5
    many = model.probabilities(SENTENCES * 7)
    assert np.abs(many - np.tile(together, (7, 1))).max() <= 1e-5


def test_asking_twice_and_after_pickling_gives_the_same(model):
    once = model.probabilities(SENTENCES)
    assert np.array_equal(model.probabilities(SENTENCES), once)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).probabilities(SENTENCES), once)


def test_it_travels_light(model):
    """To a worker goes a name, never the graph."""
    model.probabilities(GOOD)
    assert len(pickle.dumps(model)) < 20_000


def test_failure_case_35_nothing_is_cut_off_a_long_sentence(model):
    filler = "The company sells paper in Ohio each year, "
    calm, upset = model.probabilities(
        [filler * 60, filler * 60 + "and severe losses, fraud and litigation damaged it."]
    )
    assert upset[0] > calm[0] + 1e-4


def test_what_has_no_words_is_neutral(model):
    assert model.probabilities(["", " \n"]).tolist() == [[0, 1, 0], [0, 1, 0]]
