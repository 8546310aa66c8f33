"""Graphs against networks written out in NumPy here, for BERT after Devlin et al. (2018)."""

import math

import numpy as np
import onnxruntime
import pytest
from scipy.special import erf

from edgewise.core.errors import InvalidInput
from training.graph import KEPT, as_bytes, classifier_graph, embedding_graph

CONFIG = {
    "model_type": "bert",
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "hidden_size": 32,
    "layer_norm_eps": 1e-12,
}
PIECES, INNER, POSITIONS = 50, 48, 16
IDS = np.array([[2, 7, 9, 11, 3, 0, 0], [2, 5, 41, 17, 8, 30, 3]])
MASK = np.array([[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1]])
TOLERANCE = {"float32": 1e-5, "int8-weights": 0.05, "int8": 0.05}


def encoder_weights(random):
    """Random weights by the names that transformers gives them."""
    wide = CONFIG["hidden_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (PIECES, wide),
        "embeddings.position_embeddings.weight": (POSITIONS, wide),
        "embeddings.token_type_embeddings.weight": (2, wide),
    }
    for layer in range(CONFIG["num_hidden_layers"]):
        for name, shape in {
            "attention.self.query": (wide, wide),
            "attention.self.key": (wide, wide),
            "attention.self.value": (wide, wide),
            "attention.output.dense": (wide, wide),
            "intermediate.dense": (INNER, wide),
            "output.dense": (wide, INNER),
        }.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shapes[f"encoder.layer.{layer}.{name}.bias"] = (wide,)
    shapes["embeddings.LayerNorm.weight"] = shapes["embeddings.LayerNorm.bias"] = (wide,)
    return {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def normalised(states, scale, bias):
    centred = states - states.mean(-1, keepdims=True)
    return centred / np.sqrt(centred.var(-1, keepdims=True) + CONFIG["layer_norm_eps"]) * scale + bias


def softmax(values):
    raised = np.exp(values - values.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def gelu(values):
    return values * 0.5 * (1 + erf(values / math.sqrt(2)))


def bert(weights, ids, offset=0):
    """States (tokens, wide) of one sentence without padding."""

    def dense(states, name):
        return states @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(states, name):
        return normalised(states, weights[f"{name}.weight"], weights[f"{name}.bias"])

    embedded = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][offset : offset + len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    states = norm(embedded, "embeddings.LayerNorm")
    for layer in range(CONFIG["num_hidden_layers"]):
        own = f"encoder.layer.{layer}."
        query, key, value = (dense(states, own + f"attention.self.{name}") for name in ("query", "key", "value"))
        heads = [
            softmax(query[:, part] @ key[:, part].T / math.sqrt(16)) @ value[:, part]
            for part in (slice(0, 16), slice(16, 32))
        ]
        seen = dense(np.concatenate(heads, 1), own + "attention.output.dense")
        states = norm(seen + states, own + "attention.output.LayerNorm")
        inner = gelu(dense(states, own + "intermediate.dense"))
        states = norm(dense(inner, own + "output.dense") + states, own + "output.LayerNorm")
    return states


def run(model, ids=IDS, mask=MASK):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def own_ids(row):
    return IDS[row][MASK[row] == 1]


@pytest.fixture
def classifier():
    random = np.random.default_rng(3)
    weights = {f"encoder.{name}": values for name, values in encoder_weights(random).items()}
    weights["head.weight"] = random.normal(0, 0.3, (3, 32)).astype(np.float32)
    weights["head.bias"] = random.normal(0, 0.3, 3).astype(np.float32)
    return weights


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("pooling", ["mean", "first"])
@pytest.mark.parametrize(("family", "offset"), [("bert", 0), ("roberta", 2)])
def test_a_classifier_says_what_the_network_written_out_says(classifier, kept, pooling, family, offset):
    architecture = {"kind": "encoder", "pooling": pooling, "classes": 3, "config": CONFIG | {"model_type": family}}
    logits = run(classifier_graph(classifier, architecture, kept=kept))
    weights = {name.removeprefix("encoder."): values for name, values in classifier.items()}
    for row in range(2):
        states = bert(weights, own_ids(row), offset)
        pooled = states.mean(0) if pooling == "mean" else states[0]
        expected = pooled @ weights["head.weight"].T + weights["head.bias"]
        assert np.abs(logits[row] - expected).max() < TOLERANCE[kept]


@pytest.mark.parametrize("kept", KEPT)
def test_a_sentence_has_the_same_vector_alone_and_in_a_batch(kept):
    graph = embedding_graph(encoder_weights(np.random.default_rng(4)), CONFIG, kept=kept)
    alone = run(graph, own_ids(0)[None], np.ones((1, 5), dtype=np.int64))
    assert np.abs(run(graph)[0] - alone[0]).max() < 1e-5


def test_an_embedding_is_the_mean_of_the_tokens_and_has_length_one():
    weights = encoder_weights(np.random.default_rng(4))
    mean = bert(weights, own_ids(0)).mean(0)
    assert np.abs(run(embedding_graph(weights, CONFIG, kept="float32"))[0] - mean / np.linalg.norm(mean)).max() < 1e-5


@pytest.mark.parametrize("kept", KEPT)
def test_the_student_says_what_the_network_written_out_says(kept):
    random = np.random.default_rng(5)
    weights = {
        "vectors.weight": random.normal(0, 1, (PIECES, 8)),
        "blocks.0.narrow.weight": random.normal(0, 0.3, (4, 8)),
        "blocks.0.mix.weight": random.normal(0, 0.3, (4, 12)),
        "blocks.0.mix.bias": random.normal(0, 0.3, 4),
        "blocks.0.widen.weight": random.normal(0, 0.3, (8, 4)),
        "blocks.0.widen.bias": random.normal(0, 0.3, 8),
        "gathered.weight": random.normal(0, 0.3, (5, 16)),
        "gathered.bias": random.normal(0, 0.3, 5),
        "vector.weight": random.normal(0, 0.3, (5, 5)),
        "vector.bias": random.normal(0, 0.3, 5),
        "head.weight": random.normal(0, 0.3, (3, 5)),
        "head.bias": random.normal(0, 0.3, 3),
    }
    weights = {name: values.astype(np.float32) for name, values in weights.items()}
    architecture = {"kind": "convolution", "widths": [3], "classes": 3}
    logits = run(classifier_graph(weights, architecture, kept=kept))
    for row in range(2):
        states = weights["vectors.weight"][own_ids(row)]
        narrow = np.pad(states @ weights["blocks.0.narrow.weight"].T, ((1, 1), (0, 0)))
        windows = np.stack([narrow[start : start + 3].ravel() for start in range(len(states))])
        mixed = gelu(windows @ weights["blocks.0.mix.weight"].T + weights["blocks.0.mix.bias"])
        states = states + mixed @ weights["blocks.0.widen.weight"].T + weights["blocks.0.widen.bias"]
        pooled = np.concatenate([states.max(0), states.mean(0)])
        gathered = gelu(pooled @ weights["gathered.weight"].T + weights["gathered.bias"])
        vector = gathered @ weights["vector.weight"].T + weights["vector.bias"]
        expected = vector @ weights["head.weight"].T + weights["head.bias"]
        assert np.abs(logits[row] - expected).max() < TOLERANCE[kept]


def test_bytes_turn_back_to_within_half_a_step():
    rows = np.random.default_rng(6).normal(0, 1, (20, 30)).astype(np.float32)
    rows[3] = 0
    small, scale = as_bytes(rows)
    assert (np.abs(small * scale - rows) <= scale * 0.5001).all()
    assert small.dtype == np.int8


def test_bytes_take_about_a_quarter_of_the_room():
    weights = encoder_weights(np.random.default_rng(4)) | {
        "embeddings.word_embeddings.weight": np.ones((20_000, 32), dtype=np.float32)
    }
    sizes = {kept: len(embedding_graph(weights, CONFIG, kept=kept).SerializeToString()) for kept in KEPT}
    assert sizes["int8-weights"] < sizes["float32"] / 3 > sizes["int8"]


def test_other_families_and_other_ways_to_keep_weights_are_refused():
    weights = encoder_weights(np.random.default_rng(4))
    with pytest.raises(InvalidInput, match="distilbert"):
        embedding_graph(weights, CONFIG | {"model_type": "distilbert"}, kept="float32")
    with pytest.raises(InvalidInput, match="float16"):
        embedding_graph(weights, CONFIG, kept="float16")
