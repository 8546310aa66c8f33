"""Vectors from a model folder: means over a text's own tokens, and a self test of likeness."""

import json

import numpy as np
import pytest
from onnx import load, numpy_helper

from edgewise.adapters.onnx import OnnxEmbedder
from edgewise.core.errors import Unusable
from tests.tiny_models import DIMENSIONS, LIKENESS, VOCABULARY, embedding_folder, tone_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return embedding_folder(tmp_path_factory.mktemp("models") / "vectors-tiny")


@pytest.fixture(scope="module")
def embedder(folder):
    return OnnxEmbedder(folder)


def by_hand(folder, *windows) -> np.ndarray:
    """The vector of a text of these windows of words, from the tables of the graph."""
    graph = load(folder / "model.onnx").graph
    tables = {table.name: numpy_helper.to_array(table) for table in graph.initializer}
    total = 0.0
    for words in windows:
        ids = [VOCABULARY.index(word) for word in ("[CLS]", *words, "[SEP]")]
        total += np.tanh(tables["words"][ids] @ tables["mix"]).mean(axis=0) * len(words)
    return total / np.linalg.norm(total)


def test_a_vector_is_the_mean_of_its_tokens_padding_left_out(embedder, folder):
    short, _ = embedder.embed(["strong growth", " ".join(["paper"] * 14)])
    assert short == pytest.approx(by_hand(folder, ["strong", "growth"]), abs=1e-6)


def test_a_long_text_has_the_mean_of_its_windows_by_their_words(embedder, folder):
    (vector,) = embedder.embed([" ".join(["paper"] * 14 + ["losses"] * 3)])
    assert vector == pytest.approx(by_hand(folder, ["paper"] * 14, ["losses"] * 3), abs=1e-6)


def test_the_model_says_how_long_its_vectors_are(embedder):
    assert embedder.dimensions == DIMENSIONS
    assert embedder.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("dimensions", [None, DIMENSIONS + 1])
def test_dimensions_untold_or_untrue_are_refused(tmp_path, dimensions):
    folder = embedding_folder(tmp_path / "e", dimensions=dimensions)
    assert json.loads((folder / "model.json").read_text()).get("dimensions") == dimensions
    with pytest.raises(Unusable):
        OnnxEmbedder(folder).ready()


def test_a_model_of_another_kind_is_refused(tmp_path):
    with pytest.raises(Unusable, match="of tone, not of embedding"):
        OnnxEmbedder(tone_folder(tmp_path / "t"))


@pytest.mark.parametrize("labels", ["abab", "aabb"])
def test_failure_case_34_a_model_that_finds_other_texts_nearer_never_starts(tmp_path, labels):
    """The labels of the self test in the wrong places are what a wrong tokenizer would make of the right ones."""
    samples = [sample | {"label": label} for sample, label in zip(LIKENESS, labels, strict=True)]
    embedder = OnnxEmbedder(embedding_folder(tmp_path / "e", self_test=samples))
    if labels == "aabb":
        embedder.ready()
    else:
        with pytest.raises(Unusable, match="finds another text nearer"):
            embedder.ready()


@pytest.mark.parametrize("kept", [LIKENESS[:2], LIKENESS[1:]])
def test_a_self_test_that_compares_nothing_is_refused(tmp_path, kept):
    with pytest.raises(Unusable, match="compares nothing"):
        OnnxEmbedder(embedding_folder(tmp_path / "e", self_test=kept)).ready()
