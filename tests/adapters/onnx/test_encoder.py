"""Texts through a model: every token counts, and an answer is the text's own whatever else is asked."""

import importlib
import itertools
import subprocess
import sys
import threading

import numpy as np
import pytest

from edgewise.adapters.onnx import OnnxSentenceTone, encoder, open_folder
from edgewise.adapters.onnx.encoder import Encoder
from edgewise.core.errors import NotConfigured, Permanent, Unparsable
from tests.tiny_models import expected_tone, rewrite, tokenizer, tone_folder

SENTENCES = [" ".join(["growth"] * (number % 5) + ["paper"] * (number * 7 % 40)) for number in range(200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tone_folder(tmp_path_factory.mktemp("models") / "tone-tiny")


@pytest.fixture(scope="module")
def model(folder):
    return OnnxSentenceTone(folder)


def test_answers_are_those_one_can_redo_by_hand(model):
    said = model.probabilities(["Strong growth.", "no growth", "paper in ohio", "severe losses, fraud"])
    assert said == pytest.approx(np.array([expected_tone(balance) for balance in (2, -1, 0, -3)]), abs=1e-6)


def test_failure_case_35_a_long_text_is_read_in_windows_weighted_by_their_tokens(model):
    """The model reads 16 tokens, two of them its own marks: 14, 14 and 2 words."""
    said = model.probabilities([" ".join(["paper"] * 28 + ["severe", "losses"])])
    expected = (14 * expected_tone(0) + 14 * expected_tone(0) + 2 * expected_tone(-2)) / 30
    assert said == pytest.approx(expected[None], abs=1e-6)


def test_order_and_neighbours_do_not_matter(model):
    together = model.probabilities(SENTENCES)
    alone = np.concatenate([model.probabilities([sentence]) for sentence in SENTENCES])
    assert np.abs(together - alone).max() <= 1e-5
    assert np.abs(together[::-1] - model.probabilities(SENTENCES[::-1])).max() <= 1e-5


def test_more_threads_give_the_same_bits(folder, model):
    assert np.array_equal(OnnxSentenceTone(folder, threads=3).probabilities(SENTENCES), model.probabilities(SENTENCES))


def test_batches_are_of_like_lengths_and_hold_every_window_once(folder):
    reader = Encoder(open_folder(folder))
    windows = list(reader._windows(SENTENCES))
    batches = list(reader._batches(windows))
    assert sorted(place for batch in batches for place in batch) == list(range(len(windows)))
    lengths = [[len(windows[place].ids) for place in batch] for batch in batches]
    assert all(max(one) * len(one) <= encoder.BATCH_TOKENS for one in lengths)
    assert all(max(one) * len(one) - sum(one) <= encoder.RUN_TOKENS for one in lengths)
    assert all(min(one) >= max(two) for one, two in itertools.pairwise(lengths))


def test_one_by_one_means_batches_of_one(tmp_path):
    reader = Encoder(open_folder(tone_folder(tmp_path / "t", one_by_one=True)))
    assert {len(batch) for batch in reader._batches(list(reader._windows(SENTENCES)))} == {1}


@pytest.mark.parametrize(
    "text", ["\ud800 growth", "\x00\x07growth", "growth" * 50_000, "growth " * 20_000, "\u202egrowth"]
)
def test_odd_text_is_read(model, text):
    assert model.probabilities([text]).sum() == pytest.approx(1.0, abs=1e-5)


def test_many_threads_may_ask_one_model(model):
    expected, found = model.probabilities(SENTENCES), []
    threads = [threading.Thread(target=lambda: found.append(model.probabilities(SENTENCES))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(one, expected) for one in found)


def test_what_is_no_graph_is_refused(tmp_path):
    folder = tone_folder(tmp_path / "t")
    (folder / "model.onnx").write_bytes(b"no graph at all")
    with pytest.raises(Unparsable, match="graph of tone-tiny-1 cannot be loaded"):
        OnnxSentenceTone(rewrite(folder)).ready()


def test_a_graph_cut_short_is_refused(tmp_path):
    folder = tone_folder(tmp_path / "t")
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unparsable, match="graph of tone-tiny-1"):
        OnnxSentenceTone(rewrite(folder)).ready()


def test_what_is_no_tokenizer_is_refused(tmp_path):
    folder = tone_folder(tmp_path / "t")
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(Unparsable, match="tokenizer of tone-tiny-1"):
        OnnxSentenceTone(rewrite(folder)).ready()


@pytest.mark.parametrize("inputs", [["input_ids"], ["input_ids", "attention_mask", "token_type_ids"]])
def test_a_graph_of_other_inputs_is_refused(tmp_path, inputs):
    with pytest.raises(Unparsable, match="takes attention_mask, input_ids"):
        OnnxSentenceTone(tone_folder(tmp_path / "t", inputs=inputs)).ready()


def test_a_graph_without_the_output_is_refused(tmp_path):
    with pytest.raises(Unparsable, match="no output 'answer'"):
        OnnxSentenceTone(tone_folder(tmp_path / "t", outputs=["answer"])).ready()


def test_a_token_the_graph_does_not_know_is_an_error_of_ours(tmp_path):
    folder = tone_folder(tmp_path / "t")
    other = tokenizer()
    other.add_tokens(["zebra"])
    other.save(str(folder / "tokenizer.json"))
    model = OnnxSentenceTone(rewrite(folder))
    with pytest.raises(Permanent, match="tone-tiny-1 failed") as caught:
        model.probabilities(["a zebra"])
    assert caught.value.code == "model_failed"


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_a_package_the_message_says_which_and_how_to_install_it(tmp_path, monkeypatch, package):
    found = importlib.import_module

    def without(name):
        if name == package:
            raise ModuleNotFoundError(name)
        return found(name)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(NotConfigured, match=f"need the package {package}.*pip install"):
        OnnxSentenceTone(tone_folder(tmp_path / "t")).ready()


def test_nothing_heavy_is_imported_before_the_first_sentence(tmp_path):
    folder = tone_folder(tmp_path / "t")
    program = (
        "import sys; from edgewise.adapters.onnx import OnnxSentenceTone as Tone; "
        f"model = Tone({str(folder)!r}); "
        "print(model.version, sorted({'onnxruntime', 'tokenizers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "tone-tiny-1 []"
