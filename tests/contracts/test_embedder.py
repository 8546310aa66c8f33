"""What every embedder does. Add one to `MODELS` and it is held to all of this."""

import pickle

import numpy as np
import pytest

from edgewise.adapters.onnx import OnnxEmbedder, open_folder, packaged_models
from tests.tiny_models import embedding_folder

TEXTS = [
    "litigation and fraud damaged the company",
    "the company was damaged by fraud and litigation",
    "strong growth of revenue in each year",
    "",
    "  ",
    "paper " * 900,
]
PACKAGED = [name for name, path in packaged_models().items() if open_folder(path).manifest.kind == "embedding"]


@pytest.fixture(scope="module", params=["tiny", *PACKAGED])
def embedder(request, tmp_path_factory):
    if request.param == "tiny":
        return OnnxEmbedder(embedding_folder(tmp_path_factory.mktemp("models") / "vectors-tiny"))
    return OnnxEmbedder(packaged_models()[request.param])


def test_the_version_is_a_name_and_a_number(embedder):
    name, _, number = embedder.version.rpartition("-")
    assert name
    assert number.isdigit()


def test_every_vector_has_length_one_and_that_of_no_words_is_zero(embedder):
    vectors = embedder.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), embedder.dimensions), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 0, 0, 1], abs=1e-5)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_like_texts_are_nearer_than_unlike_ones(embedder):
    one, like, unlike = embedder.embed(TEXTS[:3])
    assert one @ like > one @ unlike


def test_failure_case_33_a_text_has_its_own_vector_in_any_batch_and_order(embedder):
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.abs(together - alone).max() <= 1e-5
    assert np.abs(embedder.embed(TEXTS[::-1])[::-1] - together).max() <= 1e-5


def test_asking_twice_and_after_pickling_gives_the_same_and_travels_light(embedder):
    once, parcel = embedder.embed(TEXTS), pickle.dumps(embedder)
    assert np.array_equal(pickle.loads(parcel).embed(TEXTS), once)
    assert len(parcel) < 20_000


def test_failure_case_35_nothing_is_cut_off_a_long_text(embedder):
    filler = "the company sells paper in ohio each year, " * 60
    calm, upset = embedder.embed([filler, filler + "fraud and litigation damaged the company " * 10])
    assert calm @ upset < 1 - 1e-4
